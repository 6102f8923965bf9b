//! The client secret of Sign in with Apple: a JWT that the developer's key signs each time.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::json;

use crate::federation::provider::Provider;
use crate::pool::Pool;
use crate::{Cx, Error, Result};

/// How long one is good, in seconds: it is made for one request.
const SECONDS: i64 = 300;

/// The secret for a request that is made now.
pub(super) fn client_secret(cx: &Cx, pool: &Pool, provider: &Provider) -> Result<String> {
    let text = provider
        .secret(cx, pool, "private_key")?
        .unwrap_or_default();
    let key = read(&text).ok_or_else(Error::apple_key)?;
    let detail = |name| provider.detail(name).unwrap_or_default();
    let now = cx.now() / 1000;
    let header = json!({"alg": "ES256", "kid": detail("key_id")});
    let claims = json!({
        "iss": detail("team_id"), "iat": now, "exp": now + SECONDS,
        "aud": detail("oidc_issuer"), "sub": detail("client_id"),
    });
    let encode = |value: &serde_json::Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", encode(&header), encode(&claims));
    let signature = key
        .sign(&SystemRandom::new(), signed.as_bytes())
        .map_err(|_| Error::apple_key())?;
    Ok(format!(
        "{signed}.{}",
        BASE64URL_NOPAD.encode(signature.as_ref())
    ))
}

/// The key of a PKCS #8 text, with or without the lines around its base64.
fn read(text: &str) -> Option<EcdsaKeyPair> {
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    let base64: String = lines.flat_map(str::split_whitespace).collect();
    let der = BASE64.decode(base64.as_bytes()).ok()?;
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).ok()
}
