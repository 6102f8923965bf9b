//! What a page says of a refusal, in its own words where it has some.

use cenote_idp::hosted::Reason;

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

/// The message about a field that is empty.
pub(crate) fn missing(text: &Language, field: &str, label: &str) -> Alert {
    Alert::error(text.fill("field-missing", &[("label", label)])).about(field)
}
