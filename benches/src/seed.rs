//! Fills a data directory before the server starts: the same operations, without the network between.

use std::path::Path;
use std::sync::Arc;

use cenote_idp::crypto::{KeyReservoir, RootKeys};
use cenote_idp::ports::{NoTriggers, NoUpstream, SystemClock, SystemEntropy};
use cenote_idp::{Config, Cx, IssuerMode, Limits, Parts, Service, dispatch};
use cenote_model::Operation;
use cenote_store::SqliteStore;
use serde_json::{Value, json};

use crate::Outcome;

/// The password of every user who can sign in.
pub(crate) const PASSWORD: &str = "Corr3ct-horse!";

/// Users who have a password of their own; the others only fill the tables.
pub(crate) const SIGNERS: usize = 200;

/// What the scenes need to know.
#[derive(Clone)]
pub(crate) struct Seeded {
    pub(crate) pool: String,
    pub(crate) client: String,
}

/// The e-mail address of the n-th user, who is named `user<n>`.
pub(crate) fn email(n: usize) -> String {
    format!("user{n}@example.com")
}

/// Fills a data directory, unless an earlier run has done so.
pub(crate) async fn seed_once(data: &Path, users: usize) -> Outcome<Seeded> {
    let note = data.join("seeded");
    if let Ok(ids) = std::fs::read_to_string(&note) {
        let (pool, client) = ids.split_once(' ').ok_or("a note of two ids")?;
        return Ok(Seeded {
            pool: pool.to_owned(),
            client: client.to_owned(),
        });
    }
    let seeded = seed(data, users).await?;
    std::fs::write(&note, format!("{} {}", seeded.pool, seeded.client))?;
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
        issuer: IssuerMode::Local,
        regions: Vec::new(),
        limits: Limits::default(),
        delivers_logs: false,
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
        &json!({ "PoolName": "load" }),
    )
    .await?;
    let pool = pool["UserPool"]["Id"]
        .as_str()
        .ok_or("no pool id")?
        .to_owned();
    let mfa = json!({ "UserPoolId": pool, "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    call(&cx, Operation::SetUserPoolMfaConfig, &mfa).await?;
    let flows = [
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ];
    let input = json!({ "UserPoolId": pool, "ClientName": "load", "ExplicitAuthFlows": flows });
    let client = call(&cx, Operation::CreateUserPoolClient, &input).await?;
    let client = client["UserPoolClient"]["ClientId"]
        .as_str()
        .ok_or("no client id")?
        .to_owned();

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
    Ok(Seeded { pool, client })
}
