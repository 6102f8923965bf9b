//! The Rust SDK, unmodified, against the built binary.

use std::collections::HashMap;

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::error::ProvideErrorMetadata as _;
use aws_sdk_cognitoidentityprovider::operation::RequestId as _;
use aws_sdk_cognitoidentityprovider::types::{
    AttributeType, AuthFlowType, ChallengeNameType, DeliveryMediumType, ExplicitAuthFlowsType,
    MessageActionType, UserStatusType, VerifiedAttributeType,
};
use cenote_wire_tests::Server;

const PASSWORD: &str = "Correct-Horse-9";

struct Scene {
    _server: Server,
    sdk: Client,
    pool: String,
    client: String,
}

async fn scene() -> Scene {
    let server = Server::start();
    let sdk = server.client();
    let pool = sdk
        .create_user_pool()
        .pool_name("rust")
        .auto_verified_attributes(VerifiedAttributeType::Email)
        .send()
        .await
        .expect("create_user_pool");
    let pool = pool.user_pool.and_then(|pool| pool.id).expect("a pool id");
    let client = sdk
        .create_user_pool_client()
        .user_pool_id(&pool)
        .client_name("app")
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowAdminUserPasswordAuth)
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowUserPasswordAuth)
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowRefreshTokenAuth)
        .send()
        .await
        .expect("create_user_pool_client");
    let client = client
        .user_pool_client
        .and_then(|client| client.client_id)
        .expect("a client id");
    Scene {
        _server: server,
        sdk,
        pool,
        client,
    }
}

fn attribute(name: &str, value: &str) -> AttributeType {
    AttributeType::builder()
        .name(name)
        .value(value)
        .build()
        .expect("a name is given")
}

fn value<'a>(attributes: &'a [AttributeType], name: &str) -> Option<&'a str> {
    attributes
        .iter()
        .find(|attribute| attribute.name() == name)
        .and_then(AttributeType::value)
}

async fn create(scene: &Scene, username: &str) -> String {
    let user = scene
        .sdk
        .admin_create_user()
        .user_pool_id(&scene.pool)
        .username(username)
        .temporary_password("Temporary-1")
        .message_action(MessageActionType::Suppress)
        .user_attributes(attribute("email", &format!("{username}@example.com")))
        .user_attributes(attribute("email_verified", "true"))
        .send()
        .await
        .expect("admin_create_user")
        .user
        .expect("a user");
    assert_eq!(user.username(), Some(username));
    assert_eq!(
        user.user_status(),
        Some(&UserStatusType::ForceChangePassword)
    );
    assert!(user.enabled());
    assert!(user.user_create_date().is_some());
    value(user.attributes(), "sub")
        .expect("a sub is made")
        .to_owned()
}

#[tokio::test]
async fn a_user_made_by_an_administrator_signs_in_and_reads_himself() {
    let scene = scene().await;
    let sub = create(&scene, "alice").await;
    scene
        .sdk
        .admin_set_user_password()
        .user_pool_id(&scene.pool)
        .username("alice")
        .password(PASSWORD)
        .permanent(true)
        .send()
        .await
        .expect("admin_set_user_password");
    let signed_in = scene
        .sdk
        .admin_initiate_auth()
        .user_pool_id(&scene.pool)
        .client_id(&scene.client)
        .auth_flow(AuthFlowType::AdminUserPasswordAuth)
        .auth_parameters("USERNAME", "alice")
        .auth_parameters("PASSWORD", PASSWORD)
        .send()
        .await
        .expect("admin_initiate_auth");
    assert_eq!(signed_in.challenge_name(), None);
    assert_eq!(signed_in.challenge_parameters().map(HashMap::len), Some(0));
    let tokens = signed_in.authentication_result().expect("tokens");
    assert_eq!(tokens.token_type(), Some("Bearer"));
    assert_eq!(tokens.expires_in(), 3600);
    assert_eq!(
        tokens.refresh_token().map(|token| token.split('.').count()),
        Some(5)
    );

    let me = scene
        .sdk
        .get_user()
        .access_token(tokens.access_token().expect("an access token"))
        .send()
        .await
        .expect("get_user");
    assert_eq!(me.username(), "alice");
    assert_eq!(value(me.user_attributes(), "sub"), Some(sub.as_str()));
    assert_eq!(
        value(me.user_attributes(), "email"),
        Some("alice@example.com")
    );
    assert_eq!(value(me.user_attributes(), "email_verified"), Some("true"));

    let seen = scene
        .sdk
        .admin_get_user()
        .user_pool_id(&scene.pool)
        .username(&sub)
        .send()
        .await
        .expect("admin_get_user by sub");
    assert_eq!(seen.username(), "alice");
    assert_eq!(seen.user_status(), Some(&UserStatusType::Confirmed));
}

#[tokio::test]
async fn a_temporary_password_is_changed_at_the_first_sign_in() {
    let scene = scene().await;
    create(&scene, "bob").await;
    let first = scene
        .sdk
        .initiate_auth()
        .client_id(&scene.client)
        .auth_flow(AuthFlowType::UserPasswordAuth)
        .auth_parameters("USERNAME", "bob")
        .auth_parameters("PASSWORD", "Temporary-1")
        .send()
        .await
        .expect("initiate_auth");
    assert_eq!(
        first.challenge_name(),
        Some(&ChallengeNameType::NewPasswordRequired)
    );
    assert!(first.authentication_result().is_none());
    let done = scene
        .sdk
        .respond_to_auth_challenge()
        .client_id(&scene.client)
        .challenge_name(ChallengeNameType::NewPasswordRequired)
        .session(first.session().expect("a session"))
        .challenge_responses("USERNAME", "bob")
        .challenge_responses("NEW_PASSWORD", PASSWORD)
        .send()
        .await
        .expect("respond_to_auth_challenge");
    let tokens = done.authentication_result().expect("tokens");
    let refreshed = scene
        .sdk
        .initiate_auth()
        .client_id(&scene.client)
        .auth_flow(AuthFlowType::RefreshTokenAuth)
        .auth_parameters(
            "REFRESH_TOKEN",
            tokens.refresh_token().expect("a refresh token"),
        )
        .send()
        .await
        .expect("refresh");
    let fresh = refreshed.authentication_result().expect("tokens");
    assert!(fresh.access_token().is_some());
    assert!(fresh.id_token().is_some());
    assert_eq!(fresh.refresh_token(), None);
}

#[tokio::test]
async fn a_sign_up_says_where_the_code_went() {
    let scene = scene().await;
    let answer = scene
        .sdk
        .sign_up()
        .client_id(&scene.client)
        .username("carol")
        .password(PASSWORD)
        .user_attributes(attribute("email", "carol@example.com"))
        .send()
        .await
        .expect("sign_up");
    assert!(!answer.user_confirmed());
    assert_eq!(answer.user_sub().len(), 36);
    let delivery = answer.code_delivery_details().expect("a delivery");
    assert_eq!(delivery.destination(), Some("c***@e***"));
    assert_eq!(delivery.delivery_medium(), Some(&DeliveryMediumType::Email));
    assert_eq!(delivery.attribute_name(), Some("email"));
}

#[tokio::test]
async fn refusals_arrive_as_the_modelled_errors() {
    let scene = scene().await;
    let missing = scene
        .sdk
        .admin_get_user()
        .user_pool_id(&scene.pool)
        .username("nobody")
        .send()
        .await
        .expect_err("nobody is there");
    assert_eq!(
        missing.raw_response().map(|raw| raw.status().as_u16()),
        Some(400)
    );
    assert!(missing.request_id().is_some());
    let missing = missing.into_service_error();
    assert!(missing.is_user_not_found_exception());
    assert_eq!(missing.message(), Some("User does not exist."));

    let no_pool = scene
        .sdk
        .describe_user_pool()
        .user_pool_id("us-east-1_ABCdef123")
        .send()
        .await
        .expect_err("no such pool")
        .into_service_error();
    assert!(no_pool.is_resource_not_found_exception());
    assert_eq!(
        no_pool.message(),
        Some("User pool us-east-1_ABCdef123 does not exist.")
    );

    create(&scene, "dora").await;
    let wrong = scene
        .sdk
        .initiate_auth()
        .client_id(&scene.client)
        .auth_flow(AuthFlowType::UserPasswordAuth)
        .auth_parameters("USERNAME", "dora")
        .auth_parameters("PASSWORD", "not-the-password")
        .send()
        .await
        .expect_err("a wrong password")
        .into_service_error();
    assert!(wrong.is_not_authorized_exception());
    assert_eq!(wrong.message(), Some("Incorrect username or password."));

    let twice = scene
        .sdk
        .admin_create_user()
        .user_pool_id(&scene.pool)
        .username("dora")
        .send()
        .await
        .expect_err("the name is taken")
        .into_service_error();
    assert!(twice.is_username_exists_exception());
    assert_eq!(twice.message(), Some("User account already exists"));

    let bad_token = scene
        .sdk
        .get_user()
        .access_token("not-a-token")
        .send()
        .await
        .expect_err("no token")
        .into_service_error();
    assert!(bad_token.is_not_authorized_exception());
    assert_eq!(bad_token.message(), Some("Invalid Access Token"));
}
