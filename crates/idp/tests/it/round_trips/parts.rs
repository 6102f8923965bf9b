//! What a pool has by name, and what else can be set.

use serde_json::{Value, json};

use super::{assert_holds, without};
use crate::support::{Harness, sms, with};

/// What a pool has by name: how it is created, shown and updated, and whether an update keeps what it
/// leaves out.
struct Triple {
    create: (&'static str, Value),
    show: (&'static str, &'static str),
    update: (&'static str, Value),
    keys: &'static [&'static str],
}

fn oidc(id: &str, scopes: &str) -> Value {
    json!({
        "client_id": id, "client_secret": "secret", "authorize_scopes": scopes,
        "oidc_issuer": "https://login.example.com", "attributes_request_method": "GET",
    })
}

fn certificate(name: &str) -> String {
    format!("arn:aws:acm:us-east-1:123456789012:certificate/{name}")
}

#[tokio::test]
async fn what_a_pool_has_by_name_shows_what_it_was_given() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let place = json!({"UserPoolId": pool});
    let triples = [
        Triple {
            create: (
                "CreateGroup",
                json!({
                    "GroupName": "staff", "Description": "people", "Precedence": 3,
                    "RoleArn": "arn:aws:iam::123456789012:role/a",
                }),
            ),
            show: ("GetGroup", "Group"),
            update: (
                "UpdateGroup",
                json!({
                    "GroupName": "staff", "Description": "all", "Precedence": 0,
                    "RoleArn": "arn:aws:iam::123456789012:role/b",
                }),
            ),
            keys: &["GroupName"],
        },
        Triple {
            create: (
                "CreateResourceServer",
                json!({
                    "Identifier": "api", "Name": "one",
                    "Scopes": [{"ScopeName": "read", "ScopeDescription": "reads"}],
                }),
            ),
            show: ("DescribeResourceServer", "ResourceServer"),
            update: (
                "UpdateResourceServer",
                json!({
                    "Identifier": "api", "Name": "two",
                    "Scopes": [{"ScopeName": "write", "ScopeDescription": "writes"}],
                }),
            ),
            keys: &["Identifier"],
        },
        Triple {
            create: (
                "CreateIdentityProvider",
                json!({
                    "ProviderName": "work", "ProviderType": "OIDC",
                    "ProviderDetails": oidc("a", "openid"),
                    "AttributeMapping": {"email": "email"}, "IdpIdentifiers": ["example.com"],
                    "AcrMapping": {"Level1": "low"},
                }),
            ),
            show: ("DescribeIdentityProvider", "IdentityProvider"),
            update: (
                "UpdateIdentityProvider",
                json!({
                    "ProviderName": "work", "ProviderDetails": oidc("b", "openid email"),
                    "AttributeMapping": {"name": "name"}, "IdpIdentifiers": ["example.org"],
                    "AcrMapping": {"Level2": "high"},
                }),
            ),
            keys: &["ProviderName"],
        },
        Triple {
            create: (
                "CreateUserPoolDomain",
                json!({
                    "Domain": "login.example.com", "ManagedLoginVersion": 1,
                    "CustomDomainConfig": {"CertificateArn": certificate("a")},
                }),
            ),
            show: ("DescribeUserPoolDomain", "DomainDescription"),
            update: (
                "UpdateUserPoolDomain",
                json!({
                    "Domain": "login.example.com", "ManagedLoginVersion": 2,
                    "CustomDomainConfig": {"CertificateArn": certificate("b")},
                }),
            ),
            keys: &["Domain"],
        },
    ];
    for triple in triples {
        let key: serde_json::Map<_, _> = triple
            .keys
            .iter()
            .map(|name| ((*name).to_owned(), triple.create.1[*name].clone()))
            .collect();
        let key = with(place.clone(), key.into());
        for (operation, input) in [triple.create, triple.update] {
            h.ok(operation, with(input.clone(), place.clone())).await;
            let shown = h.ok(triple.show.0, key.clone()).await[triple.show.1].take();
            assert_holds(&shown, &input);
        }
    }
}

#[tokio::test]
async fn styles_and_terms_of_a_client_show_what_they_were_given() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let client = h.client(&pool, json!({})).await;
    let place = json!({"UserPoolId": pool});
    let of_client = json!({"UserPoolId": pool, "ClientId": client});
    let terms = json!({
        "TermsName": "terms-of-use", "TermsSource": "LINK", "Enforcement": "NONE",
        "Links": {"cognito:default": "https://example.com/terms"},
    });
    let made = h
        .ok("CreateTerms", with(terms.clone(), of_client.clone()))
        .await["Terms"]
        .take();
    assert_holds(&made, &terms);
    let key = with(place.clone(), json!({"TermsId": made["TermsId"]}));
    let changed = json!({
        "TermsName": "privacy-policy",
        "Links": {"cognito:default": "https://example.com/privacy", "cognito:french": "https://example.com/fr"},
    });
    h.ok("UpdateTerms", with(changed.clone(), key.clone()))
        .await;
    let shown = h.ok("DescribeTerms", key).await["Terms"].take();
    assert_holds(&shown, &changed);
    assert_holds(&shown, &without(&terms, &["TermsName", "Links"]));

    let input = with(json!({"UseCognitoProvidedValues": true}), of_client.clone());
    let made = h.ok("CreateManagedLoginBranding", input).await["ManagedLoginBranding"].take();
    assert_eq!(made["UseCognitoProvidedValues"], true);
    let key = with(
        place,
        json!({"ManagedLoginBrandingId": made["ManagedLoginBrandingId"]}),
    );
    let settings = json!({"Settings": {"categories": {"global": {"colorSchemeMode": "DARK"}}}});
    h.ok(
        "UpdateManagedLoginBranding",
        with(settings.clone(), key.clone()),
    )
    .await;
    for (operation, key) in [
        ("DescribeManagedLoginBranding", key),
        ("DescribeManagedLoginBrandingByClient", of_client),
    ] {
        let shown = h.ok(operation, key).await["ManagedLoginBranding"].take();
        assert_holds(&shown, &settings);
        assert_eq!(shown["UseCognitoProvidedValues"], false);
    }
}

#[tokio::test]
async fn factors_and_sessions_show_what_was_set() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let place = json!({"UserPoolId": pool});
    let factors = json!({
        "SmsMfaConfiguration": {"SmsAuthenticationMessage": "code {####}", "SmsConfiguration": sms()},
        "SoftwareTokenMfaConfiguration": {"Enabled": true},
        "MfaConfiguration": "OPTIONAL",
        "WebAuthnConfiguration": {"RelyingPartyId": "example.com", "UserVerification": "required"},
    });
    let answer = h
        .ok("SetUserPoolMfaConfig", with(factors.clone(), place.clone()))
        .await;
    assert_holds(&answer, &factors);
    assert_eq!(h.ok("GetUserPoolMfaConfig", place.clone()).await, answer);

    let user = json!({
        "Username": "ada", "MessageAction": "SUPPRESS",
        "UserAttributes": [{"Name": "email", "Value": "a@example.com"}, {"Name": "name", "Value": "Ada"}],
    });
    let made = h
        .ok("AdminCreateUser", with(user.clone(), place.clone()))
        .await["User"]
        .take();
    let key = with(place, json!({"Username": "ada"}));
    let shown = h.ok("AdminGetUser", key.clone()).await;
    assert_eq!(shown["UserAttributes"], made["Attributes"]);
    let given = user["UserAttributes"].as_array().expect("attributes");
    let all = shown["UserAttributes"].as_array().expect("attributes");
    assert!(
        given.iter().all(|attribute| all.contains(attribute)),
        "{shown}"
    );
    let changed = json!([{"Name": "name", "Value": "Countess"}]);
    let input = with(key.clone(), json!({"UserAttributes": changed}));
    h.ok("AdminUpdateUserAttributes", input).await;
    let shown = h.ok("AdminGetUser", key).await;
    let all = shown["UserAttributes"].as_array().expect("attributes");
    assert!(
        all.contains(&changed[0]) && all.contains(&given[0]),
        "{shown}"
    );
}
