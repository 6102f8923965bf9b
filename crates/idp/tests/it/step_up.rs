//! Authentication levels: what tokens say of them, and stepping up to one.
use serde_json::{Value, json};

use super::support::mfa::{App, CONTACTS, prefer, register, world_of};
use super::support::signing::{
    MINUTE_MS, admin_initiate, initiate, invalid, not_authorized, respond, result, verified,
};
use super::support::world::{Answer, PASSWORD, World};
use super::support::{refusal, text};

/// A pool with a name of its own for the highest level, with users who have every factor.
async fn world() -> World {
    let pool = json!({
        "AcrConfiguration": {"Level4": {"AcrValue": "urn:example:high"}},
        "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
    });
    let client = json!({"ExplicitAuthFlows": [
        "ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
    ]});
    let w = world_of("OPTIONAL", &["TOTP", "SMS"], pool, client).await;
    w.made("ada", &CONTACTS).await;
    w
}

/// With an authenticator app, registered and not turned on.
async fn with_app() -> (World, App, String) {
    let w = world().await;
    let token = w.token("ada").await;
    let app = register(&w, &token).await;
    (w, app, token)
}

async fn begin(w: &World, parameters: Value) -> Answer {
    let parameters = super::support::with(json!({"USERNAME": "ada"}), parameters);
    initiate(w, "USER_AUTH", parameters).await
}

/// Towards the highest level with this access token.
fn higher(token: &str) -> Value {
    json!({"ACCESS_TOKEN": token, "TARGET_ACR_VALUES": "urn:example:high"})
}

/// Name and session of a challenge.
#[track_caller]
fn asked(answer: Answer) -> (String, String) {
    let answer = answer.expect("a challenge");
    (text(&answer["ChallengeName"]), text(&answer["Session"]))
}

/// `acr` and `amr` of both tokens.
async fn claims(w: &World, tokens: &Value) -> Value {
    let mut both = Vec::new();
    for name in ["IdToken", "AccessToken"] {
        let claims = verified(w, &tokens[name]).await.claims;
        both.push(json!([claims["acr"], claims["amr"]]));
    }
    assert_eq!(both[0], both[1]);
    both.remove(0)
}

#[tokio::test]
async fn tokens_say_how_the_user_signed_in_and_a_refresh_says_it_again() {
    let w = world().await;
    let by_password = result(w.sign_in("ada", PASSWORD).await);
    let level1 = json!(["urn:cognito:loa:1", ["pwd"]]);
    assert_eq!(claims(&w, &by_password).await, level1);

    let (name, session) = asked(begin(&w, json!({"PREFERRED_CHALLENGE": "EMAIL_OTP"})).await);
    let code = w.h.code(&w.pool, "ada").await;
    let answers = json!({"USERNAME": "ada", "EMAIL_OTP_CODE": code});
    let by_code = result(respond(&w, &name, Some(&session), answers).await);
    let level2 = json!(["urn:cognito:loa:2", ["email_otp"]]);
    assert_eq!(claims(&w, &by_code).await, level2);

    prefer(&w, "ada", &["SMS"]).await;
    w.h.clock.advance(1);
    let (name, session) = asked(w.sign_in("ada", PASSWORD).await);
    let code = w.h.code(&w.pool, "ada").await;
    let answers = json!({"USERNAME": "ada", "SMS_MFA_CODE": code});
    let by_both = result(respond(&w, &name, Some(&session), answers).await);
    let level3 = json!(["urn:cognito:loa:3", ["pwd", "sms", "mfa"]]);
    assert_eq!(claims(&w, &by_both).await, level3);

    w.h.clock.advance(MINUTE_MS);
    let parameters = json!({"REFRESH_TOKEN": by_both["RefreshToken"]});
    let again = result(initiate(&w, "REFRESH_TOKEN_AUTH", parameters).await);
    assert_eq!(claims(&w, &again).await, level3);
}

#[tokio::test]
async fn an_access_token_counts_for_what_was_proved() {
    let (w, app, token) = with_app().await;
    let (name, session) = asked(begin(&w, higher(&token)).await);
    assert_eq!(name, "SOFTWARE_TOKEN_MFA");
    let answers = json!({"USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": app.code(&w)});
    let tokens = result(respond(&w, &name, Some(&session), answers).await);
    let level4 = json!(["urn:example:high", ["pwd", "otp", "mfa"]]);
    assert_eq!(claims(&w, &tokens).await, level4);
    assert_eq!(
        begin(&w, higher(&text(&tokens["AccessToken"]))).await,
        invalid("The access token meets the authentication level already.")
    );
}

#[tokio::test]
async fn without_credit_the_level_decides_what_can_be_chosen() {
    let (w, app, token) = with_app().await;
    let target = json!({"TARGET_ACR_VALUES": "urn:example:high"});
    w.h.clock.advance(MINUTE_MS);
    let old = json!({
        "TARGET_ACR_VALUES": "urn:example:high", "ACCESS_TOKEN": token, "MAX_AGE": "60",
    });
    for parameters in [target, old] {
        let answer = begin(&w, parameters).await.expect("a challenge");
        assert_eq!(
            answer["AvailableChallenges"],
            json!(["PASSWORD_SRP", "PASSWORD"])
        );
        let (name, session) = asked(Ok(answer));
        let answers = json!({"USERNAME": "ada", "ANSWER": "EMAIL_OTP"});
        assert_eq!(
            respond(&w, &name, Some(&session), answers).await,
            invalid("Selected challenge is not available.")
        );
        let answers = json!({"USERNAME": "ada", "ANSWER": "PASSWORD", "PASSWORD": PASSWORD});
        let (name, session) = asked(respond(&w, &name, Some(&session), answers).await);
        assert_eq!(name, "SOFTWARE_TOKEN_MFA");
        let code = app.code(&w);
        w.h.clock.advance(MINUTE_MS / 2);
        let answers = json!({"USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": code});
        result(respond(&w, &name, Some(&session), answers).await);
    }

    // A code alone is the second level.
    let target = json!({"TARGET_ACR_VALUES": "urn:cognito:loa:2"});
    let answer = begin(&w, target).await.expect("a challenge");
    assert_eq!(
        answer["AvailableChallenges"],
        json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]),
        "a password too, since a factor can follow it"
    );
}

#[tokio::test]
async fn the_first_level_within_reach_is_meant_and_names_without_meaning_are_passed_over() {
    let w = world().await;
    let token = w.token("ada").await;
    let names = "urn:unknown urn:cognito:loa:4 urn:example:high urn:cognito:loa:2";
    let parameters = json!({"TARGET_ACR_VALUES": names, "ACCESS_TOKEN": token});
    let answer = begin(&w, parameters).await.expect("a challenge");
    assert_eq!(answer["AvailableChallenges"], json!(["EMAIL_OTP"]));
    let (name, session) = asked(Ok(answer));
    let answers = json!({"USERNAME": "ada", "ANSWER": "EMAIL_OTP"});
    let (name, session) = asked(respond(&w, &name, Some(&session), answers).await);
    let code = w.h.code(&w.pool, "ada").await;
    let answers = json!({"USERNAME": "ada", "EMAIL_OTP_CODE": code});
    let tokens = result(respond(&w, &name, Some(&session), answers).await);
    let level3 = json!(["urn:cognito:loa:3", ["pwd", "email_otp", "mfa"]]);
    assert_eq!(claims(&w, &tokens).await, level3);
    assert_eq!(
        begin(&w, json!({"TARGET_ACR_VALUES": "urn:example:high"})).await,
        invalid("User has no factors for any of the TARGET_ACR_VALUES.")
    );
    assert_eq!(
        begin(&w, json!({"TARGET_ACR_VALUES": "urn:cognito:loa:4"})).await,
        invalid("None of the TARGET_ACR_VALUES is valid."),
        "the level has another name here"
    );
}

#[tokio::test]
async fn a_required_second_factor_stays_required() {
    let w = world().await;
    prefer(&w, "ada", &["SMS*"]).await;
    let parameters = json!({
        "TARGET_ACR_VALUES": "urn:cognito:loa:1", "PREFERRED_CHALLENGE": "PASSWORD",
        "PASSWORD": PASSWORD,
    });
    assert_eq!(asked(begin(&w, parameters.clone()).await).0, "SMS_MFA");
    let parameters = super::support::with(json!({"USERNAME": "ada"}), parameters);
    let by_admin = admin_initiate(&w, "USER_AUTH", parameters).await;
    assert_eq!(asked(by_admin).0, "SMS_MFA");
}

#[tokio::test]
async fn what_does_not_fit_together_is_refused() {
    let (w, _, token) = with_app().await;
    w.made("eve", &[]).await;
    assert_eq!(
        begin(&w, json!({"ACCESS_TOKEN": token})).await,
        invalid("ACCESS_TOKEN requires TARGET_ACR_VALUES.")
    );
    for max_age in ["soon", "-1", ""] {
        assert_eq!(
            begin(&w, json!({"MAX_AGE": max_age})).await,
            invalid("MAX_AGE must be a whole number of seconds.")
        );
    }
    assert_eq!(
        begin(&w, higher(&w.token("eve").await)).await,
        not_authorized("Access Token does not belong to the user.")
    );
    assert_eq!(
        begin(&w, higher("nonsense")).await,
        not_authorized("Invalid Access Token")
    );

    let w = World::new(json!({}), json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]})).await;
    w.made("ada", &[]).await;
    w.admin("UpdateUserPool", json!({"UserPoolTier": "LITE"}))
        .await
        .expect("a tier");
    assert_eq!(
        begin(&w, json!({"TARGET_ACR_VALUES": "urn:cognito:loa:1"})).await,
        refusal(
            "FeatureUnavailableInTierException",
            "The following feature is not available for the LITE pricing tier configured: Step-Up Authentication"
        )
    );
}
