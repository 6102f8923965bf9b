//! Notices: the mail that tells a user of a sign-in that looked risky, with the links that answer it.

use cenote_model::{
    AccountTakeoverEventActionType, FeedbackValueType, NotifyConfigurationType, NotifyEmailType,
    RiskDecisionType,
};
use serde_json::{Map, Value};

use super::event::Event;
use super::feedback;
use crate::auth::Step;
use crate::crypto::srp;
use crate::message::{self, Target};
use crate::pool::Pool;
use crate::ports::Write;
use crate::trigger;
use crate::user::User;
use crate::{Cx, Result};

/// What stands for a place: nobody here knows where an address is.
const UNKNOWN: &str = "unknown";

/// What was done about the sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Blocked,
    MfaAsked,
    LetIn,
}

impl Kind {
    pub(super) fn of(decision: RiskDecisionType, outcome: &Result<Step>) -> Self {
        match outcome {
            _ if decision == RiskDecisionType::Block => Self::Blocked,
            Ok(Step::Challenge { name, .. }) if is_second_factor(*name) => Self::MfaAsked,
            _ => Self::LetIn,
        }
    }

    /// What a custom sender is told was done. `action` is what the configuration wants for the level.
    const fn action(self, action: Option<AccountTakeoverEventActionType>) -> &'static str {
        match (self, action) {
            (Self::Blocked, _) => "BLOCK",
            (Self::MfaAsked, Some(action)) => action.as_str(),
            (Self::MfaAsked, None) => "MFA",
            (Self::LetIn, _) => "NO_ACTION",
        }
    }

    fn template(self, configuration: &NotifyConfigurationType) -> NotifyEmailType {
        let (given, subject, default) = match self {
            Self::Blocked => (
                &configuration.block_email,
                "Blocked sign-in attempt",
                "We blocked an attempt to sign in to your account.",
            ),
            Self::MfaAsked => (
                &configuration.mfa_email,
                "New sign-in attempt",
                "Somebody is signing in to your account with your password, and we asked for a second proof.",
            ),
            Self::LetIn => (
                &configuration.no_action_email,
                "New sign-in attempt",
                "Somebody signed in to your account.",
            ),
        };
        let mut template = given.clone().unwrap_or_else(|| NotifyEmailType {
            subject: subject.to_owned(),
            ..Default::default()
        });
        if template.html_body.is_none() && template.text_body.is_none() {
            template.html_body = Some(format!("{default}{DETAILS}"));
        }
        template
    }
}

/// What the default texts say after their first sentence.
const DETAILS: &str = "<br>Time: {login-time}<br>Device: {device-name}<br>Address: {ip-address}<br>\
    If this was you, <a href=\"{one-click-link-valid}\">tell us so</a>. \
    If it was not, <a href=\"{one-click-link-invalid}\">report it</a> and change your password.";

fn is_second_factor(name: cenote_model::ChallengeNameType) -> bool {
    use cenote_model::ChallengeNameType as Name;
    matches!(
        name,
        Name::SmsMfa
            | Name::EmailOtp
            | Name::SoftwareTokenMfa
            | Name::SelectMfaType
            | Name::MfaSetup
    )
}

/// The write that sends a notice; nothing to a user without an e-mail address of his own.
pub(super) fn queue(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    event: &Event,
    (kind, action): (Kind, Option<AccountTakeoverEventActionType>),
    configuration: &NotifyConfigurationType,
) -> Result<Option<Write>> {
    if !user.has_verified("email") {
        return Ok(None);
    }
    let Some(target) = Target::of(user, "email") else {
        return Ok(None);
    };
    let template = kind.template(configuration);
    let values = Values::new(cx, pool, user, event)?;
    let subject = values.fill(&template.subject, false);
    let html = template.html_body.map(|body| values.fill(&body, true));
    let text = template.text_body.map(|body| values.fill(&body, false));
    let said = values.said(user, kind.action(action));
    let function = trigger::notice_sender(cx, pool, user, &event.client_id, &said);
    let message = message::notice(
        cx,
        user,
        &target,
        subject,
        (html, text),
        configuration,
        function,
    )?;
    Ok(Some(Write::Queue(message)))
}

/// What stands for the placeholders.
struct Values([(&'static str, String); 9]);

impl Values {
    fn new(cx: &Cx, pool: &Pool, user: &User, event: &Event) -> Result<Self> {
        let token = feedback::token(cx, pool, &user.sub, &event.id)?;
        let link = |value: FeedbackValueType| {
            let parts = [
                ("user_pool_id", pool.id.as_str()),
                ("user_name", &user.username),
                ("event_id", &event.id),
                ("feedback_token", &token),
                ("feedback_value", value.as_str()),
            ];
            let query: Vec<_> = parts
                .iter()
                .map(|(name, value)| format!("{name}={}", message::percent_encode(value)))
                .collect();
            format!(
                "{}/authEventFeedback/?{}",
                cx.service.config.public_url,
                query.join("&")
            )
        };
        let ip = event.ip.map(|ip| ip.to_string());
        let device = event.device.clone();
        Ok(Self([
            ("{ip-address}", ip.unwrap_or_else(|| UNKNOWN.to_owned())),
            ("{city}", UNKNOWN.to_owned()),
            ("{country}", UNKNOWN.to_owned()),
            (
                "{login-time}",
                srp::format_timestamp(event.at.div_euclid(1000)),
            ),
            (
                "{device-name}",
                device.unwrap_or_else(|| UNKNOWN.to_owned()),
            ),
            ("{one-click-link-valid}", link(FeedbackValueType::Valid)),
            ("{one-click-link-invalid}", link(FeedbackValueType::Invalid)),
            ("{event-id}", event.id.clone()),
            ("{feedback-token}", token),
        ]))
    }

    /// What a custom sender is told. Neither place nor, without one, the device is made up.
    fn said(&self, user: &User, action: &str) -> Map<String, Value> {
        let names = [
            ("{event-id}", "EVENT_ID"),
            ("{ip-address}", "IP_ADDRESS"),
            ("{one-click-link-valid}", "ONE_CLICK_LINK_VALID"),
            ("{one-click-link-invalid}", "ONE_CLICK_LINK_INVALID"),
            ("{login-time}", "LOGIN_TIME"),
            ("{feedback-token}", "FEEDBACK_TOKEN"),
            ("{device-name}", "DEVICE_NAME"),
        ];
        let known = self.0.iter().filter_map(|(placeholder, value)| {
            let (_, name) = names.iter().find(|(known, _)| known == placeholder)?;
            let is_optional = *name == "DEVICE_NAME";
            (!is_optional || value != UNKNOWN).then(|| ((*name).to_owned(), value.clone().into()))
        });
        let mut said: Map<String, Value> = known.collect();
        said.insert("USER_NAME".to_owned(), user.username.clone().into());
        said.insert("ACCOUNT_TAKE_OVER_ACTION".to_owned(), action.into());
        said
    }

    /// Fills a template in. In HTML the values are escaped: the device names itself.
    fn fill(&self, template: &str, is_html: bool) -> String {
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
        // From left to right, so that what a value brings along is not taken for a placeholder.
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            filled.push_str(before);
            let found = self.0.iter().find(|(name, _)| from.starts_with(name));
            rest = if let Some((name, value)) = found {
                if is_html {
                    filled.push_str(&message::escape(value));
                } else {
                    filled.push_str(value);
                }
                &from[name.len()..]
            } else {
                filled.push('{');
                &from[1..]
            };
        }
        filled.push_str(rest);
        filled
    }
}
