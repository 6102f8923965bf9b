//! Exchanging tokens at the token endpoint (RFC 8693), in the words of OAuth.

use serde_json::{Value, json};

use crate::support::oauth::{Hosted, Told, app};
use crate::support::signing::{beside, sub_of, verified};
use crate::support::with;
use crate::support::world::PASSWORD;

const SECRET: &str = "an_own_secret_of_36_characters_and+1";
const ADMIN: &str = "aws.cognito.signin.user.admin";
const TYPE: &str = "urn:ietf:params:oauth:token-type:";

/// An application of people, and a service that exchanges their tokens.
struct Scene {
    h: Hosted,
    service: String,
}

async fn scene(service: Value) -> Scene {
    let h = Hosted::new(json!({})).await;
    let flows = json!([
        "ALLOW_TOKEN_EXCHANGE_IMPERSONATION",
        "ALLOW_TOKEN_EXCHANGE_DELEGATION"
    ]);
    let settings = json!({
        "ClientSecret": SECRET, "AllowedOAuthScopes": ["openid", "email"], "ExplicitAuthFlows": flows,
    });
    let service = beside(&h.w, with(with(app(), settings), service)).await;
    Scene {
        service: service.client,
        h,
    }
}

impl Scene {
    async fn exchange(&self, token: &Value, more: Value) -> Told {
        let common = json!({
            "client_id": self.service, "client_secret": SECRET, "subject_token": token,
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token_type": format!("{TYPE}access_token"),
        });
        self.h.token(with(common, more)).await
    }
}

#[tokio::test]
async fn an_access_token_is_exchanged_for_one_of_the_service() {
    let s = scene(json!({})).await;
    let tokens = s.h.tokens(json!({"scope": "openid email profile"})).await;
    let mut answer = s
        .exchange(&tokens["access_token"], json!({"audience": "stock"}))
        .await
        .expect("a token");
    let claims = verified(&s.h.w, &answer["access_token"].take())
        .await
        .claims;
    assert_eq!(
        answer,
        json!({
            "access_token": null, "issued_token_type": format!("{TYPE}access_token"),
            "token_type": "Bearer", "expires_in": 3600, "scope": "openid email profile",
        })
    );
    assert_eq!(
        (&claims["client_id"], &claims["aud"], &claims["scope"]),
        (&json!(s.service), &json!("stock"), &answer["scope"])
    );
    assert_eq!(claims["sub"], sub_of(&s.h.w, "ada").await);
    // Less than there is can be asked for, more is left out.
    for (scope, granted) in [("email", "email"), ("openid profile", "openid")] {
        let answer = s
            .exchange(&tokens["access_token"], json!({"scope": scope}))
            .await;
        assert_eq!(answer.expect("a token")["scope"], granted);
    }
}

#[tokio::test]
async fn id_tokens_are_taken_and_given_where_they_are_named() {
    let s = scene(json!({})).await;
    let tokens = s.h.tokens(json!({"scope": "openid email"})).await;
    let id = format!("{TYPE}id_token");
    let wish = json!({"subject_token_type": id, "requested_token_type": id});
    let mut answer = s
        .exchange(&tokens["id_token"], wish)
        .await
        .expect("a token");
    let claims = verified(&s.h.w, &answer["access_token"].take())
        .await
        .claims;
    assert_eq!(
        answer,
        json!({
            "access_token": null, "issued_token_type": id, "token_type": "N_A", "expires_in": 3600,
        })
    );
    assert_eq!(
        (&claims["token_use"], &claims["aud"]),
        (&json!("id"), &json!(s.service))
    );
}

#[tokio::test]
async fn an_actor_is_named_in_the_token() {
    let s = scene(json!({})).await;
    s.h.w.made("bob", &[("email", "bob@example.com")]).await;
    let tokens = s.h.tokens(json!({"scope": "openid"})).await;
    let bob = s.h.w.sign_in("bob", PASSWORD).await.expect("a sign-in");
    let actor = json!({
        "actor_token": bob["AuthenticationResult"]["AccessToken"],
        "actor_token_type": format!("{TYPE}access_token"),
    });
    let answer = s.exchange(&tokens["access_token"], actor).await;
    let token = &answer.expect("a token")["access_token"];
    let claims = verified(&s.h.w, token).await.claims;
    assert_eq!(claims["act"], json!({"sub": sub_of(&s.h.w, "bob").await}));
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_name() {
    let s = scene(json!({})).await;
    let token = s.h.tokens(json!({"scope": "openid"})).await["access_token"].clone();
    let invalid = |text: &str| Err(("invalid_request", Some(text.to_owned())));
    for (more, told) in [
        (
            json!({"subject_token": null}),
            invalid("Required String parameter 'subject_token' is not present"),
        ),
        (
            json!({"subject_token_type": null}),
            invalid("Required String parameter 'subject_token_type' is not present"),
        ),
        (
            json!({"subject_token_type": format!("{TYPE}jwt")}),
            invalid("The parameter 'subject_token_type' is not valid"),
        ),
        (
            json!({"actor_token": token, "actor_token_type": "x"}),
            invalid("The parameter 'actor_token_type' is not valid"),
        ),
        (
            json!({"requested_token_type": format!("{TYPE}refresh_token")}),
            invalid("The parameter 'requested_token_type' is not valid"),
        ),
        (
            json!({"actor_token_type": format!("{TYPE}access_token")}),
            invalid("ActorTokenType cannot be given without ActorToken."),
        ),
        (
            json!({"subject_token": "x"}),
            Err(("invalid_grant", Some("Invalid Subject Token".to_owned()))),
        ),
        (
            json!({"client_secret": format!("{SECRET}2")}),
            Err(("invalid_client", Some("invalid_client_secret".to_owned()))),
        ),
        (
            json!({"client_secret": null}),
            Err(("invalid_client", Some("invalid_client_secret".to_owned()))),
        ),
    ] {
        assert_eq!(s.exchange(&token, more.clone()).await, told, "{more}");
    }
    // Without the flow there is no exchange.
    let s = scene(json!({"ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_DELEGATION"]})).await;
    let tokens = s.h.tokens(json!({"scope": ADMIN})).await;
    assert_eq!(
        s.exchange(&tokens["access_token"], json!({})).await,
        invalid("TOKEN_EXCHANGE_IMPERSONATION is not enabled for the client.")
    );
}
