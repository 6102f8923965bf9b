//! Which attributes a client may read and write.

use cenote_model::UserPoolClientType;

use crate::pool::Pool;
use crate::user::attributes::PROFILE;
use crate::{Error, Result};

/// Stands for the attributes of [`PROFILE`].
const SHORTHAND: &str = "oidc:profile";

/// Attributes that only the service and administrators write.
const NOT_WRITABLE: [&str; 4] = [
    "sub",
    "email_verified",
    "phone_number_verified",
    "identities",
];

/// Checks the two lists; `act` is what is being done to the client.
pub(super) fn check(pool: &Pool, shape: &UserPoolClientType, act: &str) -> Result<()> {
    let is_open = |name: &str| {
        name == SHORTHAND || !name.starts_with("dev:") && pool.attribute(name).is_some()
    };
    if let Some(read) = &shape.read_attributes
        && !read.iter().all(|name| is_open(name))
    {
        return Err(Error::client_attributes("read", act));
    }
    if let Some(write) = &shape.write_attributes {
        let is_writable = |name: &str| is_open(name) && !NOT_WRITABLE.contains(&name);
        let is_listed = |name: &str| {
            write
                .iter()
                .any(|entry| entry == name || entry == SHORTHAND && PROFILE.contains(&name))
        };
        // A required attribute that cannot be written would let nobody sign up.
        let mut required = pool
            .schema()
            .iter()
            .filter(|attribute| attribute.required == Some(true))
            .filter_map(|attribute| attribute.name.as_deref())
            .filter(|name| !NOT_WRITABLE.contains(name));
        if !write.iter().all(|name| is_writable(name)) || !required.all(is_listed) {
            return Err(Error::client_attributes("write", act));
        }
    }
    Ok(())
}
