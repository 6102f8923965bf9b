//! What a user may do: confirmed, enabled, signed in.

use cenote_model::{
    AdminConfirmSignUpRequest, AdminConfirmSignUpResponse, AdminDisableUserRequest,
    AdminDisableUserResponse, AdminEnableUserRequest, AdminEnableUserResponse,
    AdminUserGlobalSignOutRequest, AdminUserGlobalSignOutResponse, UserStatusType,
};

use super::save_status;
use crate::trigger::{self, CONFIRM_SIGN_UP, Origin};
use crate::user::{self, User};
use crate::{Cx, Error, Result};

/// Confirms a sign-up. No attribute becomes verified by it.
pub(crate) async fn admin_confirm_sign_up(
    cx: &Cx,
    input: &AdminConfirmSignUpRequest,
) -> Result<AdminConfirmSignUpResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    if user.status != UserStatusType::Unconfirmed {
        return Err(Error::cannot_confirm(user.status));
    }
    let after = User {
        status: UserStatusType::Confirmed,
        ..user.clone()
    };
    let after = save_status(cx, &pool, &user, after).await?;
    let origin = Origin::admin(input.client_metadata.as_ref());
    trigger::post_confirmation(cx, &pool, origin, CONFIRM_SIGN_UP, &after).await?;
    Ok(AdminConfirmSignUpResponse {})
}

pub(crate) async fn admin_enable_user(
    cx: &Cx,
    input: &AdminEnableUserRequest,
) -> Result<AdminEnableUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    if !user.enabled {
        let after = User {
            enabled: true,
            ..user.clone()
        };
        user::save(cx, &pool, &user, after).await?;
    }
    Ok(AdminEnableUserResponse {})
}

/// Disables a user. The tokens die for good: enabling the user again does not revive them.
pub(crate) async fn admin_disable_user(
    cx: &Cx,
    input: &AdminDisableUserRequest,
) -> Result<AdminDisableUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    if user.enabled {
        let mut after = User {
            enabled: false,
            ..user.clone()
        };
        after.end_tokens();
        user::save(cx, &pool, &user, after).await?;
    }
    Ok(AdminDisableUserResponse {})
}

/// Signs a user out everywhere.
pub(crate) async fn admin_user_global_sign_out(
    cx: &Cx,
    input: &AdminUserGlobalSignOutRequest,
) -> Result<AdminUserGlobalSignOutResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    user::sign_out(cx, &pool, &user).await?;
    Ok(AdminUserGlobalSignOutResponse {})
}
