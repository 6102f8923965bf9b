//! The tags of a pool.

use std::collections::BTreeMap;

use crate::{Error, Result};

/// Tags that a pool can have.
const MAX_TAGS: usize = 50;

/// Tag keys that begin like this belong to the service.
const RESERVED: &str = "aws:";

/// Checks all tags of a pool.
pub(crate) fn check(tags: &BTreeMap<String, String>) -> Result<()> {
    if tags.len() > MAX_TAGS {
        return Err(Error::too_many_tags(MAX_TAGS));
    }
    match tags.keys().find(|key| key.starts_with(RESERVED)) {
        Some(key) => Err(Error::reserved_tag_key(key)),
        None => Ok(()),
    }
}
