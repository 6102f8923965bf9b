//! What a sign-in has behind it. Sessions and SECRET_BLOCKs carry it from the first call to the tokens.

use serde::{Deserialize, Serialize};

use crate::protection::sign_in::Judged;
use crate::token::Level;
use crate::trigger::{Round, TokenSource};
use crate::user::mfa::Factor;

/// How a sign-in began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Flow {
    /// USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH and USER_SRP_AUTH: the password, then what follows it.
    #[default]
    Password,
    /// CUSTOM_AUTH: triggers decide.
    Custom,
    /// USER_AUTH: one of several first factors, then what follows it.
    Choice,
}

/// What a user has proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Proof {
    /// The password, sent or by SRP.
    Password,
    /// A new password took the place of a temporary one.
    NewPassword,
    /// The password of a remembered device.
    Device,
    /// A code of an authenticator app.
    SoftwareToken,
    /// A code that went to the phone number.
    Sms,
    /// A code that went to the e-mail address.
    Email,
    /// A passkey of the machine that signs in.
    PlatformPasskey,
    /// A passkey of an authenticator that is carried about.
    RoamingPasskey,
    /// The passkey's authenticator knew its user, in a pool that takes that for a second factor.
    UserVerification,
    /// An identity provider said who it is, and this is what the sign-in there is worth.
    Federated(Level),
}

impl Proof {
    /// A second factor.
    pub(crate) const fn of_factor(factor: Factor) -> Self {
        match factor {
            Factor::SoftwareToken => Self::SoftwareToken,
            Factor::Sms => Self::Sms,
            Factor::Email => Self::Email,
        }
    }

    /// A code that went to this attribute: `email` or `phone_number`.
    pub(crate) fn of_code(attribute: &str) -> Self {
        if attribute == "email" {
            Self::Email
        } else {
            Self::Sms
        }
    }
}

/// The state of a sign-in that outlives a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    #[serde(default)]
    pub(crate) flow: Flow,
    /// In the order in which they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) proofs: Vec<Proof>,
    /// The challenges of a custom sign-in, as its triggers are told of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rounds: Vec<Round>,
    /// The DEVICE_KEY that the client sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) device_key: Option<String>,
    /// What threat protection thinks of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) judged: Option<Judged>,
    /// The level that the sign-in is to reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) level: Option<Level>,
}

impl Progress {
    /// A sign-in that begins.
    pub(crate) fn new(flow: Flow) -> Self {
        Self {
            flow,
            ..Self::default()
        }
    }

    /// Keeps the DEVICE_KEY of a call that sends one.
    pub(crate) fn note_device(&mut self, device_key: Option<&str>) {
        if let Some(device_key) = device_key {
            self.device_key = Some(device_key.to_owned());
        }
    }

    /// Whether threat protection asks for a second factor: `Some(true)` when nobody gets in without one.
    pub(crate) fn wants_mfa(&self) -> Option<bool> {
        self.judged.as_ref().and_then(Judged::wants_mfa)
    }

    /// The level that it is to reach and has not reached.
    pub(crate) fn missing_level(&self) -> Option<Level> {
        self.level
            .filter(|level| Level::of(&self.proofs) < Some(*level))
    }

    /// What tokens at its end are issued for. The proof of a device comes last.
    pub(crate) fn token_source(&self) -> TokenSource {
        if self.proofs.contains(&Proof::Device) {
            TokenSource::AuthenticateDevice
        } else if self.proofs.contains(&Proof::NewPassword) {
            TokenSource::NewPasswordChallenge
        } else {
            TokenSource::Authentication
        }
    }

    /// The same with one more proof.
    #[must_use]
    pub(crate) fn with(mut self, proof: Proof) -> Self {
        self.proofs.push(proof);
        self
    }
}
