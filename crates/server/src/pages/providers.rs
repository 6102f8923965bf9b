//! The identity providers on the sign-in page: buttons, or a field for the domain that leads to one.

use axum::body::Body;
use cenote_idp::Error;
use cenote_idp::hosted::Choice;
use hyper::Response;

use super::login;
use super::view::{Alert, Field, FieldKind, Form, PROVIDER_FIELD, ProviderLink, Providers};
use super::visit::Visit;

/// What the page offers beside the pool's own users.
pub(crate) async fn offered(visit: &Visit) -> Result<Providers, Error> {
    let mut choices = visit.site.providers(visit.cx()).await?;
    if choices.is_empty() {
        return Ok(Providers::default());
    }
    let look = visit.look();
    let rank = |choice: &Choice| {
        let order = &look.provider_order;
        let place = order.iter().position(|name| *name == choice.name);
        place.unwrap_or(order.len())
    };
    choices.sort_by_key(rank);
    let is_searched = searched(visit, &choices);
    let search = choices.iter().any(&is_searched).then(|| {
        let label = visit.text.say("provider-search-label");
        let field = Field::new(PROVIDER_FIELD, label, FieldKind::Name).auto("email");
        let field = field.value(visit.field(PROVIDER_FIELD).unwrap_or_default());
        let mut form = Form::new(
            visit.path("/login"),
            visit.text.say("continue-button"),
            vec![field],
        );
        form.buttons[0].is_primary = !visit.site.has_local_users();
        form
    });
    let links = choices.iter().filter(|choice| !is_searched(choice));
    let link = |choice: &Choice| ProviderLink {
        label: visit
            .text
            .fill("provider-button", &[("provider", shown(&choice.name))]),
        href: visit.path_through(&choice.name),
        class: if choice.is_social {
            "socialButton-customizable"
        } else {
            "idpButton-customizable"
        },
        letter: shown(&choice.name)
            .chars()
            .next()
            .filter(|_| choice.is_social),
    };
    Ok(Providers {
        links: links.map(link).collect(),
        description: (!visit.at.domain.is_managed()).then(|| visit.text.say("providers-label")),
        search,
        is_last: look.own_users_first,
    })
}

/// Which providers are found by a domain: those that have one where the style of managed login says so; on
/// the classic pages those of SAML, if all of them have one.
fn searched(visit: &Visit, choices: &[Choice]) -> impl Fn(&Choice) -> bool + use<> {
    let mut of_saml = choices.iter().filter(|choice| choice.is_saml);
    let (is_managed, by_style) = (
        visit.at.domain.is_managed(),
        visit.look().searches_providers,
    );
    let all_found = of_saml.all(|choice| choice.is_found);
    move |choice: &Choice| {
        if is_managed {
            by_style && choice.is_found
        } else {
            all_found && choice.is_saml
        }
    }
}

/// What people call a provider.
fn shown(name: &str) -> &str {
    match name {
        "LoginWithAmazon" => "Amazon",
        "SignInWithApple" => "Apple",
        other => other,
    }
}

/// Takes the form that finds a provider.
pub(crate) async fn find(visit: &mut Visit, typed: &str) -> Response<Body> {
    match visit.site.provider_for(visit.cx(), typed.trim()).await {
        Ok(Some(name)) => visit.go_through(&name),
        Ok(None) => {
            let text = visit.text.say("provider-search-unknown");
            let alert = Alert::error(text).about(PROVIDER_FIELD);
            login::show(visit, "", Some(alert)).await
        }
        Err(error) => visit.broken(&error),
    }
}
