//! App clients.

use serde_json::{Value, json};

use super::{assert_complete, assert_holds, without};
use crate::support::{Harness, with};

/// Everything that both CreateUserPoolClient and UpdateUserPoolClient take.
fn client_settings() -> Value {
    json!({
        "ClientName": "everything",
        "RefreshTokenValidity": 10, "AccessTokenValidity": 20, "IdTokenValidity": 30,
        "TokenValidityUnits": {"RefreshToken": "days", "AccessToken": "minutes", "IdToken": "minutes"},
        "ReadAttributes": ["email", "name"], "WriteAttributes": ["name"],
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
        "SupportedIdentityProviders": ["COGNITO"],
        "CallbackURLs": ["https://example.com/cb", "https://example.com/other"],
        "LogoutURLs": ["https://example.com/out"],
        "DefaultRedirectURI": "https://example.com/cb",
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "AnalyticsConfiguration": {
            "ApplicationArn": "arn:aws:mobiletargeting:us-east-1:123456789012:apps/abc",
        },
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": false,
        "EnablePropagateAdditionalUserContextData": true,
        "AuthSessionValidity": 9,
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 7},
    })
}

#[tokio::test]
async fn a_client_shows_everything_that_it_was_given_and_forgets_what_is_left_out() {
    let h = Harness::new().await;
    let pool = h.pool(json!({})).await;
    let own = json!({"ClientSecret": "an-own-secret-of-enough-letters".replace('-', "_")});
    let place = json!({"UserPoolId": pool});
    let generated = json!({"GenerateSecret": true});
    assert_complete(
        "CreateUserPoolClientRequest",
        &[&client_settings(), &own, &place, &generated],
    );
    let describe = async |id: &str| {
        let input = json!({"UserPoolId": pool, "ClientId": id});
        h.ok("DescribeUserPoolClient", input).await["UserPoolClient"].take()
    };
    let id = h.client(&pool, with(client_settings(), own.clone())).await;
    let shown = describe(&id).await;
    assert_holds(&shown, &client_settings());
    assert_holds(&shown, &own);

    let id = h.client(&pool, generated).await;
    let bare = describe(&id).await;
    let key = json!({"UserPoolId": pool, "ClientId": id});
    assert_complete("UpdateUserPoolClientRequest", &[&client_settings(), &key]);
    h.ok("UpdateUserPoolClient", with(client_settings(), key.clone()))
        .await;
    assert_holds(&describe(&id).await, &client_settings());
    h.ok("UpdateUserPoolClient", key).await;
    let after = describe(&id).await;
    let kept = ["ClientName", "LastModifiedDate"];
    assert_eq!(without(&after, &kept), without(&bare, &kept));
    assert_eq!(after["ClientName"], "everything");
}
