//! Dynamic client registration.

use cenote_idp::oauth::register;
use serde_json::{Value, json};

use crate::support::oauth::{CALLBACK, Hosted, Told, app, error, refused};
use crate::support::signing::{invalid, verified};
use crate::support::world::World;
use crate::support::{Harness, text, with};

const SECRET: &str = "an_own_secret_of_36_characters_and+1";

async fn world(configuration: Value) -> Hosted {
    let pool = json!({"DcrConfiguration": configuration});
    Hosted::on(Harness::new().await, pool, json!({}), 1).await
}

async fn add(h: &Hosted, token: Option<&str>, metadata: Value) -> Told {
    let body = metadata.to_string();
    let answer = register(&h.cx(), &h.domain, token, body.as_bytes()).await;
    answer.map(Value::Object).map_err(refused)
}

/// A token that lets its bearer register clients.
async fn initial_token(h: &Hosted) -> String {
    let machine = json!({
        "AllowedOAuthFlows": ["client_credentials"], "ClientSecret": SECRET, "CallbackURLs": [],
        "LogoutURLs": [], "AllowedOAuthScopes": ["aws.cognito/dcr/register"],
    });
    let client = h.w.h.client(&h.w.pool, with(app(), machine)).await;
    let params = json!({
        "client_id": client, "client_secret": SECRET, "grant_type": "client_credentials",
    });
    text(&h.token(params).await.expect("a token")["access_token"])
}

#[tokio::test]
async fn an_application_registers_itself_where_that_is_open() {
    let h = world(json!({"OpenDcrEnabled": true})).await;
    let metadata = json!({
        "redirect_uris": [CALLBACK], "client_name": "my app", "logo_uri": "https://app.example/l",
    });
    let mut answer = add(&h, None, metadata).await.expect("a client");
    let (id, secret) = (answer["client_id"].take(), answer["client_secret"].take());
    assert_eq!(
        answer,
        json!({
            "client_id": null, "client_secret": null, "client_secret_expires_at": 0,
            "client_id_issued_at": crate::support::START_MS / 1000, "client_name": "my app",
            "grant_types": ["authorization_code"], "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_basic", "redirect_uris": [CALLBACK],
            "scope": "openid email phone profile",
        })
    );
    let shown =
        h.w.admin("DescribeUserPoolClient", json!({"ClientId": id}))
            .await;
    assert_eq!(
        shown.expect("a client")["UserPoolClient"]["ClientType"],
        "DCR"
    );
    // It signs people in as any other.
    let code = h.code(json!({"client_id": id})).await;
    let more = json!({"client_id": id, "client_secret": secret});
    let tokens = h.redeem(&code, more).await.expect("tokens");
    assert_eq!(verified(&h.w, &tokens["id_token"]).await.claims["aud"], id);
    let refused =
        h.w.admin("AddUserPoolClientSecret", json!({"ClientId": id}))
            .await;
    assert_eq!(
        refused,
        invalid("Client secret operations are not supported for app clients of type DCR.")
    );
    let input = json!({
        "ClientId": id, "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "CallbackURLs": [CALLBACK], "AllowedOAuthScopes": ["openid", "aws.cognito/dcr/register"],
    });
    let refused = h.w.admin("UpdateUserPoolClient", input).await;
    let told = "The scope aws.cognito/dcr/register is not supported for app clients of type DCR.";
    assert_eq!(refused, invalid(told));
}

#[tokio::test]
async fn s50_what_is_not_permitted_is_not_registered() {
    let h =
        world(json!({"OpenDcrEnabled": true, "AllowedScopes": ["aws.cognito/dcr/register"]})).await;
    let fit = json!({"redirect_uris": [CALLBACK]});
    for (more, told) in [
        (json!({"redirect_uris": []}), "invalid_redirect_uri"),
        (
            json!({"redirect_uris": ["javascript:alert(1)"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["data:text/html,x"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["http://app.example/cb"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["https://app.example/#x"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": CALLBACK}),
            "invalid_client_metadata",
        ),
        (
            json!({"grant_types": ["client_credentials"]}),
            "invalid_client_metadata",
        ),
        (
            json!({"grant_types": ["implicit"]}),
            "invalid_client_metadata",
        ),
        (json!({"grant_types": []}), "invalid_client_metadata"),
        (
            json!({"response_types": ["token"]}),
            "invalid_client_metadata",
        ),
        (
            json!({"token_endpoint_auth_method": "private_key_jwt"}),
            "invalid_client_metadata",
        ),
        (
            json!({"scope": "aws.cognito/dcr/register"}),
            "invalid_client_metadata",
        ),
        (json!({"scope": "orders/read"}), "invalid_client_metadata"),
        (
            json!({"client_name": "<script>"}),
            "invalid_client_metadata",
        ),
    ] {
        let metadata = with(fit.clone(), more);
        assert_eq!(
            error(add(&h, None, metadata.clone()).await),
            told,
            "{metadata}"
        );
    }
    let public = with(
        fit,
        json!({"token_endpoint_auth_method": "none", "scope": "openid"}),
    );
    let answer = add(&h, None, public).await.expect("a client");
    assert_eq!(
        (answer.get("client_secret"), &answer["scope"]),
        (None, &"openid".into())
    );
}

#[tokio::test]
async fn an_initial_access_token_opens_registration() {
    let h = world(json!({})).await;
    let fit = json!({"redirect_uris": [CALLBACK]});
    assert_eq!(error(add(&h, None, fit.clone()).await), "invalid_token");
    assert_eq!(
        error(add(&h, Some("a.b.c"), fit.clone()).await),
        "invalid_token"
    );
    let of_a_person = text(&h.tokens(json!({})).await["access_token"]);
    assert_eq!(
        error(add(&h, Some(&of_a_person), fit.clone()).await),
        "invalid_token"
    );
    let token = initial_token(&h).await;
    add(&h, Some(&token), fit.clone()).await.expect("a client");
    // Nobody registers where a list is empty, or nothing is on.
    let set = async |w: &World, configuration: Value| {
        let done = w
            .admin("UpdateUserPool", json!({"DcrConfiguration": configuration}))
            .await;
        done.expect("an update");
    };
    set(&h.w, json!({"AuthenticatedGrantTypes": []})).await;
    let h = h.again().await;
    assert_eq!(
        error(add(&h, Some(&token), fit.clone()).await),
        "invalid_token"
    );
    set(&h.w, json!({"EnableStatus": "Disabled"})).await;
    let h = h.again().await;
    assert_eq!(error(add(&h, Some(&token), fit).await), "invalid_request");
}
