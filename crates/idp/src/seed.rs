//! What seeding does beyond the API: ids that the seed chose, and the question whether a password is a
//! user's. For operators and developers only; no operation leads here.

use std::sync::Arc;

use cenote_model::Operation;
use uuid::Uuid;

use crate::ports::Kind;
use crate::{Cx, Error, Peer, Result, Service, dispatch, user};

/// The longest pool id.
const POOL_ID_LENGTH: usize = 55;

/// The longest client id.
const CLIENT_ID_LENGTH: usize = 128;

/// Creates a pool or a client under an id that the caller chose.
pub async fn create(
    service: &Arc<Service>,
    region: &str,
    operation: Operation,
    id: &str,
    body: &[u8],
) -> Result<Option<Vec<u8>>> {
    match operation {
        Operation::CreateUserPool => check_pool_id(service, region, id).await?,
        Operation::CreateUserPoolClient => check_client_id(service, id).await?,
        other => return Err(Error::fixed_id_without_place(other.name())),
    }
    let cx = Cx {
        fixed_id: Some(id.to_owned()),
        ..context(service, Some(region))
    };
    dispatch(&cx, operation, body).await
}

/// Whether a user signs in with this password. `None` when there is no such user.
pub async fn password_is(
    service: &Arc<Service>,
    pool: &str,
    username: &str,
    password: &str,
) -> Result<Option<bool>> {
    let cx = context(service, None);
    let pool = cx.pool(pool).await?;
    let Some(user) = user::find(&cx, &pool, username).await? else {
        return Ok(None);
    };
    match &user.password {
        Some(known) => known.matches(&cx, &pool, &user, password).await.map(Some),
        None => Ok(Some(false)),
    }
}

fn context(service: &Arc<Service>, region: Option<&str>) -> Cx {
    let region = region.map(str::to_owned);
    Cx::new(Arc::clone(service), region, Uuid::new_v4(), Peer::default())
}

async fn check_pool_id(service: &Service, region: &str, id: &str) -> Result<()> {
    let fits = id.len() <= POOL_ID_LENGTH
        && id.split_once('_').is_some_and(|(of, rest)| {
            of == region
                && !rest.is_empty()
                && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    if !fits {
        return Err(Error::fixed_id_malformed(
            id,
            "a pool id is its region, an underscore, and letters and digits",
        ));
    }
    if service.pool(id).await?.is_some() {
        return Err(Error::fixed_id_taken(id));
    }
    let purge = format!("pool/{id}");
    if service
        .store
        .record(Kind::Purge, "", &purge)
        .await?
        .is_some()
    {
        return Err(Error::fixed_id_being_cleared(id));
    }
    Ok(())
}

async fn check_client_id(service: &Service, id: &str) -> Result<()> {
    let fits = (1..=CLIENT_ID_LENGTH).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !fits {
        return Err(Error::fixed_id_malformed(
            id,
            "a client id is letters, digits and underscores",
        ));
    }
    if service.client(id).await?.is_some() {
        return Err(Error::fixed_id_taken(id));
    }
    Ok(())
}
