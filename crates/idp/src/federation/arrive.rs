//! From what a provider says to a sign-in: the trigger, the attributes, the user, the browser's session and
//! the answer to the application.

use cenote_model::UserStatusType;

use super::linked::{self, Found};
use super::mapping;
use super::said::Said;
use crate::auth::{Proof, SignedIn, Via};
use crate::oauth::{Authorization, Cookie, OAuthCode, Refusal, complete};
use crate::pool::{Client, Pool};
use crate::ports::{Change, CommitError, Expect, Kind, Write};
use crate::trigger::{self, CONFIRM_SIGN_UP, Origin, Person, PreSignUpSource, Trigger};
use crate::user::groups::{self, Group};
use crate::user::{self, Account, User, names, update};
use crate::{Cx, Error, Result, quota, rpc};

/// Where a browser goes that has come back from a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// To the application, with the session of the browser if somebody has signed in.
    Redirect {
        /// The address.
        location: String,
        /// The session.
        cookie: Option<Cookie>,
    },
    /// Nowhere: a page says why.
    Page(Refusal),
}

impl Arrival {
    /// To an address, signed in or not as before.
    pub(super) fn elsewhere(location: String) -> Self {
        Self::Redirect {
            location,
            cookie: None,
        }
    }

    /// Tells the application of a refusal.
    pub(crate) fn refused(cx: &Cx, authorization: &Authorization, error: Error) -> Self {
        let refusal = Refusal::of_federation(error);
        let request_id = cx.request_id;
        match &refusal.detail {
            Some(detail) if refusal.code == OAuthCode::ServerError => {
                tracing::error!(%request_id, detail, "A sign-in through a provider failed on our side");
            }
            Some(detail) => {
                tracing::info!(%request_id, detail, "A sign-in through a provider failed");
            }
            None => {}
        }
        Self::elsewhere(authorization.refused(cx, &refusal))
    }
}

/// Signs in whom a provider speaks of. `nonce` is for the ID token of a request without one.
pub(crate) async fn arrive(
    cx: &Cx,
    mut authorization: Box<Authorization>,
    nonce: String,
    said: &Said,
) -> Arrival {
    authorization.nonce.get_or_insert(nonce);
    let authorization = &*authorization;
    let answer = async {
        let service = &cx.service;
        let rates = service.rates.check_federation(&*service.store, cx.region());
        rates.await?;
        let mut run = 1;
        let mut signed_in = loop {
            match sign_in(cx, authorization, said).await {
                Err(error) if error.retry && run < rpc::RUNS => run += 1,
                outcome => break outcome?,
            }
        };
        let cookie = Cookie::begin(cx, authorization, &mut signed_in).await?;
        let location = if authorization.asks_consent {
            // There is a page for that, which the next request shows to whoever has signed in.
            authorization.refused(cx, &Refusal::consent_required())
        } else {
            complete(cx, authorization, &signed_in).await?
        };
        Ok((location, cookie))
    };
    match answer.await {
        Ok((location, cookie)) => Arrival::Redirect {
            location,
            cookie: Some(cookie),
        },
        Err(error) => Arrival::refused(cx, authorization, error),
    }
}

/// Finds the user or makes his profile.
async fn sign_in(cx: &Cx, authorization: &Authorization, said: &Said) -> Result<SignedIn> {
    let Authorization { pool, client, .. } = authorization;
    let rewritten = trigger::inbound_federation(cx, pool, client, said).await?;
    let attributes = rewritten.as_ref().unwrap_or(&said.attributes);
    let provider = &said.provider.value;
    let mapped = mapping::mapped(provider, said, attributes);
    let found = linked::recognise(cx, pool, said, &mapped).await?;
    let write = |user: &mut User| mapping::write(pool, client, provider, &mapped, user);
    let user = match found {
        Some(found) => returning(cx, pool, client, said, found, write).await?,
        None => new(cx, pool, client, said, write).await?,
    };
    let level = provider.level_of(said.acr.as_deref());
    Ok(SignedIn {
        user,
        auth_time: cx.now() / 1000,
        proofs: vec![Proof::Federated(level)],
        device_key: None,
        sso: None,
        via: Some(Via {
            provider: said.provider.key.clone(),
            session: said.session.clone(),
        }),
    })
}

/// Somebody who has a user here.
async fn returning(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    said: &Said,
    found: Found,
    write: impl FnOnce(&mut User) -> Result<()>,
) -> Result<User> {
    let before = &found.user;
    if !before.enabled {
        return Err(Error::user_disabled());
    }
    if before.status == UserStatusType::ResetRequired {
        return Err(Error::password_reset_required());
    }
    cx.count_user(&before.sub)?;
    let account = Account::Known(Box::new(before.clone()));
    let person = Person {
        pool,
        client,
        account: &account,
        typed: &before.username,
    };
    trigger::pre_authentication(cx, person, None).await?;
    let mut after = before.clone();
    write(&mut after)?;
    let mut change = Change::new();
    linked::note_subject(cx, &found, said, &mut after, &mut change)?;
    if after != *before {
        after.modified_at = cx.now();
        user::update(pool, before, &after, &mut change)?;
        let committed = cx.try_commit(change).await;
        committed.map_err(|error| {
            names::refused(error, |name| {
                Error::alias_exists(names::attribute_of(pool, &after, name).unwrap_or("username"))
            })
        })?;
    }
    let origin = Origin::client(&client.id, None);
    trigger::post_authentication(cx, pool, origin, &after, None).await?;
    Ok(after)
}

/// Somebody who comes for the first time, and gets a profile.
async fn new(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    said: &Said,
    write: impl FnOnce(&mut User) -> Result<()>,
) -> Result<User> {
    let username = said.username(pool);
    let status = UserStatusType::ExternalProvider;
    let mut user = User::new(cx, pool, names::new_sub(cx), username.clone(), status);
    user.is_profile = true;
    write(&mut user)?;
    mapping::check_required(pool, &said.provider.value, &user)?;
    let origin = Origin::client(&client.id, None);
    ask_trigger(cx, pool, origin, &mut user).await?;

    let taken = || Error::already_found(&username);
    // The trigger may have linked the identity to another user: his is the next sign-in.
    if Trigger::PreSignUp.is_set(pool) && linked::is_linked(cx, pool, said).await? {
        return Err(taken());
    }
    let mut change = Change::new();
    change.push(Write::Require {
        kind: Kind::Provider,
        pool: pool.id.clone(),
        key: said.provider.key.clone(),
        expect: Expect::Present,
    });
    linked::add_profile(cx, said, &mut user, &mut change)?;
    quota::check_users(cx, pool, 1).await?;
    user::insert(pool, &user, &mut change)?;
    join(cx, pool, &said.provider.key, &user, &mut change).await?;
    match cx.try_commit(change).await {
        Ok(()) => {}
        // The same person in two browsers at once is nobody else.
        Err(CommitError::NameTaken { .. }) if !linked::is_linked(cx, pool, said).await? => {
            return Err(taken());
        }
        Err(error) => return Err(error.into()),
    }
    trigger::post_confirmation(cx, pool, origin, CONFIRM_SIGN_UP, &user).await?;
    Ok(user)
}

/// Lets the PreSignUp trigger verify the addresses of a new profile, which is confirmed at any rate.
async fn ask_trigger(cx: &Cx, pool: &Pool, origin: Origin<'_>, user: &mut User) -> Result<()> {
    let decided = trigger::pre_sign_up(
        cx,
        pool,
        origin,
        PreSignUpSource::ExternalProvider,
        &user.username,
        &user.attributes,
        None,
    )
    .await?;
    for (flag, is_verified) in [
        ("email_verified", decided.verify_email),
        ("phone_number_verified", decided.verify_phone),
    ] {
        if is_verified {
            user.attributes.insert(flag.to_owned(), "true".to_owned());
        }
    }
    update::check_verified_flags(&user.attributes)
}

/// Puts a new profile into the group of its provider, unless somebody deleted that.
async fn join(
    cx: &Cx,
    pool: &Pool,
    provider: &str,
    user: &User,
    change: &mut Change,
) -> Result<()> {
    let name = groups::of_provider(&pool.id, provider);
    let record = cx
        .service
        .store
        .record(Kind::Group, &pool.id, &name)
        .await?;
    if let Some(group) = record.map(Group::from_record).transpose()? {
        change.push(group.require());
        change.push(Write::AddMember {
            pool: pool.id.clone(),
            group: group.name,
            group_id: group.id,
            sub: user.sub.clone(),
        });
    }
    Ok(())
}
