//! Codes that a sign-in sends to a phone number or an e-mail address. Nothing of one is stored: its digest
//! travels in the sealed session.

use cenote_model::{CodeDeliveryDetailsType, UserStatusType};
use serde::{Deserialize, Serialize};

use super::Scene;
use super::session::{self, Session};
use crate::crypto;
use crate::message::{self, Cause, Letter, Target};
use crate::pool::Pool;
use crate::ports::{Change, CommitError, Write};
use crate::trigger::Origin;
use crate::user::limits::{self, Hourly, Lockout};
use crate::user::{self, User, codes, names};
use crate::{Cx, Error, Result};

/// How often a message is put into the outbox when the database asks to try again. What came before in
/// this call may be committed, so the operation is not run again.
const TRIES: usize = 5;

/// A code that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SentCode {
    /// `email` or `phone_number`.
    attribute: String,
    /// The value of that attribute.
    value: String,
    digest: String,
}

/// What these codes are for, in their digests.
const PURPOSE: &str = "sign_in";

/// Sends a code of so many digits. `first` is a write that must go with it, the use of a session.
pub(super) async fn send(
    cx: &Cx,
    scene: &Scene,
    user: &User,
    target: &Target,
    digits: usize,
    first: Option<Write>,
) -> Result<SentCode> {
    let pool = &scene.pool;
    let code = crypto::digits(&*cx.service.entropy, digits);
    let letters = [Letter {
        user,
        cause: Cause::Authentication,
        origin: Origin::client(&scene.client.id, scene.metadata.as_ref()),
        target: target.clone(),
        secret: Some(code.clone()),
        shown_name: None,
    }];
    let enclose = |change: &mut Change| {
        message::enclose(cx, pool, &letters, change)?;
        codes::level(cx, &scene.client, change);
        Ok(())
    };
    queue(cx, pool, &user.sub, first, &enclose).await?;
    message::post(cx, pool, &letters).await?;
    Ok(SentCode {
        attribute: target.attribute.to_owned(),
        value: target.value.clone(),
        digest: codes::digest(cx, pool, &user.sub, PURPOSE, &code),
    })
}

/// Does what [`send`] does, at the same cost, for a user who does not exist. The code is too long to be
/// guessed, and nobody gets it.
pub(super) async fn send_to_nobody(
    cx: &Cx,
    scene: &Scene,
    (sub, name): (&str, &str),
    attribute: &'static str,
    first: Option<Write>,
) -> Result<(SentCode, CodeDeliveryDetailsType)> {
    let pool = &scene.pool;
    let code = crypto::digits(&*cx.service.entropy, 40);
    let nobody = User::new(
        cx,
        pool,
        sub.to_owned(),
        name.to_owned(),
        UserStatusType::Unknown,
    );
    let target = Target::invented(attribute, name, sub);
    let letter = Letter {
        user: &nobody,
        cause: Cause::Authentication,
        origin: Origin::client(&scene.client.id, scene.metadata.as_ref()),
        target: target.clone(),
        secret: Some(code.clone()),
        shown_name: None,
    };
    let enclose = |change: &mut Change| message::queue_for_nobody(cx, pool, &letter, change);
    queue(cx, pool, sub, first, &enclose).await?;
    let sent = SentCode {
        attribute: attribute.to_owned(),
        value: String::new(),
        digest: codes::digest(cx, pool, sub, PURPOSE, &code),
    };
    Ok((sent, target.details()))
}

/// What a challenge tells of where its code went.
pub(super) fn delivery(details: CodeDeliveryDetailsType) -> [(&'static str, String); 2] {
    let medium = details.delivery_medium.map_or("", |medium| medium.as_str());
    [
        ("CODE_DELIVERY_DELIVERY_MEDIUM", medium.to_owned()),
        (
            "CODE_DELIVERY_DESTINATION",
            details.destination.unwrap_or_default(),
        ),
    ]
}

/// Counts a message and puts it into the outbox.
async fn queue(
    cx: &Cx,
    pool: &Pool,
    sub: &str,
    first: Option<Write>,
    enclose: &(dyn Fn(&mut Change) -> Result<()> + Send + Sync),
) -> Result<()> {
    for _ in 0..TRIES {
        let mut change = Change {
            writes: first.iter().cloned().collect(),
        };
        change.push(limits::count(cx, pool, sub, Hourly::SignInCode).await?);
        enclose(&mut change)?;
        match cx.try_commit(change).await {
            Ok(()) => return Ok(()),
            Err(error @ CommitError::Conflict { index: 0 }) if first.is_some() => {
                return Err(session::refused(error));
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
            Err(_) => break,
        }
    }
    Err(Error::busy())
}

impl SentCode {
    /// Whether this is what was sent.
    pub(super) fn is(&self, cx: &Cx, pool: &Pool, sub: &str, typed: &str) -> bool {
        codes::is(cx, pool, sub, PURPOSE, typed, &self.digest)
    }

    /// Whether it went by e-mail.
    pub(super) fn is_by_email(&self) -> bool {
        self.attribute == "email"
    }

    /// `email` or `phone_number`.
    pub(super) fn attribute(&self) -> &str {
        &self.attribute
    }

    /// Whether the user still has the address that it went to.
    pub(super) fn fits(&self, user: &User) -> bool {
        user.attribute(&self.attribute) == Some(&self.value)
    }

    /// Takes the right code: its session is used up, the failures before it are forgotten, and the address is
    /// the user's, verified.
    pub(super) async fn take(
        &self,
        cx: &Cx,
        pool: &Pool,
        session: &Session,
        lockout: Lockout,
        (before, after): (&User, &mut User),
    ) -> Result<()> {
        let mut change = Change::new().with(session.consume(cx, pool));
        change.writes.extend(lockout.succeed(cx, pool).await?);
        self.verify(cx, pool, before, after, &mut change).await?;
        cx.try_commit(change).await.map_err(|error| match error {
            CommitError::NameTaken { .. } => Error::alias_exists(&self.attribute),
            other => session::refused(other),
        })
    }

    /// Gives the user the address, verified, if it is not so already. An alias moves here from whoever
    /// held it.
    async fn verify(
        &self,
        cx: &Cx,
        pool: &Pool,
        before: &User,
        after: &mut User,
        change: &mut Change,
    ) -> Result<()> {
        after
            .attributes
            .insert(self.attribute.clone(), self.value.clone());
        after
            .attributes
            .insert(format!("{}_verified", self.attribute), "true".to_owned());
        if after != before {
            after.modified_at = cx.now();
            names::take_over(cx, pool, after, &self.attribute, change).await?;
            user::update(pool, before, after, change)?;
            after.version += 1;
        }
        Ok(())
    }
}
