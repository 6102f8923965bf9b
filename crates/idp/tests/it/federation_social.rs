//! The social providers, each with its own dialect: what they are asked, and what is made of their answers.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    UnparsedPublicKey,
};
use cenote_idp::federation::{Arrival, Departure};
use cenote_idp::oauth::Params;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};

use crate::support::START_MS;
use crate::support::oauth::after;
use crate::support::providers::{Federated, arrived, id_token, told};

/// A pool whose people come from this social provider.
async fn pool(name: &str, details: Value, mapping: Value) -> Federated {
    let provider = json!({
        "ProviderName": name, "ProviderType": name, "ProviderDetails": details,
        "AttributeMapping": mapping,
    });
    Federated::on(json!({}), provider, json!({})).await
}

async fn leave(f: &Federated, name: &str) -> (Departure, Params) {
    let departure = f
        .leave(json!({"identity_provider": name, "login_hint": "ada"}))
        .await;
    let left = after(&departure.location, '?');
    assert_eq!(left.get("login_hint"), None);
    (departure, left)
}

async fn back(f: &Federated, departure: &Departure, more: &str) -> Arrival {
    let left = after(&departure.location, '?');
    let query = format!("code=c&state={}{more}", left.get("state").expect("a state"));
    f.respond(&query, Some(&departure.browser)).await
}

fn base(scopes: &str) -> Value {
    json!({"client_id": "app", "client_secret": "hush", "authorize_scopes": scopes})
}

#[tokio::test]
async fn google_says_most_in_its_id_token() {
    let mapping = json!({
        "email": "email", "email_verified": "email_verified", "birthdate": "birthdays",
    });
    let f = pool("Google", base("email profile openid"), mapping).await;
    let google = "https://accounts.google.com";
    let (departure, left) = leave(&f, "Google").await;
    let begins = format!("{google}/o/oauth2/v2/auth?client_id=app&");
    assert!(
        departure.location.starts_with(&begins),
        "{}",
        departure.location
    );
    assert_eq!(left.get("scope"), Some("email profile openid"));
    // Where it is, is known; its keys are looked up.
    assert_eq!(f.idp.asked(), Vec::<String>::new());
    let keys = "https://www.googleapis.com/oauth2/v3/certs";
    f.idp.answers(
        &format!("{google}/.well-known/openid-configuration"),
        json!({"issuer": google, "jwks_uri": keys}),
    );
    let public = crate::support::providers::key().verifying_key();
    let jwk = json!({"kty": "RSA", "kid": "one", "n": public.modulus(), "e": public.exponent()});
    f.idp.answers(keys, json!({"keys": [jwk]}));
    let claims = json!({
        "iss": google, "aud": "app", "azp": "app", "exp": START_MS / 1000 + 60, "sub": "1024",
        "nonce": left.get("nonce"), "email": "ada@gmail.example", "email_verified": true,
    });
    let tokens = "https://www.googleapis.com/oauth2/v4/token";
    f.idp.answers(
        tokens,
        json!({"access_token": "a", "id_token": id_token(&claims)}),
    );
    let person = "https://people.googleapis.com/v1/people/me?personFields=birthdays";
    f.idp.answers(person, json!({"birthdays": "1815-12-10"}));
    arrived(back(&f, &departure, "").await);
    let made = f.attributes("Google_1024").await;
    assert_eq!(
        (&made["email"], &made["email_verified"], &made["birthdate"]),
        (
            &"ada@gmail.example".into(),
            &"true".into(),
            &"1815-12-10".into()
        )
    );
    let discovery = format!("{google}/.well-known/openid-configuration");
    assert_eq!(f.idp.asked(), [tokens, &discovery, keys, person]);
}

#[tokio::test]
async fn facebook_is_asked_for_each_attribute() {
    let mapping = json!({"email": "email", "name": "name", "picture": "picture"});
    let f = pool("Facebook", base("public_profile, email"), mapping).await;
    let (departure, left) = leave(&f, "Facebook").await;
    let begins = "https://www.facebook.com/v17.0/dialog/oauth?client_id=app&";
    assert!(departure.location.starts_with(begins));
    assert_eq!(
        (left.get("scope"), left.get("nonce")),
        (Some("public_profile, email"), None)
    );
    let tokens = format!(
        "https://graph.facebook.com/v17.0/oauth/access_token?grant_type=authorization_code&code=c\
         &redirect_uri={}&client_id=app&client_secret=hush",
        "http%3A%2F%2Fapp.auth.localhost%3A9229%2Foauth2%2Fidpresponse"
    );
    f.idp.answers(&tokens, json!({"access_token": "a"}));
    let me = "https://graph.facebook.com/v17.0/me?fields=email,id,name,picture";
    f.idp.answers(
        me,
        json!({"id": "77", "name": "Ada", "picture": {"data": {"url": "https://p"}}}),
    );
    arrived(back(&f, &departure, "").await);
    let made = f.attributes("Facebook_77").await;
    assert_eq!(
        (&made["name"], &made["picture"], made.get("email")),
        (
            &"Ada".into(),
            &r#"{"data":{"url":"https://p"}}"#.into(),
            None
        )
    );
    let identities: Value =
        serde_json::from_str(made["identities"].as_str().expect("a text")).expect("JSON");
    assert_eq!(
        (&identities[0]["providerType"], &identities[0]["issuer"]),
        (&"Facebook".into(), &Value::Null)
    );
    let requests = f.idp.requests();
    let asked: Vec<_> = requests
        .iter()
        .map(|it| (it.url.as_str(), it.bearer.as_deref()))
        .collect();
    assert_eq!(asked, [(tokens.as_str(), None), (me, Some("a"))]);
}

#[tokio::test]
async fn amazon_has_a_profile() {
    let f = pool(
        "LoginWithAmazon",
        base("profile"),
        json!({"email": "email"}),
    )
    .await;
    let (departure, _) = leave(&f, "LoginWithAmazon").await;
    assert!(
        departure
            .location
            .starts_with("https://www.amazon.com/ap/oa?client_id=app&")
    );
    f.idp.answers(
        "https://api.amazon.com/auth/o2/token",
        json!({"access_token": "a"}),
    );
    let profile = json!({"user_id": "amzn1.account.X", "email": "ada@amazon.example"});
    f.idp
        .answers("https://api.amazon.com/user/profile", profile);
    arrived(back(&f, &departure, "").await);
    let made = f.attributes("LoginWithAmazon_amzn1.account.X").await;
    assert_eq!(made["email"], "ada@amazon.example");
}

#[tokio::test]
async fn apple_takes_a_secret_that_is_signed_each_time_and_tells_the_name_once() {
    let random = SystemRandom::new();
    let pkcs8 =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).expect("a key");
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        BASE64.encode(pkcs8.as_ref())
    );
    let details = |key: &str| {
        json!({
            "client_id": "com.example.app", "team_id": "TEAM", "key_id": "KEY", "private_key": key,
            "authorize_scopes": "email name",
        })
    };
    let mapping = json!({"email": "email", "name": "name", "given_name": "firstName"});
    let f = pool("SignInWithApple", details(&pem), mapping).await;
    let (departure, left) = leave(&f, "SignInWithApple").await;
    let apple = "https://appleid.apple.com";
    assert!(
        departure
            .location
            .starts_with(&format!("{apple}/auth/authorize?"))
    );
    assert_eq!(left.get("response_mode"), Some("form_post"));
    let keys = format!("{apple}/auth/keys");
    f.idp.answers(
        &format!("{apple}/.well-known/openid-configuration"),
        json!({"issuer": apple, "jwks_uri": keys}),
    );
    let public = crate::support::providers::key().verifying_key();
    let jwk = json!({"kty": "RSA", "kid": "one", "n": public.modulus(), "e": public.exponent()});
    f.idp.answers(&keys, json!({"keys": [jwk]}));
    let claims = json!({
        "iss": apple, "aud": "com.example.app", "exp": START_MS / 1000 + 60, "sub": "001.x",
        "nonce": left.get("nonce"), "email": "ada@apple.example",
    });
    let tokens = format!("{apple}/auth/token");
    f.idp.answers(
        &tokens,
        json!({"access_token": "a", "id_token": id_token(&claims)}),
    );
    let user = "&user=%7B%22name%22%3A%7B%22firstName%22%3A%22Ada%22%2C%22lastName%22%3A%22Lovelace%22%7D%2C\
                %22email%22%3A%22eve%40evil.example%22%7D";
    arrived(back(&f, &departure, user).await);
    let made = f.attributes("SignInWithApple_001.x").await;
    assert_eq!(
        (&made["email"], &made["name"], &made["given_name"]),
        (
            &"ada@apple.example".into(),
            &"Ada Lovelace".into(),
            &"Ada".into()
        )
    );
    let request = f.idp.requests().remove(0);
    assert_eq!(request.url, tokens);
    let form = Params::parse(request.form.expect("a form").as_bytes()).expect("a form");
    let secret = form.get("client_secret").expect("a secret");
    let (signed, signature) = secret.rsplit_once('.').expect("three parts");
    let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).expect("base64url");
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref())
        .verify(signed.as_bytes(), &decode(signature))
        .expect("the developer's signature");
    let (header, claims) = signed.split_once('.').expect("three parts");
    let json = |part: &str| serde_json::from_slice::<Value>(&decode(part)).expect("JSON");
    assert_eq!(json(header), json!({"alg": "ES256", "kid": "KEY"}));
    let now = START_MS / 1000;
    assert_eq!(
        json(claims),
        json!({"iss": "TEAM", "iat": now, "exp": now + 300, "aud": apple, "sub": "com.example.app"})
    );
    // A key that is none is found out when it is needed.
    let f = pool("SignInWithApple", details("hush"), json!({})).await;
    let (departure, _) = leave(&f, "SignInWithApple").await;
    assert_eq!(
        told(back(&f, &departure, "").await),
        "SignInWithApple Error - private_key is no EC P-256 key in PKCS #8"
    );
}

#[tokio::test]
async fn what_stands_in_for_a_provider_may_be_somewhere_else() {
    let details = json!({
        "client_id": "app", "client_secret": "hush", "authorize_scopes": "profile",
        "authorize_url": "http://127.0.0.1:8080/oa", "token_url": "https://api.amazon.com/old/token",
    });
    let f = pool("LoginWithAmazon", details, json!({})).await;
    let shown = json!({"ProviderName": "LoginWithAmazon"});
    let shown =
        f.h.w
            .admin("DescribeIdentityProvider", shown)
            .await
            .expect("a provider");
    let details = &shown["IdentityProvider"]["ProviderDetails"];
    assert_eq!(
        (&details["authorize_url"], &details["token_url"]),
        (
            &"http://127.0.0.1:8080/oa".into(),
            &"https://api.amazon.com/auth/o2/token".into()
        )
    );
    let bad = json!({
        "ProviderName": "LoginWithAmazon",
        "ProviderDetails": {
            "client_id": "app", "client_secret": "hush", "authorize_scopes": "profile",
            "token_url": "http://10.0.0.1/token",
        },
    });
    let refused = f.h.w.admin("UpdateIdentityProvider", bad).await;
    assert_eq!(
        refused,
        Err((
            "InvalidParameterException".to_owned(),
            "The value of token_url is not valid.".to_owned()
        ))
    );
}
