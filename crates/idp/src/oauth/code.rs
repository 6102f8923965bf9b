//! Authorization codes: five minutes, one use, for the client and address that they were made for. Only the
//! digest of one is stored. A second use ends what the first one issued (RFC 6749, 4.1.2).

use std::time::Duration;

use aws_lc_rs::digest;
use cenote_model::{AuthenticationResultType, UserStatusType};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{Authorization, OAuthCode, Params, Refusal, Result};
use crate::auth::{Proof, SignedIn};
use crate::pool::{Client, Pool};
use crate::ports::{Change, Expect, Kind, Record, Write};
use crate::token::{self, Grant, SignIn};
use crate::trigger::TokenSource;
use crate::user::{attributes, sign_in};
use crate::{Cx, Error};

/// How long a code lives.
const LIFETIME: Duration = Duration::from_mins(5);

/// What is kept of a code.
#[derive(Serialize, Deserialize)]
struct Doc {
    client: String,
    redirect_uri: String,
    grant: Grant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    challenge: Option<String>,
    sub: String,
    /// The user's token generation.
    generation: u32,
    auth_time: i64,
    proofs: Vec<Proof>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sso: Option<String>,
    /// What its use issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issued: Option<Issued>,
}

/// A family of tokens.
#[derive(Serialize, Deserialize)]
struct Issued {
    origin_jti: String,
    /// Milliseconds since the epoch.
    expires_at: i64,
}

fn key(code: &str) -> String {
    let digest = digest::digest(&digest::SHA256, code.as_bytes());
    format!("oauth/{}", HEXLOWER.encode(digest.as_ref()))
}

impl Doc {
    fn put(
        &self,
        pool: &Pool,
        key: String,
        expires_at: i64,
        expect: Expect,
    ) -> crate::Result<Write> {
        Ok(Write::Put {
            kind: Kind::Code,
            pool: pool.id.clone(),
            key,
            doc: serde_json::to_string(self).map_err(|error| Error::internal(error.to_string()))?,
            expires_at: Some(expires_at),
            expect,
        })
    }
}

/// Makes a code for somebody who has signed in.
pub(super) async fn issue(
    cx: &Cx,
    authorization: &Authorization,
    signed_in: &SignedIn,
) -> crate::Result<String> {
    let code = cx.uuid().to_string();
    let doc = Doc {
        client: authorization.client.id.clone(),
        redirect_uri: authorization.redirect_uri.clone(),
        grant: authorization.grant(),
        nonce: authorization.nonce.clone(),
        challenge: authorization.challenge.clone(),
        sub: signed_in.user.sub.clone(),
        generation: signed_in.user.generation,
        auth_time: signed_in.auth_time,
        proofs: signed_in.proofs.clone(),
        device_key: signed_in.device_key.clone(),
        sso: signed_in.sso.clone(),
        issued: None,
    };
    let lifetime = i64::try_from(LIFETIME.as_millis()).unwrap_or_default();
    let expect = Expect::Absent { now: cx.now() };
    let write = doc.put(&authorization.pool, key(&code), cx.now() + lifetime, expect)?;
    cx.commit(Change::new().with(write)).await?;
    Ok(code)
}

/// Takes a code that this client presents, and issues its tokens.
pub(super) async fn redeem(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    params: &Params,
) -> Result<AuthenticationResultType> {
    let key = key(params.required("code")?);
    let redirect_uri = params.required("redirect_uri")?;
    let bad = || Refusal::bare(OAuthCode::InvalidGrant);
    let record = cx.live(Kind::Code, &pool.id, &key).await?.ok_or_else(bad)?;
    let mut doc = read(&record)?;
    if doc.client != client.id {
        return Err(bad());
    }
    if let Some(issued) = &doc.issued {
        let Issued {
            origin_jti,
            expires_at,
        } = issued;
        token::revoke_family(cx, pool, &doc.sub, origin_jti, *expires_at).await?;
        return Err(bad());
    }
    if doc.redirect_uri != redirect_uri {
        return Err(Refusal::redirect_differs());
    }
    check_verifier(doc.challenge.as_deref(), params.get("code_verifier"))?;
    check_readable(client, &doc.grant)?;
    let user = sign_in::find_for_code(cx, pool, &doc.sub).await?;
    let user = user.filter(|user| {
        user.enabled
            && user.status != UserStatusType::ResetRequired
            && user.generation == doc.generation
    });
    let user = user.ok_or_else(bad)?;
    let sign_in = SignIn {
        origin_jti: cx.uuid().to_string(),
        auth_time: doc.auth_time,
        proofs: doc.proofs.clone(),
        device_key: doc.device_key.clone(),
        grant: Some(Grant {
            nonce: doc.nonce.clone(),
            ..doc.grant.clone()
        }),
        sso: doc.sso.clone(),
    };
    // Used before anything is issued: of two at the same time one wins, and the other comes too late.
    doc.issued = Some(Issued {
        origin_jti: sign_in.origin_jti.clone(),
        expires_at: cx.now() + client.refresh_token_seconds() * 1000,
    });
    let expires_at = record.expires_at.unwrap_or_default();
    let spent = doc.put(pool, key, expires_at, Expect::Version(record.version))?;
    cx.commit(Change::new().with(spent)).await?;
    let asked = (TokenSource::HostedAuth, None);
    Ok(token::sign_in(cx, pool, client, &user, &sign_in, asked).await?)
}

fn read(record: &Record) -> crate::Result<Doc> {
    serde_json::from_str(&record.doc)
        .map_err(|error| Error::internal(format!("authorization code: {error}")))
}

/// The verifier is the one of the challenge; neither comes without the other (RFC 7636, RFC 9700 4.8.2).
fn check_verifier(challenge: Option<&str>, verifier: Option<&str>) -> Result<()> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if is_verifier(verifier) => {
            let digest = digest::digest(&digest::SHA256, verifier.as_bytes());
            let made = BASE64URL_NOPAD.encode(digest.as_ref());
            if bool::from(made.as_bytes().ct_eq(challenge.as_bytes())) {
                Ok(())
            } else {
                Err(Refusal::verifier())
            }
        }
        _ => Err(Refusal::verifier()),
    }
}

fn is_verifier(text: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved)
}

/// The client can read both attributes behind a scope, or does not get it.
fn check_readable(client: &Client, grant: &Grant) -> Result<()> {
    for (scope, attribute) in [("email", "email"), ("phone", "phone_number")] {
        let verified = format!("{attribute}_verified");
        let reads = [attribute, &verified]
            .into_iter()
            .all(|name| attributes::may_read(client, name));
        if !reads && grant.scopes.iter().any(|one| one == scope) {
            return Err(Refusal::unreadable_scope(scope));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verifier_and_challenge_come_together_and_fit() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(check_verifier(Some(challenge), Some(verifier)), Ok(()));
        assert_eq!(check_verifier(None, None), Ok(()));
        let other = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK";
        for (challenge, verifier) in [
            (Some(challenge), None),
            (None, Some(verifier)),
            (Some(challenge), Some(other)),
            (Some(challenge), Some(challenge)),
            (Some(challenge), Some("short")),
        ] {
            assert_eq!(
                check_verifier(challenge, verifier),
                Err(Refusal::verifier())
            );
        }
        assert!(is_verifier(&"a".repeat(128)) && !is_verifier(&"a".repeat(129)));
        assert!(!is_verifier(&"a ".repeat(30)));
    }
}
