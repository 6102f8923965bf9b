//! GetDerivedToken: tokens exchanged for tokens of other services.

use crate::support::signing::{
    MINUTE_MS, all_flows, beside, invalid, no_such_user, not_authorized, result, sub_of, verified,
};
use crate::support::world::{Answer, HOUR_MS, PASSWORD, World};
use crate::support::{START_MS, refusal, text, with};
use serde_json::{Value, json};

const SECRET: &str = "an_own_secret_of_36_characters_and+1";
const ADMIN: &str = "aws.cognito.signin.user.admin";

/// A pool with a user who signs in through the first client, and a service's client that exchanges.
struct Scene {
    app: World,
    service: World,
}

async fn scene(service: Value) -> Scene {
    let app = World::new(json!({}), all_flows()).await;
    app.made("ada", &[("email", "ada@example.com")]).await;
    let server = json!({"Identifier": "orders", "Name": "orders"});
    app.admin("CreateResourceServer", server)
        .await
        .expect("a resource server");
    let settings = json!({
        "ClientSecret": SECRET, "AllowedOAuthScopes": [ADMIN, "openid"],
        "ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_TOKEN_EXCHANGE_DELEGATION"],
    });
    let service = beside(&app, with(settings, service)).await;
    Scene { app, service }
}

impl Scene {
    async fn tokens(&self) -> Value {
        result(self.app.sign_in("ada", PASSWORD).await)
    }

    async fn exchange(&self, token: &Value, more: Value) -> Answer {
        let input = json!({
            "ClientSecret": SECRET, "SubjectToken": token, "SubjectTokenType": "ACCESS_TOKEN",
        });
        self.service
            .public("GetDerivedToken", with(input, more))
            .await
    }

    async fn claims(&self, answer: Answer) -> Value {
        let answer = answer.expect("a token");
        verified(&self.app, &answer["IssuedToken"]).await.claims
    }

    /// The token of a service for itself.
    async fn machine(&self) -> (String, Value) {
        let settings =
            json!({"ClientSecret": SECRET, "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"]});
        let machine = beside(&self.app, settings).await;
        let answer = machine
            .public("GetClientToken", json!({"Secret": SECRET}))
            .await;
        let token = answer.expect("a token")["ClientAuthenticationResult"]["AccessToken"].clone();
        (machine.client, token)
    }
}

#[tokio::test]
async fn an_access_token_is_exchanged_for_one_of_another_service() {
    let s = scene(json!({})).await;
    let tokens = s.tokens().await;
    let old = verified(&s.app, &tokens["AccessToken"]).await.claims;
    s.app.h.clock.advance(MINUTE_MS);
    let mut answer = s
        .exchange(&tokens["AccessToken"], json!({"Audiences": ["stock"]}))
        .await
        .expect("a token");
    let issued = answer["IssuedToken"].take();
    assert_eq!(
        answer,
        json!({
            "IssuedToken": null, "IssuedTokenType": "ACCESS_TOKEN", "TokenType": "Bearer",
            "ExpiresIn": 3540, "Scopes": [ADMIN],
        })
    );
    let mut claims = verified(&s.app, &issued).await.claims;
    assert_ne!(claims["jti"], old["jti"]);
    assert!(claims["jti"].take().is_string() && claims["event_id"].take().is_string());
    let now = START_MS / 1000;
    assert_eq!(
        claims,
        json!({
            "sub": sub_of(&s.app, "ada").await, "username": "ada", "client_id": s.service.client,
            "iss": old["iss"], "token_use": "access", "scope": ADMIN, "version": 2, "aud": "stock",
            "origin_jti": old["origin_jti"], "auth_time": now, "iat": now + 60, "exp": now + 3600,
            "jti": null, "event_id": null, "acr": "urn:cognito:loa:1", "amr": ["pwd"],
        })
    );
    // It belongs to the family of the sign-in, and ends with it.
    let issued = text(&issued);
    s.app
        .with(&issued, "GetUser", json!({}))
        .await
        .expect("a live token");
    let revoke = json!({"Token": tokens["RefreshToken"]});
    s.app.public("RevokeToken", revoke).await.expect("revoked");
    assert_eq!(
        s.app.with(&issued, "GetUser", json!({})).await,
        not_authorized("Access Token has been revoked")
    );
}

#[tokio::test]
async fn scopes_are_those_of_the_subject_and_of_the_client() {
    let s = scene(json!({})).await;
    let access = s.tokens().await["AccessToken"].clone();
    for (requested, granted) in [
        (json!([ADMIN, "openid"]), json!([ADMIN])),
        (json!(["openid"]), json!([])),
        (json!([]), json!([ADMIN])),
    ] {
        let answer = s.exchange(&access, json!({"Scopes": requested})).await;
        let answer = answer.expect("a token");
        assert_eq!(answer["Scopes"], granted, "{requested}");
        let claims = verified(&s.app, &answer["IssuedToken"]).await.claims;
        let expected = if granted == json!([]) {
            None
        } else {
            Some(&json!(ADMIN))
        };
        assert_eq!(claims.get("scope"), expected);
    }
    // What the client may not, it does not get by asking for it.
    let s = scene(json!({"AllowedOAuthScopes": ["openid"]})).await;
    let access = s.tokens().await["AccessToken"].clone();
    let answer = s.exchange(&access, json!({"Scopes": [ADMIN]})).await;
    assert_eq!(answer.expect("a token")["Scopes"], json!([]));
}

#[tokio::test]
async fn id_tokens_are_exchanged_too() {
    let s = scene(json!({})).await;
    let tokens = s.tokens().await;
    let id = json!({"SubjectTokenType": "ID_TOKEN"});
    let answer = s.exchange(&tokens["IdToken"], id.clone()).await;
    assert_eq!(answer.expect("a token")["Scopes"], json!([]));

    let wish = json!({"RequestedTokenType": "ID_TOKEN"});
    let answer = s
        .exchange(&tokens["IdToken"], with(id.clone(), wish.clone()))
        .await;
    let mut answer = answer.expect("a token");
    let issued = answer["IssuedToken"].take();
    assert_eq!(
        answer,
        json!({"IssuedToken": null, "IssuedTokenType": "ID_TOKEN", "TokenType": "N_A", "ExpiresIn": 3600})
    );
    let claims = verified(&s.app, &issued).await.claims;
    assert_eq!(
        (
            &claims["token_use"],
            &claims["aud"],
            &claims["cognito:username"],
            &claims["email"]
        ),
        (
            &json!("id"),
            &json!(s.service.client),
            &json!("ada"),
            &json!("ada@example.com")
        )
    );
    assert_eq!((claims.get("azp"), claims.get("scope")), (None, None));

    // For another audience the client is named beside it, and the token can be exchanged on.
    let elsewhere = json!({"Resources": ["orders"]});
    let answer = s
        .exchange(&tokens["AccessToken"], with(wish, elsewhere))
        .await;
    let issued = answer.expect("a token")["IssuedToken"].clone();
    let claims = verified(&s.app, &issued).await.claims;
    assert_eq!(
        (&claims["aud"], &claims["azp"]),
        (&json!("orders"), &json!(s.service.client))
    );
    let again = s.exchange(&issued, id).await;
    assert_eq!(s.claims(again).await["client_id"], json!(s.service.client));
}

#[tokio::test]
async fn an_actor_is_named_and_those_before_him_too() {
    let s = scene(json!({})).await;
    let access = s.tokens().await["AccessToken"].clone();
    let (machine, machine_token) = s.machine().await;
    let delegate = |actor: &Value, actor_type: &str| json!({"ActorToken": actor, "ActorTokenType": actor_type});
    let by_machine = delegate(&machine_token, "ACCESS_TOKEN");
    let first = s.exchange(&access, by_machine).await.expect("a token");
    let claims = verified(&s.app, &first["IssuedToken"]).await.claims;
    assert_eq!(claims["act"], json!({"sub": machine}));
    assert_eq!(claims["sub"], sub_of(&s.app, "ada").await);

    s.app.made("bob", &[]).await;
    let bob = result(s.app.sign_in("bob", PASSWORD).await);
    let by_bob = delegate(&bob["IdToken"], "ID_TOKEN");
    let second = s.exchange(&first["IssuedToken"], by_bob).await;
    let chain = json!({"sub": sub_of(&s.app, "bob").await, "act": {"sub": machine}});
    let second = second.expect("a token");
    assert_eq!(
        verified(&s.app, &second["IssuedToken"]).await.claims["act"],
        chain
    );
    // Without a new actor, the ones before are not forgotten.
    let third = s.exchange(&second["IssuedToken"], json!({})).await;
    assert_eq!(s.claims(third).await["act"], chain);
}

#[tokio::test]
async fn impersonation_and_delegation_are_allowed_one_by_one() {
    for (flow, refused_with, refused_without) in [
        (
            "ALLOW_TOKEN_EXCHANGE_IMPERSONATION",
            Some("TOKEN_EXCHANGE_DELEGATION"),
            None,
        ),
        (
            "ALLOW_TOKEN_EXCHANGE_DELEGATION",
            None,
            Some("TOKEN_EXCHANGE_IMPERSONATION"),
        ),
    ] {
        let s = scene(json!({"ExplicitAuthFlows": [flow]})).await;
        let access = s.tokens().await["AccessToken"].clone();
        let actor = json!({"ActorToken": access, "ActorTokenType": "ACCESS_TOKEN"});
        for (more, refused) in [(actor, refused_with), (json!({}), refused_without)] {
            let answer = s.exchange(&access, more).await;
            match refused {
                None => drop(answer.expect("a token")),
                Some(flow) => {
                    let told = format!("{flow} is not enabled for the client.");
                    assert_eq!(answer, invalid(&told));
                }
            }
        }
    }
}

#[tokio::test]
async fn the_client_proves_itself_if_it_can() {
    let s = scene(json!({})).await;
    let access = s.tokens().await["AccessToken"].clone();
    let wrong = not_authorized("Invalid client secret.");
    let other = json!({"ClientSecret": format!("{SECRET}2")});
    assert_eq!(s.exchange(&access, other).await, wrong);
    let input = json!({"SubjectToken": access, "SubjectTokenType": "ACCESS_TOKEN"});
    let bare = s.service.public("GetDerivedToken", input.clone()).await;
    assert_eq!(bare, wrong);
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION"]});
    let public = beside(&s.app, flows).await;
    public
        .public("GetDerivedToken", input.clone())
        .await
        .expect("a token");
    // A signature stands in for a secret, but not for a wrong one.
    let mut signed = beside(&s.app, json!({})).await;
    signed.client.clone_from(&s.service.client);
    signed.h.peer.is_signed = true;
    let bare = signed.public("GetDerivedToken", input.clone()).await;
    assert!(bare.is_ok(), "{bare:?}");
    let other = json!({"ClientSecret": format!("{SECRET}2")});
    let refused = signed.public("GetDerivedToken", with(input, other)).await;
    assert_eq!(refused, wrong);
    let nobody = json!({"ClientId": "nobody"});
    assert_eq!(
        s.exchange(&access, nobody).await,
        refusal(
            "ResourceNotFoundException",
            "User pool client nobody does not exist."
        )
    );
}

#[tokio::test]
async fn only_good_tokens_are_exchanged() {
    let s = scene(json!({})).await;
    let tokens = s.tokens().await;
    let access = &tokens["AccessToken"];
    let other_pool = World::new(json!({}), all_flows()).await;
    other_pool.made("ada", &[]).await;
    let foreign = result(other_pool.sign_in("ada", PASSWORD).await)["AccessToken"].clone();
    let (signed, _) = access
        .as_str()
        .and_then(|it| it.rsplit_once('.'))
        .expect("a token");
    let forged = json!(format!("{signed}.AAAA"));
    for (token, more) in [
        (&json!("nonsense"), json!({})),
        (&foreign, json!({})),
        (&forged, json!({})),
        (&tokens["IdToken"], json!({})),
        (&tokens["RefreshToken"], json!({})),
        (access, json!({"SubjectTokenType": "ID_TOKEN"})),
    ] {
        let told = not_authorized("Invalid Subject Token");
        assert_eq!(s.exchange(token, more).await, told, "{token}");
        let actor = json!({"ActorToken": token, "ActorTokenType": "ACCESS_TOKEN"});
        if token != access {
            let told = not_authorized("Invalid Actor Token");
            assert_eq!(s.exchange(access, actor).await, told, "{token}");
        }
    }
    // A client's own token is no user's.
    let (_, machine) = s.machine().await;
    assert_eq!(s.exchange(&machine, json!({})).await, no_such_user());
    s.app.h.clock.advance(HOUR_MS);
    assert_eq!(
        s.exchange(access, json!({})).await,
        not_authorized("Subject Token has expired")
    );
}

#[tokio::test]
async fn tokens_that_were_ended_are_not_exchanged() {
    let s = scene(json!({})).await;
    let tokens = s.tokens().await;
    let access = &tokens["AccessToken"];
    let live = s.tokens().await["AccessToken"].clone();
    let revoke = json!({"Token": tokens["RefreshToken"]});
    s.app.public("RevokeToken", revoke).await.expect("revoked");
    assert_eq!(
        s.exchange(access, json!({})).await,
        not_authorized("Subject Token has been revoked")
    );
    let actor = json!({"ActorToken": access, "ActorTokenType": "ACCESS_TOKEN"});
    assert_eq!(
        s.exchange(&live, actor).await,
        not_authorized("Actor Token has been revoked")
    );
    let ada = json!({"Username": "ada"});
    s.app
        .admin("AdminUserGlobalSignOut", ada.clone())
        .await
        .expect("signed out");
    assert_eq!(
        s.exchange(&live, json!({})).await,
        not_authorized("Subject Token has been revoked")
    );
    let last = s.tokens().await["AccessToken"].clone();
    s.app.admin("AdminDeleteUser", ada).await.expect("deleted");
    assert_eq!(s.exchange(&last, json!({})).await, no_such_user());
}

#[tokio::test]
async fn members_that_exclude_or_need_each_other() {
    let s = scene(json!({})).await;
    let access = s.tokens().await["AccessToken"].clone();
    let missing = |name: &str| invalid(&format!("Missing required parameter {name}"));
    for (more, told) in [
        (
            json!({"Audiences": ["stock"], "Resources": ["orders"]}),
            invalid("Audiences and Resources cannot be given in the same request."),
        ),
        (json!({"ActorToken": access}), missing("ActorTokenType")),
        (
            json!({"ActorTokenType": "ACCESS_TOKEN"}),
            invalid("ActorTokenType cannot be given without ActorToken."),
        ),
        (
            json!({"ActorTokenProviderName": "Okta"}),
            invalid("ActorTokenProviderName cannot be given without ActorToken."),
        ),
        (
            json!({"SubjectTokenType": "SAML2"}),
            missing("SubjectTokenProviderName"),
        ),
        (
            json!({"ActorToken": "assertion", "ActorTokenType": "SAML2"}),
            missing("ActorTokenProviderName"),
        ),
        (
            json!({"SubjectTokenProviderName": "Okta"}),
            refusal(
                "ResourceNotFoundException",
                &format!(
                    "The provider Okta does not exist for User Pool {}",
                    s.app.pool
                ),
            ),
        ),
        (
            json!({"Resources": ["nowhere"]}),
            refusal(
                "ResourceNotFoundException",
                "Resource server nowhere does not exist.",
            ),
        ),
    ] {
        assert_eq!(s.exchange(&access, more.clone()).await, told, "{more}");
    }
    let empty = json!({"Audiences": [], "Resources": []});
    let answer = s.exchange(&access, empty).await;
    assert_eq!(s.claims(answer).await.get("aud"), None);
}
