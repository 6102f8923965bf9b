//! One-time codes: six digits, kept only as a keyed digest, used once, replaced by the next one.

use cenote_model::{CodeDeliveryDetailsType, UserStatusType};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::limits::{self, Hourly};
use super::{Account, User};
use crate::crypto::{self, Purpose};
use crate::message::{self, Cause, Letter, Target};
use crate::pool::{Client, Pool};
use crate::ports::{Change, Expect, Kind, Write};
use crate::protection::event::{self, Event};
use crate::trigger::{Metadata, Origin};
use crate::{Cx, Error, Result};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// Wrong guesses after which a code is dead, whatever the hourly limits still allow.
const MAX_WRONG: u32 = 30;

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodePurpose {
    /// ConfirmSignUp.
    SignUp,
    /// ConfirmForgotPassword.
    ResetPassword,
    /// VerifyUserAttribute for `email`.
    Email,
    /// VerifyUserAttribute for `phone_number`.
    PhoneNumber,
}

impl CodePurpose {
    /// The purpose that verifies this attribute: `email` or `phone_number`.
    pub(crate) fn verifying(attribute: &str) -> Self {
        if attribute == "email" {
            Self::Email
        } else {
            Self::PhoneNumber
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::ResetPassword => "reset",
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
        }
    }

    /// Milliseconds: an hour for a password reset, a day for the rest.
    const fn lifetime_ms(self) -> i64 {
        match self {
            Self::ResetPassword => HOUR_MS,
            _ => 24 * HOUR_MS,
        }
    }
}

/// An outstanding code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Code {
    digest: String,
    /// The attribute that it was sent to.
    pub(crate) attribute: String,
    /// The value of that attribute then.
    pub(crate) value: String,
    wrong: u32,
}

/// What a code's digest is taken of.
fn digested(pool: &Pool, sub: &str, purpose: &str, code: &str) -> String {
    format!("{}\0{sub}\0{purpose}\0{code}", pool.id)
}

/// The keyed digest of a code, which is all that is kept of it.
pub(crate) fn digest(cx: &Cx, pool: &Pool, sub: &str, purpose: &str, code: &str) -> String {
    let text = digested(pool, sub, purpose, code);
    HEXLOWER.encode(&cx.service.sealer.mac(Purpose::Code, text.as_bytes()))
}

/// Whether a digest is that of the code that was typed. A code lives on when the root key is rotated.
pub(crate) fn is(
    cx: &Cx,
    pool: &Pool,
    sub: &str,
    purpose: &str,
    typed: &str,
    digest: &str,
) -> bool {
    let text = digested(pool, sub, purpose, typed);
    HEXLOWER.decode(digest.as_bytes()).is_ok_and(|digest| {
        let sealer = &cx.service.sealer;
        sealer.is_mac(Purpose::Code, text.as_bytes(), &digest)
    })
}

fn key(sub: &str, purpose: CodePurpose) -> String {
    format!("{sub}/{}", purpose.name())
}

fn put(pool: &Pool, key: String, code: &Code, expires_at: i64, expect: Expect) -> Result<Write> {
    Ok(Write::Put {
        kind: Kind::Code,
        pool: pool.id.clone(),
        key,
        doc: serde_json::to_string(code).map_err(|error| Error::internal(error.to_string()))?,
        expires_at: Some(expires_at),
        expect,
    })
}

/// The write that keeps a new code.
fn keep(
    cx: &Cx,
    pool: &Pool,
    sub: &str,
    purpose: CodePurpose,
    (attribute, value): (&str, &str),
    digits: &str,
) -> Result<Write> {
    let code = Code {
        digest: digest(cx, pool, sub, purpose.name(), digits),
        attribute: attribute.to_owned(),
        value: value.to_owned(),
        wrong: 0,
    };
    let expires_at = cx.now() + purpose.lifetime_ms();
    put(pool, key(sub, purpose), &code, expires_at, Expect::Any)
}

/// Makes a code, which replaces any earlier one of the purpose. Answers the letter that carries it, for
/// [`message::commit`].
pub(crate) fn send<'a>(
    cx: &Cx,
    pool: &Pool,
    user: &'a User,
    (purpose, cause): (CodePurpose, Cause),
    origin: Origin<'a>,
    target: Target,
    change: &mut Change,
) -> Result<Letter<'a>> {
    let digits = crypto::digits(&*cx.service.entropy, 6);
    let sent_to = (target.attribute, target.value.as_str());
    change.push(keep(cx, pool, &user.sub, purpose, sent_to, &digits)?);
    Ok(Letter {
        user,
        cause,
        origin,
        target,
        secret: Some(digits),
        shown_name: None,
    })
}

/// Makes a [`send`] cost what [`send_to_nobody`] does, where the client hides users: that one drops its
/// message again, so this one drops a message that never was.
pub(crate) fn level(cx: &Cx, client: &Client, change: &mut Change) {
    if client.hides_users() {
        let id = cx.uuid().to_string();
        change.push(Write::DropMessage { id });
    }
}

/// Does what [`send`] and [`level`] do, at the same cost, for a user who does not exist. A code stays, so that a later
/// attempt to use it is answered like a user's; it is too long to be guessed, and nobody gets it.
fn send_to_nobody(
    cx: &Cx,
    pool: &Pool,
    (sub, name): (&str, &str),
    (purpose, cause): (CodePurpose, Cause),
    origin: Origin<'_>,
    change: &mut Change,
) -> Result<CodeDeliveryDetailsType> {
    let digits = crypto::digits(&*cx.service.entropy, 40);
    change.push(keep(cx, pool, sub, purpose, ("", ""), &digits)?);
    let nobody = User::new(
        cx,
        pool,
        sub.to_owned(),
        name.to_owned(),
        UserStatusType::Unknown,
    );
    let letter = Letter {
        user: &nobody,
        cause,
        origin,
        target: Target::email(""),
        secret: Some(digits),
        shown_name: None,
    };
    message::queue_for_nobody(cx, pool, &letter, change)?;
    Ok(message::invented_details(pool, name, sub))
}

/// A code that somebody asks for who has not proved who he is.
pub(crate) struct Request<'a> {
    pub(crate) pool: &'a Pool,
    pub(crate) client: &'a Client,
    pub(crate) account: &'a Account,
    /// The name that was typed.
    pub(crate) name: &'a str,
    pub(crate) kind: (CodePurpose, Cause),
    pub(crate) hourly: Hourly,
    pub(crate) metadata: Option<&'a Metadata>,
    /// What threat protection records of it.
    pub(crate) event: Event,
}

impl Request<'_> {
    /// Counts the request and sends the code to the user's `target`; for nobody, who has none, it does the
    /// same at the same cost. Answers what the caller may know of the address.
    pub(crate) async fn send(
        self,
        cx: &Cx,
        target: Option<Target>,
    ) -> Result<CodeDeliveryDetailsType> {
        let Self {
            pool, client, kind, ..
        } = self;
        let origin = Origin::client(&client.id, self.metadata);
        let sub = self.account.sub();
        let mut change = Change::new().with(limits::count(cx, pool, sub, self.hourly).await?);
        let (letters, details) =
            if let (Account::Known(user), Some(target)) = (self.account, target) {
                level(cx, client, &mut change);
                let recorded = event::record(cx, pool, user, &self.event)?;
                change.writes.extend(recorded);
                let letter = send(cx, pool, user, kind, origin, target, &mut change)?;
                let details = letter.details();
                (vec![letter], details)
            } else {
                let nobody = (sub, self.name);
                let details = send_to_nobody(cx, pool, nobody, kind, origin, &mut change)?;
                (Vec::new(), details)
            };
        message::commit(cx, pool, change, &letters, Error::from).await?;
        Ok(details)
    }
}

/// Checks what the caller typed. The attempt is counted in any case. When it is right, the answer is
/// the code and the start of the change that uses it up: the caller adds what the code allows and commits,
/// so that of two racing uses one wins.
pub(crate) async fn redeem(
    cx: &Cx,
    pool: &Pool,
    sub: &str,
    purpose: CodePurpose,
    typed: &str,
    hourly: Hourly,
) -> Result<(Code, Change)> {
    let attempt = limits::count(cx, pool, sub, hourly).await?;
    let key = key(sub, purpose);
    let Some(record) = cx.live(Kind::Code, &pool.id, &key).await? else {
        cx.commit(Change::new().with(attempt)).await?;
        return Err(Error::code_expired());
    };
    let mut code: Code = serde_json::from_str(&record.doc)
        .map_err(|error| Error::internal(format!("code {key}: {error}")))?;
    if code.wrong >= MAX_WRONG {
        return Err(Error::too_many_failures());
    }
    let expect = Expect::Version(record.version);
    if !is(cx, pool, sub, purpose.name(), typed, &code.digest) {
        code.wrong += 1;
        let expires_at = record.expires_at.unwrap_or_default();
        cx.commit(
            Change::new()
                .with(attempt)
                .with(put(pool, key, &code, expires_at, expect)?),
        )
        .await?;
        return Err(Error::code_mismatch());
    }
    let used = Write::Delete {
        kind: Kind::Code,
        pool: pool.id.clone(),
        key,
        expect,
    };
    Ok((code, Change::new().with(attempt).with(used)))
}
