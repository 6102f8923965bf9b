//! A user's second factors: what is set up, what is turned on, what is preferred, and who may change it.

use std::collections::BTreeSet;

use cenote_model::{
    DeliveryMediumType, EmailMfaSettingsType, MFAOptionType, SMSMfaSettingsType,
    SoftwareTokenMfaSettingsType, UserPoolMfaType, UserPoolTierType, UserStatusType,
    VerifiedAttributeType, WebAuthnMfaSettingsType,
};
use serde::{Deserialize, Serialize};

use super::software_token::{PendingToken, SoftwareToken};
use super::{User, passkeys};
use crate::pool::Pool;
use crate::{Error, Result, message};

/// A second factor that a user can turn on and prefer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Factor {
    /// A code to the phone number.
    #[serde(rename = "SMS_MFA")]
    Sms,
    /// A code of an authenticator app.
    #[serde(rename = "SOFTWARE_TOKEN_MFA")]
    SoftwareToken,
    /// A code to the e-mail address.
    #[serde(rename = "EMAIL_OTP")]
    Email,
}

impl Factor {
    /// Every factor, in the order in which lists show them.
    pub(crate) const ALL: [Self; 3] = [Self::Sms, Self::SoftwareToken, Self::Email];

    /// Its name in lists, preferences and challenges.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "SMS_MFA",
            Self::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }

    /// The attribute whose value its codes go to.
    pub(crate) const fn contact(self) -> Option<&'static str> {
        match self {
            Self::Sms => Some("phone_number"),
            Self::Email => Some("email"),
            Self::SoftwareToken => None,
        }
    }
}

/// What a sign-in asks for after the first factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Required {
    Nothing,
    One(Factor),
    /// The user chooses.
    OneOf(Vec<Factor>),
    /// The user has none, and sets up one of these.
    SetUp(Vec<Factor>),
}

/// The state of a user's second factors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Mfa {
    /// The software token that is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<SoftwareToken>,
    /// One that waits for its first code; the registered one is good until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pending: Option<PendingToken>,
    /// What is turned on. It counts only while it is set up too: see [`User::active_factors`].
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    on: BTreeSet<Factor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred: Option<Factor>,
    /// Whether passkeys with user verification count as two factors.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) passkeys: bool,
}

impl Mfa {
    /// Whether there is nothing to store.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Makes a software token the registered one; what was turned on stays so.
    pub(crate) fn register(&mut self, token: SoftwareToken) {
        self.token = Some(token);
        self.pending = None;
    }

    /// Turns a factor on.
    pub(crate) fn turn_on(&mut self, factor: Factor) {
        self.on.insert(factor);
    }

    fn turn_off(&mut self, factor: Factor) {
        self.on.remove(&factor);
        if self.preferred == Some(factor) {
            self.preferred = None;
        }
    }

    /// Forgets the software token, registered or not.
    pub(crate) fn forget_token(&mut self) {
        self.token = None;
        self.pending = None;
        self.turn_off(Factor::SoftwareToken);
    }
}

impl User {
    /// Whether the user has what a factor needs, whether or not it is turned on.
    pub(crate) fn has_set_up(&self, factor: Factor) -> bool {
        match factor {
            Factor::Sms => self.attributes.contains_key("phone_number"),
            Factor::Email => self.attributes.contains_key("email"),
            Factor::SoftwareToken => self.mfa.token.is_some(),
        }
    }

    /// The addresses that can take a code as the first factor of a sign-in.
    pub(crate) fn contacts_for_codes(&self, pool: &Pool) -> impl Iterator<Item = &'static str> {
        pool.contacts_for_codes()
            .map(VerifiedAttributeType::as_str)
            .filter(|contact| self.attributes.contains_key(*contact))
    }

    /// The factors that are set up and turned on.
    pub(crate) fn active_factors(&self) -> impl Iterator<Item = Factor> {
        Factor::ALL
            .into_iter()
            .filter(|factor| self.mfa.on.contains(factor) && self.has_set_up(*factor))
    }

    /// The active factor that the user prefers.
    pub(crate) fn preferred_factor(&self) -> Option<Factor> {
        self.active_factors()
            .find(|factor| self.mfa.preferred == Some(*factor))
    }

    /// Whether the user can sign in with a factor now. A software token, once registered, is good for ever.
    fn can_use(&self, pool: &Pool, factor: Factor) -> bool {
        self.has_set_up(factor) && (factor == Factor::SoftwareToken || pool.offers(factor))
    }

    /// The factors that a sign-in may ask for. Where MFA is required, that is whatever the user has, but
    /// for the address to which the pool sends password resets, unless the user turned it on himself.
    pub(crate) fn second_factors(&self, pool: &Pool) -> Vec<Factor> {
        let active: Vec<Factor> = self.active_factors().collect();
        let recovers = |factor: Factor| {
            let by = message::recovery_contact(pool, self);
            by.is_some() && by == factor.contact()
        };
        let counts = |factor: Factor| match pool.mfa_configuration() {
            UserPoolMfaType::Off => false,
            UserPoolMfaType::Optional => active.contains(&factor),
            UserPoolMfaType::On => active.contains(&factor) || !recovers(factor),
        };
        Factor::ALL
            .into_iter()
            .filter(|factor| self.can_use(pool, *factor) && counts(*factor))
            .collect()
    }

    /// What a sign-in asks for.
    pub(crate) fn required_factor(&self, pool: &Pool) -> Required {
        let factors = self.second_factors(pool);
        if let Some(preferred) = self.preferred_factor()
            && factors.contains(&preferred)
        {
            return Required::One(preferred);
        }
        match factors[..] {
            [only] => Required::One(only),
            [] if pool.mfa_configuration() == UserPoolMfaType::On => self.set_up_or_fall_back(pool),
            [] => Required::Nothing,
            _ => Required::OneOf(factors),
        }
    }

    /// The factors that the user could be asked for, turned on or not, where the pool has MFA at all.
    pub(crate) fn usable_factors(&self, pool: &Pool) -> Vec<Factor> {
        Factor::ALL
            .into_iter()
            .filter(|_| pool.mfa_configuration() != UserPoolMfaType::Off)
            .filter(|factor| self.can_use(pool, *factor))
            .collect()
    }

    /// Where MFA is required and the user has no factor for it: what can be set up, or else the address
    /// that resets the password, lest nobody could sign in.
    fn set_up_or_fall_back(&self, pool: &Pool) -> Required {
        let (usable, new): (Vec<_>, Vec<_>) = Factor::ALL
            .into_iter()
            .filter(|factor| pool.offers(*factor))
            .partition(|factor| self.has_set_up(*factor));
        match usable[..] {
            _ if !new.is_empty() => Required::SetUp(new),
            [only] => Required::One(only),
            _ => Required::OneOf(usable),
        }
    }

    /// `UserMFASettingList`: absent when empty.
    pub(crate) fn mfa_setting_list(&self) -> Option<Vec<String>> {
        let list: Vec<_> = self
            .active_factors()
            .map(|factor| factor.as_str().to_owned())
            .collect();
        (!list.is_empty()).then_some(list)
    }

    /// `PreferredMfaSetting`.
    pub(crate) fn preferred_mfa_setting(&self) -> Option<String> {
        Some(self.preferred_factor()?.as_str().to_owned())
    }

    /// The legacy `MFAOptions` member, which knows SMS alone; absent when empty.
    pub(crate) fn mfa_options(&self) -> Option<Vec<MFAOptionType>> {
        let by_sms = self.active_factors().any(|factor| factor == Factor::Sms);
        by_sms.then(|| {
            vec![MFAOptionType {
                delivery_medium: Some(DeliveryMediumType::Sms),
                attribute_name: Some("phone_number".to_owned()),
            }]
        })
    }
}

/// What SetUserMFAPreference and its admin twin ask for; what is absent stays as it is.
#[derive(Clone, Copy)]
pub(crate) struct Preferences<'a> {
    pub(crate) sms: Option<&'a SMSMfaSettingsType>,
    pub(crate) software_token: Option<&'a SoftwareTokenMfaSettingsType>,
    pub(crate) email: Option<&'a EmailMfaSettingsType>,
    pub(crate) passkeys: Option<&'a WebAuthnMfaSettingsType>,
}

/// One of its members: whether the factor is to be on, and whether to be preferred.
#[derive(Clone, Copy)]
struct Wish {
    factor: Factor,
    enabled: bool,
    preferred: bool,
}

impl Preferences<'_> {
    /// A flag that is left out is false.
    fn wishes(&self) -> impl Iterator<Item = Wish> {
        let wish = |factor, enabled: Option<bool>, preferred: Option<bool>| Wish {
            factor,
            enabled: enabled.unwrap_or_default(),
            preferred: preferred.unwrap_or_default(),
        };
        [
            self.sms
                .map(|it| wish(Factor::Sms, it.enabled, it.preferred_mfa)),
            self.software_token
                .map(|it| wish(Factor::SoftwareToken, it.enabled, it.preferred_mfa)),
            self.email
                .map(|it| wish(Factor::Email, it.enabled, it.preferred_mfa)),
        ]
        .into_iter()
        .flatten()
    }
}

/// Applies preferences to a user.
pub(crate) fn prefer(pool: &Pool, user: &mut User, preferences: &Preferences<'_>) -> Result<()> {
    if preferences.wishes().filter(|wish| wish.preferred).count() > 1 {
        return Err(Error::two_preferred_factors());
    }
    for wish in preferences.wishes() {
        if wish.enabled {
            turn_on(pool, user, wish.factor)?;
        } else if wish.preferred {
            return Err(Error::preferred_factor_off(wish.factor));
        } else {
            turn_off(pool, user, wish.factor)?;
        }
        if wish.preferred {
            user.mfa.preferred = Some(wish.factor);
        } else if user.mfa.preferred == Some(wish.factor) {
            user.mfa.preferred = None;
        }
    }
    if let Some(passkeys) = preferences.passkeys {
        user.mfa.passkeys = passkeys.enabled.unwrap_or_default();
        if user.mfa.passkeys {
            check_passkeys(pool)?;
        }
    }
    if user.mfa.passkeys && user.active_factors().next().is_none() {
        return Err(Error::passkey_mfa_alone());
    }
    // A second factor follows the password, or a passkey is both: without either it locks its user out.
    let has_no_password = user.password.is_none() && user.status == UserStatusType::Confirmed;
    let has_passkey = user.passkeys > 0 && passkeys::can_replace_mfa(pool, user);
    if has_no_password && !has_passkey && user.active_factors().next().is_some() {
        return Err(Error::factor_without_password());
    }
    Ok(())
}

/// Turns a factor on that the user has set up.
pub(crate) fn turn_on(pool: &Pool, user: &mut User, factor: Factor) -> Result<()> {
    if factor == Factor::Email {
        check_tier(pool, factor.as_str())?;
    }
    if !user.has_set_up(factor) {
        return Err(match factor {
            Factor::SoftwareToken if user.mfa.pending.is_some() => {
                Error::software_token_not_verified()
            }
            Factor::SoftwareToken => Error::software_token_not_set_up(),
            Factor::Sms | Factor::Email => Error::no_delivery_for_factor(factor),
        });
    }
    user.mfa.turn_on(factor);
    Ok(())
}

/// Turns a factor off, which a pool that requires MFA does not allow.
pub(crate) fn turn_off(pool: &Pool, user: &mut User, factor: Factor) -> Result<()> {
    let is_required = pool.mfa_configuration() == UserPoolMfaType::On;
    if is_required && user.active_factors().any(|active| active == factor) {
        return Err(Error::factor_required(factor));
    }
    user.mfa.turn_off(factor);
    Ok(())
}

fn check_tier(pool: &Pool, factor: &str) -> Result<()> {
    match pool.shape.user_pool_tier {
        Some(tier @ UserPoolTierType::Lite) => Err(Error::factor_not_in_tier(factor, tier)),
        _ => Ok(()),
    }
}

/// Passkeys count as two factors only where the pool says so.
fn check_passkeys(pool: &Pool) -> Result<()> {
    check_tier(pool, "WEB_AUTHN")?;
    if !passkeys::are_two_factors(pool) {
        return Err(Error::passkey_mfa_off());
    }
    Ok(())
}
