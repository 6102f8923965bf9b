//! Signing in by SRP: the password never leaves the client. The state between the two calls is in
//! SECRET_BLOCK, sealed.

use cenote_model::ChallengeNameType;
use data_encoding::HEXLOWER;

use super::exchange::{self, Claim, Prover};
use super::{Flow, Parameters, Progress, Proof, Scene, Step, after_first_factor, commit, custom};
use crate::crypto::{Purpose, srp};
use crate::pool::Pool;
use crate::ports::{Kind, Write};
use crate::trigger;
use crate::user::{self, Account, sign_in};
use crate::{Cx, Error, Result};

/// Stands where a user's verifier would. Any number does: `B` is as random as its secret exponent, and
/// what proves to know the logarithm is refused all the same.
const NOBODY: [u8; srp::SIZE] = [1; srp::SIZE];

/// The first call: answers PASSWORD_VERIFIER. For a user who does not exist (where the client hides
/// that) it answers a stable salt and a `B` like any other.
pub(crate) async fn start(cx: &Cx, scene: &Scene, parameters: &Parameters<'_>) -> Result<Step> {
    let Scene { pool, client, .. } = scene;
    let username = parameters.required("USERNAME")?;
    client.check_secret_hash(cx, username, parameters.optional("SECRET_HASH"))?;
    let public_a = exchange::public_a(parameters)?;
    let (account, _) = sign_in::find_by_name(cx, pool, client, username).await?;
    let person = scene.person(&account, username);
    trigger::pre_authentication(cx, person, scene.validation_data.as_ref()).await?;
    let mut progress = Progress::new(Flow::Password);
    progress.note_device(parameters.optional("DEVICE_KEY"));
    ask(cx, scene, &account, &public_a, progress, None).await
}

/// Asks for the proof of the password. `session` goes along where the flow has one.
pub(super) async fn ask(
    cx: &Cx,
    scene: &Scene,
    account: &Account,
    public_a: &srp::ClientPublic,
    progress: Progress,
    session: Option<String>,
) -> Result<Step> {
    let pool = &scene.pool;
    if let Account::Known(user) = account
        && user.waits_for_password(&scene.client)
    {
        return Err(Error::password_reset_required());
    }
    let known = match account {
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
    let who = (account.sub(), pool.srp_name(), srp_username.as_str());
    let begun =
        exchange::begin(cx, scene, Prover::User, who, public_a, &verifier, progress).await?;
    let parameters = [
        ("SALT", salt),
        ("SECRET_BLOCK", begun.secret_block),
        ("SRP_B", begun.srp_b),
        ("USERNAME", srp_username.clone()),
        ("USER_ID_FOR_SRP", srp_username),
    ];
    Ok(Step::Challenge {
        name: ChallengeNameType::PasswordVerifier,
        session,
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
    let pool = &scene.pool;
    let username = answers.required("USERNAME")?;
    let claim = Claim::read(cx, scene, Prover::User, answers)?;
    let block = &claim.block;
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
    let consume = Write::mark(&pool.id, &block.id, cx.now(), block.expires_at);
    let mut progress = block.progress.clone().with(Proof::Password);
    progress.note_device(answers.optional("DEVICE_KEY"));
    let is_right = claim.holds(cx, &verifier).await?;
    match user {
        Some(user) if is_right && named && user.srp_password().is_some() => {
            let mut proved = vec![consume];
            proved.extend(lockout.succeed(cx, pool).await?);
            if progress.flow == Flow::Custom {
                commit(cx, proved).await?;
                let account = Account::Known(Box::new(user));
                return custom::after_password(cx, scene, &account, username, progress).await;
            }
            after_first_factor(cx, scene, &user, progress, proved).await
        }
        _ => {
            lockout.fail(cx, pool).await?;
            Err(Error::wrong_password())
        }
    }
}
