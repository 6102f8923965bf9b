//! What a provider is given to hand back (`state`, `RelayState`): sealed to what it is for, and of use for a few
//! minutes.

use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::crypto::Purpose;
use crate::oauth::Domain;
use crate::{Cx, Error, Result};

/// How long a provider may keep the browser, in milliseconds.
pub(super) const LIFETIME_MS: i64 = 5 * 60 * 1000;

/// Who begins with a browser, and so who may open what it brings back.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// To sign in.
    In,
    /// To sign out.
    Out,
}

impl Way {
    fn context(self, domain: &Domain) -> String {
        let way = match self {
            Self::In => "",
            Self::Out => "sign-out/",
        };
        format!("{way}{}/{}", domain.pool_id(), domain.base)
    }
}

pub(super) fn seal<T: Serialize>(cx: &Cx, domain: &Domain, way: Way, state: &T) -> Result<String> {
    let plain = serde_json::to_vec(state).map_err(|error| Error::internal(error.to_string()))?;
    let (service, context) = (&cx.service, way.context(domain));
    let entropy = &*service.entropy;
    let sealed = &service
        .sealer
        .seal(Purpose::Federation, context.as_bytes(), &plain, entropy);
    Ok(BASE64URL_NOPAD.encode(sealed))
}

pub(super) fn open<T: DeserializeOwned>(
    cx: &Cx,
    domain: &Domain,
    way: Way,
    sealed: &str,
) -> Option<T> {
    let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
    let context = way.context(domain);
    let keys = &cx.service.sealer;
    let plain = keys.open(Purpose::Federation, context.as_bytes(), &bytes);
    serde_json::from_slice(&plain.ok()?).ok()
}

/// What nobody can guess.
pub(super) fn nonce(cx: &Cx) -> String {
    let mut bytes = [0; 32];
    cx.service.entropy.fill(&mut bytes);
    BASE64URL_NOPAD.encode(&bytes)
}
