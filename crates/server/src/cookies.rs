//! Cookies of a domain: kept from scripts, from other sites and from other domains.

use cenote_idp::oauth::{Cookie, Domain};
use hyper::HeaderMap;
use hyper::header::{COOKIE, HeaderValue};

/// The cookie of a browser in which somebody has signed in.
pub(crate) const SESSION: &str = "cognito";

/// The cookie of a browser that has left for an identity provider, and its twin for browsers that do not know
/// `SameSite=None`.
const DEPARTED: &str = "csrf-state";
const DEPARTED_LEGACY: &str = "csrf-state-legacy";

/// The cookie that keeps the language, and for how long, in seconds.
pub(crate) const LANG: &str = "lang";
const LANG_SECONDS: i64 = 365 * 24 * 60 * 60;

/// The cookie that a form's `_csrf` must agree with, and how long it is kept, in seconds.
pub(crate) const CSRF: &str = "XSRF-TOKEN";
const CSRF_SECONDS: i64 = 24 * 60 * 60;

/// The value of a cookie that the browser sent. Two of a name are none: one of them is from next door.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lists = headers.get_all(COOKIE).into_iter();
    let pairs = lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter_map(|(known, value)| (known == name).then_some(value));
    let first = values.next()?;
    values.all(|other| other == first).then_some(first)
}

/// The `Set-Cookie` that begins a session.
pub(crate) fn session(domain: &Domain, cookie: &Cookie) -> Option<HeaderValue> {
    set(domain, SESSION, &cookie.value, cookie.max_age)
}

/// The `Set-Cookie` that ends it.
pub(crate) fn no_session(domain: &Domain) -> Option<HeaderValue> {
    set(domain, SESSION, "", 0)
}

/// The `Set-Cookie` of a form's token.
pub(crate) fn csrf(domain: &Domain, value: &str) -> Option<HeaderValue> {
    set(domain, CSRF, value, CSRF_SECONDS)
}

/// A `Set-Cookie` for the pages of a domain; one that lasts no time is forgotten. Without TLS it cannot be
/// `Secure`, since some browsers then refuse it even on the own machine.
pub(crate) fn set(domain: &Domain, name: &str, value: &str, max_age: i64) -> Option<HeaderValue> {
    write(domain, name, value, max_age, "; SameSite=Lax")
}

/// Whether a text can be the token of a form.
pub(crate) fn is_token(value: &str) -> bool {
    value.len() == 36 && value.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The `Set-Cookie` of a language.
pub(crate) fn lang(domain: &Domain, code: &str) -> Option<HeaderValue> {
    set(domain, LANG, code, LANG_SECONDS)
}

/// The `Set-Cookie`s of a browser that leaves for an identity provider. It comes back with forms that the
/// provider sends; browsers take that for what it is only with TLS.
pub(crate) fn departed(
    domain: &Domain,
    value: &str,
    max_age: i64,
) -> impl Iterator<Item = HeaderValue> {
    let cookies: &[(&str, &str)] = if domain.base.starts_with("https:") {
        &[(DEPARTED, "; SameSite=None"), (DEPARTED_LEGACY, "")]
    } else {
        &[(DEPARTED, "")]
    };
    let write =
        move |(name, same_site): &(&str, &str)| write(domain, name, value, max_age, same_site);
    cookies.iter().filter_map(write)
}

/// By what a browser is known that comes back from one.
pub(crate) fn returned(headers: &HeaderMap) -> Option<&str> {
    get(headers, DEPARTED).or_else(|| get(headers, DEPARTED_LEGACY))
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
        headers.append(COOKIE, HeaderValue::from_static("b=3; cognito=y"));
        assert_eq!(
            (get(&headers, "b"), get(&headers, "cognito")),
            (Some("3"), None)
        );
    }
}
