//! Devices in a sign-in: which one it is, and the proof of a remembered one (DEVICE_SRP_AUTH, then
//! DEVICE_PASSWORD_VERIFIER).

use cenote_model::{ChallengeNameType, NewDeviceMetadataType};

use super::exchange::{self, Claim, Prover};
use super::session::{self, Pending, Session};
use super::{Parameters, Progress, Proof, Scene, Step, finish};
use crate::pool::Pool;
use crate::ports::{Change, CommitError, Expect, Kind, Write};
use crate::user::devices::{self, Device};
use crate::user::limits::{Guessed, Lockout};
use crate::user::{self, User};
use crate::{Cx, Error, Result};

/// The confirmed device that the client says it runs on; `None` when it says nothing or nobody asks.
pub(super) async fn recognise(
    cx: &Cx,
    scene: &Scene,
    user: &User,
    progress: &Progress,
) -> Result<Option<Device>> {
    match &progress.device_key {
        Some(key) if scene.pool.tracks_devices() => {
            devices::existing(cx, &scene.pool, &user.sub, key)
                .await
                .map(Some)
        }
        _ => Ok(None),
    }
}

/// Asks a remembered device to prove itself; `None` when there is no such device, or it has done so.
///
/// Some clients answer without the Session, so the sign-in also waits in a record of the device, where
/// a later one replaces it.
pub(super) async fn ask(
    cx: &Cx,
    scene: &Scene,
    user: &User,
    device: Option<&Device>,
    progress: &Progress,
) -> Result<Option<Step>> {
    let Some(device) = device.filter(|_| !progress.proofs.contains(&Proof::Device)) else {
        return Ok(None);
    };
    if device.trusted(cx)?.is_none() {
        return Ok(None);
    }
    let session = Session::new(cx, scene, user, Pending::Device, progress.clone());
    let text = session.seal(cx, scene)?;
    let waits = Write::Put {
        kind: Kind::Code,
        pool: scene.pool.id.clone(),
        key: waiting_key(scene, &user.sub, &device.key),
        doc: text.clone(),
        expires_at: Some(session.expires_at),
        expect: Expect::Any,
    };
    cx.commit(Change::new().with(waits)).await?;
    session.ask(cx, scene, []).map(Some)
}

fn waiting_key(scene: &Scene, sub: &str, device_key: &str) -> String {
    format!("{sub}/device/{}/{device_key}", scene.client.id)
}

/// The answer to DEVICE_SRP_AUTH: asks for the proof.
pub(super) async fn start(cx: &Cx, scene: &Scene, answers: &Parameters<'_>) -> Result<Step> {
    let pool = &scene.pool;
    devices::check_tracking(pool)?;
    let username = answers.required("USERNAME")?;
    let device_key = answers.required("DEVICE_KEY")?;
    let public_a = exchange::public_a(answers)?;
    let user = user::find(cx, pool, username).await?;
    let user = user.ok_or_else(Error::session_invalid)?;
    let waiting = cx
        .live(
            Kind::Code,
            &pool.id,
            &waiting_key(scene, &user.sub, device_key),
        )
        .await?
        .ok_or_else(Error::session_invalid)?;
    let session = Session::open(cx, scene, &waiting.doc).await?;
    scene.attempt.resume(session.progress.judged.as_ref());
    session.user(cx, scene, username).await?;
    Lockout::check(cx, pool, Guessed::Device, &user.sub).await?;
    let device = devices::existing(cx, pool, &user.sub, device_key).await?;
    let (salt, verifier) = device.trusted(cx)?.ok_or_else(Error::session_invalid)?;
    let who = (user.sub.as_str(), device.group_key.as_str(), device_key);
    let progress = session.progress.clone();
    let begun = exchange::begin(
        cx,
        scene,
        Prover::Device,
        who,
        &public_a,
        &verifier,
        progress,
    )
    .await?;
    let parameters = [
        ("SALT", salt),
        ("SECRET_BLOCK", begun.secret_block),
        ("SRP_B", begun.srp_b),
        ("USERNAME", user.username.clone()),
        ("DEVICE_KEY", device_key.to_owned()),
    ];
    Ok(Step::Challenge {
        name: ChallengeNameType::DevicePasswordVerifier,
        // Its state is in SECRET_BLOCK; clients hand the session on.
        session: Some(session.seal(cx, scene)?),
        parameters: parameters
            .map(|(name, value)| (name.to_owned(), value))
            .into(),
        available: None,
    })
}

/// The answer to DEVICE_PASSWORD_VERIFIER: checks the proof and signs in. The sign-in stops waiting.
pub(super) async fn verify(cx: &Cx, scene: &Scene, answers: &Parameters<'_>) -> Result<Step> {
    let pool = &scene.pool;
    devices::check_tracking(pool)?;
    let username = answers.required("USERNAME")?;
    let device_key = answers.required("DEVICE_KEY")?;
    let claim = Claim::read(cx, scene, Prover::Device, answers)?;
    let block = &claim.block;
    scene.attempt.resume(block.progress.judged.as_ref());
    let user = user::find(cx, pool, username)
        .await?
        .filter(|user| user.sub == block.sub && block.username == device_key)
        .ok_or_else(Error::wrong_password)?;
    user.check_enabled()?;
    let waiting_key = waiting_key(scene, &user.sub, device_key);
    let waiting = cx.live(Kind::Code, &pool.id, &waiting_key).await?;
    let waiting = waiting.ok_or_else(Error::session_invalid)?;
    let session = Session::open(cx, scene, &waiting.doc).await?;
    session.user(cx, scene, username).await?;
    let lockout = Lockout::check(cx, pool, Guessed::Device, &user.sub).await?;
    let device = devices::existing(cx, pool, &user.sub, device_key).await?;
    let (_, verifier) = device.trusted(cx)?.ok_or_else(Error::session_invalid)?;
    let progress = block.progress.clone().with(Proof::Device);
    let consume = Write::mark(&pool.id, &block.id, cx.now(), block.expires_at);
    if !claim.holds(cx, &verifier).await? {
        lockout.fail(cx, pool).await?;
        return Err(Error::wrong_password());
    }
    let mut change = Change::new().with(consume).with(Write::Delete {
        kind: Kind::Code,
        pool: pool.id.clone(),
        key: waiting_key,
        expect: Expect::Version(waiting.version),
    });
    change.writes.extend(lockout.succeed(cx, pool).await?);
    cx.try_commit(change).await.map_err(session::refused)?;
    finish(cx, scene, &user, progress, Some(device)).await
}

/// The device of a finished sign-in: `device_key` in its tokens.
#[derive(Default)]
pub(super) struct SignedIn {
    pub(super) key: Option<String>,
    /// What a client is told that runs on a device not known yet.
    pub(super) new: Option<NewDeviceMetadataType>,
}

/// Notes the sign-in on its device, or gives an unknown one a key.
pub(super) async fn sign_in(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    device: Option<Device>,
) -> Result<SignedIn> {
    if !pool.tracks_devices() {
        return Ok(SignedIn::default());
    }
    if let Some(device) = device {
        let key = device.key.clone();
        let change = Change::new().with(device.note_sign_in(cx)?);
        // Whoever wrote it at the same time noted the same, or forgot the device.
        if let Err(error) = cx.try_commit(change).await
            && !matches!(error, CommitError::Conflict { .. })
        {
            return Err(error.into());
        }
        return Ok(SignedIn {
            key: Some(key),
            new: None,
        });
    }
    let key = devices::new_key(cx, pool);
    Ok(SignedIn {
        key: Some(key.clone()),
        new: Some(NewDeviceMetadataType {
            device_key: Some(key),
            device_group_key: Some(devices::group_key(pool, user)),
        }),
    })
}
