//! OpenID Connect providers: the way there and back, and what an answer of theirs must be.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use cenote_idp::ports::{UpstreamAnswer, UpstreamError, UpstreamRequest};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::support::oauth::after;
use crate::support::providers::{
    Federated, ISSUER, arrived, details, id_token, jwt, key, shown, told,
};
use crate::support::{START_MS, with};

const BACK: &str = "http://app.auth.localhost:9229/oauth2/idpresponse";

/// Signs a message.
type Sign<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

/// The claims of a good token for this departure.
fn good(nonce: Option<&str>) -> Value {
    let now = START_MS / 1000;
    json!({
        "iss": ISSUER, "aud": "rp", "exp": now + 60, "iat": now, "nonce": nonce, "sub": "42",
    })
}

#[tokio::test]
async fn a_browser_leaves_with_the_request_of_the_provider_and_comes_back_with_a_code() {
    let f = Federated::new().await;
    let departure = f
        .leave(json!({"login_hint": "ada", "prompt": "login select_account", "scope": "openid"}))
        .await;
    assert_eq!(
        f.idp.asked(),
        [format!("{ISSUER}/.well-known/openid-configuration")]
    );
    assert!(
        departure
            .location
            .starts_with(&format!("{ISSUER}/authorize?"))
    );
    assert_eq!(departure.max_age, 300);
    let left = after(&departure.location, '?');
    for (name, value) in [
        ("client_id", "rp"),
        ("response_type", "code"),
        ("redirect_uri", BACK),
        ("scope", "openid email"),
        ("login_hint", "ada"),
        ("prompt", "login select_account"),
    ] {
        assert_eq!(left.get(name), Some(value), "{name}");
    }
    assert_eq!(left.get("acr_values"), None);
    f.says(&departure, json!({"sub": "42"}));
    f.idp.answers(
        "/userinfo",
        json!({"sub": "42", "mail": "a@b.example", "name": "Ada"}),
    );
    let (code, _) = arrived(f.back(&departure).await);
    assert_eq!(code.len(), 36);
    let requests = f.idp.requests();
    let urls: Vec<&str> = requests
        .iter()
        .map(|request| request.url.as_str())
        .collect();
    let at = |path: &str| format!("{ISSUER}{path}");
    assert_eq!(
        urls,
        [
            at("/.well-known/openid-configuration"),
            at("/token"),
            at("/jwks"),
            at("/userinfo")
        ]
    );
    let form = format!(
        "grant_type=authorization_code&code=upstream-code&redirect_uri={}&client_id=rp&client_secret=hush",
        "http%3A%2F%2Fapp.auth.localhost%3A9229%2Foauth2%2Fidpresponse"
    );
    assert_eq!(requests[1].form, Some(form));
    assert_eq!(
        requests[3],
        UpstreamRequest {
            url: at("/userinfo"),
            form: None,
            bearer: Some("upstream".to_owned()),
        }
    );
}

#[tokio::test]
async fn endpoints_that_are_given_are_not_looked_up() {
    let given = json!({
        "authorize_url": format!("{ISSUER}/a?x=y"), "token_url": format!("{ISSUER}/t"),
        "jwks_uri": format!("{ISSUER}/k"), "attributes_url": format!("{ISSUER}/u?fields="),
        "attributes_url_add_attributes": "true", "attributes_request_method": "POST",
    });
    let provider = json!({
        "ProviderDetails": with(details(), given),
        "AttributeMapping": {"email": "mail", "name": "name"},
    });
    let f = Federated::on(json!({}), provider, json!({})).await;
    let departure = f.leave(json!({})).await;
    assert!(
        departure
            .location
            .starts_with(&format!("{ISSUER}/a?x=y&client_id=rp&"))
    );
    let left = after(&departure.location, '?');
    let public = key().verifying_key();
    let jwk = json!({"kty": "RSA", "kid": "one", "n": public.modulus(), "e": public.exponent()});
    f.idp
        .answers("/k", json!({"keys": [{"kty": "oct", "kid": "one"}, jwk]}));
    let token = id_token(&with(
        good(left.get("nonce")),
        json!({"name": "Ada", "aud": ["rp"]}),
    ));
    f.idp
        .answers("/t", json!({"access_token": "a", "id_token": token}));
    // Claims of the ID token go before those of the user info.
    let user_info = json!({"sub": "42", "mail": "a@b.example", "name": "Eve"});
    f.idp.answers("/u?fields=mail", user_info);
    arrived(f.back(&departure).await);
    let made = f.attributes("MyIdp_42").await;
    assert_eq!(
        (&made["name"], &made["email"]),
        (&"Ada".into(), &"a@b.example".into())
    );
    let last = f.idp.requests().pop().expect("a request");
    assert_eq!(
        (last.url, last.form),
        (format!("{ISSUER}/u?fields=mail"), Some(String::new()))
    );
}

#[tokio::test]
async fn an_id_token_is_signed_by_the_provider_for_this_client_and_this_sign_in() {
    let f = Federated::new().await;
    let now = START_MS / 1000;
    for (wrong, text) in [
        (json!({"iss": "https://evil.example.com"}), "issuer"),
        (json!({"iss": null}), "issuer"),
        (json!({"aud": "other"}), "audience"),
        (json!({"aud": ["other"]}), "audience"),
        (json!({"aud": ["rp", "other"]}), "audience"),
        (json!({"aud": ["rp", "other"], "azp": "other"}), "audience"),
        (json!({"azp": "other"}), "audience"),
        (json!({"exp": now}), "expiry"),
        (json!({"exp": null}), "expiry"),
        (json!({"nonce": "another"}), "nonce"),
        (json!({"nonce": null}), "nonce"),
    ] {
        let departure = f.leave(json!({})).await;
        f.says(&departure, with(json!({"sub": "42"}), wrong.clone()));
        let told = told(f.back(&departure).await);
        assert_eq!(told, format!("Bad id_token {text}"), "{wrong}");
    }
    assert_eq!(f.told(json!({})).await, "MyIdp Error - invalid subject");
    assert_eq!(
        f.told(json!({"sub": ""})).await,
        "MyIdp Error - invalid subject"
    );
    f.token(json!({"sub": "42", "aud": ["rp", "other"], "azp": "rp"}))
        .await;
}

#[tokio::test]
async fn signatures_are_those_of_the_provider_s_keys() {
    let f = Federated::new().await;
    let none = |_: &[u8]| Vec::new();
    let rsa = |message: &[u8]| key().sign(message);
    let by_modulus = |message: &[u8]| {
        let public = key().verifying_key().modulus();
        let key = hmac::Key::new(hmac::HMAC_SHA256, public.as_bytes());
        hmac::sign(&key, message).as_ref().to_vec()
    };
    let cases: [(Value, Sign<'_>, &str); 8] = [
        (json!({"alg": "none"}), &none, "key"),
        (json!({"alg": "none", "kid": "one"}), &none, "signature"),
        (json!({"alg": "RS256", "kid": "one"}), &none, "signature"),
        (json!({"alg": "RS256", "kid": "two"}), &rsa, "key"),
        (json!({"alg": "RS256"}), &rsa, "key"),
        (json!({"alg": "ES256", "kid": "one"}), &rsa, "signature"),
        // The public key is no secret.
        (
            json!({"alg": "HS256", "kid": "one"}),
            &by_modulus,
            "signature",
        ),
        (
            json!({"alg": "RS256", "kid": "one", "crit": ["x"]}),
            &rsa,
            "form",
        ),
    ];
    for (header, sign, text) in cases {
        let departure = f.leave(json!({})).await;
        let left = after(&departure.location, '?');
        f.gives(&jwt(&header, &good(left.get("nonce")), sign));
        let told = told(f.back(&departure).await);
        assert_eq!(told, format!("Bad id_token {text}"), "{header}");
    }
    for token in ["", "a.b", "a.b.c"] {
        let departure = f.leave(json!({})).await;
        f.gives(token);
        assert_eq!(
            told(f.back(&departure).await),
            "Bad id_token form",
            "{token}"
        );
    }
    // The client's secret is one of the two parties' own.
    let departure = f.leave(json!({})).await;
    let left = after(&departure.location, '?');
    let by_secret = |message: &[u8]| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"hush");
        hmac::sign(&key, message).as_ref().to_vec()
    };
    let claims = good(left.get("nonce"));
    f.gives(&jwt(&json!({"alg": "HS256"}), &claims, by_secret));
    f.idp.answers("/userinfo", json!({"sub": "42"}));
    arrived(f.back(&departure).await);
}

#[tokio::test]
async fn elliptic_keys_sign_too() {
    let f = Federated::new().await;
    let random = SystemRandom::new();
    let pkcs8 =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).expect("a key");
    let point = pair.public_key().as_ref();
    let number = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    let jwk = json!({
        "kty": "EC", "crv": "P-256", "kid": "ec", "x": number(&point[1..33]), "y": number(&point[33..]),
    });
    f.idp.answers("/jwks", json!({"keys": [jwk]}));
    f.idp.answers("/userinfo", json!({"sub": "42"}));
    let sign = |message: &[u8]| {
        pair.sign(&random, message)
            .expect("a signature")
            .as_ref()
            .to_vec()
    };
    for (alg, is_good) in [("ES384", false), ("RS256", false), ("ES256", true)] {
        let departure = f.leave(json!({})).await;
        let left = after(&departure.location, '?');
        let header = json!({"alg": alg, "kid": "ec"});
        f.gives(&jwt(&header, &good(left.get("nonce")), sign));
        let arrival = f.back(&departure).await;
        if is_good {
            arrived(arrival);
        } else {
            assert_eq!(told(arrival), "Bad id_token signature");
        }
    }
}

#[tokio::test]
async fn a_state_is_good_once_for_one_browser_and_not_for_long() {
    let f = Federated::new().await;
    let departure = f.leave(json!({})).await;
    f.says(&departure, json!({"sub": "42"}));
    let left = after(&departure.location, '?');
    let state = left.get("state").expect("a state");
    let query = format!("code=c&state={state}");
    let wrong = "Something went wrong";
    let other = f.leave(json!({})).await.browser;
    for browser in [None, Some(other.as_str()), Some("x")] {
        assert_eq!(shown(f.respond(&query, browser).await), wrong);
    }
    let own = Some(departure.browser.as_str());
    assert_eq!(
        shown(f.respond("code=c", own).await),
        "Required String parameter 'state' is not present"
    );
    let other = if state.starts_with('A') { 'B' } else { 'A' };
    let changed = format!("code=c&state={other}{}", &state[1..]);
    let twice = format!("{query}&state={state}");
    for bad in [changed.as_str(), "code=c&state=x", &twice] {
        assert_eq!(shown(f.respond(bad, own).await), wrong, "{bad}");
    }
    assert!(
        f.idp
            .requests()
            .iter()
            .all(|request| !request.url.ends_with("/token"))
    );
    arrived(f.respond(&query, own).await);
    assert_eq!(shown(f.respond(&query, own).await), wrong);
    let departure = f.leave(json!({})).await;
    f.h.w.h.clock.advance(300_000);
    assert_eq!(shown(f.back(&departure).await), wrong);
}

#[tokio::test]
async fn tabs_of_one_browser_are_on_their_way_at_the_same_time() {
    let f = Federated::new().await;
    let query = f.h.query(json!({"identity_provider": "MyIdp"}));
    let first = f.depart(&query, None).await.expect("a departure");
    let second = f
        .depart(&query, Some(&first.browser))
        .await
        .expect("a departure");
    assert_eq!(first.browser, second.browser);
    for departure in [second, first] {
        f.says(&departure, json!({"sub": "42"}));
        arrived(f.back(&departure).await);
    }
}

#[tokio::test]
async fn the_answer_of_one_provider_is_not_taken_for_another_s() {
    let f = Federated::new().await;
    let departure = f.leave(json!({})).await;
    f.says(&departure, json!({"sub": "42"}));
    let left = after(&departure.location, '?');
    let state = left.get("state").expect("a state");
    let query = format!("code=c&state={state}&iss=https%3A%2F%2Fevil.example.com");
    let arrival = f.respond(&query, Some(&departure.browser)).await;
    assert_eq!(told(arrival), "MyIdp Error - invalid issuer");
    assert!(f.idp.asked().iter().all(|url| !url.ends_with("/token")));
    // The user info has to be the same person's.
    let departure = f.leave(json!({})).await;
    f.says(&departure, json!({"sub": "42"}));
    f.idp.answers("/userinfo", json!({"sub": "43"}));
    assert_eq!(
        told(f.back(&departure).await),
        "MyIdp Error - invalid user info"
    );
    // A provider that was deleted and made anew has not been asked.
    let departure = f.leave(json!({})).await;
    let name = json!({"ProviderName": "MyIdp"});
    f.h.w
        .admin("DeleteIdentityProvider", name)
        .await
        .expect("gone");
    let made =
        json!({"ProviderName": "MyIdp", "ProviderType": "OIDC", "ProviderDetails": details()});
    f.h.w
        .admin("CreateIdentityProvider", made)
        .await
        .expect("a provider");
    assert_eq!(shown(f.back(&departure).await), "Something went wrong");
}

#[tokio::test]
async fn what_goes_wrong_at_the_provider_is_told_to_the_application() {
    let f = Federated::new().await;
    let refused = |query: &'static str| {
        let f = &f;
        async move {
            let departure = f.leave(json!({})).await;
            let left = after(&departure.location, '?');
            let query = format!("{query}&state={}", left.get("state").expect("a state"));
            told(f.respond(&query, Some(&departure.browser)).await)
        }
    };
    assert_eq!(
        refused("error=access_denied&error_description=no+way").await,
        "MyIdp Error - access_denied no way"
    );
    assert_eq!(
        refused("x=y").await,
        "MyIdp Error - invalid authorization response"
    );
    let error = |status, body: Value| {
        Ok(UpstreamAnswer {
            status,
            body: body.to_string().into_bytes(),
        })
    };
    let bad = json!({"error": "invalid_request", "error_description": "why"});
    for (address, outcome, text) in [
        (
            "/token",
            error(400, bad),
            "MyIdp Error - 400 invalid_request why",
        ),
        ("/token", error(500, json!("x")), "MyIdp Error - 500"),
        (
            "/token",
            error(200, json!([])),
            "MyIdp Error - invalid token response",
        ),
        (
            "/token",
            error(200, json!({})),
            "Bad id_token in the answer",
        ),
        (
            "/token",
            Err(UpstreamError::TimedOut),
            "Timeout occurred in calling IdP token endpoint",
        ),
        ("/token", Err(UpstreamError::Broken), "Connection reset"),
        (
            "/token",
            Err(UpstreamError::TooLong),
            "MyIdp Error - invalid answer: it is too long",
        ),
        (
            "/jwks",
            Err(UpstreamError::TimedOut),
            "Timeout in calling jwks uri",
        ),
        ("/jwks", error(200, json!({})), "Bad id_token key"),
        ("/userinfo", Err(UpstreamError::TimedOut), "Read timed out"),
        (
            "/userinfo",
            error(403, json!({"error": {"message": "later"}})),
            "MyIdp Error - 403 later",
        ),
        (
            "/.well-known/openid-configuration",
            Err(UpstreamError::Forbidden("private".to_owned())),
            "MyIdp Error - its address is not one that this server calls",
        ),
    ] {
        let f = Federated::new().await;
        let departure = f.leave(json!({})).await;
        f.says(&departure, json!({"sub": "42"}));
        f.idp.ends(address, outcome);
        assert_eq!(told(f.back(&departure).await), text, "{address}");
    }
    // The provider may not even say where it is.
    for document in [
        json!({"issuer": "https://evil.example.com"}),
        json!({"issuer": ISSUER}),
    ] {
        f.idp.answers("/.well-known/openid-configuration", document);
        let query = f.h.query(json!({"identity_provider": "MyIdp"}));
        let arrival = f.depart(&query, None).await.expect_err("a refusal");
        assert_eq!(told(arrival), "MyIdp Error - invalid discovery document");
    }
}
