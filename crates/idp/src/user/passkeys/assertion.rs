//! Signing in with a passkey: the options that a browser gets, and the proof that comes of them.

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::credential::Credential;
use super::{MOST, Passkey, RelyingParty, are_allowed, find, invented, page};
use crate::crypto::webauthn::{AuthenticatorData, ClientData, decode};
use crate::pool::Pool;
use crate::ports::Write;
use crate::stored::Stored;
use crate::user::Account;
use crate::{Cx, Error, Result};

/// The options for `navigator.credentials.get()`, as text. Of nobody an id is told that nobody has.
pub(crate) async fn request_options(
    cx: &Cx,
    pool: &Pool,
    account: &Account,
    challenge: &str,
    timeout_ms: i64,
) -> Result<String> {
    // Without a relying party passkeys are not to choose from.
    let party = RelyingParty::of(&cx.service.config, pool).ok_or_else(Error::passkey_wrong)?;
    let allow: Vec<Value> = match account {
        Account::Known(user) => page(cx, pool, &user.sub, None, MOST)
            .await?
            .iter()
            .filter(|passkey| passkey.value.relying_party == party.id)
            .map(|passkey| allowed(passkey.id(), &passkey.value.transports))
            .collect(),
        Account::Unknown { sub } => {
            let id = invented(cx, pool, sub, "id");
            let transports = ["hybrid", "internal"].map(str::to_owned);
            vec![allowed(&BASE64URL_NOPAD.encode(&id), &transports)]
        }
    };
    let options = json!({
        "challenge": challenge,
        "timeout": timeout_ms,
        "rpId": party.id,
        "allowCredentials": allow,
        "userVerification": party.user_verification(),
    });
    Ok(options.to_string())
}

fn allowed(id: &str, transports: &[String]) -> Value {
    json!({"type": "public-key", "id": id, "transports": transports})
}

/// The part of a credential that proves that its owner signs in.
#[derive(Deserialize)]
struct Response {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "authenticatorData")]
    data: String,
    signature: String,
    #[serde(default, rename = "userHandle")]
    user_handle: Option<String>,
}

/// What a browser makes of the options (AuthenticationResponseJSON).
pub(crate) struct Assertion {
    id: String,
    client_json: Vec<u8>,
    client_data: ClientData,
    data_bytes: Vec<u8>,
    data: AuthenticatorData,
    signature: Vec<u8>,
    user_handle: Option<Vec<u8>>,
}

/// What a right assertion shows.
pub(crate) struct Proven {
    /// The write that goes with it.
    pub(crate) write: Write,
    /// Whether the authenticator can be carried about.
    pub(crate) is_roaming: bool,
    /// Whether the authenticator knew its user.
    pub(crate) is_user_verified: bool,
}

impl Assertion {
    /// Reads it.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        Self::read(text).ok_or_else(|| Error::passkey_malformed("CREDENTIAL"))
    }

    fn read(text: &str) -> Option<Self> {
        let credential: Value = serde_json::from_str(text).ok()?;
        let Credential { id, response, .. } = Credential::<Response>::read(&credential)?;
        let client_json = decode(&response.client_data)?;
        let data_bytes = decode(&response.data)?;
        let user_handle = match response.user_handle {
            Some(handle) => Some(decode(&handle)?),
            None => None,
        };
        Some(Self {
            id,
            client_data: ClientData::parse(&client_json)?,
            client_json,
            data: AuthenticatorData::parse(&data_bytes)?,
            data_bytes,
            signature: decode(&response.signature)?,
            user_handle: user_handle.filter(|handle| !handle.is_empty()),
        })
    }

    /// Checks it against what is stored of a user's passkeys; `None` when it proves nothing.
    pub(crate) async fn check(
        &self,
        cx: &Cx,
        pool: &Pool,
        sub: &str,
        challenge: &[u8],
    ) -> Result<Option<Proven>> {
        let found = find(cx, pool, sub, &self.id).await?;
        let party = RelyingParty::of(&cx.service.config, pool).filter(|_| are_allowed(pool));
        let Some(party) = party else {
            return Ok(None);
        };
        let is_right = |stored: &Stored<Passkey>| {
            let passkey = &stored.value;
            self.client_data.ceremony == "webauthn.get"
                && self.client_data.answers(challenge)
                && self.client_data.is_from(&party.id)
                && self.data.is_for(&party.id)
                && passkey.relying_party == party.id
                && self.data.is_user_present()
                && (self.data.is_user_verified() || !party.verifies_users)
                && self
                    .user_handle
                    .as_deref()
                    .is_none_or(|it| it == sub.as_bytes())
                && passkey.fits(self.data.counter)
                && passkey
                    .key
                    .has_signed(&self.data_bytes, &self.client_json, &self.signature)
        };
        let Some(stored) = found.filter(is_right) else {
            return Ok(None);
        };
        Ok(Some(Proven {
            is_roaming: stored.value.is_roaming(),
            is_user_verified: self.data.is_user_verified(),
            write: stored.used(self.data.counter)?,
        }))
    }
}
