//! What a page says of a refusal, in its own words where it has some.

use cenote_idp::hosted::Reason;
use cenote_idp::oauth::{OAuthCode, Refusal, Shown};

use super::text::Language;
use super::view::Alert;

/// The message above the form.
pub(crate) fn alert(text: &Language, reason: &Reason) -> Alert {
    let (key, field) = match reason {
        // The words of a trigger or a rule stand as they are.
        Reason::Said(said) => return Alert::error(said.clone()),
        Reason::WrongPassword => ("wrong-password", Some("username")),
        Reason::TooManyAttempts => ("attempts-exceeded", None),
        Reason::Busy => ("error-busy", None),
        Reason::Disabled => ("user-disabled", None),
        Reason::NotConfirmed => ("not-confirmable", None),
        Reason::ResetRequired => ("reset-required", None),
        Reason::TemporaryPasswordExpired => ("temporary-password-expired", None),
        Reason::SessionOver => ("error-expired", None),
        Reason::CodeWrong => ("code-wrong", Some("code")),
        Reason::CodeExpired => ("code-expired", Some("code")),
        Reason::CodeUsed => ("code-used", Some("code")),
        Reason::NotDelivered => ("delivery-failed", None),
        Reason::NameTaken => ("username-taken", Some("username")),
        Reason::SignUpOff => ("sign-up-off", None),
        Reason::RecoveryOff => ("recovery-off", None),
        Reason::PasskeyWrong => ("passkey-failed", None),
        Reason::PasskeysFull => ("passkeys-full", None),
        Reason::PasswordPolicy => ("password-policy", Some("password")),
        Reason::PasswordReused => ("password-reused", Some("password")),
        Reason::Broken => ("error-server", None),
    };
    let alert = Alert::error(text.say(key));
    match field {
        Some(field) => alert.about(field),
        None => alert,
    }
}

/// What a page says of a request that was refused.
pub(crate) fn words(text: &Language, refusal: &Refusal) -> String {
    let about = |key, name: &str| text.fill(key, &[("name", name)]);
    match (&refusal.shown, &refusal.description) {
        (Shown::Missing(name), _) => about("refusal-missing", name),
        (Shown::Repeated(name), _) => about("refusal-repeated", name),
        (Shown::Malformed(name), _) => about("refusal-malformed", name),
        (Shown::UnknownClient, _) => text.say("refusal-client"),
        (Shown::ClientOff, _) => text.say("refusal-client-off"),
        (Shown::LoginOption, _) => text.say("refusal-provider"),
        (Shown::JourneyOver, _) => text.say("error-expired"),
        (Shown::SamlState, _) => text.say("refusal-saml"),
        (Shown::RelayState, _) => text.say("refusal-relay-state"),
        (Shown::Description, _) if refusal.code == OAuthCode::TemporarilyUnavailable => {
            text.say("error-busy")
        }
        (Shown::Description, Some(detail)) => text.fill("refusal-other", &[("detail", detail)]),
        (Shown::Description, None) => {
            text.fill("refusal-other", &[("detail", refusal.code.as_str())])
        }
    }
}

/// The message about a field that is empty.
pub(crate) fn missing(text: &Language, field: &str, label: &str) -> Alert {
    Alert::error(text.fill("field-missing", &[("label", label)])).about(field)
}
