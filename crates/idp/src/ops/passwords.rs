//! Passwords in the hands of users: ChangePassword, ForgotPassword, ConfirmForgotPassword.

use cenote_model::{
    ChangePasswordRequest, ChangePasswordResponse, ConfirmForgotPasswordRequest,
    ConfirmForgotPasswordResponse, EventFilterType, EventResponseType, EventType,
    ForgotPasswordRequest, ForgotPasswordResponse, UserStatusType,
};

use crate::message::{self, Cause};
use crate::pool::{Client, Pool};
use crate::ports::Change;
use crate::protection::compromised::{self, Finding};
use crate::protection::event::{self, Context, Event};
use crate::token::Caller;
use crate::trigger::{self, Arrival, CONFIRM_FORGOT_PASSWORD, Origin, Trigger};
use crate::user::codes::{self, CodePurpose};
use crate::user::limits::{self, Guessed, Hourly, Lockout};
use crate::user::{self, Account, User, migration, password};
use crate::{Cx, Error, Result};

/// Replaces the caller's password, who proves to know the present one. All tokens stay as they are.
pub(crate) async fn change_password(
    cx: &Cx,
    caller: &Caller,
    input: &ChangePasswordRequest,
) -> Result<ChangePasswordResponse> {
    let Caller { pool, user, .. } = caller;
    password::check_policy(
        pool,
        &input.proposed_password,
        Error::password_does_not_conform,
    )?;
    let client_id = &caller.client.id;
    let finding = new_password(cx, pool, client_id, &input.proposed_password).await?;
    let context = Context::of_connection(cx);
    let (kind, response) = (EventType::PasswordChange, EventResponseType::Pass);
    let event = Event::new(cx, client_id, &context, kind, response).with_finding(finding);
    let mut change = Change::new();
    change.push(limits::count(cx, pool, &user.sub, Hourly::ChangePassword).await?);
    let mut temporary = false;
    if let Some(current) = &user.password {
        let previous = input.previous_password.as_deref();
        let previous = previous.ok_or_else(|| Error::missing_parameter("PreviousPassword"))?;
        let lockout = Lockout::check(cx, pool, Guessed::Password, &user.sub).await?;
        if !current.matches(cx, pool, user, previous).await? {
            change.push(lockout.failure(cx, pool)?);
            let response = EventResponseType::Fail;
            let event = Event { response, ..event };
            let failed = event::record_failure(cx, pool, user, &event).await?;
            change.writes.extend(failed);
            cx.commit(change).await?;
            return Err(Error::wrong_password());
        }
        change.writes.extend(lockout.succeed(cx, pool).await?);
        // Who has to change it at the next sign-in still has to: only that step ends the status.
        temporary = current.temporary;
    }
    let mut after = user.clone();
    password::set(cx, pool, &mut after, &input.proposed_password, temporary).await?;
    after.modified_at = cx.now();
    user::update(pool, user, &after, &mut change)?;
    change
        .writes
        .extend(event::record(cx, pool, &after, &event)?);
    cx.commit(change).await?;
    Ok(ChangePasswordResponse {})
}

/// Sends a code that allows a new password. Nothing else about the user changes.
pub(crate) async fn forgot_password(
    cx: &Cx,
    input: &ForgotPasswordRequest,
) -> Result<ForgotPasswordResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    client.check_secret_hash(cx, &input.username, input.secret_hash.as_deref())?;
    let arrival = Arrival {
        typed: &input.username,
        password: None,
        validation_data: None,
        metadata: input.client_metadata.as_ref(),
    };
    if Trigger::UserMigration.is_set(&pool)
        && user::find(cx, &pool, &input.username).await?.is_none()
    {
        migration::migrate(cx, &pool, &client, arrival).await?;
    }
    let account = recovering(cx, &pool, &client, &input.username).await?;
    let target = match &account {
        Account::Known(user) => Some(reset_target(&pool, user)?),
        Account::Unknown { .. } => {
            message::recovery_order(&pool)?;
            None
        }
    };
    let context = Context::of_user(cx, &client, input.user_context_data.as_ref());
    let (what, response) = (EventType::ForgotPassword, EventResponseType::InProgress);
    let request = codes::Request {
        pool: &pool,
        client: &client,
        account: &account,
        name: &input.username,
        kind: (CodePurpose::ResetPassword, Cause::ForgotPassword),
        hourly: Hourly::Recovery,
        metadata: input.client_metadata.as_ref(),
        event: Event::new(cx, &client.id, &context, what, response),
    };
    let details = request.send(cx, target).await?;
    Ok(ForgotPasswordResponse {
        code_delivery_details: Some(details),
    })
}

/// Sets a new password with the code of a reset, which makes the user CONFIRMED.
pub(crate) async fn confirm_forgot_password(
    cx: &Cx,
    input: &ConfirmForgotPasswordRequest,
) -> Result<ConfirmForgotPasswordResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    client.check_secret_hash(cx, &input.username, input.secret_hash.as_deref())?;
    let account = recovering(cx, &pool, &client, &input.username).await?;
    if let Account::Known(user) = &account {
        user.check_enabled()?;
        if user.status == UserStatusType::Unconfirmed {
            return Err(Error::user_not_confirmed());
        }
    }
    // Before the code, so that the answer says nothing about the user and a slip does not cost the code.
    password::check_policy(&pool, &input.password, Error::password_does_not_conform)?;
    let finding = new_password(cx, &pool, &client.id, &input.password).await?;
    let context = Context::of_user(cx, &client, input.user_context_data.as_ref());
    let (kind, response) = (EventType::ForgotPassword, EventResponseType::Pass);
    let event = Event::new(cx, &client.id, &context, kind, response).with_finding(finding);
    let (purpose, hourly) = (CodePurpose::ResetPassword, Hourly::Recovery);
    let typed = &input.confirmation_code;
    let redeemed = codes::redeem(cx, &pool, account.sub(), purpose, typed, hourly).await;
    if let Err(error) = &redeemed {
        event::record_wrong_code(cx, &pool, &account, event.clone(), error).await?;
    }
    let (code, mut change) = redeemed?;
    let Account::Known(before) = account else {
        return Err(Error::code_mismatch());
    };
    if !before.is_resettable() {
        return Err(Error::cannot_reset_password());
    }
    // A code counts only while the address that got it is still the user's.
    if before.attribute(&code.attribute) != Some(&code.value) {
        return Err(Error::code_expired());
    }
    let mut after = User::clone(&before);
    password::set(cx, &pool, &mut after, &input.password, false).await?;
    after.status = UserStatusType::Confirmed;
    after.modified_at = cx.now();
    user::update(&pool, &before, &after, &mut change)?;
    change
        .writes
        .extend(event::record(cx, &pool, &after, &event)?);
    cx.commit(change).await?;
    let origin = Origin::client(&client.id, input.client_metadata.as_ref());
    trigger::post_confirmation(cx, &pool, origin, CONFIRM_FORGOT_PASSWORD, &after).await?;
    Ok(ConfirmForgotPasswordResponse {})
}

/// Refuses a new password that is known from breaches where the client wants that.
async fn new_password(cx: &Cx, pool: &Pool, client_id: &str, proposed: &str) -> Result<Finding> {
    compromised::check(
        cx,
        pool,
        client_id,
        EventFilterType::PasswordChange,
        proposed,
    )
    .await?
    .refuse_new()
}

/// Who wants to recover. To a client that hides users, those who cannot are answered like nobody.
async fn recovering(cx: &Cx, pool: &Pool, client: &Client, name: &str) -> Result<Account> {
    let account = user::find_public(cx, pool, client, name, Error::user_client_not_found).await?;
    Ok(account.hidden_unless(cx, pool, client, name, |user| {
        let is_reachable = || match message::recovery_order(pool) {
            Ok(order) => order
                .into_iter()
                .any(|attribute| user.has_verified(attribute)),
            // Nobody is, which is no secret of this user's.
            Err(_) => true,
        };
        user.enabled && user.status != UserStatusType::Unconfirmed && is_reachable()
    }))
}

/// Where the code of a reset goes, if the user may have one.
fn reset_target(pool: &Pool, user: &User) -> Result<message::Target> {
    user.check_enabled()?;
    match user.status {
        // He mostly lacks a verified contact, and that is what he is told first.
        UserStatusType::Unconfirmed => {
            message::recovery_target(pool, user)?;
            Err(Error::cannot_reset_password())
        }
        _ if user.is_resettable() => message::recovery_target(pool, user),
        _ => Err(Error::cannot_reset_password()),
    }
}
