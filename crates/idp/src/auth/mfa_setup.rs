//! The MFA_SETUP challenge: a user without a second factor sets one up where MFA is required. For a software
//! token, AssociateSoftwareToken and VerifySoftwareToken hand the session on; for e-mail and SMS, the answer
//! names the address or number, and a code goes there.

use cenote_model::UserPoolMfaType;
use serde::{Deserialize, Serialize};

use super::one_time_code::{self, SentCode};
use super::second_factor::{ask_for_code, names_of, take_code, user_of};
use super::session::{self, Pending, Session};
use super::{Parameters, Progress, Proof, Scene, Step, after_second_factor, check_state};
use crate::message::Target;
use crate::ports::{Change, Write};
use crate::user::mfa::{Factor, Required};
use crate::user::software_token::PendingToken;
use crate::user::{self, User, attributes};
use crate::{Cx, Error, Result};

/// How far the set-up is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SetUp {
    /// What can be set up.
    factors: Vec<Factor>,
    /// The secret that AssociateSoftwareToken made. It is nobody's until VerifySoftwareToken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<PendingToken>,
    /// Whether VerifySoftwareToken has registered it.
    #[serde(default)]
    is_verified: bool,
}

/// Asks to set up one of these factors.
pub(super) fn ask(
    cx: &Cx,
    scene: &Scene,
    user: &User,
    progress: Progress,
    factors: Vec<Factor>,
) -> Result<Step> {
    let parameters = [
        ("MFAS_CAN_SETUP", names_of(&factors)),
        ("USER_ID_FOR_SRP", user.username.clone()),
    ];
    let set_up = SetUp {
        factors,
        token: None,
        is_verified: false,
    };
    Session::new(cx, scene, user, Pending::MfaSetup(set_up), progress).ask(cx, scene, parameters)
}

/// A set-up that goes on with a session alone: neither AssociateSoftwareToken nor VerifySoftwareToken names
/// client or user.
struct Going {
    scene: Scene,
    user: User,
    session: Session,
    set_up: SetUp,
}

impl Going {
    /// Opens it: nothing else may have become the user's second factor meanwhile.
    async fn open(cx: &Cx, text: &str) -> Result<Self> {
        let (scene, session) = Session::open_alone(cx, text).await?;
        let Pending::MfaSetup(set_up) = &session.pending else {
            return Err(Error::session_invalid());
        };
        let user = session.owner(cx, &scene).await?;
        check_state(&user)?;
        let is_needed = matches!(user.required_factor(&scene.pool), Required::SetUp(_));
        if set_up.is_verified || !is_needed {
            return Err(Error::session_invalid());
        }
        if !set_up.factors.contains(&Factor::SoftwareToken) || !scene.pool.offers_software_tokens()
        {
            return Err(Error::software_token_off());
        }
        let set_up = set_up.clone();
        Ok(Self {
            scene,
            user,
            session,
            set_up,
        })
    }

    /// The session for the next step. It keeps its id, so that the answer to MFA_SETUP uses up every
    /// session of the way.
    fn hand_on(mut self, cx: &Cx, set_up: SetUp) -> Result<String> {
        self.session.pending = Pending::MfaSetup(set_up);
        self.session.expires_at = cx.now() + self.scene.client.session_ms();
        self.session.seal(cx, &self.scene)
    }
}

/// AssociateSoftwareToken with a session: answers the secret and the next session.
pub(crate) async fn associate(cx: &Cx, session: &str) -> Result<(String, String)> {
    let going = Going::open(cx, session).await?;
    let (token, secret) = PendingToken::new(cx, &going.scene.pool, &going.user.sub);
    let set_up = SetUp {
        token: Some(token),
        ..going.set_up.clone()
    };
    Ok((secret, going.hand_on(cx, set_up)?))
}

/// VerifySoftwareToken with a session: registers the token and turns it on, whether or not MFA_SETUP is
/// answered. Answers the next session.
pub(crate) async fn verify(
    cx: &Cx,
    session: &str,
    code: &str,
    name: Option<&str>,
) -> Result<String> {
    let going = Going::open(cx, session).await?;
    let Going { scene, user, .. } = &going;
    let pending = going.set_up.token.clone();
    let pending = pending.ok_or_else(Error::software_token_not_set_up)?;
    let (token, writes) = pending
        .verify(cx, &scene.pool, &user.sub, code, name)
        .await?;
    let mut after = user.clone();
    after.mfa.register(token);
    after.mfa.turn_on(Factor::SoftwareToken);
    after.modified_at = cx.now();
    let mut change = Change { writes };
    user::update(&scene.pool, user, &after, &mut change)?;
    cx.commit(change).await?;
    let set_up = SetUp {
        token: None,
        is_verified: true,
        ..going.set_up.clone()
    };
    going.hand_on(cx, set_up)
}

/// Takes the answer: a session that VerifySoftwareToken has seen, an e-mail address, or a phone number.
pub(super) async fn answer(
    cx: &Cx,
    scene: &Scene,
    session: Session,
    set_up: &SetUp,
    answers: &Parameters<'_>,
) -> Result<Step> {
    let pool = &scene.pool;
    let user = user_of(cx, scene, &session, answers).await?;
    if set_up.is_verified {
        // A session from earlier on the way may live longer than this one.
        let until = cx.now() + scene.client.session_ms();
        let first = Write::mark(&pool.id, &session.id, cx.now(), until);
        let change = Change::new().with(first);
        cx.try_commit(change).await.map_err(session::refused)?;
        let progress = session.progress.with(Proof::SoftwareToken);
        return after_second_factor(cx, scene, &user, progress).await;
    }
    let given = |names: [&str; 2]| names.into_iter().find_map(|name| answers.optional(name));
    let (factor, target) = match (
        given(["EMAIL", "email"]),
        given(["PHONE_NUMBER", "phone_number"]),
    ) {
        (Some(address), _) => (Factor::Email, Target::email(address)),
        (None, Some(number)) => (Factor::Sms, Target::phone(number)),
        (None, None) => return Err(Error::session_invalid()),
    };
    if !set_up.factors.contains(&factor) || user.has_set_up(factor) {
        return Err(Error::factor_not_available());
    }
    attributes::check_new(
        pool,
        &[user::attribute_type(target.attribute, &target.value)],
    )?;
    let first = session.consume(cx, pool);
    let sent = one_time_code::send(cx, scene, &user, &target, 6, Some(first)).await?;
    let pending = Pending::SetUpContact(sent);
    ask_for_code(cx, scene, &user, session.progress, pending, &target)
}

/// Takes the code that went to a new address or number: it becomes the user's, verified, and his factor.
pub(super) async fn answer_code(
    cx: &Cx,
    scene: &Scene,
    session: Session,
    sent: &SentCode,
    answers: &Parameters<'_>,
) -> Result<Step> {
    let (factor, proof, name) = if sent.is_by_email() {
        (Factor::Email, Proof::Email, "EMAIL_OTP_CODE")
    } else {
        (Factor::Sms, Proof::Sms, "SMS_MFA_CODE")
    };
    let typed = answers.required(name)?;
    let user = user_of(cx, scene, &session, answers).await?;
    if user.has_set_up(factor)
        || scene.pool.mfa_configuration() != UserPoolMfaType::On
        || !scene.pool.offers(factor)
    {
        return Err(Error::session_invalid());
    }
    let mut after = user.clone();
    after.mfa.turn_on(factor);
    take_code(cx, scene, session, sent, typed, (&user, after), proof).await
}
