//! Self-service registration: SignUp, ConfirmSignUp, ResendConfirmationCode, and the link that confirms.

use cenote_model::{
    AliasAttributeType, ConfirmSignUpRequest, ConfirmSignUpResponse, EventFilterType,
    EventResponseType, EventType, Operation, ResendConfirmationCodeRequest,
    ResendConfirmationCodeResponse, SignUpRequest, SignUpResponse, UserStatusType,
    VerifiedAttributeType,
};

use crate::message;
use crate::pool::{Client, Pool};
use crate::ports::Change;
use crate::protection::compromised;
use crate::protection::event::{self, Context, Event};
use crate::user::codes::{self, CodePurpose};
use crate::user::limits::{self, Hourly};
use crate::user::{self, Account, User, attributes, names, password};
use crate::{Cx, Error, Result, rpc};

/// Registers an UNCONFIRMED user and sends the code that confirms him.
pub(crate) async fn sign_up(cx: &Cx, input: &SignUpRequest) -> Result<SignUpResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    client.check_secret_hash(cx, &input.username, input.secret_hash.as_deref())?;
    if pool.is_admin_create_only() {
        return Err(Error::sign_up_not_permitted());
    }
    let password = input
        .password
        .as_deref()
        .filter(|password| !password.is_empty());
    let password = password.ok_or_else(Error::password_missing)?;
    let mut user = new_user(cx, &pool, &client, input)?;
    if let Some(reason) = password::policy_violation(&pool, password) {
        return Err(Error::password_did_not_conform(reason));
    }
    let finding = compromised::check(cx, &pool, &client.id, EventFilterType::SignUp, password)
        .await?
        .refuse_new()?;
    password::set(cx, &pool, &mut user, password, false).await?;

    let mut change = Change::new();
    user::insert(&pool, &user, &mut change)?;
    let context = Context::of_user(cx, &client, input.user_context_data.as_ref());
    let (kind, response) = (EventType::SignUp, EventResponseType::InProgress);
    let event = Event::new(cx, &client.id, &context, kind, response).with_finding(finding);
    change
        .writes
        .extend(event::record(cx, &pool, &user, &event)?);
    let sent = message::sign_up_target(&pool, &user)
        .map(|target| {
            codes::send(
                cx,
                &pool,
                &user,
                CodePurpose::SignUp,
                &client.id,
                &target,
                &mut change,
            )
        })
        .transpose()?;
    cx.try_commit(change).await.map_err(|error| {
        names::refused(error, |name| {
            let attribute = names::attribute_of(&pool, &user, name);
            match attribute.filter(|_| pool.has_username_attributes()) {
                Some(attribute) => Error::username_attribute_exists(attribute),
                None => Error::username_exists_sign_up(),
            }
        })
    })?;
    Ok(SignUpResponse {
        user_confirmed: false,
        code_delivery_details: sent,
        user_sub: user.sub,
        session: None,
    })
}

/// The user whom a sign-up describes, without a password.
fn new_user(cx: &Cx, pool: &Pool, client: &Client, input: &SignUpRequest) -> Result<User> {
    let given = input.user_attributes.as_deref().unwrap_or_default();
    attributes::check_writable(
        client,
        given.iter().map(|attribute| attribute.name.as_str()),
    )?;
    let mut attributes = attributes::check_new(pool, given)?;
    let (sub, username) = names::identify(cx, pool, &input.username, &mut attributes)?;
    if pool.is_alias(AliasAttributeType::PreferredUsername)
        && attributes.contains_key("preferred_username")
    {
        return Err(Error::preferred_username_too_early());
    }
    attributes::check_required(pool, &attributes)?;
    for contact in ["email", "phone_number"] {
        if attributes.contains_key(contact) {
            attributes.insert(format!("{contact}_verified"), "false".to_owned());
        }
    }
    let mut user = User::new(cx, pool, sub, username, UserStatusType::Unconfirmed);
    user.attributes = attributes;
    Ok(user)
}

/// Confirms a user with the code of the sign-up.
pub(crate) async fn confirm_sign_up(
    cx: &Cx,
    input: &ConfirmSignUpRequest,
) -> Result<ConfirmSignUpResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    client.check_secret_hash(cx, &input.username, input.secret_hash.as_deref())?;
    let force = input.force_alias_creation.unwrap_or_default();
    let context = Context::of_user(cx, &client, input.user_context_data.as_ref());
    let code = &input.confirmation_code;
    confirm(cx, &pool, &client, &input.username, code, force, &context).await?;
    Ok(ConfirmSignUpResponse::default())
}

/// Confirms a user who opened the link of the sign-up's e-mail. The code is the proof: a link carries no
/// secret hash.
pub async fn confirm_by_link(cx: &Cx, client_id: &str, username: &str, code: &str) -> Result<()> {
    let (pool, client) = cx.client(client_id).await?;
    let context = Context::of_connection(cx);
    let mut run = 1;
    loop {
        match confirm(cx, &pool, &client, username, code, false, &context).await {
            Err(error) => rpc::again(Operation::ConfirmSignUp, &mut run, error)?,
            confirmed => return confirmed,
        }
    }
}

async fn confirm(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    username: &str,
    typed: &str,
    force_alias_creation: bool,
    context: &Context,
) -> Result<()> {
    let account =
        user::find_public(cx, pool, client, username, Error::user_client_not_found).await?;
    if let Account::Known(user) = &account
        && user.status != UserStatusType::Unconfirmed
    {
        return Err(Error::cannot_confirm(user.status));
    }
    let (purpose, hourly) = (CodePurpose::SignUp, Hourly::ConfirmSignUp);
    let (kind, response) = (EventType::SignUp, EventResponseType::Pass);
    let event = Event::new(cx, &client.id, context, kind, response);
    let redeemed = codes::redeem(cx, pool, account.sub(), purpose, typed, hourly).await;
    if let Err(error) = &redeemed {
        event::record_wrong_code(cx, pool, &account, event.clone(), error).await?;
    }
    let (code, mut change) = redeemed?;
    let Account::Known(before) = account else {
        return Err(Error::code_mismatch());
    };

    let mut after = User::clone(&before);
    after.status = UserStatusType::Confirmed;
    after.modified_at = cx.now();
    // What the code proves is the address that got it, which may have been changed since.
    if after.attribute(&code.attribute) == Some(&code.value) {
        after
            .attributes
            .insert(format!("{}_verified", code.attribute), "true".to_owned());
        if force_alias_creation {
            names::take_over(cx, pool, &after, &code.attribute, &mut change).await?;
        }
    }
    user::update(pool, &before, &after, &mut change)?;
    change
        .writes
        .extend(event::record(cx, pool, &after, &event)?);
    cx.try_commit(change).await.map_err(|error| {
        names::refused(error, |name| {
            Error::alias_exists_confirm(
                names::attribute_of(pool, &after, name).unwrap_or("username"),
            )
        })
    })
}

/// Sends a new code, which replaces the one before.
pub(crate) async fn resend_confirmation_code(
    cx: &Cx,
    input: &ResendConfirmationCodeRequest,
) -> Result<ResendConfirmationCodeResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    let name = &*input.username;
    client.check_secret_hash(cx, name, input.secret_hash.as_deref())?;
    let account = user::find_public(cx, &pool, &client, name, Error::user_client_not_found).await?;
    let account = account.hidden_unless(cx, &pool, &client, name, |user| user.enabled);

    let (purpose, hourly) = (CodePurpose::SignUp, Hourly::ResendConfirmationCode);
    let mut change = Change::new();
    let details = match &account {
        Account::Known(user) => {
            if !user.enabled {
                return Err(Error::user_disabled());
            }
            if user.status != UserStatusType::Unconfirmed {
                return Err(Error::already_confirmed());
            }
            let target =
                message::sign_up_target(&pool, user).ok_or_else(Error::auto_verification_off)?;
            change.push(limits::count(cx, &pool, &user.sub, hourly).await?);
            let context = Context::of_user(cx, &client, input.user_context_data.as_ref());
            let (kind, response) = (EventType::ResendCode, EventResponseType::Pass);
            let event = Event::new(cx, &client.id, &context, kind, response);
            change
                .writes
                .extend(event::record(cx, &pool, user, &event)?);
            codes::send(cx, &pool, user, purpose, &client.id, &target, &mut change)?
        }
        Account::Unknown { sub } => {
            let contacts = [
                VerifiedAttributeType::PhoneNumber,
                VerifiedAttributeType::Email,
            ];
            if !contacts
                .into_iter()
                .any(|contact| pool.auto_verifies(contact))
            {
                return Err(Error::auto_verification_off());
            }
            change.push(limits::count(cx, &pool, sub, hourly).await?);
            codes::send_to_nobody(cx, &pool, sub, name, purpose, &client.id, &mut change)?
        }
    };
    cx.commit(change).await?;
    Ok(ResendConfirmationCodeResponse {
        code_delivery_details: Some(details),
    })
}
