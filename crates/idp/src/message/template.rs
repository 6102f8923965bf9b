//! Message texts: the pool's templates, or the service's default texts, filled in.

use cenote_model::{
    DeliveryMediumType, EmailMfaConfigType, MessageTemplateType, VerificationMessageTemplateType,
};

use super::Purpose;

/// A message that is ready to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// Only e-mail has one.
    pub(super) subject: Option<String>,
    pub(super) body: String,
    /// The code or temporary password in it.
    pub(super) code: Option<String>,
    pub(super) link: Option<String>,
}

/// Stands for the code or temporary password.
const CODE: &str = "{####}";

/// Stands for the username, in invitations.
const USERNAME: &str = "{username}";

/// Stands for the password in a pool's invitation to a user who has no temporary one.
const NO_PASSWORD: &str = "********";

/// Whether a text has a place for the code.
pub(super) fn has_code(text: &str) -> bool {
    text.contains(CODE)
}

/// Whether a text has a place for the username.
pub(super) fn has_username(text: &str) -> bool {
    text.contains(USERNAME)
}

/// Whether a text has words that become a link.
pub(super) fn has_link(text: &str) -> bool {
    words_of_link(text).is_some()
}

/// The text before `{##words##}`, the words, and the text after.
fn words_of_link(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{##")?;
    let (words, after) = rest.split_once("##}")?;
    Some((before, words, after))
}

/// A verification or password-reset text. The pool's verification template serves both.
pub(super) fn code(
    template: &VerificationMessageTemplateType,
    purpose: Purpose,
    medium: DeliveryMediumType,
    code: &str,
) -> Text {
    let default = match purpose {
        Purpose::SignUp => "Your confirmation code is {####}",
        Purpose::ResetPassword => "Your password reset code is {####}",
        Purpose::VerifyAttribute
        | Purpose::Invitation
        | Purpose::Authentication
        | Purpose::ThreatNotice => "Your verification code is {####}",
    };
    let (subject, body) = match medium {
        DeliveryMediumType::Sms => (None, template.sms_message.as_deref()),
        DeliveryMediumType::Email => {
            let subject = template
                .email_subject
                .as_deref()
                .unwrap_or("Your verification code");
            (Some(subject.to_owned()), template.email_message.as_deref())
        }
    };
    Text {
        subject,
        body: body.unwrap_or(default).replace(CODE, code),
        code: Some(code.to_owned()),
        link: None,
    }
}

/// A text that signs in: each medium has one of its own.
pub(super) fn sign_in_code(
    sms: Option<String>,
    email: EmailMfaConfigType,
    medium: DeliveryMediumType,
    code: &str,
) -> Text {
    const DEFAULT: &str = "Your authentication code is {####}. ";
    const SUBJECT: &str = "Your authentication code";
    let (subject, body) = match medium {
        DeliveryMediumType::Sms => (None, sms),
        DeliveryMediumType::Email => {
            let subject = email.subject.unwrap_or_else(|| SUBJECT.to_owned());
            (Some(subject), email.message)
        }
    };
    Text {
        subject,
        body: body.as_deref().unwrap_or(DEFAULT).replace(CODE, code),
        code: Some(code.to_owned()),
        link: None,
    }
}

/// A sign-up text whose `{##words##}` become a link.
pub(super) fn by_link(template: &VerificationMessageTemplateType, link: String) -> Text {
    let body = template
        .email_message_by_link
        .as_deref()
        .unwrap_or("Please click the link below to verify your email address. {##Verify Email##}");
    let subject = template
        .email_subject_by_link
        .as_deref()
        .unwrap_or("Your verification link");
    let anchor = |words: &str| format!("<a href=\"{}\">{words}</a>", link.replace('&', "&amp;"));
    let body = match words_of_link(body) {
        Some((before, words, after)) => format!("{before}{}{after}", anchor(words)),
        None => body.to_owned(),
    };
    Text {
        subject: Some(subject.to_owned()),
        body,
        code: None,
        link: Some(link),
    }
}

/// An invitation text, with the temporary password if there is one. The username is escaped in e-mail, which is HTML.
pub(super) fn invitation(
    template: &MessageTemplateType,
    medium: DeliveryMediumType,
    username: &str,
    password: Option<&str>,
) -> Text {
    let (default_subject, default) = match password {
        Some(_) => (
            "Your temporary password",
            "Your username is {username} and temporary password is {####}.",
        ),
        None => ("Your account", "Your username is {username}."),
    };
    let shown = password.unwrap_or(NO_PASSWORD);
    let (subject, body) = match medium {
        DeliveryMediumType::Sms => {
            let body = template.sms_message.as_deref().unwrap_or(default);
            (None, body.replace(USERNAME, username).replace(CODE, shown))
        }
        DeliveryMediumType::Email => {
            let body = template.email_message.as_deref().unwrap_or(default);
            let body = body
                .replace(USERNAME, &escape(username))
                .replace(CODE, &escape(shown));
            let subject = template.email_subject.as_deref();
            (Some(subject.unwrap_or(default_subject).to_owned()), body)
        }
    };
    Text {
        subject,
        body,
        code: password.map(str::to_owned),
        link: None,
    }
}

/// Escapes text for HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Encodes a query value (RFC 3986).
pub(crate) fn percent_encode(text: &str) -> String {
    use std::fmt::Write;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_with_a_link_shows_its_words() {
        let template = VerificationMessageTemplateType {
            email_message_by_link: Some("Hello, {##press here##}!".to_owned()),
            ..Default::default()
        };
        let text = by_link(&template, "http://h/confirmUser/?a=1&b=2".to_owned());
        assert_eq!(
            text.body,
            "Hello, <a href=\"http://h/confirmUser/?a=1&amp;b=2\">press here</a>!"
        );
        assert_eq!(text.subject.as_deref(), Some("Your verification link"));
        assert_eq!(text.link.as_deref(), Some("http://h/confirmUser/?a=1&b=2"));
    }

    #[test]
    fn an_invitation_by_mail_escapes_what_people_chose() {
        let text = invitation(
            &MessageTemplateType::default(),
            DeliveryMediumType::Email,
            "<b>",
            Some("a&1"),
        );
        assert_eq!(
            text.body,
            "Your username is &lt;b&gt; and temporary password is a&amp;1."
        );
    }

    #[test]
    fn an_invitation_without_a_password_shows_none() {
        let template = MessageTemplateType {
            sms_message: Some("{username}: {####}".to_owned()),
            ..Default::default()
        };
        let text = |medium| invitation(&template, medium, "ada", None);
        let sms = text(DeliveryMediumType::Sms);
        assert_eq!((sms.body.as_str(), sms.code), ("ada: ********", None));
        let mail = text(DeliveryMediumType::Email);
        assert_eq!(mail.body, "Your username is ada.");
        assert_eq!(mail.subject.as_deref(), Some("Your account"));
    }
}
