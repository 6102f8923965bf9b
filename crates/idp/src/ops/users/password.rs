//! Passwords that administrators set, and resets that they start.

use cenote_model::{
    AdminResetUserPasswordRequest, AdminResetUserPasswordResponse, AdminSetUserPasswordRequest,
    AdminSetUserPasswordResponse, UserStatusType,
};

use super::save_status;
use crate::message::{self, Cause};
use crate::ports::Change;
use crate::trigger::Origin;
use crate::user::codes::{self, CodePurpose};
use crate::user::{self, User, password};
use crate::{Cx, Error, Result};

/// Sets a password: a permanent one confirms the user, a temporary one must be changed at the next
/// sign-in. Tokens that the user has stay alive.
pub(crate) async fn admin_set_user_password(
    cx: &Cx,
    input: &AdminSetUserPasswordRequest,
) -> Result<AdminSetUserPasswordResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    password::check_policy(&pool, &input.password, Error::password_does_not_conform)?;
    let permanent = input.permanent.unwrap_or_default();
    let mut after = user.clone();
    password::set(cx, &pool, &mut after, &input.password, !permanent).await?;
    after.status = if permanent {
        UserStatusType::Confirmed
    } else {
        UserStatusType::ForceChangePassword
    };
    save_status(cx, &pool, &user, after).await?;
    Ok(AdminSetUserPasswordResponse {})
}

/// Starts a password reset: the old password signs in no more, and a code goes to a verified attribute.
pub(crate) async fn admin_reset_user_password(
    cx: &Cx,
    input: &AdminResetUserPasswordRequest,
) -> Result<AdminResetUserPasswordResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    user.check_enabled()?;
    if !user.is_resettable() {
        return Err(Error::cannot_reset_password());
    }
    let target = message::recovery_target(&pool, &user)?;

    let after = User {
        status: UserStatusType::ResetRequired,
        modified_at: cx.now(),
        ..user.clone()
    };
    let mut change = Change::new();
    user::update(&pool, &user, &after, &mut change)?;
    let kind = (CodePurpose::ResetPassword, Cause::ForgotPassword);
    let origin = Origin::admin(input.client_metadata.as_ref());
    let letter = codes::send(cx, &pool, &after, kind, origin, target, &mut change)?;
    message::commit(cx, &pool, change, &[letter], Error::from).await?;
    Ok(AdminResetUserPasswordResponse {})
}
