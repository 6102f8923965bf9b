//! What a sign-in is worth: its level (`acr`, OpenID Connect Core 1.0, 2) and its methods (`amr`, RFC 8176).

use serde::{Deserialize, Serialize};

use crate::auth::Proof;
use crate::pool::Pool;

/// An authentication level. Each pool has names of its own for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Level {
    /// A password.
    Level1,
    /// A code that was sent.
    Level2,
    /// A password and a code that was sent, or a passkey.
    Level3,
    /// A password and a code of an authenticator app.
    Level4,
}

impl Level {
    /// Every level, in ascending order.
    pub(crate) const ALL: [Self; 4] = [Self::Level1, Self::Level2, Self::Level3, Self::Level4];

    /// What proofs are worth together; `None` when they are none of those that count.
    pub(crate) fn of(proofs: &[Proof]) -> Option<Self> {
        if let [Proof::Federated(level), ..] = proofs {
            return Some(*level);
        }
        let has = |proof| proofs.contains(&proof);
        let by_password = has(Proof::Password);
        let by_code = has(Proof::Sms) || has(Proof::Email);
        let by_passkey = has(Proof::PlatformPasskey) || has(Proof::RoamingPasskey);
        if by_password && has(Proof::SoftwareToken) {
            Some(Self::Level4)
        } else if by_passkey || (by_password && by_code) {
            Some(Self::Level3)
        } else if by_password {
            Some(Self::Level1)
        } else {
            by_code.then_some(Self::Level2)
        }
    }

    const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The key in AcrConfiguration.
    pub(crate) fn key(self) -> String {
        format!("Level{}", self.number())
    }

    /// What a pool calls it that says nothing of it.
    pub(crate) fn default_name(self) -> String {
        format!("urn:cognito:loa:{}", self.number())
    }

    /// What the pool calls it.
    pub(crate) fn name(self, pool: &Pool) -> String {
        let levels = pool.shape.acr_configuration.as_ref();
        levels
            .and_then(|levels| levels.get(&self.key()))
            .map_or_else(|| self.default_name(), |level| level.acr_value.clone())
    }

    /// The level that the pool calls this.
    pub(crate) fn named(pool: &Pool, name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name(pool) == name)
    }
}

/// The method of a proof; `None` for those that no method stands for.
const fn method(proof: Proof) -> Option<&'static str> {
    match proof {
        Proof::Password => Some("pwd"),
        Proof::SoftwareToken => Some("otp"),
        Proof::Sms => Some("sms"),
        Proof::Email => Some("email_otp"),
        Proof::PlatformPasskey => Some("swk"),
        Proof::RoamingPasskey => Some("hwk"),
        Proof::Federated(_) => Some("fed"),
        Proof::NewPassword | Proof::Device | Proof::UserVerification => None,
    }
}

/// `amr`: each method once, and `mfa` where there are several, or a passkey that counts as two.
pub(crate) fn methods(proofs: &[Proof]) -> Vec<&'static str> {
    let mut methods = Vec::new();
    for method in proofs.iter().copied().filter_map(method) {
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    if methods.len() > 1 || proofs.contains(&Proof::UserVerification) {
        methods.push("mfa");
    }
    methods
}

/// The proofs behind an `amr`.
pub(super) fn proofs<'a>(methods: impl IntoIterator<Item = &'a str>) -> Vec<Proof> {
    const ALL: [Proof; 6] = [
        Proof::Password,
        Proof::SoftwareToken,
        Proof::Sms,
        Proof::Email,
        Proof::PlatformPasskey,
        Proof::RoamingPasskey,
    ];
    methods
        .into_iter()
        .filter_map(|name| ALL.into_iter().find(|proof| method(*proof) == Some(name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_what_its_proofs_are_worth_together() {
        use Proof::{
            Device, Email, Federated, NewPassword, Password, PlatformPasskey, RoamingPasskey, Sms,
            SoftwareToken, UserVerification,
        };
        for (proved, level) in [
            (&[][..], None),
            (&[Device], None),
            (&[Password], Some(Level::Level1)),
            (&[Password, NewPassword, Device], Some(Level::Level1)),
            (&[Email], Some(Level::Level2)),
            (&[Sms, Email], Some(Level::Level2)),
            (&[Password, Sms], Some(Level::Level3)),
            (&[Email, Password], Some(Level::Level3)),
            (&[PlatformPasskey], Some(Level::Level3)),
            (&[RoamingPasskey, UserVerification], Some(Level::Level3)),
            (&[Password, PlatformPasskey], Some(Level::Level3)),
            (&[Password, Email, SoftwareToken], Some(Level::Level4)),
            (&[Federated(Level::Level2)], Some(Level::Level2)),
        ] {
            assert_eq!(Level::of(proved), level, "{proved:?}");
        }
    }

    #[test]
    fn methods_are_named_once_and_read_back() {
        let proved = [Proof::Password, Proof::NewPassword, Proof::SoftwareToken];
        assert_eq!(methods(&proved), ["pwd", "otp", "mfa"]);
        assert_eq!(methods(&[Proof::Email, Proof::Email]), ["email_otp"]);
        assert_eq!(methods(&[Proof::Federated(Level::Level3)]), ["fed"]);
        let passkey = [Proof::RoamingPasskey, Proof::UserVerification];
        assert_eq!(methods(&passkey[..1]), ["hwk"]);
        assert_eq!(methods(&passkey), ["hwk", "mfa"]);
        assert_eq!(proofs(["swk", "mfa"]), [Proof::PlatformPasskey]);
        assert_eq!(
            proofs(["pwd", "otp", "mfa", "fed"]),
            [Proof::Password, Proof::SoftwareToken]
        );
    }
}
