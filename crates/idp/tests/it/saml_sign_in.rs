//! Signing in at a SAML provider: the way there and back, whoever begins it.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use cenote_idp::federation::Arrival;
use cenote_idp::oauth::Outcome;
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::support::oauth::{CALLBACK, after, form};
use crate::support::providers::{arrived, shown, told};
use crate::support::saml::{
    ACS, Corp, ENTITY, KEY, NAMESPACES, OTHER, Told, USUAL, attribute, encrypted, id_of, request_of,
};
use crate::support::signing::verified;
use crate::support::triggers::function;
use crate::support::with;

/// The ID token that a code is good for.
async fn token(corp: &Corp, code: &str) -> Value {
    let tokens = corp.0.h.redeem(code, json!({})).await.expect("tokens");
    verified(&corp.0.h.w, &tokens["id_token"]).await.claims
}

/// What a test changes of a response.
type Change = fn(&mut Told);

const LOST: &str = "Invalid samlResponse or relayState from identity provider";

/// The public key in a certificate of RSA-2048.
fn public_key(certificate: &[u8]) -> &[u8] {
    let begin = [0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09];
    let at = certificate
        .windows(begin.len())
        .position(|window| window == begin);
    let at = at.expect("a key");
    &certificate[at..at + 294]
}

#[tokio::test]
async fn a_request_says_who_asks_and_where_to_answer() {
    let corp = Corp::new().await;
    let departure = corp.leave(json!({})).await;
    let (address, query) = departure
        .location
        .split_once("&SAMLRequest=")
        .expect("a request");
    assert_eq!(address, "https://idp.example.com/sso?tenant=1");
    let names: Vec<&str> = query
        .split('&')
        .filter_map(|pair| Some(pair.split_once('=')?.0))
        .collect();
    assert_eq!(names, ["RelayState"]);
    let request = request_of(&departure.location);
    assert_eq!(
        request,
        format!(
            "<samlp:AuthnRequest {NAMESPACES} ID=\"{}\" Version=\"2.0\" \
             IssueInstant=\"2026-05-28T20:26:40.123Z\" Destination=\"https://idp.example.com/sso?tenant=1\" \
             ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
             AssertionConsumerServiceURL=\"{ACS}\"><saml:Issuer>{}</saml:Issuer></samlp:AuthnRequest>",
            id_of(&request),
            corp.audience()
        )
    );
    assert_eq!((id_of(&request).len(), &id_of(&request)[..1]), (37, "_"));
    // Whoever is to sign in anew does so there as well.
    for more in [json!({"prompt": "login"}), json!({"max_age": "3600"})] {
        let anew = request_of(&corp.leave(more).await.location);
        assert!(anew.contains(" ForceAuthn=\"true\" "), "{anew}");
    }
}

#[tokio::test]
async fn a_request_is_signed_by_the_pool_where_the_provider_wants_that() {
    let details = json!({"RequestSigningAlgorithm": "rsa-sha256"});
    let corp = Corp::on(json!({}), details, json!({})).await;
    let departure = corp.leave(json!({})).await;
    let shown = corp
        .0
        .h
        .w
        .admin("GetSigningCertificate", json!({}))
        .await
        .expect("a certificate");
    let certificate = BASE64.decode(shown["Certificate"].as_str().expect("a text").as_bytes());
    let certificate = certificate.expect("base64");
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_key(&certificate));
    let query = departure
        .location
        .split_once("tenant=1&")
        .expect("a query")
        .1;
    let (signed, signature) = query.split_once("&Signature=").expect("a signature");
    let params = after(&departure.location, '?');
    assert_eq!(
        params.get("SigAlg"),
        Some("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
    );
    assert!(!signature.contains('&'));
    let signature = BASE64.decode(params.get("Signature").expect("a signature").as_bytes());
    assert_eq!(
        key.verify(signed.as_bytes(), &signature.expect("base64")),
        Ok(())
    );
}

#[tokio::test]
async fn the_first_sign_in_makes_a_profile_and_the_next_ones_find_it() {
    let sensitive = json!({"UsernameConfiguration": {"CaseSensitive": true}});
    let corp = Corp::on(sensitive, json!({}), json!({})).await;
    let arrival = corp
        .arrival(|told| told.attributes += &attribute("groups", &["a, b", "c"]))
        .await;
    let id = token(&corp, &arrived(arrival).0).await;
    let user = "Corp_Ada@Example.com";
    assert_eq!(
        (&id["cognito:username"], &id["email"], &id["amr"]),
        (&user.into(), &"ada@example.com".into(), &json!(["fed"]))
    );
    let identity = json!([{
        "userId": "Ada@Example.com", "providerName": "Corp", "providerType": "SAML", "issuer": ENTITY,
        "primary": "true", "dateCreated": "1780000000123",
    }]);
    assert_eq!(id["identities"], identity);
    let attributes = corp.0.attributes(user).await;
    assert_eq!(
        (&attributes["email_verified"], &attributes["nickname"]),
        (&"false".into(), &"[a%2C+b,c]".into())
    );
    // What is not said stays, what is said to be nothing goes.
    let arrival = corp
        .arrival(|told| told.attributes = attribute("mail", &["ada@new.example"]))
        .await;
    let again = token(&corp, &arrived(arrival).0).await;
    assert_eq!(
        (&again["sub"], &again["email"]),
        (&id["sub"], &"ada@new.example".into())
    );
    assert_eq!(corp.0.attributes(user).await["nickname"], "[a%2C+b,c]");
    arrived(
        corp.arrival(|told| told.attributes += &attribute("groups", &[]))
            .await,
    );
    assert_eq!(corp.0.attributes(user).await.get("nickname"), None);
    // Another case is another person.
    let other = corp
        .arrival(|told| told.name_id = "ada@example.com".to_owned())
        .await;
    assert_ne!(token(&corp, &arrived(other).0).await["sub"], id["sub"]);
}

#[tokio::test]
async fn a_trigger_sees_what_the_response_says() {
    let config = json!({
        "InboundFederation": {"LambdaVersion": "V1_0", "LambdaArn": function("InboundFederation")},
    });
    let corp = Corp::on(json!({"LambdaConfig": config}), json!({}), json!({})).await;
    arrived(
        corp.arrival(|told| told.attributes += &attribute("groups", &["a", "b"]))
            .await,
    );
    let request = &corp.0.script.events()[0]["request"];
    assert_eq!(
        *request,
        json!({
            "providerName": "Corp", "providerType": "SAML",
            "attributes": {"samlResponse": {"mail": "ada@example.com", "groups": "[a,b]"}},
        })
    );
}

#[tokio::test]
async fn the_application_is_told_why_a_response_is_not_believed() {
    let corp = Corp::new().await;
    let prefix = "Invalid SAML response received: ";
    let changes: [(Change, &str); 6] = [
        (|told| told.audience += "x", "Audience is not valid"),
        (|told| told.recipient += "x", "Recipient is not valid"),
        (|told| told.until -= 600_000, "The assertion has expired"),
        (
            |told| told.request = Some("_x".to_owned()),
            "InResponseTo is not valid",
        ),
        (|told| told.name_id.clear(), "NameID is missing"),
        (
            |told| told.status = "urn:oasis:names:tc:SAML:2.0:status:Responder",
            "The identity provider answered Responder",
        ),
    ];
    for (change, text) in changes {
        assert_eq!(told(corp.arrival(change).await), format!("{prefix}{text}"));
    }
    let departure = corp.leave(json!({})).await;
    let said = corp.told(&departure);
    let arrival = corp
        .back(&departure, &said.with_signed_assertion(&OTHER))
        .await;
    assert_eq!(told(arrival), format!("{prefix}The signature is not valid"));
    let users = corp
        .0
        .h
        .w
        .admin("ListUsers", json!({}))
        .await
        .expect("users");
    assert_eq!(users["Users"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn required_attributes_have_to_be_said() {
    let schema = json!([{"Name": "email", "Required": true}]);
    let corp = Corp::on(json!({"Schema": schema}), json!({}), json!({})).await;
    assert_eq!(
        told(corp.arrival(|told| told.attributes.clear()).await),
        "Invalid SAML response received: Invalid user attributes: email: The attribute is required"
    );
}

#[tokio::test]
async fn a_response_is_good_once_in_the_browser_that_asked_and_not_for_long() {
    let corp = Corp::new().await;
    let departure = corp.leave(json!({})).await;
    let xml = corp.told(&departure).with_signed_assertion(&KEY);
    let left = after(&departure.location, '?');
    let state = left.get("RelayState").expect("a state");
    assert_eq!(shown(corp.posts(state, &xml, None).await), LOST);
    let other = corp.leave(json!({})).await;
    assert_eq!(
        shown(corp.posts(state, &xml, Some(&other.browser)).await),
        LOST
    );
    assert_eq!(
        shown(corp.posts("x", &xml, Some(&departure.browser)).await),
        LOST
    );
    arrived(corp.back(&departure, &xml).await);
    assert_eq!(shown(corp.back(&departure, &xml).await), LOST);
    // With another request of the same browser it answers the wrong one.
    let query = corp.0.h.query(json!({"identity_provider": "Corp"}));
    let next = corp
        .0
        .depart(&query, Some(&departure.browser))
        .await
        .expect("a departure");
    assert_eq!(
        told(corp.back(&next, &xml).await),
        "Invalid SAML response received: InResponseTo is not valid"
    );
    let late = corp.leave(json!({})).await;
    corp.0.h.w.h.clock.advance(300_000);
    assert_eq!(shown(corp.back(&late, &xml).await), LOST);
    // Nor does the door of other protocols open for it.
    let saml = corp.leave(json!({})).await;
    let left = after(&saml.location, '?');
    let query = format!("code=x&state={}", left.get("RelayState").expect("a state"));
    assert_eq!(
        shown(corp.0.respond(&query, Some(&saml.browser)).await),
        "Something went wrong"
    );
}

#[tokio::test]
async fn both_parameters_have_to_come_once() {
    let corp = Corp::new().await;
    for (text, said) in [
        (
            "SAMLResponse=x",
            "Required String parameter 'RelayState' is not present",
        ),
        (
            "RelayState=x",
            "Required String parameter 'SAMLResponse' is not present",
        ),
        ("RelayState=x&SAMLResponse=x&RelayState=y", LOST),
        ("RelayState=client_id%3Dx&RelayState=y&SAMLResponse=x", LOST),
    ] {
        assert_eq!(shown(corp.form(text, None).await), said, "{text}");
    }
}

#[tokio::test]
async fn an_encrypted_response_is_opened_with_the_key_that_describe_shows() {
    let corp = Corp::on(json!({}), json!({"EncryptedResponses": "true"}), json!({})).await;
    let shown = corp
        .0
        .h
        .w
        .admin("DescribeIdentityProvider", json!({"ProviderName": "Corp"}))
        .await;
    let shown = shown.expect("a provider");
    let certificate = &shown["IdentityProvider"]["ProviderDetails"]["ActiveEncryptionCertificate"];
    let certificate = BASE64
        .decode(certificate.as_str().expect("a text").as_bytes())
        .expect("base64");
    let departure = corp.leave(json!({})).await;
    let said = corp.told(&departure);
    let assertion = KEY.sign_element(&said.assertion(), &said.id, USUAL);
    let xml = said.response(&encrypted(&assertion, public_key(&certificate), false));
    let id = token(&corp, &arrived(corp.back(&departure, &xml).await).0).await;
    assert_eq!(id["email"], "ada@example.com");
    assert_eq!(
        told(corp.arrival(|_| {}).await),
        "Invalid SAML response received: The assertion is not encrypted"
    );
}

/// A provider that may begin by itself, for an application that takes people of it alone.
async fn free() -> Corp {
    let only = json!({"SupportedIdentityProviders": ["Corp"]});
    Corp::on(json!({}), json!({"IDPInit": "true"}), only).await
}

/// What a provider wants to sign in for.
fn wish(corp: &Corp, more: Value) -> String {
    let common = json!({
        "identity_provider": "Corp", "client_id": corp.0.h.w.client, "redirect_uri": CALLBACK,
        "response_type": "code", "scope": "openid email",
    });
    form(&with(common, more))
}

async fn begins(corp: &Corp, wish: &str, change: impl FnOnce(&mut Told)) -> Arrival {
    let mut said = Told::new(ACS, &corp.audience(), None);
    change(&mut said);
    corp.posts(wish, &said.with_signed_assertion(&KEY), None)
        .await
}

#[tokio::test]
async fn a_provider_may_begin_by_itself_where_it_is_allowed_to() {
    let corp = free().await;
    let wished = wish(&corp, json!({}));
    let (code, cookie) = arrived(begins(&corp, &wished, |_| {}).await);
    assert_eq!(cookie.max_age, 3600);
    let id = token(&corp, &code).await;
    assert_eq!(id["cognito:username"], "Corp_Ada@Example.com");
    // Each assertion is good once, and its provider has its own.
    assert_eq!(
        replayed(begins(&corp, &wished, |_| {}).await),
        "Invalid SAML response received: The assertion was used before"
    );
    arrived(begins(&corp, &wished, |told| told.id = "assertion-2".to_owned()).await);
    for (change, text) in [
        (
            (|told| told.request = Some("_x".to_owned())) as Change,
            "InResponseTo is not valid",
        ),
        (|told| told.issued -= 360_001, "The assertion has expired"),
    ] {
        let text = format!("Invalid SAML response received: {text}");
        assert_eq!(replayed(begins(&corp, &wished, change).await), text);
    }
    let input = json!({"ProviderName": "Corp", "IdpIdentifiers": ["corp.example"]});
    corp.0
        .h
        .w
        .admin("UpdateIdentityProvider", input)
        .await
        .expect("an identifier");
    let by_identifier = wish(
        &corp,
        json!({"identity_provider": null, "idp_identifier": "corp.example"}),
    );
    arrived(
        begins(&corp, &by_identifier, |told| {
            told.id = "assertion-3".to_owned();
        })
        .await,
    );
}

/// What the application is told that sent no state.
fn replayed(arrival: Arrival) -> String {
    let Arrival::Redirect {
        location,
        cookie: None,
    } = arrival
    else {
        panic!("{arrival:?}");
    };
    after(&location, '?')
        .get("error_description")
        .expect("a text")
        .to_owned()
}

#[tokio::test]
async fn a_provider_that_begins_says_for_what() {
    let corp = free().await;
    for (wish, said) in [
        (
            "x=y".to_owned(),
            "Invalid relayState from identity provider",
        ),
        (
            wish(&corp, json!({"client_id": "x"})),
            "Client does not exist",
        ),
        (
            wish(&corp, json!({"identity_provider": "Nobody"})),
            "Login option is not available",
        ),
    ] {
        let answer = shown(begins(&corp, &wish, |_| {}).await);
        assert!(answer.starts_with(said), "{answer}");
    }
    let wish = wish(&corp, json!({"scope": "other/scope"}));
    let Arrival::Redirect {
        location,
        cookie: None,
    } = begins(&corp, &wish, |_| {}).await
    else {
        panic!("the application was not told");
    };
    assert_eq!(after(&location, '?').get("error"), Some("invalid_scope"));
}

#[tokio::test]
async fn s52_a_provider_begins_nowhere_else() {
    let all = json!(["COGNITO", "Corp"]);
    for (details, providers) in [
        (json!({}), json!(["Corp"])),
        (json!({"IDPInit": "false"}), json!(["Corp"])),
        (json!({"IDPInit": "true"}), all),
    ] {
        let client = json!({"SupportedIdentityProviders": providers});
        let corp = Corp::on(json!({}), details, client).await;
        let wished = wish(&corp, json!({}));
        assert_eq!(shown(begins(&corp, &wished, |_| {}).await), LOST);
    }
    // Nor beside providers of another kind.
    let corp = free().await;
    let other = json!({
        "ProviderName": "Other", "ProviderType": "OIDC",
        "ProviderDetails": crate::support::providers::details(),
    });
    corp.0
        .h
        .w
        .admin("CreateIdentityProvider", other)
        .await
        .expect("a provider");
    let settings = with(
        crate::support::oauth::app(),
        json!({"SupportedIdentityProviders": ["Corp", "Other"]}),
    );
    let client = corp.0.h.w.h.client(&corp.0.h.w.pool, settings).await;
    let wished = wish(&corp, json!({"client_id": client}));
    assert_eq!(shown(begins(&corp, &wished, |_| {}).await), LOST);
}

#[tokio::test]
async fn a_client_of_one_provider_leads_to_it_at_once() {
    let corp = free().await;
    let query = corp.0.h.query(json!({}));
    assert!(matches!(corp.0.h.read(&query).await, Outcome::Go(_)));
    let departure = corp.0.depart(&query, None).await.expect("a departure");
    assert!(
        departure
            .location
            .starts_with("https://idp.example.com/sso?")
    );
}
