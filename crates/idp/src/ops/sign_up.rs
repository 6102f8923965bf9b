//! Self-service registration: SignUp, ConfirmSignUp, ResendConfirmationCode, and the link that confirms.

use std::sync::Arc;

use cenote_model::{
    AliasAttributeType, ConfirmSignUpRequest, ConfirmSignUpResponse, EventFilterType,
    EventResponseType, EventType, ExplicitAuthFlowsType, Operation, ResendConfirmationCodeRequest,
    ResendConfirmationCodeResponse, SignUpRequest, SignUpResponse, UserStatusType,
    VerifiedAttributeType,
};

use crate::auth::sign_up as session;
use crate::message::{self, Cause, Letter};
use crate::pool::{Client, Pool};
use crate::ports::Change;
use crate::protection::compromised::{self, Finding};
use crate::protection::event::{self, Context, Event};
use crate::trigger::{self, CONFIRM_SIGN_UP, Metadata, Origin, PreSignUpSource};
use crate::user::codes::{self, CodePurpose};
use crate::user::limits::Hourly;
use crate::user::{self, Account, User, attributes, names, password, update};
use crate::{Cx, Error, Result, quota, rpc};

/// Registers an UNCONFIRMED user and sends the code that confirms him. A user who can sign in with a code
/// needs no password.
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
    if password.is_none() && !client.allows(ExplicitAuthFlowsType::AllowUserAuth) {
        return Err(Error::password_missing());
    }
    let mut user = new_user(cx, &pool, &client, input)?;
    let finding = match password {
        Some(password) => {
            password::check_policy(&pool, password, Error::password_did_not_conform)?;
            compromised::check(cx, &pool, &client.id, EventFilterType::SignUp, password)
                .await?
                .refuse_new()?
        }
        None if pool
            .contacts_instead_of_password()
            .any(|contact| user.attributes.contains_key(contact)) =>
        {
            Finding::None
        }
        None => return Err(Error::password_missing()),
    };
    let origin = Origin::client(&client.id, input.client_metadata.as_ref());
    let verified = ask_trigger(cx, &pool, origin, input, &mut user).await?;
    if let Some(password) = password {
        password::set(cx, &pool, &mut user, password, false).await?;
    }

    let mut change = Change::new();
    names::take_over_all(cx, &pool, &user, &verified, &mut change).await?;
    quota::check_users(cx, &pool, 1).await?;
    user::insert(&pool, &user, &mut change)?;
    let is_confirmed = user.status == UserStatusType::Confirmed;
    let context = Context::of_user(cx, &client, input.user_context_data.as_ref());
    let response = if is_confirmed {
        EventResponseType::Pass
    } else {
        EventResponseType::InProgress
    };
    let event =
        Event::new(cx, &client.id, &context, EventType::SignUp, response).with_finding(finding);
    change
        .writes
        .extend(event::record(cx, &pool, &user, &event)?);
    let target = message::sign_up_target(&pool, &user).filter(|_| !is_confirmed);
    let letter = target
        .map(|target| {
            let kind = (CodePurpose::SignUp, Cause::SignUp);
            codes::send(cx, &pool, &user, kind, origin, target, &mut change)
        })
        .transpose()?;
    message::commit(cx, &pool, change, letter.as_slice(), |error| {
        names::refused(error, |name| {
            let attribute = names::attribute_of(&pool, &user, name);
            match attribute.filter(|_| pool.has_username_attributes()) {
                Some(attribute) => Error::username_attribute_exists(attribute),
                None => Error::username_exists_sign_up(),
            }
        })
    })
    .await?;
    if is_confirmed {
        trigger::post_confirmation(cx, &pool, origin, CONFIRM_SIGN_UP, &user).await?;
    }
    // The code that went out is what the session goes on with.
    let session = match &letter {
        Some(_) => session::signed_up(cx, &pool, &client, &user)?,
        None => None,
    };
    Ok(SignUpResponse {
        user_confirmed: is_confirmed,
        code_delivery_details: letter.as_ref().map(Letter::details),
        session: session.map(Into::into),
        user_sub: user.sub,
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
    let mut user = User::new(cx, pool, sub, username, UserStatusType::Unconfirmed);
    user.attributes = attributes;
    Ok(user)
}

/// Lets the PreSignUp trigger confirm the new user and verify his contacts; the others stay unverified.
/// Answers the verified ones: as aliases, they leave whoever held them.
async fn ask_trigger(
    cx: &Cx,
    pool: &Pool,
    origin: Origin<'_>,
    input: &SignUpRequest,
    user: &mut User,
) -> Result<Vec<&'static str>> {
    let decided = trigger::pre_sign_up(
        cx,
        pool,
        origin,
        PreSignUpSource::SignUp,
        &user.username,
        &user.attributes,
        input.validation_data.as_deref(),
    )
    .await?;
    let mut verified = Vec::new();
    for (contact, is_verified) in [
        ("email", decided.verify_email),
        ("phone_number", decided.verify_phone),
    ] {
        if is_verified {
            verified.push(contact);
        }
        if is_verified || user.attributes.contains_key(contact) {
            user.attributes
                .insert(format!("{contact}_verified"), is_verified.to_string());
        }
    }
    update::check_verified_flags(&user.attributes)?;
    if decided.confirm {
        user.status = UserStatusType::Confirmed;
    }
    Ok(verified)
}

/// Confirms a user with the code of the sign-up.
pub(crate) async fn confirm_sign_up(
    cx: &Cx,
    input: &ConfirmSignUpRequest,
) -> Result<ConfirmSignUpResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    client.check_secret_hash(cx, &input.username, input.secret_hash.as_deref())?;
    let confirmation = Confirmation {
        username: &input.username,
        code: &input.confirmation_code,
        force_alias_creation: input.force_alias_creation.unwrap_or_default(),
        metadata: input.client_metadata.as_ref(),
        context: Context::of_user(cx, &client, input.user_context_data.as_ref()),
        session: input.session.as_deref(),
    };
    let (user, proved) = confirm(cx, &pool, &client, &confirmation).await?;
    let session = match proved {
        Some(attribute) => session::confirmed(cx, &pool, &client, &user, &attribute)?,
        None => None,
    };
    Ok(ConfirmSignUpResponse {
        session: session.map(Into::into),
    })
}

/// Confirms a user who opened the link of the sign-up's e-mail. The code is the proof: a link carries no
/// secret hash.
pub async fn confirm_by_link(cx: &Cx, client_id: &str, username: &str, code: &str) -> Result<()> {
    let cx = &*rpc::counted(cx, Operation::ConfirmSignUp, b"").await?;
    let (pool, client) = cx.client(client_id).await?;
    let confirmation = Confirmation {
        username,
        code,
        force_alias_creation: false,
        metadata: None,
        context: Context::of_connection(cx),
        session: None,
    };
    let mut run = 1;
    loop {
        match confirm(cx, &pool, &client, &confirmation).await {
            Err(error) => rpc::again(Operation::ConfirmSignUp, &mut run, error)?,
            confirmed => return confirmed.map(drop),
        }
    }
}

/// What confirms a sign-up.
struct Confirmation<'a> {
    username: &'a str,
    code: &'a str,
    force_alias_creation: bool,
    metadata: Option<&'a Metadata>,
    context: Context,
    /// The Session of SignUp.
    session: Option<&'a str>,
}

/// Answers the confirmed user, and the attribute that the code has proved to be his.
async fn confirm(
    cx: &Cx,
    pool: &Arc<Pool>,
    client: &Arc<Client>,
    confirmation: &Confirmation<'_>,
) -> Result<(User, Option<String>)> {
    let Confirmation { username, code, .. } = confirmation;
    let account =
        user::find_public(cx, pool, client, username, Error::user_client_not_found).await?;
    if let Some(text) = confirmation.session {
        session::check(cx, pool, client, &account, text).await?;
    }
    if let Account::Known(user) = &account
        && user.status != UserStatusType::Unconfirmed
    {
        return Err(Error::cannot_confirm(user.status));
    }
    let (purpose, hourly) = (CodePurpose::SignUp, Hourly::ConfirmSignUp);
    let (kind, response) = (EventType::SignUp, EventResponseType::Pass);
    let event = Event::new(cx, &client.id, &confirmation.context, kind, response);
    let redeemed = codes::redeem(cx, pool, account.sub(), purpose, code, hourly).await;
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
    let is_proved = after.attribute(&code.attribute) == Some(&code.value);
    if is_proved {
        after
            .attributes
            .insert(format!("{}_verified", code.attribute), "true".to_owned());
        if confirmation.force_alias_creation {
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
    })?;
    let origin = Origin::client(&client.id, confirmation.metadata);
    trigger::post_confirmation(cx, pool, origin, CONFIRM_SIGN_UP, &after).await?;
    Ok((after, is_proved.then_some(code.attribute)))
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

    let target = match &account {
        Account::Known(user) => {
            user.check_enabled()?;
            if user.status != UserStatusType::Unconfirmed {
                return Err(Error::already_confirmed());
            }
            let target = message::sign_up_target(&pool, user);
            Some(target.ok_or_else(Error::auto_verification_off)?)
        }
        Account::Unknown { .. } => {
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
            None
        }
    };
    let context = Context::of_user(cx, &client, input.user_context_data.as_ref());
    let (what, response) = (EventType::ResendCode, EventResponseType::Pass);
    let request = codes::Request {
        pool: &pool,
        client: &client,
        account: &account,
        name,
        kind: (CodePurpose::SignUp, Cause::ResendCode),
        hourly: Hourly::ResendConfirmationCode,
        metadata: input.client_metadata.as_ref(),
        event: Event::new(cx, &client.id, &context, what, response),
    };
    let details = request.send(cx, target).await?;
    Ok(ResendConfirmationCodeResponse {
        code_delivery_details: Some(details),
    })
}
