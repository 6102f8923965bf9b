//! The sessions of users: their settings, lists of them, and their end.

mod configuration;

use cenote_model::{
    AdminListUserSessionsRequest, AdminListUserSessionsResponse, AdminRevokeUserSessionRequest,
    AdminRevokeUserSessionResponse, ListUserSessionsRequest, ListUserSessionsResponse,
    RevokeUserSessionRequest, RevokeUserSessionResponse,
};

use crate::token::{Caller, session};
use crate::{Cx, Error, Result, user};

pub(crate) use configuration::{
    get_user_pool_client_session_configuration, get_user_pool_session_configuration,
    set_user_pool_client_session_configuration, set_user_pool_session_configuration,
};

/// Lists the caller's own sessions, across all clients.
pub(crate) async fn list_user_sessions(
    cx: &Cx,
    caller: &Caller,
    input: &ListUserSessionsRequest,
) -> Result<ListUserSessionsResponse> {
    let current = current(caller);
    let token = input.next_token.as_deref();
    let (sessions, next_token) =
        session::list(cx, &caller.pool, &caller.user, current.as_deref(), token).await?;
    Ok(ListUserSessionsResponse {
        sessions: Some(sessions),
        next_token,
    })
}

/// Ends another session of the caller.
pub(crate) async fn revoke_user_session(
    cx: &Cx,
    caller: &Caller,
    input: &RevokeUserSessionRequest,
) -> Result<RevokeUserSessionResponse> {
    let id = &input.session_id;
    if current(caller).as_ref() == Some(id) {
        return Err(Error::session_is_current());
    }
    let associated = input.revoke_associated_sessions;
    session::revoke(cx, &caller.pool, &caller.user, id, associated).await?;
    Ok(RevokeUserSessionResponse {})
}

/// The session of the caller's access token.
fn current(caller: &Caller) -> Option<String> {
    session::id_of(caller.origin_jti.as_deref()?)
}

/// Lists a user's sessions, across all clients.
pub(crate) async fn admin_list_user_sessions(
    cx: &Cx,
    input: &AdminListUserSessionsRequest,
) -> Result<AdminListUserSessionsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    let token = input.next_token.as_deref();
    let (sessions, next_token) = session::list(cx, &pool, &user, None, token).await?;
    Ok(AdminListUserSessionsResponse {
        sessions: Some(sessions),
        next_token,
    })
}

/// Ends a session of a user. One of another user is as good as absent.
pub(crate) async fn admin_revoke_user_session(
    cx: &Cx,
    input: &AdminRevokeUserSessionRequest,
) -> Result<AdminRevokeUserSessionResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    let associated = input.revoke_associated_sessions;
    session::revoke(cx, &pool, &user, &input.session_id, associated).await?;
    Ok(AdminRevokeUserSessionResponse {})
}
