//! Cookies of a domain: kept from scripts, from other sites and from other domains.

use cenote_idp::oauth::{Cookie, Domain};
use hyper::HeaderMap;
use hyper::header::{COOKIE, HeaderValue};

/// The cookie of a browser in which somebody has signed in.
pub(crate) const SESSION: &str = "cognito";

/// The cookie of a browser that has left for an identity provider.
pub(crate) const DEPARTED: &str = "csrf-state";

/// The value of a cookie that the browser sent.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lists = headers.get_all(COOKIE).into_iter();
    let mut pairs = lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// The `Set-Cookie` that begins a session.
pub(crate) fn session(domain: &Domain, cookie: &Cookie) -> Option<HeaderValue> {
    set(domain, SESSION, &cookie.value, cookie.max_age)
}

/// The `Set-Cookie` that ends it.
pub(crate) fn no_session(domain: &Domain) -> Option<HeaderValue> {
    set(domain, SESSION, "", 0)
}

/// A `Set-Cookie` for the pages of a domain; one that lasts no time is forgotten. Without TLS it cannot be
/// `Secure`, since some browsers then refuse it even on the own machine.
pub(crate) fn set(domain: &Domain, name: &str, value: &str, max_age: i64) -> Option<HeaderValue> {
    write(domain, name, value, max_age, "; SameSite=Lax")
}

/// The `Set-Cookie` of a browser that leaves for an identity provider. It comes back with forms that the
/// provider sends; browsers take that for what it is only with TLS.
pub(crate) fn departed(domain: &Domain, value: &str, max_age: i64) -> Option<HeaderValue> {
    let same_site = if domain.base.starts_with("https:") {
        "; SameSite=None"
    } else {
        ""
    };
    write(domain, DEPARTED, value, max_age, same_site)
}

fn write(
    domain: &Domain,
    name: &str,
    value: &str,
    max_age: i64,
    same_site: &str,
) -> Option<HeaderValue> {
    let path = if domain.path_prefix.is_empty() {
        "/"
    } else {
        &domain.path_prefix
    };
    let secure = if domain.base.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    let text =
        format!("{name}={value}; Path={path}; Max-Age={max_age}; HttpOnly{same_site}{secure}");
    HeaderValue::try_from(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1; cognito=x=y"));
        headers.append(COOKIE, HeaderValue::from_static("xcognito=2;b=3"));
        assert_eq!(get(&headers, "cognito"), Some("x=y"));
        assert_eq!(get(&headers, "b"), Some("3"));
        assert_eq!(get(&headers, "c"), None);
    }
}
