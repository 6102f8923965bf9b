//! What one page tells the next: a sealed cookie, for this client and domain only, that lasts five minutes.

use std::collections::BTreeMap;

use cenote_idp::Cx;
use cenote_idp::crypto::Purpose;
use cenote_idp::oauth::Domain;
use cenote_model::ChallengeNameType;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

/// The name of the cookie.
pub(crate) const COOKIE: &str = "page-data";

/// How long a page may wait for its answer, in seconds.
pub(crate) const SECONDS: i64 = 5 * 60;

/// The longest value that browsers keep for certain.
const LONGEST: usize = 3800;

/// Where somebody stands between two pages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Flow {
    pub(crate) username: String,
    pub(crate) step: Step,
    /// Whether a passkey is to be added when somebody has signed in.
    #[serde(default)]
    pub(crate) wants_passkey: bool,
    /// Milliseconds since the epoch.
    #[serde(default)]
    until: i64,
}

/// What the next page asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Step {
    /// Nothing: the sign-in page tells how the last one ended, by the key of a message.
    Told(String),
    /// The sign-in.
    SignIn,
    /// Whether an application gets what it asks for, of whoever has just signed in.
    Consent,
    /// A passkey for whoever has just signed in.
    AddPasskey,
    /// The code of a sign-up.
    Confirm {
        /// Whether by e-mail, and the masked address.
        sent_to: Option<(bool, String)>,
        is_resent: bool,
        /// What a sign-in straight after the confirmation goes on with.
        session: Option<String>,
    },
    /// The code of a password reset. Whether the reset is needed to sign in.
    Reset { is_needed: bool },
    /// The answer to a challenge.
    Challenge(Question),
    /// The first code of an authenticator app.
    SetUpApp { session: String, key: String },
    /// The address or number that codes should go to.
    SetUpContact { session: String, by_email: bool },
}

/// A challenge of a sign-in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Question {
    pub(crate) challenge: ChallengeNameType,
    pub(crate) session: String,
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Flow {
    pub(crate) fn new(username: impl Into<String>, step: Step) -> Self {
        Self {
            username: username.into(),
            step,
            wants_passkey: false,
            until: 0,
        }
    }

    fn context(domain: &Domain, client: &str) -> String {
        format!("{}/{client}/{}", domain.pool_id(), domain.base)
    }

    /// Its value in the cookie; `None` if it is too long for one.
    pub(crate) fn seal(mut self, cx: &Cx, domain: &Domain, client: &str) -> Option<String> {
        let service = &cx.service;
        self.until = service.clock.now_ms() + SECONDS * 1000;
        let plain = serde_json::to_vec(&self).ok()?;
        let context = Self::context(domain, client);
        let sealed = service.sealer.seal(
            Purpose::PageData,
            context.as_bytes(),
            &plain,
            &*service.entropy,
        );
        let value = BASE64URL_NOPAD.encode(&sealed);
        (value.len() <= LONGEST).then_some(value)
    }

    /// Opens it, if it was made here and is not too old.
    pub(crate) fn open(cx: &Cx, domain: &Domain, client: &str, value: &str) -> Option<Self> {
        let service = &cx.service;
        let sealed = BASE64URL_NOPAD.decode(value.as_bytes()).ok()?;
        let context = Self::context(domain, client);
        let plain = service
            .sealer
            .open(Purpose::PageData, context.as_bytes(), &sealed)
            .ok()?;
        let flow: Self = serde_json::from_slice(&plain).ok()?;
        (flow.until > service.clock.now_ms()).then_some(flow)
    }
}
