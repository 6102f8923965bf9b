//! Passkeys: what is stored of one, and whether a user can sign in with one.

mod assertion;
mod credential;
mod registration;
mod relying_party;

use cenote_model::{
    AuthFactorType, Timestamp, UserPoolMfaType, WebAuthnCredentialDescription,
    WebAuthnFactorConfigurationType,
};
use serde::{Deserialize, Serialize};

use super::{Account, User};
use crate::crypto::Purpose;
use crate::crypto::webauthn::PublicKey;
use crate::pool::Pool;
use crate::ports::{Expect, Kind, Write};
use crate::stored::Stored;
use crate::{Cx, Error, Result};

pub(crate) use assertion::{Assertion, request_options};
pub(crate) use registration::{Registration, creation_options};
pub(crate) use relying_party::{RelyingParty, check_id};

/// The passkeys that a user can have.
pub(crate) const MOST: usize = 20;

/// A registered passkey, by its user and its id (base64url).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Passkey {
    /// The relying party that it was made for.
    pub(crate) relying_party: String,
    key: PublicKey,
    /// How often it had signed when it was last seen; 0 where the authenticator does not count.
    counter: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attachment: Option<Attachment>,
    /// The ways to reach the authenticator, in the browser's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    transports: Vec<String>,
    /// Milliseconds since the epoch.
    created_at: i64,
}

/// Where the authenticator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Attachment {
    /// Part of the machine.
    Platform,
    /// Carried about.
    CrossPlatform,
}

/// Whether there are none to store.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
pub(super) const fn none(passkeys: &usize) -> bool {
    *passkeys == 0
}

fn record_key(sub: &str, id: &str) -> String {
    format!("{sub}/{id}")
}

/// A user's passkey, if it is registered.
pub(crate) async fn find(
    cx: &Cx,
    pool: &Pool,
    sub: &str,
    id: &str,
) -> Result<Option<Stored<Passkey>>> {
    Stored::find(cx, Kind::Passkey, &pool.id, &record_key(sub, id)).await
}

/// A user's passkeys by ascending id, of which `after` was the last that was seen.
pub(crate) async fn page(
    cx: &Cx,
    pool: &Pool,
    sub: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Stored<Passkey>>> {
    let after = after.map(|id| record_key(sub, id));
    let prefix = record_key(sub, "");
    let store = &cx.service.store;
    let records = store.records(Kind::Passkey, &pool.id, &prefix, after.as_deref(), limit);
    let records = records.await?.into_iter();
    records
        .map(|record| Stored::from_record(Kind::Passkey, record))
        .collect()
}

/// Whether the pool lets people sign in with passkeys.
pub(crate) fn are_allowed(pool: &Pool) -> bool {
    pool.first_factors().contains(&AuthFactorType::WebAuthn)
}

/// Whether somebody can sign in with a passkey: he has one, and the pool has a relying party. Of nobody it is
/// made up, so that neither answer says that there is nobody.
pub(crate) fn are_offered(cx: &Cx, pool: &Pool, account: &Account) -> bool {
    let has_one = match account {
        Account::Known(user) => user.passkeys > 0,
        Account::Unknown { sub } => invented(cx, pool, sub, "count")[0].is_multiple_of(2),
    };
    has_one && are_allowed(pool) && RelyingParty::of(&cx.service.config, pool).is_some()
}

/// Bytes about the passkeys of nobody, the same each time.
fn invented(cx: &Cx, pool: &Pool, sub: &str, what: &str) -> [u8; 32] {
    let text = format!("passkey\0{what}\0{}\0{sub}", pool.id);
    let sealer = &cx.service.sealer;
    sealer.lasting_mac(Purpose::Invented, text.as_bytes())
}

/// Whether a passkey of a user who was verified is two factors, by the pool's configuration.
pub(crate) fn are_two_factors(pool: &Pool) -> bool {
    let configured = pool.mfa.web_authn.as_ref();
    configured.and_then(|passkeys| passkeys.factor_configuration)
        == Some(WebAuthnFactorConfigurationType::MultiFactorWithUserVerification)
}

/// Whether the user may sign in with a passkey where a second factor is required of him: the pool takes it
/// for two, and he or the pool wants that.
pub(crate) fn can_replace_mfa(pool: &Pool, user: &User) -> bool {
    are_two_factors(pool) && (user.mfa.passkeys || pool.mfa_configuration() == UserPoolMfaType::On)
}

impl Stored<Passkey> {
    /// The credential id, base64url.
    pub(crate) fn id(&self) -> &str {
        self.key.split_once('/').map_or("", |(_, id)| id)
    }

    /// What ListWebAuthnCredentials tells of it.
    pub(crate) fn description(&self) -> WebAuthnCredentialDescription {
        let passkey = &self.value;
        let (name, attachment) = match passkey.attachment {
            Some(Attachment::Platform) => ("Platform passkey", Some("platform")),
            Some(Attachment::CrossPlatform) => ("Roaming passkey", Some("cross-platform")),
            None => ("Passkey", None),
        };
        WebAuthnCredentialDescription {
            credential_id: self.id().to_owned(),
            friendly_credential_name: name.to_owned(),
            relying_party_id: passkey.relying_party.clone(),
            authenticator_attachment: attachment.map(str::to_owned),
            authenticator_transports: passkey.transports.clone(),
            created_at: Timestamp(passkey.created_at),
        }
    }

    /// The write that goes with a sign-in: the new count, or the precondition that the passkey is still there.
    fn used(mut self, counter: u32) -> Result<Write> {
        if self.value.counter == counter {
            return Ok(Write::Require {
                kind: self.kind,
                pool: self.pool,
                key: self.key,
                expect: Expect::Version(self.version),
            });
        }
        self.value.counter = counter;
        self.update()
    }
}

impl Passkey {
    /// Whether the authenticator can be carried about.
    pub(crate) fn is_roaming(&self) -> bool {
        match self.attachment {
            Some(attachment) => attachment == Attachment::CrossPlatform,
            None => !self.transports.iter().any(|way| way == "internal"),
        }
    }

    /// Whether the count fits: an authenticator that counts has signed more often than when it was last seen,
    /// or else there are two of it.
    const fn fits(&self, counter: u32) -> bool {
        (self.counter == 0 && counter == 0) || counter > self.counter
    }
}

/// A passkey of the user, or ResourceNotFoundException.
pub(crate) async fn existing(cx: &Cx, pool: &Pool, sub: &str, id: &str) -> Result<Stored<Passkey>> {
    find(cx, pool, sub, id)
        .await?
        .ok_or_else(Error::passkey_not_found)
}
