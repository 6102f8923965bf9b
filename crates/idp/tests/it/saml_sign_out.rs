//! Signing out at the SAML provider as well.

use cenote_idp::federation::saml::signed_out;
use cenote_idp::oauth::{self, Cookie, Domain, Params, Refusal};
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::support::oauth::{after, form};
use crate::support::providers::arrived;
use crate::support::saml::{Corp, ENTITY, KEY, Key, NAMESPACES, OTHER, USUAL, id_of, request_of};

const TARGET: &str = "https://app.example/out";

async fn corp() -> Corp {
    Corp::on(json!({}), json!({"IDPSignout": "true"}), json!({})).await
}

async fn cookie(corp: &Corp) -> Cookie {
    arrived(
        corp.arrival(|told| "a&amp;b".clone_into(&mut told.name_id))
            .await,
    )
    .1
}

/// Where a browser goes that signs out.
async fn leaves(corp: &Corp, cookie: &Cookie) -> String {
    let (cx, domain) = (corp.0.h.cx(), &corp.0.h.domain);
    let location = oauth::end_session(&cx, domain, &cookie.value, TARGET.to_owned());
    location.await.expect("no failure")
}

fn response(request: &str, key: &Key) -> String {
    let xml = format!(
        "<samlp:LogoutResponse {NAMESPACES} ID=\"response-1\" Version=\"2.0\" \
         IssueInstant=\"2026-05-28T20:26:40Z\" InResponseTo=\"{request}\" \
         Destination=\"http://app.auth.localhost:9229/saml2/logout\"><saml:Issuer>{ENTITY}</saml:Issuer>\
         <samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>\
         </samlp:Status></samlp:LogoutResponse>"
    );
    BASE64.encode(key.sign_element(&xml, "response-1", USUAL).as_bytes())
}

async fn back(corp: &Corp, domain: &Domain, members: Value) -> Result<String, Refusal> {
    let params = Params::parse(form(&members).as_bytes()).expect("a form");
    signed_out(&corp.0.h.cx(), domain, &params)
        .await
        .expect("no failure")
}

#[tokio::test]
async fn the_provider_is_told_and_then_the_application_is_next() {
    let corp = corp().await;
    let cookie = cookie(&corp).await;
    let location = leaves(&corp, &cookie).await;
    assert!(
        location.starts_with("https://idp.example.com/slo?SAMLRequest="),
        "{location}"
    );
    let request = request_of(&location);
    let id = id_of(&request);
    assert_eq!(
        request,
        format!(
            "<samlp:LogoutRequest {NAMESPACES} ID=\"{id}\" Version=\"2.0\" \
             IssueInstant=\"2026-05-28T20:26:40.123Z\" Destination=\"https://idp.example.com/slo\">\
             <saml:Issuer>{}</saml:Issuer><saml:NameID \
             Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">a&amp;b</saml:NameID>\
             <samlp:SessionIndex>session-1</samlp:SessionIndex></samlp:LogoutRequest>",
            corp.audience()
        )
    );
    // It is signed, whatever is said of other requests.
    let params = after(&location, '?');
    assert!(params.get("Signature").is_some());
    // The session here is over, whatever the provider does.
    let authorization = corp.0.h.good(json!({})).await;
    let owner = Cookie::owner(&corp.0.h.cx(), &authorization, &cookie.value).await;
    assert!(owner.expect("no failure").is_none());

    let state = params.get("RelayState").expect("a state");
    let domain = &corp.0.h.domain;
    let good = response(&id, &KEY);
    let sends = |message: &str| json!({"RelayState": state, "SAMLResponse": message});
    assert_eq!(
        back(&corp, domain, sends(&good)).await,
        Ok(TARGET.to_owned())
    );
    let said = |refusal: Result<String, Refusal>| refusal.expect_err("a refusal").description;
    for (message, text) in [
        (response(&id, &OTHER), "The signature is not valid"),
        (response("_x", &KEY), "InResponseTo is not valid"),
        ("x".to_owned(), "The message is not a SAML logout response"),
    ] {
        let text = format!("Invalid SAML response received: {text}");
        assert_eq!(said(back(&corp, domain, sends(&message)).await), Some(text));
    }
    let lost = "Invalid samlResponse or relayState from identity provider";
    let mut elsewhere = domain.clone();
    "https://other.example".clone_into(&mut elsewhere.base);
    assert_eq!(
        said(back(&corp, &elsewhere, sends(&good)).await).as_deref(),
        Some(lost)
    );
    for (members, text) in [
        (json!({"RelayState": "x", "SAMLResponse": good}), lost),
        (
            json!({"SAMLResponse": good}),
            "Required String parameter 'RelayState' is not present",
        ),
        (
            json!({"RelayState": state}),
            "Required String parameter 'SAMLResponse' is not present",
        ),
    ] {
        assert_eq!(
            said(back(&corp, domain, members).await).as_deref(),
            Some(text)
        );
    }
    // The state of a sign-in is none of a sign-out.
    let departure = corp.leave(json!({})).await;
    let left = after(&departure.location, '?');
    let members = json!({"RelayState": left.get("RelayState"), "SAMLResponse": good});
    assert_eq!(
        said(back(&corp, domain, members).await).as_deref(),
        Some(lost)
    );
    corp.0.h.w.h.clock.advance(300_000);
    assert_eq!(
        said(back(&corp, domain, sends(&good)).await).as_deref(),
        Some(lost)
    );
}

#[tokio::test]
async fn who_came_in_another_way_or_need_not_tell_goes_straight_on() {
    let quiet = Corp::new().await;
    let silent = cookie(&quiet).await;
    assert_eq!(leaves(&quiet, &silent).await, TARGET);
    let corp = corp().await;
    let authorization = corp.0.h.good(json!({})).await;
    let (_, own) = corp.0.h.cookie(&authorization).await;
    assert_eq!(leaves(&corp, &own).await, TARGET);
    // The provider wants to know no more, or is gone.
    let known = cookie(&corp).await;
    let file = crate::support::saml::metadata(&[&KEY.certificate]);
    let input = json!({"ProviderName": "Corp", "ProviderDetails": {"MetadataFile": file}});
    corp.0
        .h
        .w
        .admin("UpdateIdentityProvider", input)
        .await
        .expect("an update");
    assert_eq!(leaves(&corp, &known).await, TARGET);
    corp.0
        .h
        .w
        .admin("DeleteIdentityProvider", json!({"ProviderName": "Corp"}))
        .await
        .expect("gone");
    assert_eq!(leaves(&corp, &known).await, TARGET);
}
