//! Sealed page tokens: a list goes on after the last key that it returned.

use data_encoding::BASE64URL_NOPAD;

use crate::crypto::Purpose;
use crate::{Cx, Error, Result};

/// A page token lives this long.
const LIFETIME_MS: i64 = 60 * 60 * 1000;

/// Items on a page when the caller gave no size, or 0.
pub(crate) const DEFAULT_SIZE: usize = 60;

/// The page size for an optional `Limit` or `MaxResults`: absent and 0 mean 60.
pub(crate) fn size(limit: Option<i32>) -> usize {
    match limit.and_then(|limit| usize::try_from(limit).ok()) {
        None | Some(0) => DEFAULT_SIZE,
        Some(size) => size.min(DEFAULT_SIZE),
    }
}

/// Opens a page token; `scope` names the list (operation, pool, filter), so that a token fits no other.
pub(crate) fn open(
    cx: &Cx,
    member: &str,
    scope: &str,
    token: Option<&str>,
) -> Result<Option<String>> {
    let Some(token) = token else { return Ok(None) };
    let opened = BASE64URL_NOPAD
        .decode(token.as_bytes())
        .ok()
        .and_then(|sealed| {
            cx.service
                .sealer
                .open(Purpose::PageToken, scope.as_bytes(), &sealed)
                .ok()
        })
        .and_then(|plain| String::from_utf8(plain.to_vec()).ok());
    let (expires_at, key) = opened
        .as_deref()
        .and_then(|plain| plain.split_once(' '))
        .and_then(|(at, key)| Some((at.parse::<i64>().ok()?, key.to_owned())))
        .ok_or_else(|| Error::invalid_page_token(member))?;
    if expires_at <= cx.now() {
        return Err(Error::invalid_page_token(member));
    }
    Ok(Some(key))
}

/// Cuts a list that was read with one item more than the page size, and seals the token for what follows.
pub(crate) fn cut<T>(
    cx: &Cx,
    scope: &str,
    items: &mut Vec<T>,
    size: usize,
    key: impl Fn(&T) -> &str,
) -> Option<String> {
    if items.len() <= size {
        return None;
    }
    items.truncate(size);
    let plain = format!("{} {}", cx.now() + LIFETIME_MS, key(items.last()?));
    let sealed = cx.service.sealer.seal(
        Purpose::PageToken,
        scope.as_bytes(),
        plain.as_bytes(),
        &*cx.service.entropy,
    );
    Some(BASE64URL_NOPAD.encode(&sealed))
}
