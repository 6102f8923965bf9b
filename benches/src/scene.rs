//! The kinds of requests that are measured.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};

use crate::client::Client;
use crate::drive::{Figures, drive};
use crate::limit;
use crate::mailbox::Mailbox;
use crate::passkey::Passkey;
use crate::seed::{self, PASSWORD, SIGNERS, Seeded};
use crate::server::Server;
use crate::totp::Device;
use crate::{Outcome, sign};
use cenote_idp::crypto::srp;

/// Where tokens are for forms.
const TOKEN: &str = "/_domain/load/oauth2/token";

/// What every worker of a scene needs.
struct Stage {
    seeded: Seeded,
    users: usize,
    /// Names the users that a run creates.
    run: u128,
    created: AtomicUsize,
    refresh_tokens: Vec<String>,
    access_tokens: Vec<String>,
    /// Users with an authenticator app, each good for a few sign-ins in a minute.
    devices: Vec<Device>,
    passkeys: Vec<Passkey>,
    mailbox: Mailbox,
}

/// One kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scene {
    PasswordLogin,
    SrpLogin,
    TotpLogin,
    PasskeyLogin,
    EmailLogin,
    Refresh,
    ClientCredentials,
    OAuthRefresh,
    LoginPage,
    GetUser,
    AdminGetUser,
    ListUsersByEmail,
    CreateAndSetPassword,
}

impl Scene {
    const ALL: [Self; 13] = [
        Self::PasswordLogin,
        Self::SrpLogin,
        Self::TotpLogin,
        Self::PasskeyLogin,
        Self::EmailLogin,
        Self::Refresh,
        Self::ClientCredentials,
        Self::OAuthRefresh,
        Self::LoginPage,
        Self::GetUser,
        Self::AdminGetUser,
        Self::ListUsersByEmail,
        Self::CreateAndSetPassword,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::PasswordLogin => "password_login",
            Self::SrpLogin => "srp_login",
            Self::TotpLogin => "totp_login",
            Self::PasskeyLogin => "passkey_login",
            Self::EmailLogin => "email_login",
            Self::Refresh => "refresh",
            Self::ClientCredentials => "client_credentials",
            Self::OAuthRefresh => "oauth_refresh",
            Self::LoginPage => "login_page",
            Self::GetUser => "get_user",
            Self::AdminGetUser => "admin_get_user",
            Self::ListUsersByEmail => "list_users_email",
            Self::CreateAndSetPassword => "create_set_password",
        }
    }

    /// How many requests are measured.
    const fn count(self, requests: usize) -> usize {
        match self {
            Self::LoginPage | Self::GetUser | Self::AdminGetUser | Self::ListUsersByEmail => {
                requests * 5
            }
            // Each needs a user of its own, since a code is good once.
            Self::TotpLogin => requests / 4,
            // Each user gets twenty codes in an hour.
            Self::EmailLogin => requests / 16,
            _ => requests,
        }
    }

    /// Connections at once.
    const fn clients(self) -> usize {
        match self {
            Self::CreateAndSetPassword => 32,
            _ => 8,
        }
    }

    /// What the rows cost at least that the control server does not read or write, in microseconds of CPU. A row read
    /// costs 5.5 and a durable row 34 where this was worked out (docs/performance.md).
    const fn rows(self) -> f64 {
        const READ: f64 = 5.5;
        const DURABLE: f64 = 34.0;
        match self {
            Self::SrpLogin => 2.0 * READ,
            // The used session and the used code in one change.
            Self::TotpLogin => 2.0 * READ + DURABLE,
            // The used session, and the passkey that knows of its use.
            Self::PasskeyLogin => 4.0 * READ + DURABLE,
            // The message and its count, its lease and its end; the used session.
            Self::EmailLogin => 4.0 * READ + 4.0 * DURABLE,
            Self::CreateAndSetPassword => 2.0 * DURABLE,
            // Clients, pools and domains are remembered.
            Self::LoginPage => 0.0,
            _ => READ,
        }
    }

    /// Performs the n-th request (or pair of requests) of the scene.
    async fn act(self, client: &mut Client, stage: &Stage, n: usize) -> Outcome {
        let pool = &stage.seeded.pool;
        let signer = format!("user{}", n % SIGNERS.min(stage.users));
        match self {
            Self::PasswordLogin => {
                password_login(client, &stage.seeded, &signer).await?;
            }
            Self::SrpLogin => srp_login(client, &stage.seeded, &signer).await?,
            Self::TotpLogin => {
                let device = &stage.devices[n % stage.devices.len()];
                device.login(client, &stage.seeded).await?;
            }
            Self::EmailLogin => {
                let n = n % SIGNERS.min(stage.users);
                stage.mailbox.login(client, &stage.seeded, n).await?;
            }
            Self::PasskeyLogin => {
                let passkey = &stage.passkeys[n % stage.passkeys.len()];
                passkey.login(client, &stage.seeded).await?;
            }
            Self::Refresh => {
                let token = &stage.refresh_tokens[n % stage.refresh_tokens.len()];
                let parameters = json!({ "REFRESH_TOKEN": token });
                let input = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": stage.seeded.client,
                    "AuthParameters": parameters });
                client.call("InitiateAuth", &input).await?;
            }
            Self::ClientCredentials => {
                let form = format!(
                    "grant_type=client_credentials&client_id={}&client_secret={}",
                    stage.seeded.machine, stage.seeded.secret
                );
                client.form(TOKEN, form).await?;
            }
            Self::OAuthRefresh => {
                let token = &stage.refresh_tokens[n % stage.refresh_tokens.len()];
                let form = format!(
                    "grant_type=refresh_token&client_id={}&refresh_token={token}",
                    stage.seeded.client
                );
                client.form(TOKEN, form).await?;
            }
            Self::LoginPage => {
                client.page(&stage.seeded.login_page()).await?;
            }
            Self::GetUser => {
                let token = &stage.access_tokens[n % stage.access_tokens.len()];
                client
                    .call("GetUser", &json!({ "AccessToken": token }))
                    .await?;
            }
            Self::AdminGetUser => {
                let name = format!("user{}", n * 7919 % stage.users);
                client
                    .call(
                        "AdminGetUser",
                        &json!({ "UserPoolId": pool, "Username": name }),
                    )
                    .await?;
            }
            Self::ListUsersByEmail => {
                let filter = format!("email = \"{}\"", seed::email(n * 7919 % stage.users));
                let found = client
                    .call(
                        "ListUsers",
                        &json!({ "UserPoolId": pool, "Filter": filter }),
                    )
                    .await?;
                if found["Users"]
                    .as_array()
                    .is_none_or(|users| users.len() != 1)
                {
                    return Err(format!("{filter}: {found}").into());
                }
            }
            Self::CreateAndSetPassword => {
                let name = format!(
                    "new-{}-{}",
                    stage.run,
                    stage.created.fetch_add(1, Ordering::Relaxed)
                );
                let input =
                    json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS" });
                client.call("AdminCreateUser", &input).await?;
                let input = json!({ "UserPoolId": pool, "Username": name, "Password": PASSWORD,
                    "Permanent": true });
                client.call("AdminSetUserPassword", &input).await?;
            }
        }
        Ok(())
    }
}

async fn password_login(client: &mut Client, seeded: &Seeded, name: &str) -> Outcome<Value> {
    let parameters = json!({ "USERNAME": name, "PASSWORD": PASSWORD });
    let input = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": seeded.client,
        "AuthParameters": parameters });
    let answer = client.call("InitiateAuth", &input).await?;
    Ok(answer["AuthenticationResult"].clone())
}

async fn srp_login(client: &mut Client, seeded: &Seeded, name: &str) -> Outcome {
    let secret = uuid::Uuid::new_v4();
    let us = srp::client::Client::new(secret.as_bytes());
    let input = json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": seeded.client,
        "AuthParameters": { "USERNAME": name, "SRP_A": us.public_hex() } });
    let answer = client.call("InitiateAuth", &input).await?;
    let parameter = |name: &str| {
        answer["ChallengeParameters"][name]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let (username, block) = (parameter("USER_ID_FOR_SRP"), parameter("SECRET_BLOCK"));
    let pool_name = seeded.pool.split_once('_').ok_or("a pool id without _")?.1;
    let salt = HEXLOWER.decode(parameter("SALT").as_bytes())?;
    let key = us
        .shared_key(&parameter("SRP_B"), &salt, pool_name, &username, PASSWORD)
        .ok_or("an unfit SRP_B")?;
    let timestamp = sign::srp_timestamp();
    let signature = key.sign(
        pool_name,
        &username,
        &BASE64.decode(block.as_bytes())?,
        &timestamp,
    );
    let input = json!({ "ChallengeName": "PASSWORD_VERIFIER", "ClientId": seeded.client,
        "ChallengeResponses": { "USERNAME": username, "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "TIMESTAMP": timestamp, "PASSWORD_CLAIM_SIGNATURE": BASE64.encode(&signature) } });
    client.call("RespondToAuthChallenge", &input).await?;
    Ok(())
}

async fn drive_scene(
    server: &Server,
    stage: &Arc<Stage>,
    scene: Scene,
    range: Range<usize>,
) -> Outcome<Figures> {
    let stage = Arc::clone(stage);
    let (first, requests) = (range.start, range.len());
    drive(server, scene.clients(), requests, move |mut client, n| {
        let stage = Arc::clone(&stage);
        async move {
            scene.act(&mut client, &stage, first + n).await?;
            Ok(client)
        }
    })
    .await
}

/// What bare hyper costs for a fixed answer.
async fn hello(floor: &Server) -> Outcome<Figures> {
    drive(floor, 8, 5_000, |mut client, _| async move {
        client.call("Hello", &json!({ "AccessToken": "x" })).await?;
        Ok(client)
    })
    .await
}

/// Measures a scene, a fixed answer and the control server by turns, so that all three meet the machine in the same
/// moods, and prints the row.
async fn compare(
    server: &Server,
    floor: &Server,
    stage: &Arc<Stage>,
    scene: Scene,
    count: usize,
) -> Outcome {
    const ROUNDS: usize = 4;
    let round = (count / ROUNDS).max(1);
    let (mut own, mut least, mut fixed) = <(Figures, Figures, Figures)>::default();
    for n in 0..ROUNDS {
        let (at, next) = (n * round, (n + 1) * round);
        own.add(drive_scene(server, stage, scene, at..next).await?);
        // Of other users: a code from an app is good once.
        least.add(drive_scene(floor, stage, scene, count + at..count + next).await?);
        fixed.add(hello(floor).await?);
    }
    let limit = least.cost() + scene.rows();
    println!(
        "{:<22}{:>8.0}{:>9.2}{:>9.2}{:>9.1}{:>10.0}{:>10.0}{:>8.2}{:>8.1}",
        scene.name(),
        own.requests / own.wall,
        own.percentile(0.5),
        own.percentile(0.99),
        own.cost(),
        1e6 / own.cost(),
        1e6 / limit,
        limit / own.cost(),
        own.cost() / fixed.cost()
    );
    Ok(())
}

/// Seeds, starts and measures.
pub(crate) async fn run(
    program: &Path,
    keep: Option<&Path>,
    users: usize,
    requests: usize,
    only: &str,
) -> Outcome {
    limit::print(&limit::measure_loaded());
    let own = std::env::temp_dir().join(format!("cenote-load-{}", std::process::id()));
    let data = keep.unwrap_or(&own);
    std::fs::create_dir_all(data)?;
    let outcome = measure(program, data, users, requests, only).await;
    if keep.is_none() {
        std::fs::remove_dir_all(&own)?;
    }
    outcome
}

async fn measure(
    program: &Path,
    data: &Path,
    users: usize,
    requests: usize,
    only: &str,
) -> Outcome {
    let seeded = seed::seed_once(data, users.max(SIGNERS)).await?;
    let config = data.join("cenote.toml");
    let (mailbox, endpoint) = Mailbox::open().await?;
    std::fs::write(&config, config_text(data, &endpoint))?;
    let start = Instant::now();
    let path = config.to_str().ok_or("a temporary path that is no text")?;
    let server = Server::start(program, &["serve", "--config", path]).await?;
    let mut client = Client::connect(&server.address).await?;
    client
        .call("ListUserPools", &json!({ "MaxResults": 1 }))
        .await?;
    let first = start.elapsed().as_secs_f64() * 1e3;
    println!("start to first answer: {first:.0} ms");
    // Until the keys that new pools will take are made.
    tokio::time::sleep(Duration::from_secs(2)).await;
    println!("idle memory: {:.1} MiB", server.resident_mib()?);
    let mut tokens = Vec::new();
    tokens.push(password_login(&mut client, &seeded, "user0").await?);
    let memory = server.resident_mib()?;
    println!("memory after the first sign-in: {memory:.1} MiB");
    for n in 1..SIGNERS.min(64) {
        tokens.push(password_login(&mut client, &seeded, &format!("user{n}")).await?);
    }
    let all = |name: &str| {
        tokens
            .iter()
            .filter_map(|token| Some(token[name].as_str()?.to_owned()))
            .collect()
    };
    let mut devices = Vec::new();
    if Scene::TotpLogin.name().contains(only) {
        for n in 0..2 * Scene::TotpLogin.count(requests) {
            // Another name in each run, since the data may be kept.
            let name = format!("totp{n}-{}", std::process::id());
            devices.push(Device::register(&mut client, &seeded, name).await?);
        }
    }
    let mut passkeys = Vec::new();
    if Scene::PasskeyLogin.name().contains(only) {
        for (n, token) in tokens.iter().enumerate() {
            let token = token["AccessToken"].as_str().ok_or("no access token")?;
            passkeys.push(Passkey::register(&mut client, format!("user{n}"), token).await?);
        }
    }
    let stage = Arc::new(Stage {
        devices,
        passkeys,
        mailbox,
        users: users.max(SIGNERS),
        run: uuid::Uuid::new_v4().as_u128(),
        created: AtomicUsize::new(0),
        refresh_tokens: all("RefreshToken"),
        access_tokens: all("AccessToken"),
        seeded,
    });
    create_pools(&mut client).await?;

    let floor = Server::start(&std::env::current_exe()?, &["floor"]).await?;
    println!(
        "\n{:<22}{:>8}{:>9}{:>9}{:>9}{:>10}{:>10}{:>8}{:>8}",
        "scene", "req/s", "p50 ms", "p99 ms", "CPU us", "/CPU-s", "limit", "ratio", "hellos"
    );
    for scene in Scene::ALL
        .into_iter()
        .filter(|scene| scene.name().contains(only))
    {
        let count = scene.count(requests);
        // The reads are made once before they are measured: the rows that they want are then in the memory of
        // the machine, if not in that of the process.
        let rehearsal = match scene {
            Scene::LoginPage | Scene::GetUser | Scene::AdminGetUser | Scene::ListUsersByEmail => {
                count
            }
            _ => count / 10,
        };
        drive_scene(&server, &stage, scene, 0..rehearsal).await?;
        compare(&server, &floor, &stage, scene, count).await?;
    }
    if "get_user_under_load".contains(only) {
        under_load(&server, &stage, requests).await?;
    }
    println!("memory after the run: {:.1} MiB", server.resident_mib()?);
    Ok(())
}

/// Keys come from a reservoir, so a few pools are instant.
async fn create_pools(client: &mut Client) -> Outcome {
    for n in 0..3 {
        let start = Instant::now();
        client
            .call("CreateUserPool", &json!({ "PoolName": format!("p{n}") }))
            .await?;
        println!(
            "CreateUserPool: {:.1} ms",
            start.elapsed().as_secs_f64() * 1e3
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

/// GetUser's latency while sign-ins keep every core busy.
async fn under_load(server: &Server, stage: &Arc<Stage>, requests: usize) -> Outcome {
    let background = drive_scene(server, stage, Scene::PasswordLogin, 0..requests);
    let probe = async {
        let mut client = Client::connect(&server.address).await?;
        let mut latencies = Vec::new();
        for n in 0..requests / 10 {
            let start = Instant::now();
            Scene::GetUser.act(&mut client, stage, n).await?;
            latencies.push(start.elapsed().as_secs_f64() * 1e3);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        latencies.sort_by(f64::total_cmp);
        Outcome::Ok(Figures {
            latencies,
            ..Figures::default()
        })
    };
    let (_, probe) = tokio::try_join!(background, probe)?;
    println!(
        "get_user while sign-ins saturate: p50 {:.2} ms, p99 {:.2} ms",
        probe.percentile(0.5),
        probe.percentile(0.99)
    );
    Ok(())
}

fn config_text(data: &Path, mail: &str) -> String {
    let data = data.display();
    format!(
        "listen = \"127.0.0.1:0\"\npublic_url = \"http://127.0.0.1:9229\"\nbehind_proxy = true\n\
         data = \"{data}\"\nroot_key_file = \"{data}/root.key\"\n\n[limits]\nrequest_rates = false\n\n[ses]\nfrom = \"load@example.com\"\nendpoint = \"{mail}\"\n\n\
         [aws]\naccess_key_id = \"x\"\nsecret_access_key = \"x\"\n\n[[access_keys]]\nid = \"{}\"\nsecret = \"{}\"\n",
        sign::ACCESS_KEY,
        sign::SECRET_KEY
    )
}
