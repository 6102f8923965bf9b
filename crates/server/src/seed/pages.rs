//! Lists of the API, read to their end.

use cenote_model::Operation;
use serde_json::{Value, json};

use super::door::{Door, Refusal};
use super::{elements, with};

/// A list and how it is paged.
#[derive(Clone, Copy)]
pub(super) struct Listing {
    pub(super) operation: Operation,
    /// The member of the answer that holds the list.
    pub(super) listed: &'static str,
    /// The member of the input that bounds a page, and the largest page.
    pub(super) size: (&'static str, usize),
    /// The member that leads to the next page.
    pub(super) token: &'static str,
}

impl Listing {
    const fn new(operation: Operation, listed: &'static str, size: (&'static str, usize)) -> Self {
        Self {
            operation,
            listed,
            size,
            token: "NextToken",
        }
    }
}

pub(super) const POOLS: Listing =
    Listing::new(Operation::ListUserPools, "UserPools", ("MaxResults", 60));

pub(super) const CLIENTS: Listing = Listing::new(
    Operation::ListUserPoolClients,
    "UserPoolClients",
    ("MaxResults", 60),
);

pub(super) const GROUPS: Listing = Listing::new(Operation::ListGroups, "Groups", ("Limit", 60));

pub(super) const PROVIDERS: Listing = Listing::new(
    Operation::ListIdentityProviders,
    "Providers",
    ("MaxResults", 60),
);

pub(super) const RESOURCE_SERVERS: Listing = Listing::new(
    Operation::ListResourceServers,
    "ResourceServers",
    ("MaxResults", 50),
);

/// Its pages have no size of their own: a pool has few.
pub(super) const REPLICAS: Listing = Listing::new(
    Operation::ListUserPoolReplicas,
    "UserPoolReplicas",
    ("MaxResults", 60),
);

pub(super) const GROUPS_OF_USER: Listing =
    Listing::new(Operation::AdminListGroupsForUser, "Groups", ("Limit", 60));

pub(super) const MEMBERS: Listing =
    Listing::new(Operation::ListUsersInGroup, "Users", ("Limit", 60));

pub(super) const USERS: Listing = Listing {
    token: "PaginationToken",
    ..Listing::new(Operation::ListUsers, "Users", ("Limit", 60))
};

/// All that a list has.
pub(super) async fn all(
    door: &dyn Door,
    region: &str,
    listing: Listing,
    input: &Value,
) -> Result<Vec<Value>, Refusal> {
    let mut found = Vec::new();
    let mut token = Value::Null;
    loop {
        let (size, most) = listing.size;
        let page = with(input, &json!({size: most, listing.token: token}));
        let answer = door.call(region, listing.operation, &page).await?;
        found.extend(elements(&answer[listing.listed]).cloned());
        token = answer[listing.token].clone();
        if token.is_null() {
            return Ok(found);
        }
    }
}
