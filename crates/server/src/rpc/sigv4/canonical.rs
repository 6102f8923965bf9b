//! The canonical request: what both sides of a signature must build alike.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use hyper::http::request::Parts;

/// The SHA-256 of the canonical request, in hexadecimal digits.
pub(crate) fn request_hash(
    request: &Parts,
    names: impl Iterator<Item = impl AsRef<str>>,
    signed_headers: &str,
    body: &[u8],
) -> String {
    let mut text = format!(
        "{}\n{}\n{}\n",
        request.method,
        path(request.uri.path()),
        query(request.uri.query().unwrap_or_default())
    );
    for name in names {
        let name = name.as_ref();
        text += name;
        text.push(':');
        header(request, name, &mut text);
        text.push('\n');
    }
    text.push('\n');
    text += signed_headers;
    text.push('\n');
    text += &sha256(body);
    sha256(text.as_bytes())
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest(&SHA256, bytes).as_ref())
}

/// The values of a header: trimmed, runs of blanks made one, joined by commas. HTTP/2 has no `host`
/// header; what it stands for is the authority then.
fn header(request: &Parts, name: &str, text: &mut String) {
    let mut values = request.headers.get_all(name).iter().peekable();
    if values.peek().is_none() && name == "host" {
        text.push_str(
            request
                .uri
                .authority()
                .map_or("", |authority| authority.as_str()),
        );
    }
    for (index, value) in values.enumerate() {
        if index > 0 {
            text.push(',');
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        for (index, word) in value
            .split([' ', '\t'])
            .filter(|word| !word.is_empty())
            .enumerate()
        {
            if index > 0 {
                text.push(' ');
            }
            text.push_str(word);
        }
    }
}

/// The path as sent, encoded once more.
fn path(path: &str) -> String {
    path.split('/')
        .map(|segment| encode(segment.as_bytes()))
        .collect::<Vec<_>>()
        .join("/")
}

/// The parameters, each decoded and encoded anew, in order.
fn query(query: &str) -> String {
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            format!("{}={}", encode(&decode(name)), encode(&decode(value)))
        })
        .collect();
    pairs.sort_unstable();
    pairs.join("&")
}

/// Everything but unreserved characters as `%` and two digits.
pub(crate) fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let digit = |at: u8| char::from(DIGITS[usize::from(at)]);
            text.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    text
}

fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = escaped
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{path, query};

    #[test]
    fn paths_are_encoded_once_more() {
        assert_eq!(path("/"), "/");
        assert_eq!(path("/a%20b/c~d"), "/a%2520b/c~d");
    }

    #[test]
    fn queries_are_sorted_and_encoded_anew() {
        assert_eq!(query(""), "");
        assert_eq!(query("b=2&a=%2f&a=+1&flag"), "a=%2B1&a=%2F&b=2&flag=");
        assert_eq!(query("%zz=%4"), "%25zz=%254");
    }
}
