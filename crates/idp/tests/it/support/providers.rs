//! An identity provider that a test scripts, and a pool whose people come from it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use cenote_idp::crypto::SigningKey;
use cenote_idp::federation::{self, Arrival, Departure};
use cenote_idp::oauth::{Cookie, Params};
use cenote_idp::ports::{Triggers, Upstream, UpstreamAnswer, UpstreamError, UpstreamRequest};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::oauth::{Hosted, after, app};
use super::triggers::Script;
use super::{Harness, with};

pub(crate) const ISSUER: &str = "https://idp.example.com";

type Outcome = Result<UpstreamAnswer, UpstreamError>;

/// The provider's key.
pub(crate) fn key() -> &'static SigningKey {
    static KEY: LazyLock<SigningKey> = LazyLock::new(SigningKey::generate);
    &KEY
}

/// A JWT in compact form, signed by `sign`.
pub(crate) fn jwt(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = BASE64URL_NOPAD.encode(&sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// An ID token of the provider.
pub(crate) fn id_token(claims: &Value) -> String {
    let header = json!({"alg": "RS256", "kid": "one"});
    jwt(&header, claims, |message| key().sign(message))
}

/// Answers what the test says at each address, and remembers what it was asked.
#[derive(Default)]
pub(crate) struct Idp {
    answers: Mutex<HashMap<String, Outcome>>,
    requests: Mutex<Vec<UpstreamRequest>>,
}

impl Idp {
    fn new() -> Arc<Self> {
        let idp = Self::default();
        idp.answers(
            "/.well-known/openid-configuration",
            json!({
                "issuer": ISSUER, "authorization_endpoint": format!("{ISSUER}/authorize"),
                "token_endpoint": format!("{ISSUER}/token"), "jwks_uri": format!("{ISSUER}/jwks"),
                "userinfo_endpoint": format!("{ISSUER}/userinfo"),
            }),
        );
        let public = key().verifying_key();
        let jwk = json!({
            "kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256",
            "n": public.modulus(), "e": public.exponent(),
        });
        idp.answers("/jwks", json!({"keys": [jwk]}));
        Arc::new(idp)
    }

    /// From now on this address of the issuer, or a whole one, answers this.
    pub(crate) fn ends(&self, address: &str, outcome: Outcome) {
        let address = if address.starts_with('/') {
            format!("{ISSUER}{address}")
        } else {
            address.to_owned()
        };
        let mut answers = self.answers.lock().expect("the answers");
        answers.insert(address, outcome);
    }

    pub(crate) fn answers(&self, address: &str, body: Value) {
        self.refuses(address, 200, body);
    }

    #[expect(clippy::needless_pass_by_value, reason = "bodies are written in place")]
    pub(crate) fn refuses(&self, address: &str, status: u16, body: Value) {
        let body = body.to_string().into_bytes();
        self.ends(address, Ok(UpstreamAnswer { status, body }));
    }

    /// The requests since the last time this was asked, in order.
    pub(crate) fn requests(&self) -> Vec<UpstreamRequest> {
        std::mem::take(&mut self.requests.lock().expect("the requests"))
    }

    /// The addresses that were asked since the last time.
    pub(crate) fn asked(&self) -> Vec<String> {
        let requests = self.requests().into_iter();
        requests.map(|request| request.url).collect()
    }
}

#[async_trait]
impl Upstream for Idp {
    async fn send(&self, request: UpstreamRequest) -> Outcome {
        let address = request.url.clone();
        self.requests.lock().expect("the requests").push(request);
        let answers = self.answers.lock().expect("the answers");
        answers.get(&address).cloned().unwrap_or(Ok(UpstreamAnswer {
            status: 404,
            body: Vec::new(),
        }))
    }
}

/// A pool with triggers, an application that takes people of `MyIdp`, and that provider.
pub(crate) struct Federated {
    pub(crate) h: Hosted,
    pub(crate) idp: Arc<Idp>,
    pub(crate) script: Arc<Script>,
}

/// The details of the provider.
pub(crate) fn details() -> Value {
    json!({
        "client_id": "rp", "client_secret": "hush", "authorize_scopes": "openid email",
        "attributes_request_method": "GET", "oidc_issuer": ISSUER,
    })
}

impl Federated {
    /// A usual pool, and a provider that maps `email` and `name`.
    pub(crate) async fn new() -> Self {
        let mapping = json!({"email": "mail", "name": "name"});
        Self::on(json!({}), json!({"AttributeMapping": mapping}), json!({})).await
    }

    /// With settings of the pool, the provider and the client.
    pub(crate) async fn on(pool: Value, provider: Value, client: Value) -> Self {
        let (idp, script) = (Idp::new(), Arc::new(Script::default()));
        let h = Harness::adjusted(|parts| {
            parts.upstream = Arc::clone(&idp) as Arc<dyn Upstream>;
            parts.triggers = Arc::clone(&script) as Arc<dyn Triggers>;
        });
        let mut h = Hosted::on(h, pool, json!({}), 2).await;
        let provider = with(
            json!({"ProviderName": "MyIdp", "ProviderType": "OIDC", "ProviderDetails": details()}),
            provider,
        );
        let name = provider["ProviderName"].clone();
        h.w.admin("CreateIdentityProvider", provider)
            .await
            .expect("a provider");
        let both = json!({"SupportedIdentityProviders": ["COGNITO", name]});
        let settings = with(with(app(), both), client);
        h.w.client = h.w.h.client(&h.w.pool, settings).await;
        script.events();
        Self { h, idp, script }
    }

    /// A browser leaves for `MyIdp`.
    pub(crate) async fn leave(&self, more: Value) -> Departure {
        let query = self
            .h
            .query(with(json!({"identity_provider": "MyIdp"}), more));
        self.depart(&query, None).await.expect("a departure")
    }

    pub(crate) async fn depart(
        &self,
        query: &str,
        browser: Option<&str>,
    ) -> Result<Departure, Arrival> {
        let authorization = match self.h.read(query).await {
            cenote_idp::oauth::Outcome::Go(authorization) => authorization,
            other => panic!("the request was refused: {other:?}"),
        };
        let (cx, domain) = (self.h.cx(), &self.h.domain);
        federation::leave(&cx, domain, &authorization, query, browser).await
    }

    /// What the provider will say of somebody who leaves like this.
    pub(crate) fn says(&self, departure: &Departure, claims: Value) {
        let left = after(&departure.location, '?');
        let now = super::START_MS / 1000;
        let common = json!({
            "iss": ISSUER, "aud": "rp", "exp": now + 3600, "iat": now, "nonce": left.get("nonce"),
        });
        let token = id_token(&with(common, claims));
        self.gives(&token);
        self.idp.answers("/userinfo", json!({}));
    }

    /// The provider will answer this ID token.
    pub(crate) fn gives(&self, id_token: &str) {
        let tokens = json!({
            "access_token": "upstream", "id_token": id_token, "token_type": "Bearer", "expires_in": 3600,
        });
        self.idp.answers("/token", tokens);
    }

    /// The browser comes back with a code.
    pub(crate) async fn back(&self, departure: &Departure) -> Arrival {
        let left = after(&departure.location, '?');
        let state = left.get("state").expect("a state");
        self.respond(
            &format!("code=upstream-code&state={state}"),
            Some(&departure.browser),
        )
        .await
    }

    /// A browser comes back with this.
    pub(crate) async fn respond(&self, query: &str, browser: Option<&str>) -> Arrival {
        let params = Params::parse(query.as_bytes()).expect("a query");
        let arrival = federation::respond(&self.h.cx(), &self.h.domain, &params, browser).await;
        arrival.expect("no failure")
    }

    /// Somebody signs in of whom the provider says this.
    pub(crate) async fn arrival(&self, claims: Value) -> Arrival {
        let departure = self.leave(json!({})).await;
        self.says(&departure, claims);
        self.back(&departure).await
    }

    /// The same, and it is good: the code, and the session of the browser.
    pub(crate) async fn comes(&self, claims: Value) -> (String, Cookie) {
        arrived(self.arrival(claims).await)
    }

    /// The claims of the ID token of somebody of whom the provider says this.
    pub(crate) async fn token(&self, claims: Value) -> Value {
        let (code, _) = self.comes(claims).await;
        let tokens = self.h.redeem(&code, json!({})).await.expect("tokens");
        super::signing::verified(&self.h.w, &tokens["id_token"])
            .await
            .claims
    }

    /// What the application is told of somebody of whom the provider says this.
    pub(crate) async fn told(&self, claims: Value) -> String {
        told(self.arrival(claims).await)
    }

    /// A user's attributes, by name.
    pub(crate) async fn attributes(&self, name: &str) -> Value {
        let user = self
            .h
            .w
            .admin("AdminGetUser", json!({"Username": name}))
            .await
            .expect("a user");
        let list = user["UserAttributes"]
            .as_array()
            .expect("attributes")
            .iter();
        let pair = |one: &Value| {
            let name = one["Name"].as_str().expect("a name").to_owned();
            (name, one["Value"].clone())
        };
        Value::Object(list.map(pair).collect())
    }
}

/// The code with which somebody has come, and the session of the browser.
#[track_caller]
pub(crate) fn arrived(arrival: Arrival) -> (String, Cookie) {
    let Arrival::Redirect { location, cookie } = arrival else {
        panic!("no application was told: {arrival:?}");
    };
    let params = after(&location, '?');
    let code = params.get("code").unwrap_or_else(|| panic!("{location}"));
    (code.to_owned(), cookie.expect("a cookie"))
}

/// `error_description` of an `invalid_request`.
#[track_caller]
pub(crate) fn told(arrival: Arrival) -> String {
    let Arrival::Redirect { location, cookie } = arrival else {
        panic!("no application was told: {arrival:?}");
    };
    assert_eq!(cookie, None);
    let params = after(&location, '?');
    assert_eq!(params.get("error"), Some("invalid_request"), "{location}");
    assert_eq!(params.get("state"), Some("s"));
    params.get("error_description").expect("a text").to_owned()
}

/// What a page says.
#[track_caller]
pub(crate) fn shown(arrival: Arrival) -> String {
    match arrival {
        Arrival::Page(refusal) => refusal.description.expect("a text"),
        Arrival::Redirect { location, .. } => panic!("{location}"),
    }
}
