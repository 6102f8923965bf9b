//! Signing in with a password that is sent.

use cenote_model::{ChallengeNameType, ErrorCode, EventFilterType};

use super::{Flow, Parameters, Progress, Proof, Scene, Step, after_first_factor, step_up};
use crate::ports::Write;
use crate::protection::compromised;
use crate::trigger::{self, Arrival};
use crate::user::limits::Lockout;
use crate::user::{Account, migration, password, sign_in};
use crate::{Cx, Error, Result};

/// USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH and the legacy ADMIN_NO_SRP_AUTH.
pub(crate) async fn with_password(
    cx: &Cx,
    scene: &Scene,
    parameters: &Parameters<'_>,
) -> Result<Step> {
    let username = parameters.required("USERNAME")?;
    let typed = parameters.required("PASSWORD")?;
    scene.check_secret_hash(cx, username, parameters.optional("SECRET_HASH"))?;
    let (account, lockout, _) = find(cx, scene, username, typed).await?;
    let person = scene.person(&account, username);
    trigger::pre_authentication(cx, person, scene.validation_data.as_ref()).await?;
    let mut progress = Progress::new(Flow::Password);
    progress.note_device(parameters.optional("DEVICE_KEY"));
    progress.level = step_up::aim(scene, &account, &[ChallengeNameType::Password]);
    prove(
        cx,
        scene,
        (account, lockout),
        (username, typed),
        progress,
        None,
    )
    .await
}

/// Checks the password and goes on. `first` is the use of the session that asked for it.
pub(super) async fn prove(
    cx: &Cx,
    scene: &Scene,
    (account, lockout): (Account, Lockout),
    (username, typed): (&str, &str),
    progress: Progress,
    first: Option<Write>,
) -> Result<Step> {
    let Scene { pool, client, .. } = scene;
    scene.attempt.try_password();
    let user = match &account {
        Account::Known(user) => match &user.password {
            Some(known) if known.matches(cx, pool, user, typed).await? => Some(user),
            Some(_) => None,
            None if user.waits_for_password(client) => {
                return Err(Error::password_reset_required());
            }
            None => {
                password::pretend(cx, pool, username, typed).await?;
                None
            }
        },
        Account::Unknown { .. } => {
            password::pretend(cx, pool, username, typed).await?;
            None
        }
    };
    let Some(user) = user else {
        lockout.fail(cx, pool).await?;
        return Err(Error::wrong_password());
    };
    password::adopt(cx, pool, user, typed).await?;
    let forgotten = lockout.succeed(cx, pool).await?;
    let proved = first.into_iter().chain(forgotten).collect();
    let event = EventFilterType::SignIn;
    let finding = compromised::check(cx, pool, &client.id, event, typed).await?;
    scene.attempt.find(finding);
    after_first_factor(cx, scene, user, progress.with(Proof::Password), proved).await
}

/// Finds who signs in. Somebody who is not here may be brought along; the last answer is whether he was.
pub(super) async fn find(
    cx: &Cx,
    scene: &Scene,
    username: &str,
    typed: &str,
) -> Result<(Account, Lockout, bool)> {
    let Scene { pool, client, .. } = scene;
    let found = sign_in::find_by_name(cx, pool, client, username).await;
    let is_unknown = match &found {
        Ok((account, _)) => matches!(account, Account::Unknown { .. }),
        Err(error) => error.code == ErrorCode::UserNotFound,
    };
    let arrival = Arrival {
        typed: username,
        password: Some(typed),
        validation_data: scene.validation_data.as_ref(),
        metadata: scene.metadata.as_ref(),
    };
    if is_unknown && migration::migrate(cx, pool, client, arrival).await? {
        let (account, lockout) = sign_in::find_by_name(cx, pool, client, username).await?;
        return Ok((account, lockout, true));
    }
    found.map(|(account, lockout)| (account, lockout, false))
}
