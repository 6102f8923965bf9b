//! Registering a passkey: the options that a browser gets, and what it makes of them.

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::credential::Credential;
use super::{Attachment, MOST, Passkey, RelyingParty, are_allowed, page, record_key};
use crate::crypto::Purpose;
use crate::crypto::webauthn::{ALGORITHMS, AuthenticatorData, ClientData, decode};
use crate::pool::{Client, Pool};
use crate::ports::{Kind, Write};
use crate::stored::Stored;
use crate::user::User;
use crate::{Cx, Error, Result};

/// How long the browser waits for the user, in milliseconds.
const TIMEOUT_MS: i64 = 60 * 1000;

/// How long a challenge lives: browsers are free to wait longer than they are asked to.
const CHALLENGE_MS: i64 = 5 * 60 * 1000;

/// The ways to reach an authenticator that WebAuthn knows.
const TRANSPORTS: [&str; 7] = [
    "usb",
    "nfc",
    "ble",
    "smart-card",
    "hybrid",
    "internal",
    "cable",
];

/// Checks that a passkey can be registered in the pool; gives its relying party.
fn check_pool(cx: &Cx, pool: &Pool) -> Result<RelyingParty> {
    if !are_allowed(pool) {
        return Err(Error::passkeys_off());
    }
    RelyingParty::of(&cx.service.config, pool).ok_or_else(Error::relying_party_missing)
}

fn check_room(user: &User) -> Result<()> {
    if user.passkeys < MOST {
        Ok(())
    } else {
        Err(Error::too_many_passkeys(MOST))
    }
}

/// The options for `navigator.credentials.create()`.
pub(crate) async fn creation_options(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    user: &User,
) -> Result<Value> {
    let party = check_pool(cx, pool)?;
    check_room(user)?;
    let present = page(cx, pool, &user.sub, None, MOST).await?;
    let exclude: Vec<Value> = present
        .iter()
        .map(|passkey| json!({"id": passkey.id(), "type": "public-key"}))
        .collect();
    let label = label(pool, user);
    let algorithms = ALGORITHMS.map(|algorithm| json!({"type": "public-key", "alg": algorithm}));
    Ok(json!({
        "rp": {"id": party.id, "name": party.id},
        "user": {
            "id": BASE64URL_NOPAD.encode(user.sub.as_bytes()),
            "name": label,
            "displayName": label,
        },
        "challenge": BASE64URL_NOPAD.encode(&Challenge::new(cx, client).seal(cx, pool, user)),
        "pubKeyCredParams": algorithms,
        "timeout": TIMEOUT_MS,
        "excludeCredentials": exclude,
        "authenticatorSelection": {
            "requireResidentKey": true,
            "residentKey": "required",
            "userVerification": party.user_verification(),
        },
    }))
}

/// What the user's authenticator calls the account: the name that he signs in with, where that is not the
/// username.
fn label<'a>(pool: &Pool, user: &'a User) -> &'a str {
    let address = user.attribute("email").or(user.attribute("phone_number"));
    address
        .filter(|_| pool.has_username_attributes())
        .unwrap_or(&user.username)
}

/// What a challenge says when it comes back. It is sealed, and so needs no place to wait in.
struct Challenge {
    /// A UUID, recorded when the challenge is used.
    id: String,
    client: String,
    /// Milliseconds since the epoch.
    expires_at: i64,
}

fn context(pool: &Pool, user: &User) -> String {
    format!("{}/{}", pool.id, user.sub)
}

impl Challenge {
    fn new(cx: &Cx, client: &Client) -> Self {
        Self {
            id: cx.uuid().to_string(),
            client: client.id.clone(),
            expires_at: cx.now() + CHALLENGE_MS,
        }
    }

    fn seal(&self, cx: &Cx, pool: &Pool, user: &User) -> Vec<u8> {
        let plain = format!("{} {} {}", self.id, self.client, self.expires_at);
        cx.service.sealer.seal(
            Purpose::PasskeyChallenge,
            context(pool, user).as_bytes(),
            plain.as_bytes(),
            &*cx.service.entropy,
        )
    }

    /// Opens one of this user that is alive.
    fn open(cx: &Cx, pool: &Pool, user: &User, sealed: &[u8]) -> Option<Self> {
        let opened = cx.service.sealer.open(
            Purpose::PasskeyChallenge,
            context(pool, user).as_bytes(),
            sealed,
        );
        let opened = opened.ok()?;
        let mut words = std::str::from_utf8(&opened).ok()?.split(' ');
        let mut word = || words.next().map(str::to_owned);
        let challenge = Self {
            id: word()?,
            client: word()?,
            expires_at: word()?.parse().ok()?,
        };
        (challenge.expires_at > cx.now()).then_some(challenge)
    }

    /// The write that uses it up.
    fn consume(&self, cx: &Cx, pool: &Pool) -> Write {
        Write::mark(&pool.id, &self.id, cx.now(), self.expires_at)
    }
}

/// The part of a credential that tells how it was made.
#[derive(Deserialize)]
struct Response {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "attestationObject")]
    attestation: String,
    #[serde(default)]
    transports: Vec<String>,
}

/// A passkey that a browser has made (RegistrationResponseJSON).
pub(crate) struct Registration {
    id: String,
    client_data: ClientData,
    data: AuthenticatorData,
    attachment: Option<Attachment>,
    transports: Vec<String>,
}

impl Registration {
    /// Reads it.
    pub(crate) fn parse(credential: &Value) -> Result<Self> {
        Self::read(credential).ok_or_else(|| Error::passkey_malformed("Credential"))
    }

    fn read(credential: &Value) -> Option<Self> {
        let Credential {
            id,
            attachment,
            response,
        } = Credential::<Response>::read(credential)?;
        Some(Self {
            id,
            client_data: ClientData::parse(&decode(&response.client_data)?)
                .filter(|data| data.ceremony == "webauthn.create")?,
            data: AuthenticatorData::of_attestation(&decode(&response.attestation)?)?,
            // Words that are not known count for nothing.
            attachment: attachment.and_then(|word| serde_json::from_value(word.into()).ok()),
            transports: TRANSPORTS
                .into_iter()
                .filter(|known| response.transports.iter().any(|given| given == known))
                .map(str::to_owned)
                .collect(),
        })
    }

    /// Checks it against what was asked. Gives the record to store, and the write that uses the challenge up,
    /// which goes first.
    pub(crate) async fn check(
        self,
        cx: &Cx,
        pool: &Pool,
        client: &Client,
        user: &User,
    ) -> Result<(Write, Stored<Passkey>)> {
        let party = check_pool(cx, pool)?;
        let challenge = decode(&self.client_data.challenge)
            .and_then(|sealed| Challenge::open(cx, pool, user, &sealed))
            .ok_or_else(Error::passkey_challenge_not_found)?;
        let consumed = cx.live(Kind::Consumed, &pool.id, &challenge.id).await?;
        if consumed.is_some() {
            return Err(Error::passkey_challenge_not_found());
        }
        if challenge.client != client.id {
            return Err(Error::passkey_of_other_client());
        }
        if !self.client_data.is_from(&party.id) {
            return Err(Error::passkey_origin(&party.id));
        }
        if !self.data.is_for(&party.id) {
            return Err(Error::passkey_of_other_party(&party.id));
        }
        if !self.data.is_user_present() {
            return Err(Error::passkey_not_supported("nobody was present"));
        }
        if party.verifies_users && !self.data.is_user_verified() {
            return Err(Error::passkey_not_supported("the user was not verified"));
        }
        let made = self.data.credential;
        let made = made.filter(|made| BASE64URL_NOPAD.encode(&made.id) == self.id);
        let made = made.ok_or_else(|| Error::passkey_malformed("Credential"))?;
        let key = made
            .key
            .ok_or_else(|| Error::passkey_not_supported("its algorithm was not asked for"))?;
        check_room(user)?;
        let passkey = Passkey {
            relying_party: party.id,
            key,
            counter: self.data.counter,
            attachment: self.attachment,
            transports: self.transports,
            created_at: cx.now(),
        };
        let at = record_key(&user.sub, &self.id);
        let stored = Stored::new(Kind::Passkey, &pool.id, at, passkey);
        Ok((challenge.consume(cx, pool), stored))
    }
}
