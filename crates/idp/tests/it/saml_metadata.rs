//! Metadata documents with an address: when they are read, and what counts meanwhile.

use cenote_idp::ports::{Clock as _, UpstreamAnswer, UpstreamError};
use serde_json::{Value, json};

use crate::support::providers::{Federated, arrived, told};
use crate::support::refusal;
use crate::support::saml::{Corp, ENTITY, KEY, Key, OTHER, Told, attribute, metadata};
use crate::support::signing::MINUTE_MS;

const ADDRESS: &str = "https://idp.example.com/metadata";
const HOUR_MS: i64 = 60 * MINUTE_MS;

fn gives(f: &Federated, document: String) {
    let body = document.into_bytes();
    f.idp
        .ends(ADDRESS, Ok(UpstreamAnswer { status: 200, body }));
}

/// A pool with the provider `Corp`, whose document has an address.
async fn corp(document: String) -> Corp {
    let f = Federated::on(json!({}), json!({}), json!({})).await;
    gives(&f, document);
    let mut corp = Corp(f);
    create(&corp).await.expect("a provider");
    let w = &mut corp.0.h.w;
    let client = json!({"SupportedIdentityProviders": ["COGNITO", "Corp"]});
    let client = crate::support::with(crate::support::oauth::app(), client);
    w.client = w.h.client(&w.pool, client).await;
    corp.0.idp.requests();
    corp
}

async fn create(corp: &Corp) -> Result<Value, (String, String)> {
    let input = json!({
        "ProviderName": "Corp", "ProviderType": "SAML", "ProviderDetails": {"MetadataURL": ADDRESS},
        "AttributeMapping": {"email": "mail"},
    });
    corp.0.h.w.admin("CreateIdentityProvider", input).await
}

/// Ada signs in, with a response that is signed by this key.
async fn comes(corp: &Corp, key: &Key) -> Result<(), String> {
    let departure = corp.leave(json!({})).await;
    let said = Told {
        attributes: attribute("mail", &["ada@example.com"]),
        issued: corp.0.h.w.h.clock.now_ms(),
        from: corp.0.h.w.h.clock.now_ms(),
        until: corp.0.h.w.h.clock.now_ms() + MINUTE_MS,
        ..corp.told(&departure)
    };
    let arrival = corp
        .back(&departure, &said.with_signed_assertion(key))
        .await;
    if format!("{arrival:?}").contains("error_description") {
        return Err(told(arrival));
    }
    arrived(arrival);
    Ok(())
}

fn with_until(document: &str, until: &str) -> String {
    let place = format!("entityID=\"{ENTITY}\"");
    document.replace(&place, &format!("{place} validUntil=\"{until}\""))
}

#[tokio::test]
async fn it_is_read_when_the_provider_is_set_up() {
    let corp = corp(metadata(&[&KEY.certificate])).await;
    let shown = corp
        .0
        .h
        .w
        .admin("DescribeIdentityProvider", json!({"ProviderName": "Corp"}))
        .await;
    let shown = &shown.expect("a provider")["IdentityProvider"]["ProviderDetails"];
    let endpoints = json!({
        "MetadataURL": ADDRESS, "SSORedirectBindingURI": "https://idp.example.com/sso?tenant=1",
        "SLORedirectBindingURI": "https://idp.example.com/slo",
    });
    assert_eq!(*shown, endpoints);
    assert_eq!(comes(&corp, &KEY).await, Ok(()));
    assert_eq!(corp.0.idp.asked(), [""; 0]);
    // It is read again with the details, and not without.
    let update = async |more: Value| {
        let input = crate::support::with(json!({"ProviderName": "Corp"}), more);
        corp.0
            .h
            .w
            .admin("UpdateIdentityProvider", input)
            .await
            .expect("an update");
        corp.0.idp.asked()
    };
    assert_eq!(update(json!({"IdpIdentifiers": ["x"]})).await, [""; 0]);
    assert_eq!(
        update(json!({"ProviderDetails": endpoints})).await,
        [ADDRESS]
    );
    let file = metadata(&[&OTHER.certificate]);
    assert_eq!(
        update(json!({"ProviderDetails": {"MetadataFile": file}})).await,
        [""; 0]
    );
    assert_eq!(comes(&corp, &OTHER).await, Ok(()));
}

#[tokio::test]
async fn a_provider_is_not_set_up_without_its_document() {
    let corp = Corp(Federated::on(json!({}), json!({}), json!({})).await);
    let unread = "Error retrieving metadata from the MetadataURL.";
    for outcome in [
        Err(UpstreamError::TimedOut),
        Err(UpstreamError::Forbidden("no".to_owned())),
        Ok(UpstreamAnswer {
            status: 404,
            body: metadata(&[]).into_bytes(),
        }),
    ] {
        corp.0.idp.ends(ADDRESS, outcome);
        assert_eq!(
            create(&corp).await,
            refusal("InvalidParameterException", unread)
        );
    }
    gives(&corp.0, "<html/>".to_owned());
    let other = "The document at the MetadataURL is not the SAML metadata of an identity provider with an \
                 HTTP-Redirect sign-in endpoint.";
    assert_eq!(
        create(&corp).await,
        refusal("InvalidParameterException", other)
    );
}

#[tokio::test]
async fn it_is_read_anew_every_six_hours_and_keys_follow() {
    let corp = corp(metadata(&[&KEY.certificate])).await;
    gives(&corp.0, metadata(&[&KEY.certificate, &OTHER.certificate]));
    corp.0.h.w.h.clock.advance(6 * HOUR_MS - 1);
    let invalid = "Invalid SAML response received: The signature is not valid";
    assert_eq!(comes(&corp, &OTHER).await, Err(invalid.to_owned()));
    assert_eq!(corp.0.idp.asked(), [""; 0]);
    corp.0.h.w.h.clock.advance(1);
    assert_eq!(comes(&corp, &OTHER).await, Ok(()));
    assert_eq!(comes(&corp, &KEY).await, Ok(()));
    assert_eq!(corp.0.idp.asked(), [ADDRESS]);
    gives(&corp.0, metadata(&[&OTHER.certificate]));
    corp.0.h.w.h.clock.advance(6 * HOUR_MS);
    assert_eq!(comes(&corp, &KEY).await, Err(invalid.to_owned()));
}

#[tokio::test]
async fn while_it_cannot_be_read_what_is_known_counts_until_it_says_otherwise() {
    let corp = corp(with_until(
        &metadata(&[&KEY.certificate]),
        "2026-05-28T22:26:40Z",
    ))
    .await;
    corp.0.idp.ends(ADDRESS, Err(UpstreamError::Broken));
    corp.0.h.w.h.clock.advance(HOUR_MS);
    assert_eq!(comes(&corp, &KEY).await, Ok(()));
    assert_eq!(corp.0.idp.asked(), [""; 0]);
    // Two hours after the start it counts no more, and somebody has to read it.
    corp.0.h.w.h.clock.advance(HOUR_MS);
    let departure = corp
        .0
        .depart(&corp.0.h.query(json!({"identity_provider": "Corp"})), None)
        .await;
    let unread = "Error retrieving metadata from the MetadataURL.";
    assert_eq!(told(departure.expect_err("a refusal")), unread);
    assert_eq!(corp.0.idp.asked(), [ADDRESS]);
    gives(&corp.0, metadata(&[&KEY.certificate]));
    assert_eq!(comes(&corp, &KEY).await, Ok(()));
    assert_eq!(corp.0.idp.asked(), [ADDRESS]);
    // What has no end is left alone for five minutes.
    corp.0.idp.ends(ADDRESS, Err(UpstreamError::Broken));
    corp.0.h.w.h.clock.advance(6 * HOUR_MS);
    assert_eq!(comes(&corp, &KEY).await, Ok(()));
    assert_eq!(comes(&corp, &KEY).await, Ok(()));
    assert_eq!(corp.0.idp.asked(), [ADDRESS]);
    corp.0.h.w.h.clock.advance(5 * MINUTE_MS);
    assert_eq!(comes(&corp, &KEY).await, Ok(()));
    assert_eq!(corp.0.idp.asked(), [ADDRESS]);
}

#[tokio::test]
async fn a_file_that_has_an_end_ends() {
    let file = with_until(&metadata(&[&KEY.certificate]), "2026-05-28T21:26:40Z");
    let corp = Corp::on(json!({}), json!({"MetadataFile": file}), json!({})).await;
    assert_eq!(comes(&corp, &KEY).await, Ok(()));
    corp.0.h.w.h.clock.advance(HOUR_MS);
    let departure = corp
        .0
        .depart(&corp.0.h.query(json!({"identity_provider": "Corp"})), None)
        .await;
    let expired = "The metadata of the identity provider has expired.";
    assert_eq!(told(departure.expect_err("a refusal")), expired);
}
