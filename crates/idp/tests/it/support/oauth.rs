//! A pool with a domain and an application that signs people in on its pages.

use std::sync::Arc;

use cenote_idp::Cx;
use cenote_idp::oauth::{
    self, Authorization, Cookie, Domain, Outcome, Params, Progress, Refusal, SignedIn,
};
use data_encoding::HEXUPPER;
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{PASSWORD, World};
use super::{Harness, with};

pub(crate) const CALLBACK: &str = "https://app.example/cb";

/// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What an endpoint answers: its members, or `error` and its description.
pub(crate) type Told = Result<Value, (&'static str, Option<String>)>;

/// The settings of an application that takes codes.
pub(crate) fn app() -> Value {
    json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"],
        "CallbackURLs": [CALLBACK], "LogoutURLs": ["https://app.example/out"],
        "SupportedIdentityProviders": ["COGNITO"],
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
    })
}

/// A pool with a domain, an application, and the user ada.
pub(crate) struct Hosted {
    pub(crate) w: World,
    pub(crate) domain: Domain,
}

impl Hosted {
    pub(crate) async fn new(client: Value) -> Self {
        Self::on(Harness::new().await, json!({}), client, 1).await
    }

    /// The same with settings of the pool, on a domain with pages of this version. There is no ada where
    /// people have no usernames of their own.
    pub(crate) async fn on(h: Harness, pool: Value, client: Value, version: i32) -> Self {
        let has_names = pool.get("UsernameAttributes").is_none();
        let w = World::on(h, pool, with(app(), client)).await;
        let input = json!({"Domain": "app", "ManagedLoginVersion": version});
        w.admin("CreateUserPoolDomain", input)
            .await
            .expect("a domain");
        let given = [
            ("email", "ada@example.com"),
            ("email_verified", "true"),
            ("name", "Ada"),
        ];
        if has_names {
            w.made("ada", &given).await;
        }
        Self::at(w).await
    }

    async fn at(w: World) -> Self {
        let host = Domain::of_host(&w.h.service, "app.auth.localhost:9229").await;
        let domain = host.expect("no failure").expect("a domain");
        Self { w, domain }
    }

    /// The same as the next request finds it, after the pool has changed.
    pub(crate) async fn again(self) -> Self {
        Self::at(self.w).await
    }

    pub(crate) fn cx(&self) -> Cx {
        let region = Some(self.domain.region().to_owned());
        let service = Arc::clone(&self.w.h.service);
        Cx::new(service, region, Uuid::new_v4(), self.w.h.peer.clone())
    }

    /// A query for a code, with more or other parameters; null ones are left out.
    pub(crate) fn query(&self, more: Value) -> String {
        let common = json!({
            "client_id": self.w.client, "redirect_uri": CALLBACK, "response_type": "code", "state": "s",
        });
        form(&with(common, more))
    }

    pub(crate) async fn read(&self, query: &str) -> Outcome {
        let params = Params::parse(query.as_bytes()).expect("a query");
        Authorization::read(&self.cx(), &self.domain, &params)
            .await
            .expect("no failure")
    }

    /// A request that is good.
    pub(crate) async fn good(&self, more: Value) -> Authorization {
        match self.read(&self.query(more)).await {
            Outcome::Go(authorization) => *authorization,
            other => panic!("the request was refused: {other:?}"),
        }
    }

    /// The parameters with which an application is told of a refusal.
    pub(crate) async fn told(&self, more: Value) -> Params {
        match self.read(&self.query(more)).await {
            Outcome::Redirect(location) => after(&location, '?'),
            other => panic!("the application was not told: {other:?}"),
        }
    }

    /// Somebody signs in with the usual password.
    pub(crate) async fn sign_in(&self, authorization: &Authorization, name: &str) -> SignedIn {
        let done = oauth::with_password(&self.cx(), authorization, name, PASSWORD).await;
        match done.expect("a sign-in") {
            Progress::Done(signed_in) => *signed_in,
            Progress::Asked { challenge, .. } => panic!("asked for {challenge:?}"),
        }
    }

    /// Ada signs in and the browser gets a cookie.
    pub(crate) async fn cookie(&self, authorization: &Authorization) -> (SignedIn, Cookie) {
        let mut signed_in = self.sign_in(authorization, "ada").await;
        let cookie = Cookie::begin(&self.cx(), authorization, &mut signed_in).await;
        (signed_in, cookie.expect("a cookie"))
    }

    /// Where the browser is sent when ada has signed in.
    pub(crate) async fn location(&self, more: Value) -> String {
        let authorization = self.good(more).await;
        let signed_in = self.sign_in(&authorization, "ada").await;
        let location = oauth::complete(&self.cx(), &authorization, &signed_in).await;
        location.expect("a location")
    }

    /// A code for ada.
    pub(crate) async fn code(&self, more: Value) -> String {
        let params = after(&self.location(more).await, '?');
        params.get("code").expect("a code").to_owned()
    }

    /// Calls the token endpoint as the application, which has no secret.
    pub(crate) async fn token(&self, params: Value) -> Told {
        let form = form(&with(json!({"client_id": self.w.client}), params));
        self.token_as(None, &form).await
    }

    pub(crate) async fn token_as(&self, authorization: Option<&str>, form: &str) -> Told {
        let params = Params::parse(form.as_bytes()).expect("a form");
        let answer = oauth::token(&self.cx(), &self.domain, authorization, &params).await;
        answer.map(Value::Object).map_err(refused)
    }

    /// The tokens for a code.
    pub(crate) async fn redeem(&self, code: &str, more: Value) -> Told {
        let common =
            json!({"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK});
        self.token(with(common, more)).await
    }

    /// The tokens for a refresh token.
    pub(crate) async fn refresh(&self, token: &Value, more: Value) -> Told {
        let common = json!({"grant_type": "refresh_token", "refresh_token": token});
        self.token(with(common, more)).await
    }

    /// All tokens of a sign-in that asks for this.
    pub(crate) async fn tokens(&self, more: Value) -> Value {
        let code = self.code(more).await;
        self.redeem(&code, json!({})).await.expect("tokens")
    }

    pub(crate) async fn user_info(&self, token: &Value) -> Told {
        let answer = oauth::user_info(&self.cx(), &self.domain, token.as_str()).await;
        answer.map(Value::Object).map_err(refused)
    }
}

/// A refusal in the form of [`Told`].
pub(crate) fn refused(refusal: Refusal) -> (&'static str, Option<String>) {
    (refusal.code.as_str(), refusal.description)
}

/// The code of a refusal.
pub(crate) fn error(told: Told) -> &'static str {
    told.expect_err("a refusal").0
}

/// The parameters after `?` or `#`.
pub(crate) fn after(location: &str, mark: char) -> Params {
    let (_, text) = location.split_once(mark).expect("parameters");
    Params::parse(text.as_bytes()).expect("parameters")
}

/// A form; null members are left out, and values are percent-encoded to the last character.
pub(crate) fn form(params: &Value) -> String {
    let members = params.as_object().expect("an object");
    let pairs = members.iter().filter_map(|(name, value)| {
        let text = value.as_str()?;
        let value = HEXUPPER.encode(text.as_bytes());
        let bytes = value.as_bytes().chunks(2).map(String::from_utf8_lossy);
        Some(format!(
            "{name}={}",
            bytes.fold(String::new(), |text, byte| text + "%" + &byte)
        ))
    });
    pairs.collect::<Vec<_>>().join("&")
}
