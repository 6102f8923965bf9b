//! Registering, listing and deleting passkeys.
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::support::passkeys::{
    ORIGIN, PARTY, Passkey, by_password, complete, configure, prefer_passkey, register, sign_in,
    start, with_passkey, world, world_of,
};
use super::support::signing::{MINUTE_MS, beside, invalid, result, sub_of};
use super::support::world::{Answer, World};
use super::support::{refusal, text};

fn challenge_not_found() -> Answer {
    refusal(
        "WebAuthnChallengeNotFoundException",
        "The challenge was not found, has expired or was already used.",
    )
}

fn malformed() -> Answer {
    invalid("Credential is not a valid public key credential.")
}

fn not_supported(why: &str) -> Answer {
    let text = format!("The credential is not supported: {why}.");
    refusal("WebAuthnCredentialNotSupportedException", &text)
}

async fn with_ada(configuration: Value) -> (World, String) {
    let w = world(configuration).await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    (w, token)
}

async fn list(w: &World, token: &str) -> Value {
    let listed = w.with(token, "ListWebAuthnCredentials", json!({})).await;
    listed.expect("a list")
}

#[tokio::test]
async fn the_options_say_who_wants_a_passkey_of_whom() {
    let (w, token) = with_ada(json!({})).await;
    let mut options = start(&w, &token).await;
    let challenge = text(&options["challenge"].take());
    assert!(BASE64URL_NOPAD.decode(challenge.as_bytes()).is_ok());
    let sub = sub_of(&w, "ada").await;
    assert_eq!(
        options,
        json!({
            "rp": {"id": PARTY, "name": PARTY},
            "user": {
                "id": BASE64URL_NOPAD.encode(sub.as_bytes()), "name": "ada", "displayName": "ada",
            },
            "challenge": null,
            "pubKeyCredParams": [
                {"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257},
            ],
            "timeout": 60000,
            "excludeCredentials": [],
            "authenticatorSelection": {
                "requireResidentKey": true, "residentKey": "required",
                "userVerification": "preferred",
            },
        })
    );
    assert_ne!(text(&start(&w, &token).await["challenge"]), challenge);
}

#[tokio::test]
async fn an_account_is_called_by_the_address_that_signs_in() {
    let pool = json!({"UsernameAttributes": ["email"]});
    let w = world_of(json!({}), pool, json!({})).await;
    w.made("ada@example.com", &[]).await;
    let options = start(&w, &w.token("ada@example.com").await).await;
    let sub = sub_of(&w, "ada@example.com").await;
    assert_eq!(
        options["user"],
        json!({
            "id": BASE64URL_NOPAD.encode(sub.as_bytes()), "name": "ada@example.com",
            "displayName": "ada@example.com",
        })
    );
}

#[tokio::test]
async fn a_registered_passkey_is_listed_and_not_asked_for_again() {
    let (w, token) = with_ada(json!({})).await;
    let passkey = Passkey::new();
    register(&w, &token, &passkey).await;
    let described = json!({
        "CredentialId": passkey.id(), "FriendlyCredentialName": "Platform passkey",
        "RelyingPartyId": PARTY, "AuthenticatorAttachment": "platform",
        "AuthenticatorTransports": ["hybrid", "internal"],
        "CreatedAt": 1_780_000_000.123,
    });
    assert_eq!(list(&w, &token).await, json!({"Credentials": [described]}));
    let excluded = json!([{"id": passkey.id(), "type": "public-key"}]);
    let options = start(&w, &token).await;
    assert_eq!(options["excludeCredentials"], excluded);
    assert_eq!(
        complete(&w, &token, passkey.create(&options)).await,
        invalid("The passkey is already registered.")
    );
}

#[tokio::test]
async fn names_tell_what_kind_of_authenticator_it_is() {
    let (w, token) = with_ada(json!({})).await;
    for (attachment, name) in [
        (json!("cross-platform"), "Roaming passkey"),
        (Value::Null, "Passkey"),
        (json!("a word of the future"), "Passkey"),
    ] {
        let mut passkey = Passkey::new();
        passkey.extra = json!({"authenticatorAttachment": attachment});
        register(&w, &token, &passkey).await;
        let listed = list(&w, &token).await;
        let credentials = listed["Credentials"].as_array().expect("a list");
        let found = credentials
            .iter()
            .find(|it| it["CredentialId"] == passkey.id());
        assert_eq!(found.expect("the passkey")["FriendlyCredentialName"], name);
    }
}

#[tokio::test]
async fn pages_of_the_list_go_on_where_the_last_one_ended() {
    let (w, token) = with_ada(json!({})).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let passkey = Passkey::new();
        register(&w, &token, &passkey).await;
        ids.push(passkey.id());
    }
    ids.sort();
    let (mut found, mut next) = (Vec::new(), Value::Null);
    loop {
        let mut input = json!({"MaxResults": 2});
        if next.is_string() {
            input["NextToken"] = next;
        }
        let page = w.with(&token, "ListWebAuthnCredentials", input).await;
        let page = page.expect("a page");
        let credentials = page["Credentials"].as_array().expect("a list");
        found.extend(credentials.iter().map(|it| text(&it["CredentialId"])));
        next = page["NextToken"].clone();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(found, ids);
    let input = json!({"NextToken": "nonsense"});
    let refused = w.with(&token, "ListWebAuthnCredentials", input).await;
    assert_eq!(
        refused.expect_err("a refusal").0,
        "InvalidParameterException"
    );
}

#[tokio::test]
async fn a_deleted_passkey_is_gone_and_does_not_sign_in() {
    let w = world(json!({})).await;
    let passkey = with_passkey(&w, "ada").await;
    let other = with_passkey(&w, "bob").await;
    let token = w.token("ada").await;
    let gone = refusal("ResourceNotFoundException", "Credential does not exist.");
    let delete = async |id: String| {
        let input = json!({"CredentialId": id});
        w.with(&token, "DeleteWebAuthnCredential", input).await
    };
    assert_eq!(delete(other.id()).await, gone, "another user's");
    assert_eq!(delete(passkey.id()).await, Ok(json!({})));
    assert_eq!(delete(passkey.id()).await, gone);
    assert_eq!(list(&w, &token).await, json!({"Credentials": []}));
    let factors = w.with(&token, "GetUserAuthFactors", json!({})).await;
    assert_eq!(
        factors.expect("factors")["ConfiguredUserAuthFactors"],
        json!(["PASSWORD"])
    );
    let asked = prefer_passkey(&w, "ada").await;
    assert_eq!(
        asked.expect("a challenge")["ChallengeName"],
        "SELECT_CHALLENGE"
    );
    result(sign_in(&w, "bob", &other).await);
}

#[tokio::test]
async fn users_have_twenty_passkeys_at_most() {
    let (w, token) = with_ada(json!({})).await;
    let early = start(&w, &token).await;
    let mut last = None;
    for _ in 0..20 {
        let passkey = Passkey::new();
        register(&w, &token, &passkey).await;
        last = Some(passkey);
    }
    let full = refusal(
        "LimitExceededException",
        "A user can have 20 passkeys at most.",
    );
    assert_eq!(
        w.with(&token, "StartWebAuthnRegistration", json!({})).await,
        full
    );
    assert_eq!(
        complete(&w, &token, Passkey::new().create(&early)).await,
        full
    );
    let input = json!({"CredentialId": last.expect("a passkey").id()});
    w.with(&token, "DeleteWebAuthnCredential", input)
        .await
        .expect("a deletion");
    register(&w, &token, &Passkey::new()).await;
}

#[tokio::test]
async fn a_challenge_is_good_once_for_its_user_and_not_for_long() {
    let (w, token) = with_ada(json!({})).await;
    w.made("bob", &[]).await;
    let options = start(&w, &token).await;
    let bobs = w.token("bob").await;
    assert_eq!(
        complete(&w, &bobs, Passkey::new().create(&options)).await,
        challenge_not_found(),
        "another user's"
    );
    let passkey = Passkey::new();
    assert_eq!(
        complete(&w, &token, passkey.create(&options)).await,
        Ok(json!({}))
    );
    assert_eq!(
        complete(&w, &token, Passkey::new().create(&options)).await,
        challenge_not_found(),
        "a second time"
    );
    let options = start(&w, &token).await;
    w.h.clock.advance(5 * MINUTE_MS);
    assert_eq!(
        complete(&w, &token, Passkey::new().create(&options)).await,
        challenge_not_found(),
        "too late"
    );
    let made_up = json!({"challenge": "AAAA"});
    assert_eq!(
        complete(&w, &token, Passkey::new().create(&made_up)).await,
        challenge_not_found()
    );
}

#[tokio::test]
async fn the_client_that_completes_is_the_one_that_started() {
    let (w, token) = with_ada(json!({})).await;
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]});
    let other = beside(&w, flows).await;
    let options = start(&w, &token).await;
    let token = other.token("ada").await;
    assert_eq!(
        complete(&w, &token, Passkey::new().create(&options)).await,
        refusal(
            "WebAuthnClientMismatchException",
            "The registration was started with another app client."
        )
    );
}

#[tokio::test]
async fn a_page_of_somebody_else_registers_nothing() {
    let (w, token) = with_ada(json!({})).await;
    let options = start(&w, &token).await;
    for origin in ["https://evil.example", "http://auth.example.com"] {
        let mut passkey = Passkey::new();
        origin.clone_into(&mut passkey.origin);
        assert_eq!(
            complete(&w, &token, passkey.create(&options)).await,
            refusal(
                "WebAuthnOriginNotAllowedException",
                "The origin of the credential does not belong to the relying party example.com."
            )
        );
    }
    let mut passkey = Passkey::new();
    "auth.example.com".clone_into(&mut passkey.party);
    assert_eq!(
        complete(&w, &token, passkey.create(&options)).await,
        refusal(
            "WebAuthnRelyingPartyMismatchException",
            "The credential is not for the relying party example.com."
        )
    );
}

#[tokio::test]
async fn authenticators_that_do_not_meet_the_options_are_refused() {
    let (w, token) = with_ada(json!({"UserVerification": "required"})).await;
    let options = start(&w, &token).await;
    let wish = &options["authenticatorSelection"]["userVerification"];
    assert_eq!(wish, "required");
    let unverified = Passkey::new().without_verification();
    assert_eq!(
        complete(&w, &token, unverified.create(&options)).await,
        not_supported("the user was not verified")
    );
    let mut absent = Passkey::new();
    absent.flags = 0;
    assert_eq!(
        complete(&w, &token, absent.create(&options)).await,
        not_supported("nobody was present")
    );
    let mut edwards = Passkey::new();
    edwards.algorithm = -8;
    assert_eq!(
        complete(&w, &token, edwards.create(&options)).await,
        not_supported("its algorithm was not asked for")
    );
    configure(&w, json!({"UserVerification": "preferred"})).await;
    assert_eq!(
        complete(&w, &token, unverified.create(&options)).await,
        Ok(json!({}))
    );
}

#[tokio::test]
async fn what_is_no_credential_is_an_invalid_parameter() {
    let (w, token) = with_ada(json!({})).await;
    let options = start(&w, &token).await;
    let right = Passkey::new().create(&options);
    let bent = |pointer: &str, value: Value| {
        let mut credential = right.clone();
        *credential.pointer_mut(pointer).expect("a member") = value;
        credential
    };
    let assertion: Value =
        serde_json::from_str(&Passkey::new().get(&options)).expect("an assertion");
    let of_get = assertion["response"]["clientDataJSON"].clone();
    for credential in [
        json!({}),
        bent("/type", json!("password")),
        bent("/rawId", json!("AAAA")),
        bent("/id", json!("not base64url!")),
        bent("/response/attestationObject", json!("AAAA")),
        bent("/response/clientDataJSON", json!("AAAA")),
        bent("/response/clientDataJSON", of_get),
        assertion,
    ] {
        assert_eq!(
            complete(&w, &token, credential.clone()).await,
            malformed(),
            "{credential}"
        );
    }
    // The id that the authenticator says is another.
    let mut credential = bent("/id", json!("AAAA"));
    credential["rawId"] = json!("AAAA");
    assert_eq!(complete(&w, &token, credential).await, malformed());
    assert_eq!(complete(&w, &token, right).await, Ok(json!({})));
}

#[tokio::test]
async fn without_the_factor_or_a_domain_no_passkey_is_made() {
    let w = World::new(json!({}), json!({})).await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    let off = refusal(
        "WebAuthnNotEnabledException",
        "WEB_AUTHN is not an allowed first auth factor of the user pool.",
    );
    let started = w.with(&token, "StartWebAuthnRegistration", json!({})).await;
    assert_eq!(started, off);
    let credential = Passkey::new().create(&json!({"challenge": "AAAA"}));
    assert_eq!(complete(&w, &token, credential).await, off);

    let factors = json!({"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]});
    let w = World::new(json!({"Policies": {"SignInPolicy": factors}}), json!({})).await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    assert_eq!(
        w.with(&token, "StartWebAuthnRegistration", json!({})).await,
        refusal(
            "WebAuthnConfigurationMissingException",
            "The user pool has neither a relying party ID nor a domain."
        )
    );
    w.admin("CreateUserPoolDomain", json!({"Domain": "my-app"}))
        .await
        .expect("a domain");
    let options = start(&w, &token).await;
    assert_eq!(options["rp"]["id"], "my-app.auth.localhost");
    let custom = json!({
        "Domain": "auth.example.com",
        "CustomDomainConfig": {"CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/abc"},
    });
    w.admin("CreateUserPoolDomain", custom)
        .await
        .expect("a custom domain");
    let options = start(&w, &token).await;
    assert_eq!(options["rp"]["id"], "auth.example.com");
    let mut passkey = Passkey::new();
    "auth.example.com".clone_into(&mut passkey.party);
    assert_eq!(passkey.origin, ORIGIN);
    let completed = complete(&w, &token, passkey.create(&options)).await;
    assert_eq!(completed, Ok(json!({})));
}

#[tokio::test]
async fn a_relying_party_is_a_domain() {
    let w = world(json!({})).await;
    for id in [
        "com",
        "co.uk",
        "https://example.com",
        "Example.com",
        "127.0.0.1",
    ] {
        let input = json!({"WebAuthnConfiguration": {"RelyingPartyId": id}});
        assert_eq!(
            w.admin("SetUserPoolMfaConfig", input).await,
            invalid("RelyingPartyId must be a domain name in lower case, and not a public suffix.")
        );
    }
}

#[tokio::test]
async fn the_passkeys_of_a_deleted_user_go_along() {
    let w = world(json!({})).await;
    let passkey = with_passkey(&w, "ada").await;
    w.admin("AdminDeleteUser", json!({"Username": "ada"}))
        .await
        .expect("a deletion");
    w.made("ada", &[]).await;
    assert_eq!(
        list(&w, &w.token("ada").await).await,
        json!({"Credentials": []})
    );
    // The same authenticator may be somebody's again.
    register(&w, &w.token("ada").await, &passkey).await;
    result(sign_in(&w, "ada", &passkey).await);
}

#[tokio::test]
async fn a_token_without_the_scope_does_not_touch_passkeys() {
    let w = world(json!({})).await;
    w.made("ada", &[]).await;
    let tokens = result(by_password(&w, "ada").await);
    for operation in ["StartWebAuthnRegistration", "ListWebAuthnCredentials"] {
        let token = text(&tokens["IdToken"]);
        let refused = w.with(&token, operation, json!({})).await;
        assert_eq!(refused.expect_err("a refusal").0, "NotAuthorizedException");
    }
    let refused = complete(&w, "a.b.c", json!({})).await;
    assert_eq!(refused.expect_err("a refusal").0, "NotAuthorizedException");
}
