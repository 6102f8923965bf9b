//! Codes that a sign-in sends to a phone number or an e-mail address. Nothing of one is stored: its digest
//! travels in the sealed session.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{Scene, session};
use crate::crypto::{self, Purpose};
use crate::message::{self, Cause, Letter, Target};
use crate::pool::Pool;
use crate::ports::{Change, CommitError, Write};
use crate::trigger::Origin;
use crate::user::limits::{self, Hourly};
use crate::user::{self, User, names};
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

fn digest(cx: &Cx, pool: &Pool, sub: &str, code: &str) -> String {
    let text = format!("{}\0{sub}\0sign_in\0{code}", pool.id);
    HEXLOWER.encode(&cx.service.sealer.mac(Purpose::Code, text.as_bytes()))
}

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
        secret: code.clone(),
        shown_name: None,
    }];
    let mut tries = 1;
    loop {
        let mut change = Change {
            writes: first.iter().cloned().collect(),
        };
        change.push(limits::count(cx, pool, &user.sub, Hourly::SignInCode).await?);
        message::enclose(cx, pool, &letters, &mut change)?;
        match cx.try_commit(change).await {
            Ok(()) => break,
            Err(error @ CommitError::Conflict { index: 0 }) if first.is_some() => {
                return Err(session::refused(error));
            }
            Err(CommitError::Conflict { .. }) if tries < TRIES => tries += 1,
            Err(CommitError::Store(error)) => return Err(error.into()),
            Err(_) => return Err(Error::busy()),
        }
    }
    message::post(cx, pool, &letters).await?;
    Ok(SentCode {
        attribute: target.attribute.to_owned(),
        value: target.value.clone(),
        digest: digest(cx, pool, &user.sub, &code),
    })
}

impl SentCode {
    /// Whether this is what was sent.
    pub(super) fn is(&self, cx: &Cx, pool: &Pool, user: &User, typed: &str) -> bool {
        let typed = digest(cx, pool, &user.sub, typed);
        typed.as_bytes().ct_eq(self.digest.as_bytes()).into()
    }

    /// `email` or `phone_number`.
    pub(super) fn attribute(&self) -> &str {
        &self.attribute
    }

    /// Whether the user still has the address that it went to.
    pub(super) fn fits(&self, user: &User) -> bool {
        user.attribute(&self.attribute) == Some(&self.value)
    }

    /// Gives the user the address, verified, if it is not so already. An alias moves here from whoever
    /// held it.
    pub(super) async fn verify(
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
