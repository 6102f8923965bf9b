//! Linking people at identity providers to users.

use cenote_model::{
    AdminDisableProviderForUserRequest, AdminDisableProviderForUserResponse,
    AdminLinkProviderForUserRequest, AdminLinkProviderForUserResponse,
};

use crate::federation::linked;
use crate::{Cx, Result};

/// Links somebody at a provider to a user.
pub(crate) async fn admin_link_provider_for_user(
    cx: &Cx,
    input: &AdminLinkProviderForUserRequest,
) -> Result<AdminLinkProviderForUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    linked::link(cx, &pool, &input.destination_user, &input.source_user).await?;
    Ok(AdminLinkProviderForUserResponse {})
}

/// Unlinks somebody at a provider, or takes the password away from a local user.
pub(crate) async fn admin_disable_provider_for_user(
    cx: &Cx,
    input: &AdminDisableProviderForUserRequest,
) -> Result<AdminDisableProviderForUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    linked::disable(cx, &pool, &input.user).await?;
    Ok(AdminDisableProviderForUserResponse {})
}
