//! Signing in by SRP: the password never leaves the client. The state between the two calls is in
//! SECRET_BLOCK, sealed.

use cenote_model::ChallengeNameType;
use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Flow, Parameters, Progress, Proof, Scene, Step, after_first_factor, session};
use crate::crypto::{Purpose, srp};
use crate::pool::Pool;
use crate::ports::Kind;
use crate::user::{self, Account, sign_in};
use crate::{Cx, Error, Result};

/// How far TIMESTAMP may be from the machine's clock, in seconds.
const CLOCK_SKEW: i64 = 5 * 60;

/// What SECRET_BLOCK holds: everything of the first call that the second needs.
#[derive(Serialize, Deserialize)]
struct Block {
    id: String,
    /// The user's `sub`, or the made-up one of nobody.
    sub: String,
    /// USER_ID_FOR_SRP.
    username: String,
    /// Milliseconds since the epoch.
    expires_at: i64,
    /// The server's secret exponent, base64.
    secret: String,
    /// SRP_A and SRP_B, base64 of the numbers' bytes.
    client: String,
    server: String,
    /// What lies behind.
    progress: Progress,
}

/// Stands where a user's verifier would. Any number does: `B` is as random as its secret exponent, and
/// what proves to know the logarithm is refused all the same.
const NOBODY: [u8; srp::SIZE] = [1; srp::SIZE];

/// The first call: answers PASSWORD_VERIFIER. For a user who does not exist (where the client hides
/// that) it answers a stable salt and a `B` like any other.
pub(crate) async fn start(cx: &Cx, scene: &Scene, parameters: &Parameters<'_>) -> Result<Step> {
    let Scene { pool, client, .. } = scene;
    let username = parameters.required("USERNAME")?;
    let public_a = parameters.required("SRP_A")?;
    client.check_secret_hash(cx, username, parameters.optional("SECRET_HASH"))?;
    let public_a = srp::ClientPublic::parse(public_a).map_err(|_| Error::srp_a_unfit())?;
    let (account, _) = sign_in::find_by_name(cx, pool, client, username).await?;

    if let Account::Known(user) = &account
        && user.waits_for_password(client)
    {
        return Err(Error::password_reset_required());
    }
    let known = match &account {
        Account::Known(user) => user.srp_password().map(|password| (user, password)),
        Account::Unknown { .. } => None,
    };
    let (srp_username, salt, verifier) = match known {
        Some((user, password)) => (
            user.username.clone(),
            password.salt.clone(),
            password.verifier(cx, user)?,
        ),
        None => (
            account.username().to_owned(),
            invented_salt(cx, pool, account.sub()),
            NOBODY,
        ),
    };
    let mut progress = Progress::new(Flow::Password);
    progress.note_device(parameters.optional("DEVICE_KEY"));
    let mut secret = [0; 32];
    cx.service.entropy.fill(&mut secret);
    let start = cx
        .cpu(move || srp::ServerStart::new(&verifier, secret))
        .await?;
    let block = Block {
        id: cx.uuid().to_string(),
        sub: account.sub().to_owned(),
        username: srp_username.clone(),
        expires_at: cx.now() + client.session_ms(),
        secret: BASE64.encode(&*start.secret),
        client: BASE64.encode(public_a.as_bytes()),
        server: BASE64.encode(&start.public),
        progress,
    };
    let plain = serde_json::to_vec(&block).map_err(|error| Error::internal(error.to_string()))?;
    let context = session::context(pool, client);
    let sealed = cx.service.sealer.seal(
        Purpose::SecretBlock,
        context.as_bytes(),
        &plain,
        &*cx.service.entropy,
    );
    let parameters = [
        ("SALT", salt),
        ("SECRET_BLOCK", BASE64.encode(&sealed)),
        ("SRP_B", start.public_hex()),
        ("USERNAME", srp_username.clone()),
        ("USER_ID_FOR_SRP", srp_username),
    ];
    Ok(Step::Challenge {
        name: ChallengeNameType::PasswordVerifier,
        session: None,
        parameters: parameters
            .map(|(name, value)| (name.to_owned(), value))
            .into(),
        available: None,
    })
}

fn invented_salt(cx: &Cx, pool: &Pool, sub: &str) -> String {
    let mac = cx.service.sealer.lasting_mac(
        Purpose::Invented,
        format!("salt\0{}\0{sub}", pool.id).as_bytes(),
    );
    let mut salt = [0; 16];
    salt.copy_from_slice(&mac[..16]);
    // As in a real salt, every value but zero: a pattern here would tell who exists.
    if salt[0] == 0 {
        salt[0] = mac[16].max(1);
    }
    HEXLOWER.encode(&salt)
}

/// The second call: checks the proof. The block works once, for this client, in its time.
pub(super) async fn verify(cx: &Cx, scene: &Scene, answers: &Parameters<'_>) -> Result<Step> {
    let Scene { pool, client, .. } = scene;
    let username = answers.required("USERNAME")?;
    let block_text = answers.required("PASSWORD_CLAIM_SECRET_BLOCK")?;
    let timestamp = answers.required("TIMESTAMP")?;
    let signature = answers.required("PASSWORD_CLAIM_SIGNATURE")?;

    let secret_block = BASE64
        .decode(block_text.as_bytes())
        .map_err(|_| Error::wrong_password())?;
    let block: Block = cx
        .service
        .sealer
        .open(
            Purpose::SecretBlock,
            session::context(pool, client).as_bytes(),
            &secret_block,
        )
        .ok()
        .and_then(|plain| serde_json::from_slice(&plain).ok())
        .ok_or_else(Error::wrong_password)?;
    let time = srp::parse_timestamp(timestamp).ok_or_else(Error::timestamp_format)?;
    let skew = (cx.service.clock.client_ms() / 1000 - time).abs();
    if block.expires_at <= cx.now() || skew > CLOCK_SKEW {
        return Err(Error::wrong_password());
    }
    let record = (Kind::Consumed, block.id.as_str());
    let (user, consumed, lockout) = sign_in::find_by_sub(cx, pool, &block.sub, record).await?;
    if consumed.is_some() {
        return Err(Error::wrong_password());
    }
    let lockout = lockout?;
    let named = username == block.username
        || match user::find(cx, pool, username).await? {
            Some(found) => found.sub == block.sub,
            None => user::names::invented_sub(cx, pool, username) == block.sub,
        };
    let password = user
        .as_ref()
        .and_then(|user| Some((user, user.srp_password()?)));
    let verifier = match password {
        Some((user, password)) => password.verifier(cx, user)?,
        None => NOBODY,
    };
    let proof = Answer {
        pool_name: pool.srp_name().to_owned(),
        verifier,
        secret_block,
        timestamp: timestamp.to_owned(),
        signature: signature.to_owned(),
    };
    let sub = block.sub.clone();
    let (id, expires_at) = (block.id.clone(), block.expires_at);
    let mut progress = block.progress.clone().with(Proof::Password);
    progress.note_device(answers.optional("DEVICE_KEY"));
    let is_right = cx.cpu(move || proof.holds(&block)).await?;
    match user {
        Some(user) if is_right && named && user.srp_password().is_some() => {
            debug_assert_eq!(user.sub, sub, "the user of the block was read");
            let mut proved = vec![session::consume(cx, pool, &id, expires_at)];
            proved.extend(lockout.succeed(cx, pool).await?);
            after_first_factor(cx, scene, &user, progress, proved).await
        }
        _ => {
            lockout.fail(cx, pool).await?;
            Err(Error::wrong_password())
        }
    }
}

/// What the second call sends, with what it is checked against.
struct Answer {
    pool_name: String,
    verifier: [u8; srp::SIZE],
    secret_block: Vec<u8>,
    timestamp: String,
    signature: String,
}

impl Answer {
    /// Recomputes the session key and the signature: two exponentiations.
    fn holds(&self, block: &Block) -> bool {
        self.check(block).unwrap_or(false)
    }

    fn check(&self, block: &Block) -> Option<bool> {
        let decode = |text: &str| BASE64.decode(text.as_bytes()).ok();
        let start = srp::ServerStart {
            secret: Zeroizing::new(
                Zeroizing::new(decode(&block.secret)?)
                    .as_slice()
                    .try_into()
                    .ok()?,
            ),
            public: decode(&block.server)?.try_into().ok()?,
        };
        let client = srp::ClientPublic::from_bytes(&decode(&block.client)?).ok()?;
        let signature = decode(&self.signature)?;
        let key = start.shared_key(&client, &self.verifier);
        Some(key.verify(
            &self.pool_name,
            &block.username,
            &self.secret_block,
            &self.timestamp,
            &signature,
        ))
    }
}
