//! One user's profile: reading, attributes, legacy settings, deletion.

use cenote_model::{
    AdminDeleteUserAttributesRequest, AdminDeleteUserAttributesResponse, AdminDeleteUserRequest,
    AdminGetUserRequest, AdminGetUserResponse, AdminSetUserSettingsRequest,
    AdminSetUserSettingsResponse, AdminUpdateUserAttributesRequest,
    AdminUpdateUserAttributesResponse, Timestamp,
};

use crate::trigger::Origin;
use crate::user::attributes::{self, Given};
use crate::user::{self, update};
use crate::{Cx, Result};

pub(crate) async fn admin_get_user(
    cx: &Cx,
    input: &AdminGetUserRequest,
) -> Result<AdminGetUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    Ok(AdminGetUserResponse {
        username: user.username.as_str().into(),
        user_attributes: Some(user.attribute_list()),
        user_create_date: Some(Timestamp(user.created_at)),
        user_last_modified_date: Some(Timestamp(user.modified_at)),
        enabled: Some(user.enabled),
        user_status: Some(user.status),
        mfa_options: user.mfa_options(),
        preferred_mfa_setting: user.preferred_mfa_setting(),
        user_mfa_setting_list: user.mfa_setting_list(),
    })
}

pub(crate) async fn admin_update_user_attributes(
    cx: &Cx,
    input: &AdminUpdateUserAttributesRequest,
) -> Result<AdminUpdateUserAttributesResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    let update = attributes::check(&pool, Given::AtUpdate, &input.user_attributes)?;
    let origin = Origin::admin(input.client_metadata.as_ref());
    update::update_attributes(cx, &pool, &user, update, origin).await?;
    Ok(AdminUpdateUserAttributesResponse {})
}

pub(crate) async fn admin_delete_user_attributes(
    cx: &Cx,
    input: &AdminDeleteUserAttributesRequest,
) -> Result<AdminDeleteUserAttributesResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    update::delete_attributes(cx, &pool, &user, &input.user_attribute_names).await?;
    Ok(AdminDeleteUserAttributesResponse {})
}

pub(crate) async fn admin_set_user_settings(
    cx: &Cx,
    input: &AdminSetUserSettingsRequest,
) -> Result<AdminSetUserSettingsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    update::set_mfa_options(cx, &pool, &user, &input.mfa_options).await?;
    Ok(AdminSetUserSettingsResponse {})
}

pub(crate) async fn admin_delete_user(cx: &Cx, input: &AdminDeleteUserRequest) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    cx.commit(user::delete(&user)).await
}
