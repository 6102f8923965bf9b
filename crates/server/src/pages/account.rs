//! The pages around an account: sign-up and its confirmation, the reset of a forgotten password.

use axum::body::Body;
use cenote_idp::Error;
use cenote_idp::hosted::{PasswordRule, Reason, SignUpField};
use cenote_idp::oauth::{with_choice, with_password};
use cenote_model::AttributeDataType;
use hyper::{Response, StatusCode};

use super::challenge::{code_field, sent_to};
use super::flow::{Flow, Step};
use super::text::Language;
use super::view::{Alert, Field, FieldKind, Form, Page, Question, Rule, Terms};
use super::visit::Visit;
use super::{login, refusal};

/// The rules of a password, in words.
fn rules(text: &Language, rules: &[(PasswordRule, bool)]) -> Vec<Rule> {
    let words = |rule: PasswordRule| match rule {
        PasswordRule::Length(count) => text.fill("policy-length", &[("count", &count.to_string())]),
        PasswordRule::Uppercase => text.say("policy-upper"),
        PasswordRule::Lowercase => text.say("policy-lower"),
        PasswordRule::Number => text.say("policy-number"),
        PasswordRule::Symbol => text.say("policy-symbol"),
    };
    let rules = rules.iter().map(|(rule, is_kept)| Rule {
        text: words(*rule),
        is_kept: *is_kept,
    });
    rules.collect()
}

/// The two fields of a new password.
pub(crate) fn new_password_fields(visit: &Visit, label: &str, again: &str) -> Vec<Field> {
    let field = |name, label: &str| {
        let label = visit.text.say(label);
        Field::new(name, label, FieldKind::Password).auto("new-password")
    };
    let mut password = field("password", label);
    let typed = visit.field("password").unwrap_or_default();
    password.rules = rules(visit.text, &visit.site.password_rules(typed));
    vec![password, field("confirm_password", again)]
}

/// The field of a user attribute.
pub(crate) fn attribute_field(visit: &Visit, name: &str) -> Field {
    let (kind, auto) = match name {
        "email" => (FieldKind::Email, Some("email")),
        "phone_number" => (FieldKind::Phone, Some("tel")),
        "birthdate" => (FieldKind::Date, Some("bday")),
        "picture" | "profile" | "website" => (FieldKind::Url, Some("url")),
        "name" => (FieldKind::Text, Some("name")),
        "given_name" => (FieldKind::Text, Some("given-name")),
        "family_name" => (FieldKind::Text, Some("family-name")),
        "middle_name" => (FieldKind::Text, Some("additional-name")),
        "nickname" => (FieldKind::Text, Some("nickname")),
        "address" => (FieldKind::Text, Some("street-address")),
        "updated_at" => (FieldKind::Number, None),
        _ => (FieldKind::Text, None),
    };
    let mut field = Field::new(name, visit.text.attribute(name), kind);
    field.autocomplete = auto;
    if kind == FieldKind::Phone {
        field.hint = Some(visit.text.say("phone-hint"));
    }
    field
}

/// The first required field of the page that is empty, or the second password that is not the first.
pub(crate) fn check_fields(visit: &Visit, page: &Page) -> Option<Alert> {
    let fields = || page.forms.iter().flat_map(|form| &form.fields);
    let empty = fields().find(|field| field.is_required && visit.field(&field.name).is_none());
    if let Some(field) = empty {
        return Some(refusal::missing(visit.text, &field.name, &field.label));
    }
    let has_two = fields().any(|field| field.name == "confirm_password");
    if has_two && visit.field("password") != visit.field("confirm_password") {
        let alert = Alert::error(visit.text.say("passwords-differ"));
        return Some(alert.about("confirm_password"));
    }
    None
}

/// The page again, saying what is wrong.
fn again(visit: &mut Visit, mut page: Page, alert: Alert) -> Response<Body> {
    page.alert = Some(alert);
    visit.show(page)
}

/// The page again with the reason of a refusal, unless that ends the matter.
fn again_for(visit: &mut Visit, page: Page, error: &Error) -> Response<Body> {
    match Reason::of(error) {
        Reason::Broken => visit.broken(error),
        reason => {
            let alert = refusal::alert(visit.text, &reason);
            again(visit, page, alert)
        }
    }
}

/// The sign-up form with what was typed, but for the passwords.
async fn sign_up_page(visit: &Visit) -> Result<Page, Error> {
    let text = visit.text;
    let mut page = visit.page("sign-up-heading");
    page.intro = vec![text.say("sign-up-intro")];
    let mut fields = vec![login::name_field(visit)];
    for SignUpField { name, data_type } in visit.site.sign_up_fields() {
        let mut field = attribute_field(visit, &name);
        match data_type {
            AttributeDataType::Number => field.kind = FieldKind::Number,
            AttributeDataType::DateTime => field.kind = FieldKind::Date,
            AttributeDataType::String | AttributeDataType::Boolean => {}
        }
        fields.push(field);
    }
    for field in &mut fields {
        field.value = visit.field(&field.name).unwrap_or_default().to_owned();
    }
    let mut passwords = new_password_fields(visit, "password-label", "confirm-password-label");
    let name = visit.field("username");
    if login::is_choice_based(visit) && visit.site.signs_up_without_password(name) {
        for field in &mut passwords {
            field.is_required = false;
        }
        passwords[0].hint = Some(text.say("password-optional"));
    }
    fields.extend(passwords);
    let button = text.say("sign-up-button");
    page.forms = vec![Form::new(visit.path("/signup"), button, fields)];
    let links = visit.site.terms(visit.cx(), text.terms_key).await?;
    page.terms = links.map(|(terms, privacy)| Terms::new(text, terms, privacy));
    page.links = vec![visit.link(Some("sign-in-question"), "sign-in-link", "/login")];
    Ok(page)
}

/// `/signup`
pub(crate) async fn sign_up(visit: &mut Visit, is_sent: bool) -> Response<Body> {
    if !visit.site.signs_up() {
        return visit.failed(StatusCode::BAD_REQUEST, "sign-up-off");
    }
    let page = match sign_up_page(visit).await {
        Ok(page) => page,
        Err(error) => return visit.broken(&error),
    };
    if !is_sent {
        return visit.show(page);
    }
    if let Some(alert) = check_fields(visit, &page) {
        return again(visit, page, alert);
    }
    let username = visit.field("username").unwrap_or_default().to_owned();
    let password = visit.field("password").map(str::to_owned);
    let attributes: Vec<(String, String)> = visit
        .site
        .sign_up_fields()
        .into_iter()
        .filter_map(|SignUpField { name, .. }| {
            let value = visit.field(&name)?.to_owned();
            Some((name, value))
        })
        .collect();
    let signed_up = visit
        .site
        .sign_up(visit.cx(), &username, password.as_deref(), &attributes)
        .await;
    let signed_up = match signed_up {
        Ok(signed_up) => signed_up,
        Err(error) => return again_for(visit, page, &error),
    };
    if signed_up.is_confirmed {
        let (cx, authorization) = (visit.cx(), &visit.authorization);
        let progress = match &password {
            Some(password) => with_password(cx, authorization, &username, password).await,
            None => with_choice(cx, authorization, &username, None, None).await,
        };
        return match progress {
            Ok(progress) => login::go_on(visit, username, progress).await,
            Err(error) => visit.refused(&error),
        };
    }
    let Some(sent_to) = signed_up.sent_to else {
        return visit.failed(StatusCode::BAD_REQUEST, "not-confirmable");
    };
    let step = Step::Confirm {
        sent_to: Some((sent_to.by_email, sent_to.destination)),
        is_resent: false,
        session: signed_up.session,
    };
    visit.go_on("/confirm", Flow::new(username, step))
}

/// Whose sign-up is to be confirmed.
fn confirming(visit: &Visit) -> Option<Flow> {
    let flow = visit.flow();
    flow.filter(|flow| matches!(flow.step, Step::Confirm { .. }))
}

fn confirm_page(visit: &Visit, flow: &Flow) -> Page {
    let mut page = visit.page("confirm-heading");
    let Step::Confirm {
        sent_to: to,
        is_resent,
        ..
    } = &flow.step
    else {
        return page;
    };
    let by_sms = matches!(to, Some((false, _)));
    let by_link = visit.site.confirms_by_link() && !by_sms;
    page.intro = vec![match to {
        Some((_, destination)) if by_link => {
            let values = [("destination", destination.as_str())];
            visit.text.fill("link-sent", &values)
        }
        Some((by_email, destination)) => sent_to(visit, *by_email, destination),
        None if by_link => visit.text.say("link-open"),
        None => visit.text.say("code-enter"),
    }];
    let [resent, question, label] = if by_link {
        ["link-resent", "resend-link-question", "resend-link-button"]
    } else {
        ["code-resent", "resend-question", "resend-button"]
    };
    if *is_resent {
        page.alert = Some(Alert::success(visit.text.say(resent)));
    }
    page.graphic = Some(if by_sms {
        "SMS_GRAPHIC"
    } else {
        "EMAIL_GRAPHIC"
    });
    if !by_link {
        let button = visit.text.say("confirm-button");
        let fields = vec![code_field(visit)];
        page.forms
            .push(Form::new(visit.path("/confirm"), button, fields));
    }
    page.forms.push(Form {
        action: visit.path("/resendcode"),
        question: Some(Question {
            text: visit.text.say(question),
            label: visit.text.say(label),
            name: "resend",
        }),
        ..Form::default()
    });
    page.links = vec![visit.link(None, "back-to-sign-in", "/login")];
    page
}

/// `/confirm`
pub(crate) async fn confirm(visit: &mut Visit, is_sent: bool) -> Response<Body> {
    let Some(flow) = confirming(visit) else {
        return visit.expired();
    };
    let mut page = confirm_page(visit, &flow);
    if !is_sent {
        return visit.show(page);
    }
    page.alert = None;
    if let Some(alert) = check_fields(visit, &page) {
        return again(visit, page, alert);
    }
    let code = visit.field("code").unwrap_or_default();
    let session = match &flow.step {
        Step::Confirm { session, .. } => session.as_deref(),
        _ => None,
    };
    let confirmed = visit
        .site
        .confirm_sign_up(visit.cx(), &flow.username, code.trim(), session)
        .await;
    match confirmed {
        // The code was the proof: the sign-in goes on from here.
        Ok(Some(session)) => {
            visit.wants_passkey |= visit.at.domain.is_managed() && visit.site.offers_passkeys();
            let (cx, authorization) = (visit.cx(), &visit.authorization);
            let progress =
                with_choice(cx, authorization, &flow.username, None, Some(&session)).await;
            match progress {
                Ok(progress) => login::go_on(visit, flow.username, progress).await,
                Err(error) => visit.refused(&error),
            }
        }
        Ok(None) => visit.send_to_sign_in(flow.username, "confirmed-sign-in"),
        Err(error) => match Reason::of(&error) {
            // Nobody of that name is told apart.
            Reason::WrongPassword => {
                let alert = refusal::alert(visit.text, &Reason::CodeWrong);
                again(visit, page, alert)
            }
            _ => again_for(visit, page, &error),
        },
    }
}

/// `/resendcode`
pub(crate) async fn resend_code(visit: &mut Visit) -> Response<Body> {
    let Some(flow) = confirming(visit) else {
        return visit.expired();
    };
    let Step::Confirm { session, .. } = &flow.step else {
        return visit.expired();
    };
    match visit.site.resend_code(visit.cx(), &flow.username).await {
        Ok(to) => {
            let step = Step::Confirm {
                sent_to: to.map(|to| (to.by_email, to.destination)),
                is_resent: true,
                session: session.clone(),
            };
            visit.go_on("/confirm", Flow::new(flow.username, step))
        }
        Err(error) => {
            let mut page = confirm_page(visit, &flow);
            page.alert = None;
            again_for(visit, page, &error)
        }
    }
}

fn forgot_page(visit: &Visit) -> Page {
    let mut page = visit.page("forgot-heading");
    page.intro = vec![visit.text.say("forgot-intro")];
    let name = visit.field("username").unwrap_or_default().to_owned();
    let fields = vec![login::name_field(visit).value(name)];
    let button = visit.text.say("forgot-button");
    page.forms = vec![Form::new(visit.path("/forgotPassword"), button, fields)];
    page.links = vec![visit.link(None, "back-to-sign-in", "/login")];
    page
}

/// `/forgotPassword`
pub(crate) async fn forgot(visit: &mut Visit, is_sent: bool) -> Response<Body> {
    if !visit.site.recovers() {
        return visit.failed(StatusCode::BAD_REQUEST, "recovery-off");
    }
    let page = forgot_page(visit);
    if !is_sent {
        return visit.show(page);
    }
    if let Some(alert) = check_fields(visit, &page) {
        return again(visit, page, alert);
    }
    let username = visit.field("username").unwrap_or_default().to_owned();
    if let Err(error) = visit.site.forgot_password(visit.cx(), &username).await {
        match Reason::of(&error) {
            Reason::TooManyAttempts | Reason::Busy | Reason::NotDelivered | Reason::Broken => {
                return again_for(visit, page, &error);
            }
            Reason::Said(_) if is_of_trigger(&error) => return again_for(visit, page, &error),
            // Whether somebody of that name exists, and can be written to, is not told.
            _ => {}
        }
    }
    let step = Step::Reset { is_needed: false };
    visit.go_on("/confirmforgotPassword", Flow::new(username, step))
}

/// Whether a trigger speaks, whose words are for the user.
fn is_of_trigger(error: &Error) -> bool {
    use cenote_model::ErrorCode;
    matches!(
        error.code,
        ErrorCode::UserLambdaValidation
            | ErrorCode::UnexpectedLambda
            | ErrorCode::InvalidLambdaResponse
    )
}

fn reset_page(visit: &Visit, is_needed: bool) -> Page {
    let mut page = visit.page("reset-heading");
    page.graphic = Some("PASSWORD_GRAPHIC");
    page.intro = vec![visit.text.say("code-sent-maybe")];
    if is_needed {
        page.intro = vec![visit.text.say("code-enter")];
        page.alert = Some(Alert::warning(visit.text.say("reset-required")));
    }
    let mut fields = vec![code_field(visit).value(visit.field("code").unwrap_or_default())];
    fields.extend(new_password_fields(
        visit,
        "new-password-label",
        "confirm-new-password-label",
    ));
    let button = visit.text.say("reset-button");
    let action = visit.path("/confirmforgotPassword");
    page.forms = vec![Form::new(action, button, fields)];
    page.links = vec![visit.link(None, "back-to-sign-in", "/login")];
    page
}

/// `/confirmforgotPassword`
pub(crate) async fn reset(visit: &mut Visit, is_sent: bool) -> Response<Body> {
    let Some(Flow {
        username,
        step: Step::Reset { is_needed },
        ..
    }) = visit.flow()
    else {
        return visit.expired();
    };
    let mut page = reset_page(visit, is_needed);
    if !is_sent {
        return visit.show(page);
    }
    page.alert = None;
    if let Some(alert) = check_fields(visit, &page) {
        return again(visit, page, alert);
    }
    let code = visit.field("code").unwrap_or_default();
    let password = visit.field("password").unwrap_or_default();
    let reset = visit
        .site
        .reset_password(visit.cx(), &username, code.trim(), password)
        .await;
    match reset {
        Ok(()) => visit.send_to_sign_in(username, "reset-done"),
        Err(error) => match Reason::of(&error) {
            Reason::WrongPassword | Reason::NotConfirmed | Reason::Disabled => {
                let alert = refusal::alert(visit.text, &Reason::CodeWrong);
                again(visit, page, alert)
            }
            _ => again_for(visit, page, &error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_a_password_are_put_into_words() {
        let known = [
            (PasswordRule::Length(12), false),
            (PasswordRule::Number, true),
        ];
        let rule = |text: &str, is_kept| Rule {
            text: text.to_owned(),
            is_kept,
        };
        assert_eq!(
            rules(super::super::text::english(), &known),
            [
                rule("at least 12 characters", false),
                rule("a number", true)
            ]
        );
    }
}
