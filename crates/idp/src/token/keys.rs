//! The signing keys of a pool: one for ID tokens and one for access tokens, sealed at rest.

use std::collections::HashMap;
use std::sync::Arc;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::crypto::{Purpose, SigningKey, VerifyingKey};
use crate::ports::{Expect, Kind, Record, Write};
use crate::{Cx, Error, Result, Service};

/// The keys of a pool, parsed once.
pub(crate) struct PoolKeys {
    /// Signs ID tokens: the newest of its kind.
    pub(crate) id: Arc<SigningKey>,
    /// Signs access tokens: the newest of its kind.
    pub(crate) access: Arc<SigningKey>,
    /// Every key that still verifies, by kid.
    all: HashMap<String, Arc<SigningKey>>,
    /// The JWKS document.
    jwks: Value,
}

#[derive(Serialize, Deserialize)]
struct KeyDoc {
    /// The PKCS#8 text, sealed, base64.
    sealed: String,
    /// Milliseconds since the epoch.
    created_at: i64,
}

const ID: &str = "id";
const ACCESS: &str = "access";

impl PoolKeys {
    /// Opens and parses the stored keys; `None` when the pool has none, hence is not there.
    pub(crate) fn from_records(
        service: &Service,
        pool: &str,
        records: &[Record],
    ) -> Result<Option<Self>> {
        let (mut id, mut access) = (None, None);
        let (mut all, mut published) = (HashMap::new(), Vec::new());
        let is_ours = |record: &&Record| {
            let role = record.key.split('/').next().unwrap_or_default();
            role == ID || role == ACCESS
        };
        for record in records.iter().filter(is_ours) {
            let broken =
                |what: &str| Error::internal(format!("signing key {pool}/{}: {what}", record.key));
            let doc: KeyDoc =
                serde_json::from_str(&record.doc).map_err(|error| broken(&error.to_string()))?;
            let sealed = BASE64
                .decode(doc.sealed.as_bytes())
                .map_err(|_| broken("not base64"))?;
            let plain = service
                .sealer
                .open(Purpose::SigningKey, pool.as_bytes(), &sealed)
                .map_err(|_| broken("does not open with this root key"))?;
            let key =
                Arc::new(SigningKey::from_pkcs8(&plain).map_err(|_| broken("is no RSA key"))?);
            let public = key.verifying_key();
            published.push(json!({
                "kid": key.kid(), "alg": "RS256", "kty": "RSA", "use": "sig",
                "e": public.exponent(), "n": public.modulus(),
            }));
            all.insert(key.kid().to_owned(), Arc::clone(&key));
            let newest = if record.key.starts_with(ID) {
                &mut id
            } else {
                &mut access
            };
            if newest
                .as_ref()
                .is_none_or(|(created_at, _)| *created_at < doc.created_at)
            {
                *newest = Some((doc.created_at, key));
            }
        }
        let (Some((_, id)), Some((_, access))) = (id, access) else {
            return Ok(None);
        };
        Ok(Some(Self {
            id,
            access,
            all,
            jwks: json!({ "keys": published }),
        }))
    }

    /// The key that a token names.
    pub(crate) fn verifying(&self, kid: &str) -> Option<&VerifyingKey> {
        self.all.get(kid).map(|key| key.verifying_key())
    }

    /// The document at `/.well-known/jwks.json`.
    pub(crate) const fn jwks(&self) -> &Value {
        &self.jwks
    }
}

/// The writes that give a new pool its two keys.
pub(crate) fn new_key_writes(
    cx: &Cx,
    pool: &str,
    id: &SigningKey,
    access: &SigningKey,
) -> Result<Vec<Write>> {
    [(ID, id), (ACCESS, access)]
        .into_iter()
        .map(|(role, key)| key_write(cx, pool, role, key))
        .collect()
}

fn key_write(cx: &Cx, pool: &str, role: &str, key: &SigningKey) -> Result<Write> {
    let pkcs8 = key.to_pkcs8();
    let sealed = cx.service.sealer.seal(
        Purpose::SigningKey,
        pool.as_bytes(),
        &pkcs8,
        &*cx.service.entropy,
    );
    let doc = KeyDoc {
        sealed: BASE64.encode(&sealed),
        created_at: cx.now(),
    };
    Ok(Write::Put {
        kind: Kind::SigningKey,
        pool: pool.to_owned(),
        key: format!("{role}/{}", key.kid()),
        doc: serde_json::to_string(&doc).map_err(|error| Error::internal(error.to_string()))?,
        expires_at: None,
        expect: Expect::Absent { now: cx.now() },
    })
}
