//! `/login`: who signs in, and what follows.

use axum::body::Body;
use cenote_idp::Error;
use cenote_idp::hosted::{NameKind, Reason};
use cenote_idp::oauth::{Progress, SignedIn, Through, with_choice, with_password};
use hyper::Response;

use super::challenge;
use super::flow::{Flow, Step};
use super::view::{Alert, Button, Field, FieldKind, Form, PROVIDER_FIELD, Page};
use super::visit::Visit;
use super::{passkeys, providers, refusal};

/// Shows the form, or asks whoever has signed in before whether he goes on.
pub(crate) async fn get(visit: &mut Visit) -> Response<Body> {
    // Who signs in elsewhere sees no page here.
    if matches!(visit.authorization.through, Through::Provider(_)) {
        return visit.go("/oauth2/authorize");
    }
    match visit.signed_in().await {
        Ok(Some(signed_in)) => return welcome_back(visit, &signed_in),
        Ok(None) => {}
        Err(error) => return visit.broken(&error),
    }
    let told = match visit.flow() {
        Some(Flow {
            username,
            step: Step::Told(key),
            ..
        }) => Some((username, Alert::success(visit.text.say(&key)))),
        _ => None,
    };
    if !visit.wants_passkey {
        visit.end_flow();
    }
    let (username, alert) = match told {
        Some((username, alert)) => (username, Some(alert)),
        None => (hint(visit), None),
    };
    show(visit, &username, alert).await
}

/// What the application knows of who signs in; managed login takes it up.
fn hint(visit: &Visit) -> String {
    let hint = visit.authorization.login_hint.clone();
    hint.filter(|_| visit.at.domain.is_managed())
        .unwrap_or_default()
}

/// "Continue as".
fn welcome_back(visit: &mut Visit, signed_in: &SignedIn) -> Response<Body> {
    // A username that the service made up says nothing.
    let shown = match visit.site.name_kind() {
        NameKind::Username => signed_in.username(),
        NameKind::Email | NameKind::Phone | NameKind::EmailOrPhone => signed_in
            .attribute("email")
            .or_else(|| signed_in.attribute("phone_number"))
            .unwrap_or_else(|| signed_in.username()),
    };
    let values = [("username", shown)];
    let mut page = visit.page("continue-heading");
    page.intro = vec![visit.text.fill("continue-intro", &values)];
    let mut form = Form::new(
        visit.path("/login"),
        visit.text.fill("continue-as-button", &values),
        Vec::new(),
    );
    form.buttons[0].answer = Some(("continue", "1".to_owned()));
    form.buttons.push(Button {
        label: visit.text.say("switch-link"),
        is_primary: false,
        answer: Some(("switch", "1".to_owned())),
    });
    page.forms = vec![form];
    visit.show(page)
}

/// The field for what people sign in with.
pub(crate) fn name_field(visit: &Visit) -> Field {
    let (label, kind) = match visit.site.name_kind() {
        NameKind::Username => ("username-label", FieldKind::Name),
        NameKind::Email => ("email-label", FieldKind::Email),
        NameKind::Phone => ("phone-label", FieldKind::Phone),
        NameKind::EmailOrPhone => ("email-or-phone-label", FieldKind::Name),
    };
    let mut field = Field::new("username", visit.text.say(label), kind).auto("username");
    if kind == FieldKind::Phone {
        field.hint = Some(visit.text.say("phone-hint"));
    }
    field
}

/// Whether the name comes first, and the user chooses afterwards.
pub(crate) fn is_choice_based(visit: &Visit) -> bool {
    visit.at.domain.is_managed() && visit.site.is_choice_based()
}

/// Shows the form with what was typed, and the providers beside it.
pub(crate) async fn show(
    visit: &mut Visit,
    username: &str,
    alert: Option<Alert>,
) -> Response<Body> {
    match providers::offered(visit).await {
        Ok(offered) => {
            let mut page = form(visit, username, alert);
            page.providers = offered;
            visit.show(page)
        }
        Err(error) => visit.broken(&error),
    }
}

fn form(visit: &Visit, username: &str, alert: Option<Alert>) -> Page {
    let text = visit.text;
    let mut page = visit.page("sign-in-heading");
    page.intro = vec![text.say("sign-in-intro")];
    page.alert = alert;
    if !visit.site.has_local_users() {
        return page;
    }
    let mut fields = vec![name_field(visit).value(username)];
    let mut button = "next-button";
    if !is_choice_based(visit) {
        let label = text.say("password-label");
        let password = Field::new("password", label, FieldKind::Password);
        fields.push(password.auto("current-password"));
        button = "sign-in-button";
    }
    let mut form = Form::new(visit.path("/login"), text.say(button), fields);
    if visit.site.recovers() {
        form.link = Some(visit.link(None, "forgot-link", "/forgotPassword"));
    }
    page.forms = vec![form];
    if visit.site.signs_up() {
        page.links = vec![visit.link(Some("sign-up-question"), "sign-up-link", "/signup")];
    }
    page
}

/// Takes the form.
pub(crate) async fn post(visit: &mut Visit) -> Response<Body> {
    if visit.field("continue").is_some() {
        return match visit.signed_in().await {
            Ok(Some(signed_in)) => visit.finish(&signed_in).await,
            Ok(None) => visit.go("/login"),
            Err(error) => visit.broken(&error),
        };
    }
    if visit.field("switch").is_some() {
        let username = hint(visit);
        return show(visit, &username, None).await;
    }
    if let Some(typed) = visit.field(PROVIDER_FIELD).map(str::to_owned) {
        return providers::find(visit, &typed).await;
    }
    if !visit.site.has_local_users() {
        return visit.go("/login");
    }
    let username = visit.field("username").unwrap_or_default().to_owned();
    let password = visit.field("password").map(str::to_owned);
    let by_choice = is_choice_based(visit) && password.is_none();
    for (field, is_missing, label) in [
        ("username", username.is_empty(), &name_field(visit).label),
        (
            "password",
            !by_choice && password.is_none(),
            &visit.text.say("password-label"),
        ),
    ] {
        if is_missing {
            let alert = refusal::missing(visit.text, field, label);
            return show(visit, &username, Some(alert)).await;
        }
    }
    let (cx, authorization) = (visit.cx(), &visit.authorization);
    let progress = match &password {
        Some(password) => with_password(cx, authorization, &username, password).await,
        None => with_choice(cx, authorization, &username, None, None).await,
    };
    match progress {
        Ok(progress) => go_on(visit, username, progress).await,
        Err(error) => refused(visit, username, &error).await,
    }
}

/// What a refused sign-in leads to.
async fn refused(visit: &mut Visit, username: String, error: &Error) -> Response<Body> {
    match Reason::of(error) {
        Reason::NotConfirmed => {
            let step = Step::Confirm {
                sent_to: None,
                is_resent: false,
                session: None,
            };
            visit.go_on("/confirm", Flow::new(username, step))
        }
        Reason::ResetRequired => {
            let step = Step::Reset { is_needed: true };
            visit.go_on("/confirmforgotPassword", Flow::new(username, step))
        }
        Reason::Broken => visit.broken(error),
        reason => {
            let alert = refusal::alert(visit.text, &reason);
            show(visit, &username, Some(alert)).await
        }
    }
}

/// Goes on with a sign-in: to the next question, or back to the application.
pub(crate) async fn go_on(
    visit: &mut Visit,
    username: String,
    progress: Progress,
) -> Response<Body> {
    match progress {
        Progress::Done(mut signed_in) => {
            if let Err(error) = visit.begin_session(&mut signed_in).await {
                return visit.refused(&error);
            }
            if visit.wants_passkey {
                visit.wants_passkey = false;
                return passkeys::offer(visit, username);
            }
            visit.finish(&signed_in).await
        }
        Progress::Asked {
            challenge,
            session,
            parameters,
            available,
        } => challenge::ask(visit, username, challenge, session, parameters, available).await,
    }
}
