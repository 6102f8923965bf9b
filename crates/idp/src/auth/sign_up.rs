//! From a sign-up straight into a sign-in: SignUp answers a Session for ConfirmSignUp, and that one a Session
//! for USER_AUTH, where the code of the sign-up counts as the first factor.

use std::sync::Arc;

use cenote_model::ExplicitAuthFlowsType;

use super::session::{Pending, Session};
use super::{Flow, Parameters, Progress, Proof, Scene, Step, after_first_factor};
use crate::pool::{Client, Pool};
use crate::trigger;
use crate::user::{Account, User};
use crate::{Cx, Error, Result};

/// The Session of a SignUp that sent a code; `None` where the client has no USER_AUTH to go on with.
pub(crate) fn signed_up(
    cx: &Cx,
    pool: &Arc<Pool>,
    client: &Arc<Client>,
    user: &User,
) -> Result<Option<String>> {
    let progress = Progress::new(Flow::Choice);
    session(cx, pool, client, user, Pending::SignUp, progress)
}

/// The Session of a ConfirmSignUp whose code went to this attribute.
pub(crate) fn confirmed(
    cx: &Cx,
    pool: &Arc<Pool>,
    client: &Arc<Client>,
    user: &User,
    attribute: &str,
) -> Result<Option<String>> {
    let progress = Progress::new(Flow::Choice).with(Proof::of_code(attribute));
    session(cx, pool, client, user, Pending::SignedUp, progress)
}

fn session(
    cx: &Cx,
    pool: &Arc<Pool>,
    client: &Arc<Client>,
    user: &User,
    pending: Pending,
    progress: Progress,
) -> Result<Option<String>> {
    if !client.allows(ExplicitAuthFlowsType::AllowUserAuth) {
        return Ok(None);
    }
    let scene = Scene::new(Arc::clone(pool), Arc::clone(client));
    let session = Session::new(cx, &scene, user, pending, progress);
    session.seal(cx, &scene).map(Some)
}

/// Checks that a Session in ConfirmSignUp is of this account's sign-up. The code lives longer than the
/// session, and many clients send none: one that has expired counts as none.
pub(crate) async fn check(
    cx: &Cx,
    pool: &Arc<Pool>,
    client: &Arc<Client>,
    account: &Account,
    text: &str,
) -> Result<()> {
    let scene = Scene::new(Arc::clone(pool), Arc::clone(client));
    let Some(session) = Session::open_if_alive(cx, &scene, text).await? else {
        return Ok(());
    };
    match account {
        Account::Known(user) if session.pending == Pending::SignUp && session.fits(user) => Ok(()),
        _ => Err(Error::session_invalid()),
    }
}

/// USER_AUTH with the Session of ConfirmSignUp. It says who signs in; whoever is named beside it must be
/// the same.
pub(super) async fn start(
    cx: &Cx,
    scene: &Scene,
    parameters: &Parameters<'_>,
    text: &str,
) -> Result<Step> {
    let hash = parameters.optional("SECRET_HASH");
    let named = parameters.optional("USERNAME");
    if !scene.is_hosted && (scene.client.is_confidential() || hash.is_some()) {
        let username = parameters.required("USERNAME")?;
        scene.check_secret_hash(cx, username, hash)?;
    }
    let session = Session::open(cx, scene, text).await?;
    if session.pending != Pending::SignedUp {
        return Err(Error::session_invalid());
    }
    let user = match named {
        Some(username) => session.user(cx, scene, username).await?,
        None => session.owner(cx, scene).await?,
    };
    let account = Account::Known(Box::new(user.clone()));
    let person = scene.person(&account, named.unwrap_or(&user.username));
    trigger::pre_authentication(cx, person, scene.validation_data.as_ref()).await?;
    let first = session.consume(cx, &scene.pool);
    let mut progress = session.progress;
    progress.note_device(parameters.optional("DEVICE_KEY"));
    after_first_factor(cx, scene, &user, progress, vec![first]).await
}
