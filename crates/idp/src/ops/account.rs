//! What signed-in users do with their own account: GetUser, UpdateUserAttributes, DeleteUserAttributes,
//! GetUserAttributeVerificationCode, VerifyUserAttribute, SetUserSettings, DeleteUser.

use cenote_model::{
    DeleteUserAttributesRequest, DeleteUserAttributesResponse, DeleteUserRequest,
    GetUserAttributeVerificationCodeRequest, GetUserAttributeVerificationCodeResponse,
    GetUserRequest, GetUserResponse, SetUserSettingsRequest, SetUserSettingsResponse,
    UpdateUserAttributesRequest, UpdateUserAttributesResponse, VerifyUserAttributeRequest,
    VerifyUserAttributeResponse,
};

use crate::message::{self, Cause, Target};
use crate::ports::Change;
use crate::token::Caller;
use crate::trigger::Origin;
use crate::user::attributes::{self, Given};
use crate::user::codes::{self, CodePurpose};
use crate::user::limits::{self, Hourly};
use crate::user::{self, User, names, update};
use crate::{Cx, Error, Result};

/// Shows the attributes that the client may read. Lists of MFA factors are absent while there is none.
#[expect(clippy::unused_async, reason = "every operation is called alike")]
pub(crate) async fn get_user(
    _cx: &Cx,
    caller: &Caller,
    _input: &GetUserRequest,
) -> Result<GetUserResponse> {
    Ok(GetUserResponse {
        username: caller.user.username.as_str().into(),
        user_attributes: attributes::readable(&caller.client, &caller.user),
        mfa_options: caller.user.mfa_options(),
        preferred_mfa_setting: caller.user.preferred_mfa_setting(),
        user_mfa_setting_list: caller.user.mfa_setting_list(),
    })
}

/// Changes attributes that the client may write; a blank value deletes one.
pub(crate) async fn update_user_attributes(
    cx: &Cx,
    caller: &Caller,
    input: &UpdateUserAttributesRequest,
) -> Result<UpdateUserAttributesResponse> {
    let Caller {
        pool, client, user, ..
    } = caller;
    let names = input
        .user_attributes
        .iter()
        .map(|attribute| attribute.name.as_str());
    attributes::check_writable(client, names)?;
    let changes = attributes::check(pool, Given::AtUpdate, &input.user_attributes)?;
    let origin = Origin::client(&client.id, input.client_metadata.as_ref());
    let sent = update::update_attributes(cx, pool, user, changes, origin).await?;
    Ok(UpdateUserAttributesResponse {
        code_delivery_details_list: Some(sent),
    })
}

/// Deletes attributes that the client may write.
pub(crate) async fn delete_user_attributes(
    cx: &Cx,
    caller: &Caller,
    input: &DeleteUserAttributesRequest,
) -> Result<DeleteUserAttributesResponse> {
    let Caller {
        pool, client, user, ..
    } = caller;
    attributes::check_writable(
        client,
        input.user_attribute_names.iter().map(String::as_str),
    )?;
    update::delete_attributes(cx, pool, user, &input.user_attribute_names).await?;
    Ok(DeleteUserAttributesResponse {})
}

/// Sends a code that verifies an e-mail address or phone number, whether or not the pool does so by itself.
pub(crate) async fn get_user_attribute_verification_code(
    cx: &Cx,
    caller: &Caller,
    input: &GetUserAttributeVerificationCodeRequest,
) -> Result<GetUserAttributeVerificationCodeResponse> {
    let Caller {
        pool, client, user, ..
    } = caller;
    let attribute = contact(&input.attribute_name)?;
    let target = unverified(user, attribute).ok_or_else(|| Error::contact_missing(attribute))?;
    let attempt = limits::count(
        cx,
        pool,
        &user.sub,
        Hourly::GetUserAttributeVerificationCode,
    )
    .await?;
    let mut change = Change::new().with(attempt);
    let kind = (
        CodePurpose::verifying(attribute),
        Cause::VerifyUserAttribute,
    );
    let origin = Origin::client(&client.id, input.client_metadata.as_ref());
    let letter = codes::send(cx, pool, user, kind, origin, target, &mut change)?;
    let details = letter.details();
    message::commit(cx, pool, change, &[letter], Error::from).await?;
    Ok(GetUserAttributeVerificationCodeResponse {
        code_delivery_details: Some(details),
    })
}

/// Verifies an e-mail address or phone number with the code that went to it. A value that waited for this
/// replaces the old one, and an alias moves here from whoever held it.
pub(crate) async fn verify_user_attribute(
    cx: &Cx,
    caller: &Caller,
    input: &VerifyUserAttributeRequest,
) -> Result<VerifyUserAttributeResponse> {
    let Caller { pool, user, .. } = caller;
    let attribute = contact(&input.attribute_name)?;
    let purpose = CodePurpose::verifying(attribute);
    let (code, mut change) = codes::redeem(
        cx,
        pool,
        &user.sub,
        purpose,
        &input.code,
        Hourly::VerifyUserAttribute,
    )
    .await?;
    let target = unverified(user, attribute).filter(|target| target.value == code.value);
    let target = target.ok_or_else(Error::code_expired)?;

    let mut after = user.clone();
    after.pending.remove(attribute);
    after.attributes.insert(attribute.to_owned(), target.value);
    after
        .attributes
        .insert(format!("{attribute}_verified"), "true".to_owned());
    after.modified_at = cx.now();
    names::take_over(cx, pool, &after, attribute, &mut change).await?;
    user::update(pool, user, &after, &mut change)?;
    cx.try_commit(change)
        .await
        .map_err(|error| names::refused(error, |_| Error::alias_exists(attribute)))?;
    Ok(VerifyUserAttributeResponse {})
}

/// The legacy way to turn SMS messages on and off.
pub(crate) async fn set_user_settings(
    cx: &Cx,
    caller: &Caller,
    input: &SetUserSettingsRequest,
) -> Result<SetUserSettingsResponse> {
    update::set_mfa_options(cx, &caller.pool, &caller.user, &input.mfa_options).await?;
    Ok(SetUserSettingsResponse {})
}

/// Deletes the caller.
pub(crate) async fn delete_user(
    cx: &Cx,
    caller: &Caller,
    _input: &DeleteUserRequest,
) -> Result<()> {
    cx.commit(user::delete(&caller.user)).await
}

/// The attributes that a code can verify.
fn contact(name: &str) -> Result<&'static str> {
    match name {
        "email" => Ok("email"),
        "phone_number" => Ok("phone_number"),
        _ => Err(Error::unverifiable_attribute()),
    }
}

/// What a code for this attribute goes to: the value that waits for it, or else the present one.
fn unverified(user: &User, attribute: &'static str) -> Option<Target> {
    let waiting = user.pending.get(attribute).map(|value| Target {
        attribute,
        value: value.clone(),
    });
    waiting.or_else(|| Target::of(user, attribute))
}
