//! Signing in as clients do: flows, SRP from the client's side, tokens taken apart and verified.
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use cenote_idp::crypto::srp;
use cenote_idp::discovery;
use cenote_idp::ports::Clock;
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};

use super::world::{Answer, World, attributes};
use super::{START_MS, refusal, text};

pub(crate) const MINUTE_MS: i64 = 60 * 1000;

/// Every flow that is built.
pub(crate) fn all_flows() -> Value {
    json!({"ExplicitAuthFlows": [
        "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ]})
}

pub(crate) fn not_authorized(text: &str) -> Answer {
    refusal("NotAuthorizedException", text)
}

pub(crate) fn invalid(text: &str) -> Answer {
    refusal("InvalidParameterException", text)
}

pub(crate) fn wrong_password() -> Answer {
    not_authorized("Incorrect username or password.")
}

pub(crate) fn no_such_user() -> Answer {
    refusal("UserNotFoundException", "User does not exist.")
}

/// The same pool seen through another client.
pub(crate) async fn beside(w: &World, client: Value) -> World {
    let client = w.h.client(&w.pool, client).await;
    World {
        h: w.h.clone(),
        pool: w.pool.clone(),
        client,
    }
}

/// The secret of the client.
pub(crate) async fn secret(w: &World) -> String {
    let described = w
        .admin("DescribeUserPoolClient", json!({"ClientId": w.client}))
        .await;
    text(&described.expect("a client")["UserPoolClient"]["ClientSecret"])
}

/// InitiateAuth.
pub(crate) async fn initiate(w: &World, flow: &str, parameters: Value) -> Answer {
    w.public(
        "InitiateAuth",
        json!({"AuthFlow": flow, "AuthParameters": parameters}),
    )
    .await
}

/// AdminInitiateAuth.
pub(crate) async fn admin_initiate(w: &World, flow: &str, parameters: Value) -> Answer {
    let input = json!({"ClientId": w.client, "AuthFlow": flow, "AuthParameters": parameters});
    w.admin("AdminInitiateAuth", input).await
}

/// RespondToAuthChallenge.
pub(crate) async fn respond(
    w: &World,
    challenge: &str,
    session: Option<&str>,
    answers: Value,
) -> Answer {
    let mut input = json!({"ChallengeName": challenge, "ChallengeResponses": answers});
    if let Some(session) = session {
        input["Session"] = session.into();
    }
    w.public("RespondToAuthChallenge", input).await
}

/// A user with a temporary password.
pub(crate) async fn invited(w: &World, name: &str, temporary: &str, list: &[(&str, &str)]) {
    let input = json!({
        "Username": name, "TemporaryPassword": temporary, "MessageAction": "SUPPRESS",
        "UserAttributes": attributes(list),
    });
    w.admin("AdminCreateUser", input).await.expect("a new user");
}

/// What a pool calls the user: `sub`.
pub(crate) async fn sub_of(w: &World, name: &str) -> String {
    w.attribute(name, "sub").await.expect("a sub")
}

/// SECRET_HASH.
pub(crate) fn secret_hash(secret: &str, username: &str, client: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    BASE64.encode(hmac::sign(&key, format!("{username}{client}").as_bytes()).as_ref())
}

/// Whether an answer says that the user is signed in.
#[track_caller]
pub(crate) fn result(answer: Answer) -> Value {
    let answer = answer.expect("a sign-in");
    assert_eq!(
        answer["ChallengeParameters"],
        json!({}),
        "beside the tokens of {answer}"
    );
    assert!(answer.get("ChallengeName").is_none() && answer.get("Session").is_none());
    answer["AuthenticationResult"].clone()
}

/// A verified token.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) header: Value,
    pub(crate) claims: Value,
}

/// Takes a token apart and checks its signature with the keys that the pool publishes.
pub(crate) async fn verified(w: &World, token: &Value) -> Token {
    let token = token.as_str().expect("a token");
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let (header, claims) = signed.split_once('.').expect("three parts");
    let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).expect("base64url");
    let header: Value = serde_json::from_slice(&decode(header)).expect("a header");
    let claims: Value = serde_json::from_slice(&decode(claims)).expect("claims");
    let jwks = discovery::jwks(&w.h.service, &w.pool).await.expect("keys");
    let keys = jwks["keys"].as_array().expect("a list");
    let key = keys
        .iter()
        .find(|key| key["kid"] == header["kid"])
        .expect("a published key");
    let number = |name: &str| decode(key[name].as_str().expect("a number"));
    RsaPublicKeyComponents {
        n: number("n"),
        e: number("e"),
    }
    .verify(
        &RSA_PKCS1_2048_8192_SHA256,
        signed.as_bytes(),
        &decode(signature),
    )
    .expect("the signature of a published key");
    Token { header, claims }
}

/// A sign-in by SRP between its two calls.
pub(crate) struct Exchange {
    client: srp::client::Client,
    /// The parameters of the challenge.
    pub(crate) challenge: Value,
}

/// The first call.
pub(crate) async fn start_srp(w: &World, name: &str) -> Exchange {
    let client = srp::client::Client::new(&[9; 32]);
    let parameters = json!({"USERNAME": name, "SRP_A": client.public_hex()});
    let mut answer = initiate(w, "USER_SRP_AUTH", parameters)
        .await
        .expect("a challenge");
    let challenge = answer["ChallengeParameters"].take();
    assert_eq!(
        answer,
        json!({"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": null})
    );
    Exchange { client, challenge }
}

/// The first call of CUSTOM_AUTH that begins with SRP, and what it answers beside the parameters.
pub(crate) async fn start_custom_srp(w: &World, name: &str) -> (Exchange, Value) {
    let client = srp::client::Client::new(&[9; 32]);
    let parameters =
        json!({"USERNAME": name, "SRP_A": client.public_hex(), "CHALLENGE_NAME": "SRP_A"});
    let mut answer = initiate(w, "CUSTOM_AUTH", parameters)
        .await
        .expect("a challenge");
    let challenge = answer["ChallengeParameters"].take();
    (Exchange { client, challenge }, answer)
}

/// The present time as a claim has it.
pub(crate) fn timestamp(w: &World) -> String {
    let second = w.h.clock.now_ms() / 1000;
    let day_start = START_MS / 1000 / 86_400 * 86_400;
    let of_day = second - day_start;
    assert!(
        (0..86_400).contains(&of_day),
        "these tests stay within one day"
    );
    format!(
        "Thu May 28 {:02}:{:02}:{:02} UTC 2026",
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}

impl Exchange {
    /// The answers of the second call, signed at the given time.
    pub(crate) fn proof_at(&self, w: &World, password: &str, timestamp: &str) -> Value {
        let given = |name: &str| text(&self.challenge[name]);
        let (user, block) = (given("USER_ID_FOR_SRP"), given("SECRET_BLOCK"));
        let salt = HEXLOWER
            .decode(given("SALT").as_bytes())
            .expect("hex digits");
        let (_, pool_name) = w.pool.split_once('_').expect("the id of a pool");
        let key = self
            .client
            .shared_key(&given("SRP_B"), &salt, pool_name, &user, password);
        let block_bytes = BASE64.decode(block.as_bytes()).expect("base64");
        let signature = key
            .expect("a fit SRP_B")
            .sign(pool_name, &user, &block_bytes, timestamp);
        json!({
            "USERNAME": user, "PASSWORD_CLAIM_SECRET_BLOCK": block, "TIMESTAMP": timestamp,
            "PASSWORD_CLAIM_SIGNATURE": BASE64.encode(&signature),
        })
    }

    /// The answers of the second call.
    pub(crate) fn proof(&self, w: &World, password: &str) -> Value {
        self.proof_at(w, password, &timestamp(w))
    }
}

/// The second call.
pub(crate) async fn answer_srp(w: &World, answers: Value) -> Answer {
    respond(w, "PASSWORD_VERIFIER", None, answers).await
}
