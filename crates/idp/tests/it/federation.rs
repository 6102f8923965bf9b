//! People of identity providers: their profiles, what is written of them, and what they sign in to.

use serde_json::{Value, json};

use crate::support::oauth::after;
use crate::support::providers::{Federated, arrived};
use crate::support::signing::verified;
use crate::support::triggers::{function, lambda_config};
use crate::support::with;

fn ada() -> Value {
    json!({"sub": "Ada-42", "mail": "ada@other.example", "name": "Ada"})
}

const USER: &str = "MyIdp_Ada-42";

#[tokio::test]
async fn the_first_sign_in_makes_a_profile() {
    let f = Federated::new().await;
    let id = f.token(ada()).await;
    let mut made = f.attributes(USER).await;
    let text = made["identities"].take();
    let identity = json!([{
        "userId": "Ada-42", "providerName": "MyIdp", "providerType": "OIDC",
        "issuer": "https://idp.example.com", "primary": true, "dateCreated": 1_780_000_000_123_i64,
    }]);
    assert_eq!(
        made,
        json!({
            "sub": id["sub"], "email": "ada@other.example", "email_verified": "false",
            "name": "Ada", "identities": null,
        })
    );
    let text = text.as_str().expect("a text");
    assert_eq!(serde_json::from_str::<Value>(text).expect("JSON"), identity);
    assert_eq!(f.h.w.status(USER).await, "EXTERNAL_PROVIDER");
    assert_eq!(id["cognito:username"], USER);
    let group = format!("{}_MyIdp", f.h.w.pool);
    assert_eq!(id["cognito:groups"], json!([group]));
    assert_eq!(
        (&id["acr"], &id["amr"]),
        (&"urn:cognito:loa:1".into(), &json!(["fed"]))
    );
    let mut claimed = identity;
    claimed[0]["primary"] = "true".into();
    claimed[0]["dateCreated"] = "1780000000123".into();
    assert_eq!(id["identities"], claimed);
    // The request had none: it is there all the same.
    assert_eq!(id["nonce"].as_str().map(str::len), Some(43));
}

#[tokio::test]
async fn a_request_s_own_nonce_is_the_one_in_the_token() {
    let f = Federated::new().await;
    let departure = f.leave(json!({"nonce": "mine"})).await;
    assert_ne!(after(&departure.location, '?').get("nonce"), Some("mine"));
    f.says(&departure, ada());
    let (code, _) = arrived(f.back(&departure).await);
    let tokens = f.h.redeem(&code, json!({})).await.expect("tokens");
    let id = verified(&f.h.w, &tokens["id_token"]).await.claims;
    assert_eq!(id["nonce"], "mine");
    let again =
        f.h.refresh(&tokens["refresh_token"], json!({}))
            .await
            .expect("tokens");
    let id = verified(&f.h.w, &again["id_token"]).await.claims;
    assert_eq!((&id["amr"], id.get("nonce")), (&json!(["fed"]), None));
}

#[tokio::test]
async fn what_has_changed_is_written_and_what_is_no_longer_said_stays() {
    let f = Federated::new().await;
    f.token(ada()).await;
    let first = f.attributes(USER).await;
    f.h.w.h.clock.advance(1000);
    let modified = async || {
        let user = json!({"Username": USER});
        let user = f.h.w.admin("AdminGetUser", user).await.expect("a user");
        user["UserLastModifiedDate"].clone()
    };
    // Nothing new: nothing is written.
    let before = modified().await;
    let id = f.token(ada()).await;
    assert_eq!(modified().await, before);
    assert_eq!(id["sub"], first["sub"]);
    f.token(json!({"sub": "Ada-42", "name": "Ada L."})).await;
    let with_name = with(first.clone(), json!({"name": "Ada L."}));
    assert_eq!(f.attributes(USER).await, with_name);
    assert_ne!(modified().await, before);
    // A blank one clears.
    f.token(json!({"sub": "Ada-42", "mail": ""})).await;
    let mut without = with_name;
    for name in ["email", "email_verified"] {
        without.as_object_mut().expect("an object").remove(name);
    }
    assert_eq!(f.attributes(USER).await, without);
}

#[tokio::test]
async fn usernames_keep_their_case_unless_the_pool_ignores_it() {
    let pool = json!({"UsernameConfiguration": {"CaseSensitive": false}});
    let f = Federated::on(pool, json!({}), json!({})).await;
    let id = f.token(json!({"sub": "Ada-42"})).await;
    assert_eq!(id["cognito:username"], "myidp_ada-42");
    // The provider tells people apart by case: this is another, for whom the name is taken.
    assert_eq!(
        f.told(json!({"sub": "ada-42"})).await,
        "Already found an entry for username myidp_ada-42"
    );
}

#[tokio::test]
async fn addresses_of_profiles_may_be_local_users_too() {
    let pool = json!({"UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"]});
    let provider = json!({"AttributeMapping": {"email": "mail", "email_verified": "mail_ok"}});
    let f = Federated::on(pool, provider, json!({})).await;
    f.h.w
        .made("ada@other.example", &[("email_verified", "true")])
        .await;
    let id = f.token(with(ada(), json!({"mail_ok": true}))).await;
    assert_eq!(id["cognito:username"], USER);
    assert_eq!(
        (&id["email"], &id["email_verified"]),
        (&"ada@other.example".into(), &true.into())
    );
    let local = f.attributes("ada@other.example").await;
    assert_ne!(local["sub"], id["sub"]);
    assert_eq!(f.attributes(USER).await["sub"], id["sub"]);
}

#[tokio::test]
async fn a_verified_flag_goes_with_its_address() {
    let provider = json!({"AttributeMapping": {"email": "mail", "email_verified": "mail_ok"}});
    let f = Federated::on(json!({}), provider, json!({})).await;
    f.token(with(ada(), json!({"mail_ok": true}))).await;
    assert_eq!(f.attributes(USER).await["email_verified"], "true");
    f.token(json!({"sub": "Ada-42", "mail": "new@other.example", "mail_ok": "True"}))
        .await;
    assert_eq!(f.attributes(USER).await["email_verified"], "true");
    f.token(json!({"sub": "Ada-42", "mail": "third@other.example"}))
        .await;
    assert_eq!(f.attributes(USER).await["email_verified"], "false");
    // A flag without an address says nothing.
    f.token(json!({"sub": "other", "mail_ok": true})).await;
    assert_eq!(
        f.attributes("MyIdp_other").await.get("email_verified"),
        None
    );
}

#[tokio::test]
async fn required_attributes_must_be_said() {
    let schema = json!([
        {"Name": "email", "Required": true, "Mutable": true, "AttributeDataType": "String"},
        {"Name": "name", "Required": true, "Mutable": true, "AttributeDataType": "String"},
    ]);
    let mapping = json!({"AttributeMapping": {"email": "mail", "name": "name"}});
    let f = Federated::on(json!({"Schema": schema}), mapping, json!({})).await;
    let told = f.told(json!({"sub": "Ada-42", "name": "Ada"})).await;
    assert_eq!(told, "attributes required: [email]");
    let told = f.told(json!({"sub": "Ada-42"})).await;
    assert_eq!(told, "attributes required: [name, email]");
    f.token(ada()).await;
    let told = f.told(json!({"sub": "Ada-42", "mail": ""})).await;
    assert_eq!(told, "attributes required: [email]");
    f.token(json!({"sub": "Ada-42"})).await;
}

#[tokio::test]
async fn values_that_the_pool_does_not_take_are_refused() {
    let schema = json!([
        {"Name": "badge", "AttributeDataType": "String", "Mutable": false},
        {"Name": "count", "AttributeDataType": "Number", "Mutable": true},
        {"Name": "token", "AttributeDataType": "String", "Mutable": true},
    ]);
    let mapping = json!({"AttributeMapping": {
        "custom:badge": "badge", "custom:count": "count", "custom:token": "access_token",
        "email": "mail", "name": "name",
    }});
    let f = Federated::on(json!({"Schema": schema}), mapping, json!({})).await;
    for (claims, text) in [
        (json!({"mail": "nobody"}), "Invalid email address format."),
        (
            json!({"count": "many"}),
            "user.custom:count: Attribute value must be a number.",
        ),
        (
            json!({"badge": "x".repeat(2049)}),
            "user.custom:badge: String must be at most 2048 characters long.",
        ),
    ] {
        let told = f.told(with(json!({"sub": "Ada-42"}), claims)).await;
        assert_eq!(told, text);
    }
    let claims = json!({"sub": "Ada-42", "badge": "7", "count": 3, "name": ["a", "b,c"]});
    f.token(claims.clone()).await;
    let made = f.attributes(USER).await;
    assert_eq!(
        (
            &made["custom:badge"],
            &made["custom:count"],
            &made["custom:token"],
            &made["name"]
        ),
        (
            &"7".into(),
            &"3".into(),
            &"upstream".into(),
            &"[a,b%2Cc]".into()
        )
    );
    f.token(claims.clone()).await;
    let told = f.told(with(claims, json!({"badge": "8"}))).await;
    assert_eq!(told, "user.custom:badge: Attribute cannot be updated.");
}

#[tokio::test]
async fn clients_have_to_be_able_to_write_what_is_mapped() {
    let mapping =
        json!({"AttributeMapping": {"email": "mail", "name": "name", "email_verified": "ok"}});
    let client = json!({"WriteAttributes": ["email"]});
    let f = Federated::on(json!({}), mapping, client).await;
    assert_eq!(
        f.told(ada()).await,
        "A client attempted to write unauthorized attribute"
    );
    f.token(json!({"sub": "Ada-42", "mail": "a@b.example", "ok": "true"}))
        .await;
}

#[tokio::test]
async fn triggers_of_the_first_sign_in_and_of_later_ones_differ() {
    let mut config = lambda_config(&[
        "PreSignUp",
        "PostConfirmation",
        "PreAuthentication",
        "PostAuthentication",
        "PreTokenGeneration",
    ]);
    config["InboundFederation"] =
        json!({"LambdaVersion": "V1_0", "LambdaArn": function("InboundFederation")});
    let mapping = json!({"AttributeMapping": {"email": "mail", "name": "name"}});
    let f = Federated::on(json!({"LambdaConfig": config}), mapping, json!({})).await;
    f.token(ada()).await;
    let events = f.script.events();
    let sources: Vec<&Value> = events.iter().map(|event| &event["triggerSource"]).collect();
    assert_eq!(
        sources,
        [
            "InboundFederation_ExternalProvider",
            "PreSignUp_ExternalProvider",
            "PostConfirmation_ConfirmSignUp",
            "TokenGeneration_HostedAuth",
        ]
    );
    let inbound = &events[0];
    assert_eq!(
        (
            &inbound["userName"],
            &inbound["callerContext"]["clientId"],
            &inbound["response"]
        ),
        (
            &USER.into(),
            &f.h.w.client.clone().into(),
            &json!({"userAttributesToMap": {}})
        )
    );
    let request = &inbound["request"];
    assert_eq!(
        (&request["providerName"], &request["providerType"]),
        (&"MyIdp".into(), &"OIDC".into())
    );
    let told = &request["attributes"];
    assert_eq!(
        (
            &told["idToken"]["mail"],
            &told["userInfo"],
            &told["tokenResponse"]["expires_in"]
        ),
        (&"ada@other.example".into(), &json!({}), &"3600".into())
    );
    let asked = &events[1]["request"]["userAttributes"];
    assert_eq!(
        *asked,
        json!({"email": "ada@other.example", "email_verified": "false", "name": "Ada"})
    );
    let confirmed = &events[2]["request"]["userAttributes"];
    assert_eq!(confirmed["cognito:user_status"], "EXTERNAL_PROVIDER");
    f.token(ada()).await;
    assert_eq!(
        f.script.sources(),
        [
            "InboundFederation_ExternalProvider",
            "PreAuthentication_Authentication",
            "PostAuthentication_Authentication",
            "TokenGeneration_HostedAuth",
        ]
    );
    for (trigger, text) in [
        (
            "InboundFederation",
            "InboundFederation failed with error no.",
        ),
        (
            "PreAuthentication",
            "PreAuthentication failed with error no.",
        ),
        (
            "PostAuthentication",
            "PostAuthentication failed with error no.",
        ),
    ] {
        f.script.throws(trigger, "no");
        assert_eq!(f.told(ada()).await, text);
        f.script.responds(trigger, json!({}));
    }
    f.script.throws("PreSignUp", "no");
    assert_eq!(
        f.told(json!({"sub": "bob"})).await,
        "PreSignUp failed with error no."
    );
    let bob = json!({"Username": "MyIdp_bob"});
    assert!(f.h.w.admin("AdminGetUser", bob).await.is_err());
}

#[tokio::test]
async fn triggers_rewrite_what_a_provider_says_and_verify_addresses() {
    let mut config = lambda_config(&["PreSignUp"]);
    config["InboundFederation"] =
        json!({"LambdaVersion": "V1_0", "LambdaArn": function("InboundFederation")});
    let mapping = json!({"AttributeMapping": {"email": "mail", "name": "name"}});
    let f = Federated::on(json!({"LambdaConfig": config}), mapping, json!({})).await;
    let attributes = json!({"mail": "rewritten@other.example", "sub": "somebody else"});
    f.script.responds(
        "InboundFederation",
        json!({"userAttributesToMap": attributes}),
    );
    f.script
        .responds("PreSignUp", json!({"autoVerifyEmail": true}));
    f.token(ada()).await;
    let made = f.attributes(USER).await;
    assert_eq!(
        (&made["email"], &made["email_verified"], made.get("name")),
        (&"rewritten@other.example".into(), &"true".into(), None)
    );
    f.script.responds(
        "InboundFederation",
        json!({"userAttributesToMap": {"other": "x"}}),
    );
    assert_eq!(
        f.told(json!({"sub": "bob", "mail": "bob@other.example"}))
            .await,
        "Email is required to verify/un-verify a email"
    );
    f.script
        .responds("InboundFederation", json!({"userAttributesToMap": ["x"]}));
    assert_eq!(f.told(ada()).await, "Unrecognizable lambda output");
}

#[tokio::test]
async fn disabled_people_stay_out_and_profiles_have_no_password() {
    let f = Federated::new().await;
    f.token(ada()).await;
    let user = json!({"Username": USER});
    assert_eq!(
        f.h.w.sign_in(USER, "Passw0rd!").await,
        Err((
            "NotAuthorizedException".to_owned(),
            "Incorrect username or password.".to_owned()
        ))
    );
    f.h.w
        .admin("AdminDisableUser", user.clone())
        .await
        .expect("disabled");
    assert_eq!(f.told(ada()).await, "User is disabled.");
    f.h.w.admin("AdminEnableUser", user).await.expect("enabled");
    let input = json!({"Username": USER, "Password": "Passw0rd!", "Permanent": true});
    f.h.w
        .admin("AdminSetUserPassword", input)
        .await
        .expect("a password");
    assert_eq!(f.h.w.status(USER).await, "CONFIRMED");
    f.h.w.sign_in(USER, "Passw0rd!").await.expect("a sign-in");
    f.token(ada()).await;
}

#[tokio::test]
async fn a_name_that_a_local_user_has_is_taken() {
    let f = Federated::new().await;
    f.h.w.made(USER, &[]).await;
    assert_eq!(
        f.told(ada()).await,
        format!("Already found an entry for username {USER}")
    );
}

#[tokio::test]
async fn people_of_a_provider_that_is_made_anew_are_others() {
    let f = Federated::new().await;
    f.token(ada()).await;
    let name = json!({"ProviderName": "MyIdp"});
    f.h.w
        .admin("DeleteIdentityProvider", name)
        .await
        .expect("gone");
    let provider = json!({
        "ProviderName": "MyIdp", "ProviderType": "OIDC",
        "ProviderDetails": crate::support::providers::details(),
    });
    f.h.w
        .admin("CreateIdentityProvider", provider)
        .await
        .expect("a provider");
    assert_eq!(
        f.told(ada()).await,
        format!("Already found an entry for username {USER}")
    );
}
