//! AdminCreateUser: a new user with a temporary password or with no need of one, or the invitation once more.

use cenote_model::{
    AdminCreateUserRequest, AdminCreateUserResponse, AliasAttributeType, DeliveryMediumType,
    MessageActionType, UserStatusType,
};

use crate::message::{self, Cause, Letter, Target};
use crate::pool::Pool;
use crate::ports::Change;
use crate::trigger::{self, Origin, PreSignUpSource};
use crate::user::{self, User, attributes, names, password, update};
use crate::{Cx, Error, Result, crypto, quota};

pub(crate) async fn admin_create_user(
    cx: &Cx,
    input: &AdminCreateUserRequest,
) -> Result<AdminCreateUserResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = if input.message_action == Some(MessageActionType::Resend) {
        invite_again(cx, &pool, input).await?
    } else {
        create(cx, &pool, input).await?
    };
    Ok(AdminCreateUserResponse {
        user: Some(user.shape()),
    })
}

async fn create(cx: &Cx, pool: &Pool, input: &AdminCreateUserRequest) -> Result<User> {
    let given = input.user_attributes.as_deref().unwrap_or_default();
    let mut attributes = attributes::check_new(pool, given)?;
    let (sub, username) = names::identify(cx, pool, &input.username, &mut attributes)?;
    update::check_verified_flags(&attributes)?;
    let mut user = User::new(cx, pool, sub, username, UserStatusType::ForceChangePassword);
    user.attributes = attributes;
    let temporary = match given_password(pool, input)? {
        // Codes to an address of his are how he signs in.
        None if user.contacts_for_codes(pool).next().is_some() => {
            user.status = UserStatusType::Confirmed;
            None
        }
        given => Some(given.unwrap_or_else(|| generated_password(cx, pool))),
    };
    let targets = if input.message_action == Some(MessageActionType::Suppress) {
        Vec::new()
    } else {
        targets(input, &user)?
    };
    let origin = Origin::admin(input.client_metadata.as_ref());
    // The user is confirmed and verified by what the request says, whatever the trigger decides.
    let _ignored = trigger::pre_sign_up(
        cx,
        pool,
        origin,
        PreSignUpSource::AdminCreateUser,
        &user.username,
        &user.attributes,
        input.validation_data.as_deref(),
    )
    .await?;
    if let Some(temporary) = &temporary {
        password::set(cx, pool, &mut user, temporary, true).await?;
    }

    let mut change = Change::new();
    if input.force_alias_creation.unwrap_or_default() {
        let aliases = verified_aliases(pool, &user);
        names::take_over_all(cx, pool, &user, &aliases, &mut change).await?;
    }
    quota::check_users(cx, pool, 1).await?;
    user::insert(pool, &user, &mut change)?;
    let letters = invitations(pool, &user, origin, targets, temporary.as_deref());
    message::commit(cx, pool, change, &letters, |error| {
        names::refused(error, |name| match names::attribute_of(pool, &user, name) {
            Some(attribute) if pool.has_username_attributes() => {
                Error::username_attribute_exists(attribute)
            }
            Some(attribute) => Error::alias_exists(attribute),
            None => Error::username_exists_admin(),
        })
    })
    .await?;
    Ok(user)
}

/// RESEND: a new temporary password, whose life starts now.
async fn invite_again(cx: &Cx, pool: &Pool, input: &AdminCreateUserRequest) -> Result<User> {
    let before = user::admin_find(cx, pool, &input.username).await?;
    if before.status != UserStatusType::ForceChangePassword {
        return Err(Error::resend_not_possible(&input.username));
    }
    let temporary = given_password(pool, input)?.unwrap_or_else(|| generated_password(cx, pool));
    let targets = targets(input, &before)?;
    let mut after = before.clone();
    password::set(cx, pool, &mut after, &temporary, true).await?;
    after.modified_at = cx.now();

    let mut change = Change::new();
    user::update(pool, &before, &after, &mut change)?;
    let origin = Origin::admin(input.client_metadata.as_ref());
    let letters = invitations(pool, &after, origin, targets, Some(&temporary));
    message::commit(cx, pool, change, &letters, Error::from).await?;
    Ok(after)
}

/// The password of the request, which must meet the policy. A blank one is none.
fn given_password(pool: &Pool, input: &AdminCreateUserRequest) -> Result<Option<String>> {
    let given = input.temporary_password.as_deref();
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return Ok(None);
    };
    password::check_policy(pool, given, Error::password_did_not_conform)?;
    Ok(Some(given.to_owned()))
}

/// A password that meets the policy.
fn generated_password(cx: &Cx, pool: &Pool) -> String {
    let minimum = pool.password_policy().minimum_length.unwrap_or_default();
    let minimum = usize::try_from(minimum).unwrap_or_default();
    crypto::password(&*cx.service.entropy, minimum)
}

/// Where the invitation goes: by SMS unless the request names other mediums. A medium that the user has
/// no attribute for is passed over; naming only such mediums is a mistake.
fn targets(input: &AdminCreateUserRequest, user: &User) -> Result<Vec<Target>> {
    let desired = input
        .desired_delivery_mediums
        .as_deref()
        .unwrap_or_default();
    if desired.is_empty() {
        return Ok(message::targets(user, &[DeliveryMediumType::Sms]));
    }
    let targets = message::targets(user, desired);
    if targets.is_empty() {
        return Err(Error::no_delivery_target());
    }
    Ok(targets)
}

/// The invitations, with a temporary password where there is one.
fn invitations<'a>(
    pool: &Pool,
    user: &'a User,
    origin: Origin<'a>,
    targets: Vec<Target>,
    temporary: Option<&str>,
) -> Vec<Letter<'a>> {
    let letter = |target: Target| Letter {
        user,
        cause: Cause::AdminCreateUser,
        origin,
        shown_name: Some(shown_name(pool, user, &target).to_owned()),
        target,
        secret: temporary.map(str::to_owned),
    };
    targets.into_iter().map(letter).collect()
}

/// What an invitation calls the user. A generated username would tell the reader nothing: he signs in with
/// his address or number.
fn shown_name<'a>(pool: &Pool, user: &'a User, target: &'a Target) -> &'a str {
    if !pool.has_username_attributes() {
        return &user.username;
    }
    if names::is_username_attribute(pool, target.attribute) {
        return &target.value;
    }
    let other = if target.attribute == "email" {
        "phone_number"
    } else {
        "email"
    };
    user.attribute(other).unwrap_or(&user.username)
}

/// The verified attributes that are aliases in this pool: those that ForceAliasCreation may take over.
fn verified_aliases(pool: &Pool, user: &User) -> Vec<&'static str> {
    [AliasAttributeType::Email, AliasAttributeType::PhoneNumber]
        .into_iter()
        .filter(|alias| pool.is_alias(*alias))
        .map(AliasAttributeType::as_str)
        .filter(|attribute| user.has_verified(attribute))
        .collect()
}
