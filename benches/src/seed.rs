//! Fills a data directory before the server starts: the same operations, without the network between.

use std::path::Path;
use std::sync::Arc;

use cenote_idp::crypto::{KeyReservoir, RootKeys};
use cenote_idp::ports::{NoTriggers, NoUpstream, SystemClock, SystemEntropy};
use cenote_idp::{Config, Cx, IssuerMode, Limits, OAuthRules, Parts, Service, dispatch};
use cenote_model::Operation;
use cenote_store::SqliteStore;
use serde_json::{Value, json};

use crate::Outcome;
use crate::passkey::PARTY;

/// The password of every user who can sign in.
pub(crate) const PASSWORD: &str = "Corr3ct-horse!";

/// Users who have a password of their own; the others only fill the tables.
pub(crate) const SIGNERS: usize = 200;

/// What the scenes need to know.
#[derive(Clone)]
pub(crate) struct Seeded {
    pub(crate) pool: String,
    pub(crate) client: String,
    /// A client with the grant `client_credentials`, and its secret.
    pub(crate) machine: String,
    pub(crate) secret: String,
    /// A client of the pages of the domain.
    pub(crate) app: String,
}

/// Where the endpoints and pages of the pool's domain are.
pub(crate) const DOMAIN: &str = "/_domain/load";

/// Where the client of the pages takes its codes.
const CALLBACK: &str = "https://app.example/cb";

impl Seeded {
    /// The address of the sign-in page.
    pub(crate) fn login_page(&self) -> String {
        format!(
            "{DOMAIN}/login?client_id={}&response_type=code&scope=openid&redirect_uri={CALLBACK}",
            self.app
        )
    }

    fn ids(&self) -> [&str; 5] {
        [
            &self.pool,
            &self.client,
            &self.machine,
            &self.secret,
            &self.app,
        ]
    }

    fn of_ids(ids: &str) -> Option<Self> {
        let mut ids = ids.split(' ').map(str::to_owned);
        Some(Self {
            pool: ids.next()?,
            client: ids.next()?,
            machine: ids.next()?,
            secret: ids.next()?,
            app: ids.next()?,
        })
    }
}

/// The e-mail address of the n-th user, who is named `user<n>`.
pub(crate) fn email(n: usize) -> String {
    format!("user{n}@example.com")
}

/// Fills a data directory, unless an earlier run has done so.
pub(crate) async fn seed_once(data: &Path, users: usize) -> Outcome<Seeded> {
    let note = data.join("seeded");
    if let Ok(ids) = std::fs::read_to_string(&note) {
        let known = Seeded::of_ids(&ids);
        return Ok(known.ok_or("the data are of another version: remove them")?);
    }
    let seeded = seed(data, users).await?;
    std::fs::write(&note, seeded.ids().join(" "))?;
    Ok(seeded)
}

pub(crate) async fn call(cx: &Cx, operation: Operation, input: &Value) -> Outcome<Value> {
    let body = serde_json::to_vec(input)?;
    let output = dispatch(cx, operation, &body).await?;
    Ok(output.map_or(Ok(Value::Null), |output| serde_json::from_slice(&output))?)
}

/// A service on a data directory, called without a network between.
pub(crate) fn service(data: &Path) -> Outcome<(Arc<SqliteStore>, Cx)> {
    let root = RootKeys::create(&data.join("root.key"), &SystemEntropy)?;
    let store = Arc::new(SqliteStore::open(data)?);
    let config = Config {
        account_id: "000000000000".to_owned(),
        default_region: "us-east-1".to_owned(),
        public_url: "http://127.0.0.1:9229".to_owned(),
        prefix_host: None,
        issuer: IssuerMode::Local,
        regions: Vec::new(),
        limits: Limits::default(),
        delivers_logs: false,
        oauth: OAuthRules::default(),
    };
    let cores = std::thread::available_parallelism()?.get();
    let service = Service::new(Parts {
        store: Arc::clone(&store) as _,
        clock: Arc::new(SystemClock::default()),
        entropy: Arc::new(SystemEntropy),
        triggers: Arc::new(NoTriggers),
        upstream: Arc::new(NoUpstream),
        compromised_passwords: None,
        root,
        keys: KeyReservoir::new(),
        config,
        cpu_threads: cores,
        request_rates: false,
    });
    let cx = Cx::new(
        service,
        None,
        uuid::Uuid::new_v4(),
        cenote_idp::Peer::default(),
    );
    Ok((store, cx))
}

/// Makes a pool, a client and users in a data directory; answers what the group commit saved, too.
async fn seed(data: &Path, users: usize) -> Outcome<Seeded> {
    let (store, cx) = service(data)?;
    let pool = call(
        &cx,
        Operation::CreateUserPool,
        &json!({ "PoolName": "load", "Policies": { "SignInPolicy": {
            "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"] } } }),
    )
    .await?;
    let pool = pool["UserPool"]["Id"]
        .as_str()
        .ok_or("no pool id")?
        .to_owned();
    let mfa = json!({ "UserPoolId": pool, "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "WebAuthnConfiguration": { "RelyingPartyId": PARTY } });
    call(&cx, Operation::SetUserPoolMfaConfig, &mfa).await?;
    let flows = [
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ];
    let (client, _) = client(&cx, &pool, json!({ "ExplicitAuthFlows": flows })).await?;
    let domain = json!({ "UserPoolId": pool, "Domain": "load" });
    call(&cx, Operation::CreateUserPoolDomain, &domain).await?;
    let server = json!({ "UserPoolId": pool, "Identifier": "api", "Name": "api",
        "Scopes": [{ "ScopeName": "read", "ScopeDescription": "read" }] });
    call(&cx, Operation::CreateResourceServer, &server).await?;
    let input = json!({ "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["api/read"] });
    let (machine, secret) = self::client(&cx, &pool, input).await?;
    let input = json!({ "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"], "CallbackURLs": [CALLBACK],
        "SupportedIdentityProviders": ["COGNITO"] });
    let (app, _) = self::client(&cx, &pool, input).await?;

    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..64 {
        let (cx, pool) = (cx.clone(), pool.clone());
        tasks.spawn(async move {
            for n in (worker..users).step_by(64) {
                let attributes =
                    json!([{ "Name": "email", "Value": email(n) }, { "Name": "email_verified", "Value": "true" }]);
                let input = json!({ "UserPoolId": pool, "Username": format!("user{n}"),
                    "MessageAction": "SUPPRESS", "UserAttributes": attributes });
                call(&cx, Operation::AdminCreateUser, &input).await?;
                if n < SIGNERS {
                    let input = json!({ "UserPoolId": pool, "Username": format!("user{n}"),
                        "Password": PASSWORD, "Permanent": true });
                    call(&cx, Operation::AdminSetUserPassword, &input).await?;
                }
            }
            Outcome::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let stats = store.stats();
    println!(
        "seeded {users} users: {} changes in {} durable transactions",
        stats.changes, stats.transactions
    );
    Ok(Seeded {
        pool,
        client,
        machine,
        secret,
        app,
    })
}

/// Makes a client: its id, and its secret or nothing.
async fn client(cx: &Cx, pool: &str, mut input: Value) -> Outcome<(String, String)> {
    input["UserPoolId"] = pool.into();
    input["ClientName"] = "load".into();
    let made = call(cx, Operation::CreateUserPoolClient, &input).await?;
    let made = &made["UserPoolClient"];
    let id = made["ClientId"].as_str().ok_or("no client id")?;
    let secret = made["ClientSecret"].as_str().unwrap_or_default();
    Ok((id.to_owned(), secret.to_owned()))
}
