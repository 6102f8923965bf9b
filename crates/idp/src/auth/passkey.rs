//! WEB_AUTHN: the first factor is a passkey.

use data_encoding::BASE64URL_NOPAD;

use super::choice::account_of;
use super::session::{self, Pending, Session, use_up};
use super::{Parameters, Progress, Proof, Scene, Step, after_first_factor};
use crate::crypto::webauthn;
use crate::ports::{Change, Write};
use crate::user::Account;
use crate::user::limits::{Guessed, Lockout};
use crate::user::passkeys::{self, Assertion};
use crate::{Cx, Error, Result};

/// The parameter with what the browser made of the options.
pub(super) const CREDENTIAL: &str = "CREDENTIAL";

/// Asks for a proof by one of the user's passkeys. `first` is the use of the session that asked before.
pub(super) async fn ask(
    cx: &Cx,
    scene: &Scene,
    account: &Account,
    progress: Progress,
    first: Option<Write>,
) -> Result<Step> {
    let mut challenge = [0; 32];
    cx.service.entropy.fill(&mut challenge);
    let challenge = BASE64URL_NOPAD.encode(&challenge);
    let timeout_ms = scene.client.session_ms();
    let options =
        passkeys::request_options(cx, &scene.pool, account, &challenge, timeout_ms).await?;
    use_up(cx, first).await?;
    let session = Session::of(cx, scene, account, Pending::Passkey(challenge), progress);
    session.ask(cx, scene, [("CREDENTIAL_REQUEST_OPTIONS", options)])
}

/// The options once more, for the challenge that a session waits for.
pub(crate) async fn passkey_options(
    cx: &Cx,
    scene: &Scene,
    username: &str,
    session: &str,
) -> Result<String> {
    let session = Session::open(cx, scene, session).await?;
    let Pending::Passkey(challenge) = &session.pending else {
        return Err(Error::session_invalid());
    };
    let account = session.account(cx, scene, username).await?;
    let timeout_ms = scene.client.session_ms();
    passkeys::request_options(cx, &scene.pool, &account, challenge, timeout_ms).await
}

/// The answer to WEB_AUTHN. Nobody's is looked up like somebody's, and refused like a wrong one.
pub(super) async fn answer(
    cx: &Cx,
    scene: &Scene,
    session: Session,
    challenge: &str,
    answers: &Parameters<'_>,
) -> Result<Step> {
    let pool = &scene.pool;
    let assertion = Assertion::parse(answers.required(CREDENTIAL)?)?;
    let account = account_of(cx, scene, &session, answers).await?;
    let lockout = Lockout::check(cx, pool, Guessed::Passkey, account.sub()).await?;
    let challenge = webauthn::decode(challenge).ok_or_else(Error::session_invalid)?;
    let proven = assertion.check(cx, pool, account.sub(), &challenge).await?;
    let (Some(proven), Account::Known(user)) = (proven, &account) else {
        lockout.fail(cx, pool).await?;
        return Err(Error::passkey_wrong());
    };
    let mut change = Change::new().with(session.consume(cx, pool));
    change.writes.extend(lockout.succeed(cx, pool).await?);
    change.push(proven.write);
    cx.try_commit(change).await.map_err(session::refused)?;
    let mut progress = session.progress.with(if proven.is_roaming {
        Proof::RoamingPasskey
    } else {
        Proof::PlatformPasskey
    });
    if proven.is_user_verified && passkeys::are_two_factors(pool) {
        progress = progress.with(Proof::UserVerification);
    }
    after_first_factor(cx, scene, user, progress, Vec::new()).await
}
