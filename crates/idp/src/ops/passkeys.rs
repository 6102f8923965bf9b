//! Passkeys: registering, listing and deleting one's own.

use cenote_model::{
    CompleteWebAuthnRegistrationRequest, CompleteWebAuthnRegistrationResponse,
    DeleteWebAuthnCredentialRequest, DeleteWebAuthnCredentialResponse,
    ListWebAuthnCredentialsRequest, ListWebAuthnCredentialsResponse,
    StartWebAuthnRegistrationRequest, StartWebAuthnRegistrationResponse,
};

use crate::ports::{Change, CommitError};
use crate::stored::Stored;
use crate::token::Caller;
use crate::user::passkeys::{self, Registration};
use crate::user::{self, User};
use crate::{Cx, Error, Result, page};

/// Answers the options with which a browser makes a passkey.
pub(crate) async fn start_web_authn_registration(
    cx: &Cx,
    caller: &Caller,
    _input: &StartWebAuthnRegistrationRequest,
) -> Result<StartWebAuthnRegistrationResponse> {
    let Caller {
        pool, client, user, ..
    } = caller;
    Ok(StartWebAuthnRegistrationResponse {
        credential_creation_options: passkeys::creation_options(cx, pool, client, user).await?,
    })
}

/// Registers the passkey that a browser has made. The user's record counts them, so that two at once do not
/// make one too many.
pub(crate) async fn complete_web_authn_registration(
    cx: &Cx,
    caller: &Caller,
    input: &CompleteWebAuthnRegistrationRequest,
) -> Result<CompleteWebAuthnRegistrationResponse> {
    let Caller {
        pool, client, user, ..
    } = caller;
    let registration = Registration::parse(&input.credential)?;
    let (used, passkey) = registration.check(cx, pool, client, user).await?;
    let mut change = Change::new().with(used).with(passkey.insert(cx.now())?);
    let after = User {
        passkeys: user.passkeys + 1,
        ..user.clone()
    };
    user::update(pool, user, &after, &mut change)?;
    cx.try_commit(change).await.map_err(|error| match error {
        CommitError::Conflict { index: 0 } => Error::passkey_challenge_not_found(),
        CommitError::Conflict { index: 1 } => Error::passkey_exists(),
        other => other.into(),
    })?;
    Ok(CompleteWebAuthnRegistrationResponse {})
}

/// Lists the caller's passkeys. A page has as many as a user can have, unless fewer are asked for.
pub(crate) async fn list_web_authn_credentials(
    cx: &Cx,
    caller: &Caller,
    input: &ListWebAuthnCredentialsRequest,
) -> Result<ListWebAuthnCredentialsResponse> {
    let Caller { pool, user, .. } = caller;
    let size = page::size(input.max_results).min(passkeys::MOST);
    let scope = format!("passkeys/{}/{}", pool.id, user.sub);
    let after = page::open(cx, "NextToken", &scope, input.next_token.as_deref())?;
    let mut found = passkeys::page(cx, pool, &user.sub, after.as_deref(), size + 1).await?;
    let next_token = page::cut(cx, &scope, &mut found, size, Stored::id);
    Ok(ListWebAuthnCredentialsResponse {
        credentials: found.iter().map(Stored::description).collect(),
        next_token,
    })
}

/// Deletes one of the caller's passkeys.
pub(crate) async fn delete_web_authn_credential(
    cx: &Cx,
    caller: &Caller,
    input: &DeleteWebAuthnCredentialRequest,
) -> Result<DeleteWebAuthnCredentialResponse> {
    let Caller { pool, user, .. } = caller;
    let passkey = passkeys::existing(cx, pool, &user.sub, &input.credential_id).await?;
    let mut change = Change::new().with(passkey.delete());
    let after = User {
        passkeys: user.passkeys.saturating_sub(1),
        ..user.clone()
    };
    user::update(pool, user, &after, &mut change)?;
    cx.commit(change).await?;
    Ok(DeleteWebAuthnCredentialResponse {})
}
