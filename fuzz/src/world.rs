//! One service, with live values for the names that inputs put in their place.

use std::future::Future;
use std::sync::{Arc, LazyLock};

use axum::http::Request;
use axum::http::header::AUTHORIZATION;
use cenote_idp::crypto::{KeyReservoir, RootKeys};
use cenote_idp::message::{InboxQuery, inbox};
use cenote_idp::oauth::{
    Authorization, Cookie, Domain, Outcome, Params, Progress, complete, with_password,
};
use cenote_idp::ports::{NoTriggers, NoUpstream, Store, SystemClock};
use cenote_idp::{Config, Cx, Error, IssuerMode, Limits, OAuthRules, Parts, Service, dispatch};
use cenote_model::Operation;
use cenote_server::App;
use cenote_server::config::{AccessKey, DevArgs, Posture, dev};
use data_encoding::BASE64;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

use crate::chance::{Counter, Stopped};
use crate::frozen::Frozen;

const PASSWORD: &str = "Passw0rd!";

/// Where the application takes its codes.
pub const CALLBACK: &str = "https://app.example/cb";

/// Where it sends who signs out.
pub const SIGNED_OUT: &str = "https://app.example/out";

/// The S256 challenge of RFC 7636, appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A pool with a client, and a domain with an application and a machine; `ada`, who waits for her code; `bob`, who has a password and a group; and `cleo`,
/// whose password is temporary.
pub struct World {
    runtime: Runtime,
    service: Arc<Service>,
    open: App,
    strict: App,
    /// The id of the pool.
    pub pool: String,
    /// What proves a client or a user at the OAuth endpoints.
    pub proofs: Vec<String>,
    /// What [`World::fill_in`] replaces, and by what.
    names: Vec<(&'static str, String)>,
}

static WORLD: LazyLock<World> = LazyLock::new(World::new);

impl World {
    /// The world of this process.
    pub fn get() -> &'static Self {
        &WORLD
    }

    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let store = Arc::new(Frozen::new());
        let service = runtime.block_on(async { service(Arc::clone(&store) as Arc<dyn Store>) });
        let mut world = Self {
            open: app(&service, None),
            strict: app(&service, Some(access_key())),
            runtime,
            service,
            pool: String::new(),
            proofs: Vec::new(),
            names: Vec::new(),
        };
        world.settle();
        store.freeze();
        world
    }

    fn settle(&mut self) {
        let made = self.ok(
            Operation::CreateUserPool,
            json!({"PoolName": "fuzz", "AutoVerifiedAttributes": ["email"]}),
        );
        self.pool = text(&made["UserPool"]["Id"]);
        let flows = [
            "USER_PASSWORD",
            "ADMIN_USER_PASSWORD",
            "USER_SRP",
            "REFRESH_TOKEN",
        ];
        let flows = flows.map(|flow| format!("ALLOW_{flow}_AUTH"));
        let made = self.ok(
            Operation::CreateUserPoolClient,
            json!({"UserPoolId": self.pool, "ClientName": "fuzz", "ExplicitAuthFlows": flows}),
        );
        let client = text(&made["UserPoolClient"]["ClientId"]);

        let email = json!([{"Name": "email", "Value": "ada@example.com"}]);
        self.ok(
            Operation::SignUp,
            json!({"ClientId": client, "Username": "ada", "Password": PASSWORD, "UserAttributes": email}),
        );
        let bob = json!({"UserPoolId": self.pool, "Username": "bob", "GroupName": "g"});
        let email = json!([
            {"Name": "email", "Value": "bob@example.com"},
            {"Name": "email_verified", "Value": "true"},
        ]);
        self.ok(Operation::CreateGroup, bob.clone());
        self.ok(
            Operation::AdminCreateUser,
            json!({"UserPoolId": self.pool, "Username": "bob", "UserAttributes": email}),
        );
        self.ok(Operation::AdminAddUserToGroup, bob);
        self.ok(
            Operation::AdminSetUserPassword,
            json!({"UserPoolId": self.pool, "Username": "bob", "Password": PASSWORD, "Permanent": true}),
        );
        self.ok(
            Operation::AdminCreateUser,
            json!({"UserPoolId": self.pool, "Username": "cleo", "TemporaryPassword": PASSWORD}),
        );

        let sign_in = |name: &str| {
            json!({
                "ClientId": client,
                "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": name, "PASSWORD": PASSWORD},
            })
        };
        let challenged = self.ok(Operation::InitiateAuth, sign_in("cleo"));
        let tokens = self.ok(Operation::InitiateAuth, sign_in("bob"));
        let srp = self.ok(
            Operation::InitiateAuth,
            json!({
                "ClientId": client,
                "AuthFlow": "USER_SRP_AUTH",
                "AuthParameters": {"USERNAME": "bob", "SRP_A": "2"},
            }),
        );
        let app = self.application();
        let page = self.ok(
            Operation::ListUsers,
            json!({"UserPoolId": self.pool, "Limit": 1}),
        );
        self.names = vec![
            ("@POOL@", self.pool.clone()),
            ("@CLIENT@", client),
            ("@CODE@", self.code()),
            ("@SESSION@", text(&challenged["Session"])),
            (
                "@ACCESS@",
                text(&tokens["AuthenticationResult"]["AccessToken"]),
            ),
            (
                "@REFRESH@",
                text(&tokens["AuthenticationResult"]["RefreshToken"]),
            ),
            ("@BLOCK@", text(&srp["ChallengeParameters"]["SECRET_BLOCK"])),
            ("@PAGE@", text(&page["PaginationToken"])),
        ];
        self.names.extend(app);
        let refresh = &tokens["AuthenticationResult"]["RefreshToken"];
        self.proofs.push(text(refresh));
    }

    /// A domain with an application: its id and secret, a code for `bob`, and the cookie of his browser.
    fn application(&mut self) -> Vec<(&'static str, String)> {
        let domain = json!({"UserPoolId": self.pool, "Domain": "app"});
        self.ok(Operation::CreateUserPoolDomain, domain);
        let scopes = json!({
            "UserPoolId": self.pool, "Identifier": "api", "Name": "api",
            "Scopes": [{"ScopeName": "read", "ScopeDescription": "read"}],
        });
        self.ok(Operation::CreateResourceServer, scopes);
        let client = |more: Value| {
            let mut input = json!({
                "UserPoolId": self.pool, "ClientName": "app", "GenerateSecret": true,
                "AllowedOAuthFlowsUserPoolClient": true, "SupportedIdentityProviders": ["COGNITO"],
            });
            for (name, value) in more.as_object().into_iter().flatten() {
                input[name] = value.clone();
            }
            let made = self.ok(Operation::CreateUserPoolClient, input);
            let made = &made["UserPoolClient"];
            (text(&made["ClientId"]), text(&made["ClientSecret"]))
        };
        let (app, secret) = client(json!({
            "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email"],
            "CallbackURLs": [CALLBACK], "LogoutURLs": [SIGNED_OUT],
            "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
        }));
        let (machine, key) = client(json!({
            "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["api/read"],
        }));
        let query = format!(
            "client_id={app}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&code_challenge={CHALLENGE}&code_challenge_method=S256"
        );
        let (code, cookie) = self.run(signed_in(&self.service, &query));
        let basic = BASE64.encode(format!("{app}:{secret}").as_bytes());
        self.proofs = vec![secret.clone(), key.clone(), basic.clone(), code.clone()];
        vec![
            ("@APP@", app),
            ("@SECRET@", secret),
            ("@BASIC@", basic),
            ("@MACHINE@", machine),
            ("@KEY@", key),
            ("@GRANT@", code),
            ("@COOKIE@", cookie),
        ]
    }

    /// The code that was sent to `ada`.
    fn code(&self) -> String {
        let query = InboxQuery {
            to: Some("ada@example.com".to_owned()),
            ..InboxQuery::default()
        };
        let messages = self.run(inbox(&self.service, &query)).expect("an inbox");
        let code = messages.into_iter().find_map(|message| message.code);
        code.expect("a code")
    }

    /// Runs to the end.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Runs one operation.
    pub fn call(&self, operation: Operation, body: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let cx = Cx::new(
            Arc::clone(&self.service),
            None,
            Uuid::nil(),
            cenote_idp::Peer::default(),
        );
        self.run(dispatch(&cx, operation, body))
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers write it in place")]
    fn ok(&self, operation: Operation, input: Value) -> Value {
        match self.call(operation, input.to_string().as_bytes()) {
            Ok(output) => output.map_or(Value::Null, |output| {
                serde_json::from_slice(&output).expect("a JSON answer")
            }),
            Err(error) => panic!("{}: {error}", operation.name()),
        }
    }

    /// Puts live values in the place of names like `@POOL@`.
    pub fn fill_in(&self, input: &[u8]) -> Vec<u8> {
        let mut filled = Vec::with_capacity(input.len());
        let mut rest = input;
        while let [first, after @ ..] = rest {
            let named = |(name, _): &&(&str, String)| rest.starts_with(name.as_bytes());
            if let Some((name, value)) = self.names.iter().find(named) {
                filled.extend_from_slice(value.as_bytes());
                rest = &rest[name.len()..];
            } else {
                filled.push(*first);
                rest = after;
            }
        }
        filled
    }

    /// The server for a request: one that checks signatures if there is one.
    pub fn app<B>(&self, request: &Request<B>) -> &App {
        if request.headers().contains_key(AUTHORIZATION) {
            &self.strict
        } else {
            &self.open
        }
    }
}

/// Signs `bob` in on the page: the code that the application gets, and the cookie of his browser.
async fn signed_in(service: &Arc<Service>, query: &str) -> (String, String) {
    let domain = Domain::of_path(service, "app").await;
    let domain = domain.expect("no failure").expect("a domain");
    let region = Some("us-east-1".to_owned());
    let cx = Cx::new(
        Arc::clone(service),
        region,
        Uuid::nil(),
        cenote_idp::Peer::default(),
    );
    let params = Params::parse(query.as_bytes()).expect("a query");
    let Ok(Outcome::Go(authorization)) = Authorization::read(&cx, &domain, &params).await else {
        panic!("a good request")
    };
    let Ok(Progress::Done(mut user)) = with_password(&cx, &authorization, "bob", PASSWORD).await
    else {
        panic!("a sign-in")
    };
    let cookie = Cookie::begin(&cx, &authorization, &mut user).await;
    let location = complete(&cx, &authorization, &user).await;
    let location = location.expect("a location");
    let (_, answer) = location.split_once("code=").expect("a code");
    let code = answer.split('&').next().unwrap_or_default();
    (code.to_owned(), cookie.expect("a cookie").value)
}

fn service(store: Arc<dyn Store>) -> Arc<Service> {
    let config = Config {
        account_id: "000000000000".to_owned(),
        default_region: "us-east-1".to_owned(),
        public_url: "http://localhost:9229".to_owned(),
        prefix_host: None,
        issuer: IssuerMode::Local,
        regions: Vec::new(),
        limits: Limits::default(),
        delivers_logs: false,
        oauth: OAuthRules::default(),
    };
    let root = RootKeys::new([7; 32], []);
    let entropy = Arc::new(Counter::default());
    Service::new(Parts {
        store,
        clock: Arc::new(Stopped),
        entropy,
        triggers: Arc::new(NoTriggers),
        upstream: Arc::new(NoUpstream),
        compromised_passwords: None,
        root,
        keys: KeyReservoir::new(),
        config,
        cpu_threads: 1,
        request_rates: false,
    })
}

/// The doors, as `cenote dev` opens them, or as `cenote serve` does with this access key.
fn app(service: &Arc<Service>, key: Option<AccessKey>) -> App {
    let memory = DevArgs {
        memory: true,
        ..DevArgs::default()
    };
    let mut settings = dev(memory, &|_| None).expect("settings without a file");
    if key.is_some() {
        settings.posture = Posture::Serve;
    }
    settings.access_keys.extend(key);
    App::new(
        service,
        Arc::new(SystemClock::default()),
        &settings,
        &Arc::default(),
    )
}

fn access_key() -> AccessKey {
    AccessKey {
        id: "AKIDFUZZ".to_owned(),
        secret: "secret".to_owned(),
        session_token: None,
        expires_at: None,
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
