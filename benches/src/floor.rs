//! The control server: bare hyper that answers each request of the scenes with its cryptography and nothing else.
//!
//! Under the same load, in the same minutes and on the same cores as the server that is measured, it shows what a
//! request costs at least. Nothing is stored, looked up or checked.

use std::convert::Infallible;
use std::sync::Arc;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
    UnparsedPublicKey,
};
use cenote_idp::crypto::{SigningKey, srp};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Outcome;

/// What the cryptography is done with: the same values each time.
struct Floor {
    key: SigningKey,
    message: [u8; 700],
    signature: Vec<u8>,
    verifier: [u8; srp::SIZE],
    start: srp::ServerStart,
    mac: hmac::Key,
    /// The public key of a passkey, and what it made of the message.
    assertion: (Vec<u8>, Vec<u8>),
}

/// What both SRP calls draw in place of a secret of their own.
const SECRET: [u8; 32] = [9; 32];
const SALT: [u8; 16] = [3; 16];

/// One check of a password.
fn check_password() {
    std::hint::black_box(srp::verifier("pool", "user", "password", &SALT));
}

impl Floor {
    fn new() -> Self {
        srp::warm_up();
        let key = SigningKey::generate();
        let message = [7; 700];
        let verifier = srp::verifier("pool", "user", "password", &SALT);
        let rng = SystemRandom::new();
        let pair =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &rng).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pair.as_ref());
        let pair = pair.expect("our own key");
        let assertion = pair.sign(&rng, &message).expect("a signature");
        Self {
            assertion: (
                pair.public_key().as_ref().to_vec(),
                assertion.as_ref().to_vec(),
            ),
            signature: key.sign(&message),
            key,
            message,
            start: srp::ServerStart::new(&verifier, SECRET),
            verifier,
            mac: hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]),
        }
    }

    /// Two signatures, in tokens of the usual length.
    fn tokens(&self) -> Value {
        let token = || {
            let signature = BASE64URL_NOPAD.encode(&self.key.sign(&self.message));
            format!("{}.{signature}", BASE64URL_NOPAD.encode(&self.message))
        };
        json!({ "AuthenticationResult": { "IdToken": token(), "AccessToken": token() } })
    }

    fn initiate(&self, input: &Value) -> Value {
        let parameters = &input["AuthParameters"];
        let username = parameters["USERNAME"].as_str().unwrap_or_default();
        match input["AuthFlow"].as_str() {
            Some("USER_SRP_AUTH") => {
                let start = srp::ServerStart::new(&self.verifier, SECRET);
                // The block brings the client's value back, which the second call computes with.
                let block =
                    BASE64.encode(parameters["SRP_A"].as_str().unwrap_or_default().as_bytes());
                json!({ "ChallengeParameters": { "USER_ID_FOR_SRP": username, "SECRET_BLOCK": block,
                    "SALT": HEXLOWER.encode(&SALT), "SRP_B": start.public_hex() } })
            }
            Some("USER_AUTH") if parameters["PREFERRED_CHALLENGE"] == "EMAIL_OTP" => {
                std::hint::black_box(hmac::sign(&self.mac, &[1; 64]));
                json!({ "ChallengeName": "EMAIL_OTP", "Session": "x" })
            }
            Some("USER_AUTH") => {
                let options = json!({ "challenge": BASE64URL_NOPAD.encode(&SECRET) }).to_string();
                json!({ "ChallengeName": "WEB_AUTHN", "Session": "x",
                    "ChallengeParameters": { "CREDENTIAL_REQUEST_OPTIONS": options } })
            }
            Some("USER_PASSWORD_AUTH") => {
                check_password();
                if username.starts_with("totp") {
                    return json!({ "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": "x" });
                }
                self.tokens()
            }
            _ => self.tokens(),
        }
    }

    fn respond(&self, input: &Value) -> Value {
        let answers = &input["ChallengeResponses"];
        if let Some(block) = answers["PASSWORD_CLAIM_SECRET_BLOCK"].as_str() {
            let public = BASE64.decode(block.as_bytes()).expect("our own block");
            let public = std::str::from_utf8(&public).expect("a hexadecimal number");
            let public = srp::ClientPublic::parse(public).expect("a client's public value");
            std::hint::black_box(self.start.shared_key(&public, &self.verifier));
        } else if answers["CREDENTIAL"].is_string() {
            let (public, signature) = &self.assertion;
            let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public);
            std::hint::black_box(key.verify(&self.message, signature)).expect("our own signature");
        } else {
            for _ in 0..3 {
                std::hint::black_box(hmac::sign(&self.mac, &[1; 64]));
            }
        }
        self.tokens()
    }

    fn answer(&self, operation: &str, body: &[u8]) -> Value {
        let input: Value = serde_json::from_slice(body).unwrap_or_default();
        match operation {
            "InitiateAuth" => self.initiate(&input),
            "RespondToAuthChallenge" => self.respond(&input),
            "GetUser" => {
                std::hint::black_box(
                    self.key
                        .verifying_key()
                        .verify(&self.message, &self.signature),
                );
                json!({})
            }
            "AdminCreateUser" | "AdminSetUserPassword" => {
                check_password();
                json!({})
            }
            "ListUsers" => json!({ "Users": [{}] }),
            _ => json!({ "Hello": "world" }),
        }
    }

    /// What the OAuth endpoints compute: one signature for a machine, two for a person, none for a page.
    fn hosted(&self, path: &str, form: &[u8]) -> Value {
        if !path.ends_with("/token") {
            return json!("page".repeat(2_000));
        }
        if form.starts_with(b"grant_type=client_credentials") {
            let signature = BASE64URL_NOPAD.encode(&self.key.sign(&self.message));
            return json!({ "access_token": signature });
        }
        self.tokens()
    }

    async fn serve(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let path = request.uri().path().to_owned();
        let target = request.headers().get("x-amz-target").cloned();
        let operation = target
            .as_ref()
            .and_then(|target| target.to_str().ok()?.rsplit('.').next())
            .unwrap_or_default();
        let body = request
            .into_body()
            .collect()
            .await
            .map(http_body_util::Collected::to_bytes);
        let body = body.unwrap_or_default();
        let answer = if path == "/" {
            self.answer(operation, &body)
        } else {
            self.hosted(&path, &body)
        };
        let answer = answer.to_string();
        let response = Response::builder().header("content-type", "application/x-amz-json-1.1");
        Ok(response
            .body(Full::new(Bytes::from(answer)))
            .expect("a fixed answer"))
    }
}

/// Prints where it listens and serves until it is killed.
pub(crate) async fn serve() -> Outcome {
    let floor = Arc::new(Floor::new());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let floor = Arc::clone(&floor);
        tokio::spawn(async move {
            let service = service_fn(|request| floor.serve(request));
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            let _closed = connection.await;
        });
    }
}
