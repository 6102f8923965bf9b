//! Errors that operations declare and their twins are known by: what an administrator who relays a sign-in
//! meets, what becomes of a user during one, and bounds that are far away.

use crate::support::mfa::{self, prefer, register, tokens_off, used_token_code};
use crate::support::signing::{
    admin_initiate, all_flows, answer_srp, beside, invited, no_such_user, not_authorized, respond,
    start_srp,
};
use crate::support::world::{Answer, HOUR_MS, PASSWORD, World, code_expired, code_mismatch};
use crate::support::{imports, refusal, saml, text, with};
use serde_json::{Value, json};

const TEMPORARY: &str = "Tempor4ry!";
const EMAIL: [(&str, &str); 2] = [("email", "ada@example.com"), ("email_verified", "true")];

async fn admin_respond(
    w: &World,
    challenge: &str,
    session: Option<&str>,
    answers: Value,
) -> Answer {
    let mut input = json!({
        "ClientId": w.client, "ChallengeName": challenge, "ChallengeResponses": answers,
    });
    if let Some(session) = session {
        input["Session"] = session.into();
    }
    w.admin("AdminRespondToAuthChallenge", input).await
}

/// Signs in by password as an administrator, up to a challenge, and answers its session.
async fn admin_asked(w: &World, name: &str, password: &str) -> String {
    let parameters = json!({"USERNAME": name, "PASSWORD": password});
    let answer = admin_initiate(w, "ADMIN_USER_PASSWORD_AUTH", parameters).await;
    text(&answer.expect("a challenge")["Session"])
}

async fn reset(w: &World, name: &str) {
    w.admin("AdminResetUserPassword", json!({"Username": name}))
        .await
        .expect("a reset");
}

fn reset_required() -> Answer {
    refusal(
        "PasswordResetRequiredException",
        "Password reset required for the user",
    )
}

#[tokio::test]
async fn an_administrator_who_relays_a_new_password_meets_the_rules_of_users() {
    let policy = json!({
        "Policies": {"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 2}},
        "UsernameAttributes": ["email", "phone_number"],
    });
    let w = World::new(policy, all_flows()).await;
    w.made("+4930123", &[]).await;
    invited(&w, "ada@example.com", TEMPORARY, &[]).await;
    let session = admin_asked(&w, "ada@example.com", TEMPORARY).await;
    let answer = async |more: Value| {
        let answers = json!({"USERNAME": "ada@example.com", "NEW_PASSWORD": PASSWORD});
        let answers = with(answers, more);
        admin_respond(&w, "NEW_PASSWORD_REQUIRED", Some(&session), answers).await
    };
    assert_eq!(
        answer(json!({"NEW_PASSWORD": "short"})).await,
        refusal(
            "InvalidPasswordException",
            "Password does not conform to policy: Password not long enough"
        )
    );
    assert_eq!(
        answer(json!({"userAttributes.phone_number": "+4930123"})).await,
        refusal(
            "AliasExistsException",
            "An account with the given phone_number already exists."
        )
    );
    answer(json!({})).await.expect("a sign-in");

    let again = json!({"Username": "ada@example.com", "Password": TEMPORARY, "Permanent": false});
    w.admin("AdminSetUserPassword", again)
        .await
        .expect("a temporary password");
    let session = admin_asked(&w, "ada@example.com", TEMPORARY).await;
    let answers = json!({"USERNAME": "ada@example.com", "NEW_PASSWORD": PASSWORD});
    assert_eq!(
        admin_respond(&w, "NEW_PASSWORD_REQUIRED", Some(&session), answers).await,
        refusal(
            "PasswordHistoryPolicyViolationException",
            "Password has previously been used and cannot be reused."
        )
    );
}

#[tokio::test]
async fn an_administrator_who_relays_a_software_token_learns_that_its_code_or_it_is_gone() {
    let w = mfa::world_of("OPTIONAL", &["TOTP"], json!({}), all_flows()).await;
    w.made("ada", &[]).await;
    let app = register(&w, &w.token("ada").await).await;
    prefer(&w, "ada", &["TOTP"]).await;
    let code = app.code(&w);
    let answers = json!({"USERNAME": "ada", "SOFTWARE_TOKEN_MFA_CODE": code});
    let session = admin_asked(&w, "ada", PASSWORD).await;
    let again = admin_asked(&w, "ada", PASSWORD).await;
    admin_respond(&w, "SOFTWARE_TOKEN_MFA", Some(&session), answers.clone())
        .await
        .expect("a sign-in");
    assert_eq!(
        admin_respond(&w, "SOFTWARE_TOKEN_MFA", Some(&again), answers.clone()).await,
        used_token_code()
    );
    w.admin("AdminDeleteSoftwareToken", json!({"Username": "ada"}))
        .await
        .expect("no token");
    assert_eq!(
        admin_respond(&w, "SOFTWARE_TOKEN_MFA", Some(&again), answers).await,
        tokens_off()
    );
}

#[tokio::test]
async fn an_administrator_who_answers_with_a_password_learns_the_state_of_the_user() {
    let w = World::new(json!({"AutoVerifiedAttributes": ["email"]}), all_flows()).await;
    w.sign_up("new", &EMAIL[..1]).await.expect("a sign-up");
    w.made("ada", &EMAIL).await;
    reset(&w, "ada").await;
    let answer = async |name: &str| {
        let answers = json!({"USERNAME": name, "PASSWORD": PASSWORD});
        admin_respond(&w, "ADMIN_NO_SRP_AUTH", None, answers).await
    };
    assert_eq!(
        answer("new").await,
        refusal("UserNotConfirmedException", "User is not confirmed.")
    );
    assert_eq!(answer("ada").await, reset_required());
    assert_eq!(answer("nobody").await, no_such_user());
}

#[tokio::test]
async fn a_password_that_is_reset_during_a_sign_in_must_be_reset_first() {
    let w = World::new(json!({}), all_flows()).await;
    w.made("ada", &EMAIL).await;
    let started = start_srp(&w, "ada").await;
    reset(&w, "ada").await;
    assert_eq!(
        answer_srp(&w, started.proof(&w, PASSWORD)).await,
        reset_required()
    );
}

#[tokio::test]
async fn a_user_who_is_deleted_during_a_sign_in_is_not_found_unless_the_client_hides_it() {
    let app = World::new(json!({}), all_flows()).await;
    let hiding = with(
        all_flows(),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    );
    let invalid = || not_authorized("Invalid session for the user.");
    for (w, told) in [
        (beside(&app, all_flows()).await, no_such_user()),
        (beside(&app, hiding).await, invalid()),
    ] {
        invited(&w, "ada", TEMPORARY, &[]).await;
        let asked = w.sign_in("ada", TEMPORARY).await.expect("a challenge");
        let session = text(&asked["Session"]);
        w.admin("AdminDeleteUser", json!({"Username": "ada"}))
            .await
            .expect("nobody");
        let answers = json!({"USERNAME": "ada", "NEW_PASSWORD": PASSWORD});
        let answer = respond(&w, "NEW_PASSWORD_REQUIRED", Some(&session), answers.clone()).await;
        assert_eq!(answer, told);
        let answer = admin_respond(&w, "NEW_PASSWORD_REQUIRED", Some(&session), answers).await;
        assert_eq!(answer, told);
    }
}

#[tokio::test]
async fn administrators_refresh_and_step_up_as_the_client_and_the_tier_allow() {
    let w = World::new(json!({}), all_flows()).await;
    w.made("ada", &[]).await;
    let rotating = json!({
        "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_AUTH"],
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
    });
    let rotating = beside(&w, rotating).await;
    let parameters = json!({"USERNAME": "ada", "PASSWORD": PASSWORD});
    let signed_in = admin_initiate(&rotating, "ADMIN_USER_PASSWORD_AUTH", parameters).await;
    let refresh = &signed_in.expect("tokens")["AuthenticationResult"]["RefreshToken"];
    let parameters = json!({"REFRESH_TOKEN": refresh});
    assert_eq!(
        admin_initiate(&rotating, "REFRESH_TOKEN_AUTH", parameters).await,
        refusal(
            "UnsupportedOperationException",
            "Refresh token rotation is enabled for this client. Use GetTokensFromRefreshToken."
        )
    );
    w.admin("UpdateUserPool", json!({"UserPoolTier": "LITE"}))
        .await
        .expect("a tier");
    let parameters = json!({"USERNAME": "ada", "TARGET_ACR_VALUES": "urn:cognito:loa:1"});
    assert_eq!(
        admin_initiate(&rotating, "USER_AUTH", parameters).await,
        refusal(
            "FeatureUnavailableInTierException",
            "The following feature is not available for the LITE pricing tier configured: Step-Up Authentication"
        )
    );
}

#[tokio::test]
async fn a_code_that_was_guessed_at_too_often_is_worth_nothing_in_the_next_hour_either() {
    let w = World::new(json!({}), json!({})).await;
    w.made("ada", &EMAIL).await;
    let forgot = async || w.public("ForgotPassword", json!({"Username": "ada"})).await;
    let recover = async |code: &str| {
        let input = json!({"Username": "ada", "ConfirmationCode": code, "Password": "An0ther!x"});
        w.public("ConfirmForgotPassword", input).await
    };
    // The code outlives the hour whose attempts are counted: it is requested late in it.
    forgot().await.expect("a code");
    w.h.clock.advance(HOUR_MS - 60_000);
    forgot().await.expect("a code");
    let code = w.h.code(&w.pool, "ada").await;
    for _ in 0..18 {
        assert_eq!(recover("nonsense").await, code_mismatch());
    }
    w.h.clock.advance(60_000);
    for _ in 0..12 {
        assert_eq!(recover("nonsense").await, code_mismatch());
    }
    assert_eq!(
        recover(&code).await,
        refusal(
            "TooManyFailedAttemptsException",
            "Too many failed attempts. Please request a new code."
        )
    );
    w.h.clock.advance(HOUR_MS);
    assert_eq!(recover(&code).await, code_expired());
}

#[tokio::test]
async fn an_alias_that_somebody_else_has_cannot_be_taken() {
    let aliases = json!({"AliasAttributes": ["preferred_username"]});
    let w = World::new(aliases, json!({})).await;
    w.made("ada", &[("preferred_username", "countess")]).await;
    w.made("bob", &[]).await;
    let values = json!({"UserAttributes": [{"Name": "preferred_username", "Value": "countess"}]});
    assert_eq!(
        w.with(&w.token("bob").await, "UpdateUserAttributes", values)
            .await,
        refusal(
            "AliasExistsException",
            "An account with the given preferred_username already exists."
        )
    );
}

#[tokio::test]
async fn the_settings_of_a_client_are_checked_at_an_update_as_at_its_creation() {
    let w = World::new(json!({"UserPoolTier": "LITE"}), json!({})).await;
    let update = async |settings: Value| {
        let input = with(json!({"ClientId": w.client}), settings);
        w.admin("UpdateUserPoolClient", input).await
    };
    assert_eq!(
        update(json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]})).await,
        refusal(
            "FeatureUnavailableInTierException",
            "The following feature is not available for the LITE pricing tier configured: Choice-Based Sign-In"
        )
    );
    let both = json!({
        "AllowedOAuthFlows": ["client_credentials", "code"], "AllowedOAuthScopes": ["openid"],
        "AllowedOAuthFlowsUserPoolClient": true, "CallbackURLs": ["https://app.example/"],
    });
    assert_eq!(
        update(both).await,
        refusal(
            "InvalidOAuthFlowException",
            "client_credentials flow can not be selected along with code flow or implicit flow."
        )
    );
    let unknown = json!({
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["no/such"],
        "AllowedOAuthFlowsUserPoolClient": true, "CallbackURLs": ["https://app.example/"],
    });
    assert_eq!(
        update(unknown).await,
        refusal(
            "ScopeDoesNotExistException",
            "Invalid scope requested: no/such"
        )
    );
}

#[tokio::test]
async fn a_limit_of_no_category_cannot_be_raised() {
    let w = World::new(json!({}), json!({})).await;
    let input = json!({
        "LimitDefinition": {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "Nothing"}},
        "RequestedLimitValue": 200,
    });
    assert_eq!(
        w.h.call("UpdateProvisionedLimit", input).await,
        refusal(
            "ResourceNotFoundException",
            "There is no limit of category Nothing."
        )
    );
}

#[tokio::test]
async fn a_pool_has_so_many_identity_providers() {
    let w = World::new(json!({}), json!({})).await;
    let metadata = saml::metadata(&[]);
    let create = async |index: usize| {
        let input = json!({
            "ProviderName": format!("Corp{index}"), "ProviderType": "SAML",
            "ProviderDetails": {"MetadataFile": metadata},
        });
        w.admin("CreateIdentityProvider", input).await
    };
    for index in 0..300 {
        create(index).await.expect("a provider");
    }
    assert_eq!(
        create(300).await,
        refusal(
            "LimitExceededException",
            "A user pool can have at most 300 identity providers."
        )
    );
}

#[tokio::test]
async fn a_pool_has_so_many_import_jobs() {
    let w = imports::world().await;
    for _ in 0..1_000 {
        imports::create(&w).await.expect("a job");
    }
    let told = imports::create(&w).await.expect_err("one too many");
    assert_eq!(told.0, "LimitExceededException", "{told:?}");
}

#[tokio::test]
async fn a_replica_cannot_have_tags_that_are_reserved() {
    let w = World::new(
        json!({
            "UserPoolTier": "ESSENTIALS", "IssuerConfiguration": {"Type": "UPDATED"},
            "KeyConfiguration": {
                "KeyType": "CUSTOMER_MANAGED_KEY",
                "KmsKeyArn": "arn:aws:kms:us-east-1:000000000000:key/mrk-1",
            },
        }),
        json!({}),
    )
    .await;
    let input = json!({"RegionName": "eu-west-1", "UserPoolTags": {"aws:a": "b"}});
    assert_eq!(
        w.admin("CreateUserPoolReplica", input).await,
        refusal(
            "UserPoolTaggingException",
            "The tag key aws:a is not allowed: keys that begin with aws: are reserved."
        )
    );
}

#[tokio::test]
async fn a_device_cannot_prove_itself_where_devices_are_no_longer_tracked() {
    let devices =
        json!({"ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": false});
    let w = World::new(json!({"DeviceConfiguration": devices}), all_flows()).await;
    w.made("ada", &[]).await;
    w.admin("UpdateUserPool", json!({}))
        .await
        .expect("no tracking");
    let off = || {
        refusal(
            "InvalidUserPoolConfigurationException",
            "Device tracking is not enabled for the user pool.",
        )
    };
    let answers = json!({"USERNAME": "ada", "DEVICE_KEY": "us-east-1_a", "SRP_A": "7"});
    for challenge in ["DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"] {
        let answer = respond(&w, challenge, None, answers.clone()).await;
        assert_eq!(answer, off(), "{challenge}");
        let answer = admin_respond(&w, challenge, None, answers.clone()).await;
        assert_eq!(answer, off(), "{challenge}");
    }
}
