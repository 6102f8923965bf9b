//! The settings of app clients: how they are filled in, and what is refused.

use crate::support::clients::World;
use crate::support::{refusal, with};
use serde_json::{Value, json};

#[tokio::test]
async fn validities_are_bounded_whatever_their_unit() {
    let w = World::new().await;
    for (validity, unit, accepted) in [
        (
            json!({"AccessTokenValidity": 4}),
            json!({"AccessToken": "minutes"}),
            false,
        ),
        (
            json!({"AccessTokenValidity": 5}),
            json!({"AccessToken": "minutes"}),
            true,
        ),
        (
            json!({"AccessTokenValidity": 299}),
            json!({"AccessToken": "seconds"}),
            false,
        ),
        (
            json!({"AccessTokenValidity": 1}),
            json!({"AccessToken": "days"}),
            true,
        ),
        (json!({"AccessTokenValidity": 25}), json!({}), false),
        (
            json!({"IdTokenValidity": 86_400}),
            json!({"IdToken": "seconds"}),
            true,
        ),
        (
            json!({"IdTokenValidity": 2}),
            json!({"IdToken": "days"}),
            false,
        ),
        (
            json!({"RefreshTokenValidity": 59}),
            json!({"RefreshToken": "minutes"}),
            false,
        ),
        (
            json!({"RefreshTokenValidity": 60}),
            json!({"RefreshToken": "minutes"}),
            true,
        ),
        (json!({"RefreshTokenValidity": 3_650}), json!({}), true),
        (json!({"RefreshTokenValidity": 3_651}), json!({}), false),
        (
            json!({"RefreshTokenValidity": 315_360_000}),
            json!({}),
            false,
        ),
    ] {
        let settings = with(validity, json!({"TokenValidityUnits": unit}));
        if accepted {
            let made = w.create(settings.clone()).await;
            for (member, value) in settings.as_object().expect("an object") {
                assert_eq!(made[member], *value, "{settings}");
            }
        } else {
            w.assert_invalid(settings, "Invalid range for token validity.")
                .await;
        }
    }
    let settings = json!({
        "AccessTokenValidity": 2, "RefreshTokenValidity": 60, "TokenValidityUnits": {"RefreshToken": "minutes"},
    });
    let message = "Access and Id Token expiration times must be less than or equal to refresh token expiration times.";
    w.assert_invalid(settings, message).await;
}

#[tokio::test]
async fn no_refresh_validity_means_thirty_days() {
    let w = World::new().await;
    assert_eq!(
        w.create(json!({"RefreshTokenValidity": 0})).await["RefreshTokenValidity"],
        30
    );
    let units = json!({"RefreshToken": "minutes", "AccessToken": "minutes"});
    let made = w
        .create(json!({"RefreshTokenValidity": 0, "TokenValidityUnits": units}))
        .await;
    assert_eq!(made["RefreshTokenValidity"], 30);
    assert_eq!(
        made["TokenValidityUnits"],
        json!({"RefreshToken": "days", "AccessToken": "minutes"})
    );
}

#[tokio::test]
async fn flows_are_of_one_kind() {
    let w = World::new().await;
    for flows in [
        json!([
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
            "ALLOW_USER_AUTH"
        ]),
        json!(["ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"]),
    ] {
        assert_eq!(
            w.create(json!({"ExplicitAuthFlows": flows})).await["ExplicitAuthFlows"],
            flows
        );
    }
    assert_eq!(
        w.create(json!({"ExplicitAuthFlows": []}))
            .await
            .get("ExplicitAuthFlows"),
        None
    );
    let mixed = json!({"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH"]});
    let message = "Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names.";
    w.assert_invalid(mixed, message).await;
}

#[tokio::test]
async fn machines_have_one_flow_and_a_secret() {
    let w = World::new().await;
    let alone = json!({"ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"]});
    w.create(with(json!({"GenerateSecret": true}), alone.clone()))
        .await;
    w.assert_invalid(
        alone,
        "Client Secret is required to use ALLOW_CLIENT_TOKEN_AUTH.",
    )
    .await;
    let more = json!({
        "GenerateSecret": true, "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
    });
    w.assert_invalid(
        more,
        "ALLOW_CLIENT_TOKEN_AUTH cannot be used with other auth flow names.",
    )
    .await;
}

#[tokio::test]
async fn rotation_excludes_the_old_refresh_flow() {
    let w = World::new().await;
    let rotation = json!({"Feature": "ENABLED", "RetryGracePeriodSeconds": 10});
    let old = json!({"RefreshTokenRotation": rotation, "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"]});
    w.assert_invalid(
        old,
        "Refresh token rotation cannot be enabled with ALLOW_REFRESH_TOKEN_AUTH.",
    )
    .await;
    let flows = json!(["ALLOW_USER_SRP_AUTH"]);
    let made = w
        .create(json!({"RefreshTokenRotation": rotation, "ExplicitAuthFlows": flows}))
        .await;
    assert_eq!(made["RefreshTokenRotation"], rotation);
}

#[tokio::test]
async fn s2_redirect_addresses_are_checked() {
    let w = World::new().await;
    let fine = json!([
        "http://localhost:3000/cb",
        "https://example.com/cb",
        "myapp://signin"
    ]);
    let made = w
        .create(json!({"CallbackURLs": fine, "LogoutURLs": fine, "DefaultRedirectURI": fine[2]}))
        .await;
    assert_eq!((&made["CallbackURLs"], &made["LogoutURLs"]), (&fine, &fine));
    for member in ["CallbackURLs", "LogoutURLs"] {
        let plain = json!({member: ["http://example.com/cb"]});
        w.assert_invalid(plain, "http://example.com/cb cannot use the HTTP protocol.")
            .await;
        // A browser would go to another host than is read here.
        let elsewhere = "http://evil.example\\@localhost/cb";
        let message = format!("{elsewhere} is not a valid absolute URI.");
        w.assert_invalid(json!({member: [elsewhere]}), &message)
            .await;
        let fragment = json!({member: ["https://example.com/cb#x"]});
        w.assert_invalid(fragment, "https://example.com/cb#x cannot use fragment")
            .await;
    }
    let other =
        json!({"CallbackURLs": ["https://a.example/"], "DefaultRedirectURI": "https://b.example/"});
    let message = "The default redirect URI https://b.example/ is not in the callback URIs list.";
    w.assert_invalid(other, message).await;
}

#[tokio::test]
async fn oauth_settings_fit_together() {
    let w = World::new().await;
    let code = json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code", "implicit"],
        "AllowedOAuthScopes": ["openid", "aws.cognito.signin.user.admin"],
        "CallbackURLs": ["https://example.com/cb"], "SupportedIdentityProviders": ["COGNITO"],
    });
    let made = w.create(code.clone()).await;
    for (member, value) in code.as_object().expect("an object") {
        assert_eq!(made[member], *value);
    }
    let change = |more: Value| with(code.clone(), more);
    for (settings, name, message) in [
        (
            change(
                json!({"AllowedOAuthFlows": ["code", "client_credentials"], "GenerateSecret": true}),
            ),
            "InvalidOAuthFlowException",
            "client_credentials flow can not be selected along with code flow or implicit flow.",
        ),
        (
            change(json!({"AllowedOAuthFlows": ["client_credentials"]})),
            "InvalidOAuthFlowException",
            "client_credentials flow can not be selected if client does not have a client secret.",
        ),
        (
            change(json!({"CallbackURLs": []})),
            "InvalidParameterException",
            "CallbackUrls can not be empty when code flow or implicit flow is selected",
        ),
        (
            change(json!({"AllowedOAuthScopes": ["openid", "shop/read"]})),
            "ScopeDoesNotExistException",
            "Invalid scope requested: shop/read",
        ),
        (
            json!({"AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthScopes": ["openid"]}),
            "InvalidParameterException",
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
        ),
        (
            json!({"SupportedIdentityProviders": ["COGNITO", "Nope"]}),
            "InvalidParameterException",
            &format!("The provider Nope does not exist for User Pool {}", w.pool),
        ),
    ] {
        w.assert_refused(settings, name, message).await;
    }
}

#[tokio::test]
async fn attribute_lists_name_what_a_client_can_have() {
    let schema = json!([
        {"Name": "given_name", "Required": true},
        {"Name": "team", "AttributeDataType": "String"},
        {"Name": "score", "AttributeDataType": "Number", "DeveloperOnlyAttribute": true},
    ]);
    let w = World::of(json!({"Schema": schema})).await;
    let lists = json!({
        "ReadAttributes": ["sub", "email_verified", "custom:team", "oidc:profile"],
        "WriteAttributes": ["given_name", "custom:team"],
    });
    let made = w.create(lists.clone()).await;
    assert_eq!(made["ReadAttributes"], lists["ReadAttributes"]);
    assert_eq!(made["WriteAttributes"], lists["WriteAttributes"]);
    w.create(json!({"WriteAttributes": ["oidc:profile"]})).await;
    for read in ["custom:nope", "dev:custom:score"] {
        let settings = json!({"ReadAttributes": [read]});
        w.assert_invalid(
            settings,
            "Invalid read attributes specified while creating a client",
        )
        .await;
    }
    for write in [
        json!(["given_name", "custom:nope"]),
        json!(["given_name", "sub"]),
        json!(["given_name", "email_verified"]),
        json!(["given_name", "phone_number_verified"]),
        json!(["given_name", "dev:custom:score"]),
        json!(["custom:team"]),
        json!([]),
    ] {
        let settings = json!({"WriteAttributes": write});
        w.assert_invalid(
            settings,
            "Invalid write attributes specified while creating a client",
        )
        .await;
    }
    let refused = w
        .about(
            "UpdateUserPoolClient",
            &made,
            json!({"ReadAttributes": ["x"]}),
        )
        .await;
    let message = "Invalid read attributes specified while updating a client";
    assert_eq!(refused, refusal("InvalidParameterException", message));
}

#[tokio::test]
async fn some_settings_need_a_secret_or_each_other() {
    let w = World::new().await;
    let context = json!({"EnablePropagateAdditionalUserContextData": true});
    let message =
        "Client Secret is required to set EnablePropagateAdditionalUserContextData as true";
    w.assert_invalid(context.clone(), message).await;
    w.create(with(context, json!({"GenerateSecret": true})))
        .await;

    let arn = "arn:aws:mobiletargeting:us-east-1:000000000000:apps/1";
    let role = "arn:aws:iam::000000000000:role/analytics";
    let whole = json!({"ApplicationId": "ab", "RoleArn": role, "ExternalId": "x"});
    for accepted in [
        json!({"ApplicationArn": arn, "UserDataShared": true}),
        whole,
    ] {
        let made = w.create(json!({"AnalyticsConfiguration": accepted})).await;
        assert_eq!(made["AnalyticsConfiguration"], accepted);
    }
    for refused in [
        json!({}),
        json!({"ApplicationId": "ab"}),
        json!({"ApplicationArn": arn, "RoleArn": role}),
    ] {
        let message = "Invalid analytics configuration given, either <application arn> or \
                       <application id, role arn, external id> are valid";
        w.assert_invalid(json!({"AnalyticsConfiguration": refused}), message)
            .await;
    }
}

#[tokio::test]
async fn choice_based_sign_in_is_not_for_the_lite_tier() {
    let w = World::of(json!({"UserPoolTier": "LITE"})).await;
    w.assert_refused(
        json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}),
        "FeatureUnavailableInTierException",
        "The following feature is not available for the LITE pricing tier configured: Choice-Based Sign-In",
    )
    .await;
}
