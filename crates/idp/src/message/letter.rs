//! From a change that causes messages to their rows in the outbox: who composes them, and when.

use cenote_model::{CodeDeliveryDetailsType, DeliveryMediumType};

use super::template::{self, Text};
use super::{Purpose, Target, outbox};
use crate::pool::{Pool, domain};
use crate::ports::{Change, CommitError, Message, Write};
use crate::trigger::{self, CustomMessage, Origin, Trigger};
use crate::user::User;
use crate::{Cx, Error, Result};

/// How often a message is put into the outbox when the database asks to try again.
const TRIES: usize = 5;

/// The most characters of a text message, placeholders filled in.
const SMS_LIMIT: usize = 140;

/// The most characters of an e-mail, placeholders filled in.
const EMAIL_LIMIT: usize = 20_000;

/// What causes a message: the last part of the `triggerSource` of its triggers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    SignUp,
    ResendCode,
    ForgotPassword,
    UpdateUserAttribute,
    VerifyUserAttribute,
    AdminCreateUser,
    /// A sign-in.
    Authentication,
}

impl Cause {
    /// Its name in a `triggerSource`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "SignUp",
            Self::ResendCode => "ResendCode",
            Self::ForgotPassword => "ForgotPassword",
            Self::UpdateUserAttribute => "UpdateUserAttribute",
            Self::VerifyUserAttribute => "VerifyUserAttribute",
            Self::AdminCreateUser => "AdminCreateUser",
            Self::Authentication => "Authentication",
        }
    }

    pub(super) const fn purpose(self) -> Purpose {
        match self {
            Self::SignUp | Self::ResendCode => Purpose::SignUp,
            Self::ForgotPassword => Purpose::ResetPassword,
            Self::UpdateUserAttribute | Self::VerifyUserAttribute => Purpose::VerifyAttribute,
            Self::AdminCreateUser => Purpose::Invitation,
            Self::Authentication => Purpose::Authentication,
        }
    }
}

/// A message that a change causes.
pub(crate) struct Letter<'a> {
    pub(crate) user: &'a User,
    pub(crate) cause: Cause,
    pub(crate) origin: Origin<'a>,
    pub(crate) target: Target,
    /// The code or the temporary password. An invitation has none for a user with a password of his own,
    /// or with no need of one.
    pub(crate) secret: Option<String>,
    /// What an invitation calls the user.
    pub(crate) shown_name: Option<String>,
}

impl Letter<'_> {
    /// What the caller may know of the address.
    pub(crate) fn details(&self) -> CodeDeliveryDetailsType {
        self.target.details()
    }

    /// The row of the outbox. What a CustomMessage trigger has no fitting text for, the template says.
    fn row(&self, cx: &Cx, pool: &Pool, custom: CustomMessage) -> Result<Message> {
        let is_custom = custom != CustomMessage::default();
        let text = match self.cause {
            Cause::AdminCreateUser => self.invitation(pool, custom),
            Cause::Authentication => self.sign_in(pool, custom),
            _ => self.verification(cx, pool, custom),
        };
        if is_custom {
            self.check_length(&text)?;
        }
        // A temporary password is encrypted as it would stand in HTML.
        let secret = match self.cause {
            Cause::AdminCreateUser => self.secret.as_deref().map(template::escape),
            _ => self.secret.clone(),
        };
        let function = trigger::sender(cx, pool, self, secret);
        outbox::row(cx, self, text, function)
    }

    fn code(&self) -> &str {
        self.secret.as_deref().unwrap_or_default()
    }

    /// A text with a code. Only sign-ups use a link, and only by e-mail where the pool says so.
    fn verification(&self, cx: &Cx, pool: &Pool, custom: CustomMessage) -> Text {
        let mut template = pool
            .shape
            .verification_message_template
            .clone()
            .unwrap_or_default();
        let purpose = self.cause.purpose();
        let medium = self.target.medium();
        let by_link = purpose == Purpose::SignUp
            && medium == DeliveryMediumType::Email
            && pool.confirms_by_link();
        if by_link {
            overlay(
                &mut template.email_message_by_link,
                custom.email_message,
                template::has_link,
            );
            overlay(
                &mut template.email_subject_by_link,
                custom.email_subject,
                |_| true,
            );
            let client_id = self.origin.client_id.unwrap_or_default();
            let link = confirm_link(cx, pool, client_id, &self.user.username, self.code());
            return template::by_link(&template, link);
        }
        overlay(
            &mut template.sms_message,
            custom.sms_message,
            template::has_code,
        );
        overlay(
            &mut template.email_message,
            custom.email_message,
            template::has_code,
        );
        overlay(&mut template.email_subject, custom.email_subject, |_| true);
        template::code(&template, purpose, medium, self.code())
    }

    fn invitation(&self, pool: &Pool, custom: CustomMessage) -> Text {
        let mut template = pool
            .shape
            .admin_create_user_config
            .as_ref()
            .and_then(|config| config.invite_message_template.clone())
            .unwrap_or_default();
        let has_code = |text: &str| self.secret.is_none() || template::has_code(text);
        let fits = |text: &str| has_code(text) && template::has_username(text);
        overlay(&mut template.sms_message, custom.sms_message, fits);
        overlay(&mut template.email_message, custom.email_message, fits);
        overlay(&mut template.email_subject, custom.email_subject, |_| true);
        let shown_name = self.shown_name.as_deref().unwrap_or(&self.user.username);
        let password = self.secret.as_deref();
        template::invitation(&template, self.target.medium(), shown_name, password)
    }

    fn sign_in(&self, pool: &Pool, custom: CustomMessage) -> Text {
        let mut sms = pool.shape.sms_authentication_message.clone();
        let mut email = pool.mfa.email.clone().unwrap_or_default();
        overlay(&mut sms, custom.sms_message, template::has_code);
        overlay(&mut email.message, custom.email_message, template::has_code);
        overlay(&mut email.subject, custom.email_subject, |_| true);
        template::sign_in_code(sms, email, self.target.medium(), self.code())
    }

    fn check_length(&self, text: &Text) -> Result<()> {
        let (medium, limit) = match self.target.medium() {
            DeliveryMediumType::Sms => ("SMS", SMS_LIMIT),
            DeliveryMediumType::Email => ("e-mail", EMAIL_LIMIT),
        };
        if text.body.chars().count() > limit {
            return Err(Error::custom_message_too_long(medium, limit));
        }
        Ok(())
    }
}

/// A trigger's text takes the template's place when it has the placeholders that it needs.
fn overlay(template: &mut Option<String>, custom: Option<String>, fits: impl Fn(&str) -> bool) {
    if let Some(custom) = custom.filter(|text| fits(text)) {
        *template = Some(custom);
    }
}

/// Commits a change and puts its messages into the outbox: together, or, where a CustomMessage trigger
/// composes them, one after the other. The trigger finds what the change made, which stays even if it
/// fails. `refused` is the operation's word for a change that was refused.
pub(crate) async fn commit(
    cx: &Cx,
    pool: &Pool,
    mut change: Change,
    letters: &[Letter<'_>],
    refused: impl FnOnce(CommitError) -> Error,
) -> Result<()> {
    enclose(cx, pool, letters, &mut change)?;
    cx.try_commit(change).await.map_err(refused)?;
    post(cx, pool, letters).await
}

/// Adds messages to the change that causes them, unless a trigger composes them.
pub(crate) fn enclose(
    cx: &Cx,
    pool: &Pool,
    letters: &[Letter<'_>],
    change: &mut Change,
) -> Result<()> {
    if Trigger::CustomMessage.is_set(pool) {
        return Ok(());
    }
    for letter in letters {
        change.push(Write::Queue(letter.row(
            cx,
            pool,
            CustomMessage::default(),
        )?));
    }
    Ok(())
}

/// Lets the trigger compose messages whose change is committed, and queues them. Without the trigger they
/// are in the outbox already.
pub(crate) async fn post(cx: &Cx, pool: &Pool, letters: &[Letter<'_>]) -> Result<()> {
    if letters.is_empty() || !Trigger::CustomMessage.is_set(pool) {
        return Ok(());
    }
    let mut messages = Change::new();
    for letter in letters {
        let custom = trigger::custom_message(cx, pool, letter).await?;
        messages.push(Write::Queue(letter.row(cx, pool, custom)?));
    }
    queue(cx, messages).await
}

/// Puts messages into the outbox after the change that caused them. The operation must not be run again
/// by now, so a conflict is this function's to overcome.
async fn queue(cx: &Cx, messages: Change) -> Result<()> {
    let mut tries = 1;
    loop {
        match cx.try_commit(messages.clone()).await {
            Err(CommitError::Conflict { .. }) if tries < TRIES => tries += 1,
            Err(error) => return Err(Error::internal(error.to_string())),
            Ok(()) => return Ok(()),
        }
    }
}

/// Composes the message of a user who does not exist, at the same cost, and queues it for nobody.
pub(crate) fn queue_for_nobody(
    cx: &Cx,
    pool: &Pool,
    letter: &Letter<'_>,
    change: &mut Change,
) -> Result<()> {
    let message = letter.row(cx, pool, CustomMessage::default())?;
    let id = message.id.clone();
    change
        .push(Write::Queue(message))
        .push(Write::DropMessage { id });
    Ok(())
}

/// The address that confirms a sign-up when it is opened.
fn confirm_link(cx: &Cx, pool: &Pool, client_id: &str, username: &str, code: &str) -> String {
    let config = &cx.service.config;
    format!(
        "{}/confirmUser/?client_id={}&user_name={}&confirmation_code={}",
        domain::base_url(config, pool).unwrap_or_else(|| config.public_url.clone()),
        template::percent_encode(client_id),
        template::percent_encode(username),
        template::percent_encode(code),
    )
}
