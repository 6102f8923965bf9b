//! Passkeys: `/passkeys/add`, and the one that signs somebody in. Only these pages have a script.

use axum::body::Body;
use cenote_idp::Error;
use cenote_idp::hosted::Reason;
use cenote_idp::oauth::SignedIn;
use hyper::{Response, StatusCode};

use super::flow::{Flow, Step};
use super::view::{Alert, Button, Form, Page, Passkey, PasskeyKind};
use super::visit::Visit;

/// The form that the script fills in and sends.
const FORM: &str = "passkey-form";

fn script_form(action: String) -> Form {
    Form {
        id: Some(FORM),
        action,
        hidden: vec![("credential", String::new())],
        ..Form::default()
    }
}

/// The page that signs in with a passkey, but for what it is asked for.
pub(crate) fn sign_in_page(visit: &Visit) -> Page {
    let mut page = visit.page("passkey-sign-in-heading");
    page.intro = vec![visit.text.say("passkey-sign-in-intro")];
    page.graphic = Some("PASSKEY_GRAPHIC");
    page.forms = vec![script_form(visit.path("/mfa"))];
    page.passkey = Some(Passkey {
        kind: PasskeyKind::Get,
        options: String::new(),
        button: visit.text.say("passkey-sign-in-button"),
    });
    page
}

/// Offers to add a passkey to whoever has just signed in.
pub(crate) fn offer(visit: &mut Visit, username: String) -> Response<Body> {
    visit.go_on("/passkeys/add", Flow::new(username, Step::AddPasskey))
}

/// Who is to get the passkey: whoever has just signed in, or is known well enough for the request.
async fn owner(visit: &Visit) -> Result<Option<SignedIn>, Error> {
    match visit.flow() {
        Some(flow) if matches!(flow.step, Step::AddPasskey) => visit.session_owner().await,
        _ => visit.signed_in().await,
    }
}

/// `/passkeys/add`
pub(crate) async fn add(visit: &mut Visit, is_sent: bool) -> Response<Body> {
    if !visit.at.domain.is_managed() || !visit.site.offers_passkeys() {
        return visit.failed(StatusCode::BAD_REQUEST, "passkey-failed");
    }
    let signed_in = match owner(visit).await {
        Ok(Some(signed_in)) => signed_in,
        // He signs in first, and comes back.
        Ok(None) => {
            visit.wants_passkey = true;
            return visit.go_on("/login", Flow::new("", Step::SignIn));
        }
        Err(error) => return visit.broken(&error),
    };
    if visit.field("skip").is_some() {
        return visit.finish(&signed_in).await;
    }
    let mut alert = None;
    if is_sent {
        let credential = visit.field("credential").unwrap_or_default();
        match visit
            .site
            .add_passkey(visit.cx(), &signed_in, credential)
            .await
        {
            Ok(()) => return visit.finish(&signed_in).await,
            Err(error) if Reason::of(&error) == Reason::Broken => return visit.broken(&error),
            Err(_) => alert = Some(Alert::error(visit.text.say("passkey-failed"))),
        }
    }
    let mut page = visit.page("passkey-heading");
    let mut skip = Form {
        action: visit.path("/passkeys/add"),
        buttons: vec![Button {
            label: visit.text.say("passkey-skip"),
            is_primary: false,
            answer: Some(("skip", "1".to_owned())),
        }],
        ..Form::default()
    };
    let options = match visit.site.passkey_options(visit.cx(), &signed_in).await {
        Ok(options) => options,
        Err(error) if Reason::of(&error) == Reason::PasskeysFull => {
            page.alert = Some(Alert::warning(visit.text.say("passkeys-full")));
            skip.buttons[0].label = visit.text.say("continue-button");
            skip.buttons[0].is_primary = true;
            page.forms = vec![skip];
            return visit.show(page);
        }
        Err(error) => return visit.broken(&error),
    };
    page.alert = alert;
    page.intro = vec![visit.text.say("passkey-intro")];
    page.graphic = Some("PASSKEY_GRAPHIC");
    page.passkey = Some(Passkey {
        kind: PasskeyKind::Create,
        options,
        button: visit.text.say("passkey-create-button"),
    });
    page.forms = vec![script_form(visit.path("/passkeys/add")), skip];
    visit.show(page)
}
