//! The client that calls an endpoint, and how it proves to be one (RFC 6749, 2.3).

use std::sync::Arc;

use data_encoding::BASE64;

use super::{Domain, OAuthCode, Params, Refusal, Result};
use crate::Cx;
use crate::pool::Client;

/// A client of the domain's pool, to which the request is counted.
pub(super) async fn client_of(
    cx: &Cx,
    domain: &Domain,
    id: &str,
) -> std::result::Result<Option<Arc<Client>>, crate::Error> {
    let client = cx.service.client(id).await?;
    let client = client.filter(|client| client.pool_id == domain.pool.id);
    if let Some(client) = &client {
        cx.service.rates.check_client(&client.id)?;
    }
    Ok(client)
}

/// Id and secret as they were sent.
struct Credentials {
    id: String,
    /// The readings of the secret, any of which may be the right one.
    secrets: Vec<String>,
}

/// Checks who calls: a client with a secret shows one of its secrets in a Basic header or the body, one
/// without shows none. Who fails with a header is asked for a better one in the hardened profile (RFC 6749,
/// 5.2); the service says no more than that.
pub(super) async fn authenticate(
    cx: &Cx,
    domain: &Domain,
    authorization: Option<&str>,
    params: &Params,
) -> Result<Arc<Client>> {
    let read = credentials(authorization, params);
    let id = read
        .as_ref()
        .map(|read| read.id.clone())
        .unwrap_or_default();
    let proved = match read {
        Ok(read) => proved(cx, domain, &read).await,
        Err(refusal) => Err(refusal),
    };
    proved.map_err(|refusal| Refusal {
        is_challenged: authorization.is_some()
            && refusal.code == OAuthCode::InvalidClient
            && (cx.service.config.oauth).harden(&domain.pool.id, &id),
        ..refusal
    })
}

/// What was sent: in a header, in the body, or the same in both.
fn credentials(authorization: Option<&str>, params: &Params) -> Result<Credentials> {
    let header = authorization.map(|header| {
        let read = basic(header);
        read.ok_or_else(|| Refusal::bare(OAuthCode::InvalidClient))
    });
    match (
        header.transpose()?,
        params.get("client_id"),
        params.get("client_secret"),
    ) {
        (Some(header), id, secret) => {
            let same_secret =
                secret.is_none_or(|secret| header.secrets.iter().any(|it| it == secret));
            if id.is_some_and(|id| id != header.id) || !same_secret {
                return Err(Refusal::client_twice());
            }
            Ok(header)
        }
        (None, Some(id), secret) => Ok(Credentials {
            id: id.to_owned(),
            secrets: secret.map(str::to_owned).into_iter().collect(),
        }),
        (None, None, _) => Err(Refusal::missing("client_id")),
    }
}

/// The client, if these are its credentials.
async fn proved(cx: &Cx, domain: &Domain, credentials: &Credentials) -> Result<Arc<Client>> {
    let client = client_of(cx, domain, &credentials.id)
        .await?
        .ok_or_else(|| Refusal::bare(OAuthCode::InvalidClient))?;
    let secrets = &credentials.secrets;
    if secrets.is_empty() != client.is_confidential() {
        for secret in secrets {
            if client.secret_matches(cx, secret)? {
                return Ok(client);
            }
        }
        if secrets.is_empty() {
            return Ok(client);
        }
    }
    Err(Refusal::client_secret())
}

/// Reads a Basic header. Both parts are encoded as in a form, but many clients send them as they are: a
/// secret may hold a `+`, and never a space.
fn basic(header: &str) -> Option<Credentials> {
    let (scheme, value) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = BASE64.decode(value.trim().as_bytes()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    let mut secrets = vec![secret.to_owned()];
    if let Some(read) = unescape(secret).filter(|read| read != secret) {
        secrets.push(read);
    }
    secrets.retain(|secret| !secret.is_empty());
    Some(Credentials {
        id: unescape(id)?,
        secrets,
    })
}

/// The text with its percent escapes read, and nothing else.
fn unescape(text: &str) -> Option<String> {
    let form = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    let (_, value) = form_urlencoded::parse(form.as_bytes()).next()?;
    Some(value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basic_header_is_read_as_it_is_and_as_a_form() {
        for (plain, id, secrets) in [
            ("app:a+b", "app", &["a+b"][..]),
            ("app:a%2Bb", "app", &["a%2Bb", "a+b"]),
            ("app:", "app", &[]),
            ("app:a:b", "app", &["a:b"]),
        ] {
            let header = format!("bAsIc {}", BASE64.encode(plain.as_bytes()));
            let read = basic(&header).expect("a header");
            assert_eq!(
                (read.id.as_str(), &read.secrets[..]),
                (
                    id,
                    secrets
                        .iter()
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                        .as_slice()
                )
            );
        }
        for bad in ["Basic", "Basic %", "Bearer YTpi", "Basic YWI="] {
            assert!(basic(bad).is_none(), "{bad}");
        }
    }
}
