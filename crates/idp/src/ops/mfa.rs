//! Second factors: software tokens, preferences, and what a user can sign in with.

use cenote_model::{
    AdminDeleteSoftwareTokenRequest, AdminDeleteSoftwareTokenResponse,
    AdminGetUserAuthFactorsRequest, AdminGetUserAuthFactorsResponse,
    AdminSetUserMFAPreferenceRequest, AdminSetUserMFAPreferenceResponse,
    AssociateSoftwareTokenRequest, AssociateSoftwareTokenResponse, AuthFactorType,
    GetUserAuthFactorsRequest, GetUserAuthFactorsResponse, Sensitive, SetUserMFAPreferenceRequest,
    SetUserMFAPreferenceResponse, UserStatusType, VerifySoftwareTokenRequest,
    VerifySoftwareTokenResponse, VerifySoftwareTokenResponseType,
};

use crate::auth::mfa_setup;
use crate::pool::Pool;
use crate::ports::Change;
use crate::token::{self, Caller};
use crate::user::mfa::{self, Factor, Preferences};
use crate::user::software_token::PendingToken;
use crate::user::{self, User};
use crate::{Cx, Error, Result};

/// Who registers a software token: somebody who is signed in, or somebody who must set up MFA to be.
enum Proof<'a> {
    AccessToken(&'a str),
    Session(&'a str),
}

impl<'a> Proof<'a> {
    fn of(token: Option<&'a Sensitive>, session: Option<&'a Sensitive>) -> Result<Self> {
        match (token, session) {
            (Some(token), None) => Ok(Self::AccessToken(token)),
            (None, Some(session)) => Ok(Self::Session(session)),
            _ => Err(Error::software_token_proof()),
        }
    }
}

/// Makes a secret for an authenticator app. It replaces a registered one only when it is verified.
pub(crate) async fn associate_software_token(
    cx: &Cx,
    input: &AssociateSoftwareTokenRequest,
) -> Result<AssociateSoftwareTokenResponse> {
    match Proof::of(input.access_token.as_ref(), input.session.as_ref())? {
        Proof::AccessToken(token) => {
            let Caller { pool, user, .. } = token::authenticate(cx, token).await?;
            check_offered(&pool)?;
            let (pending, secret) = PendingToken::new(cx, &pool, &user.sub);
            let mut after = user.clone();
            after.mfa.pending = Some(pending);
            user::save(cx, &pool, &user, after).await?;
            Ok(AssociateSoftwareTokenResponse {
                secret_code: Some(secret.into()),
                session: None,
            })
        }
        Proof::Session(session) => {
            let (secret, session) = mfa_setup::associate(cx, session).await?;
            Ok(AssociateSoftwareTokenResponse {
                secret_code: Some(secret.into()),
                session: Some(session.into()),
            })
        }
    }
}

/// Registers the software token that shows the right code. With an access token, that turns nothing on:
/// SetUserMFAPreference does.
pub(crate) async fn verify_software_token(
    cx: &Cx,
    input: &VerifySoftwareTokenRequest,
) -> Result<VerifySoftwareTokenResponse> {
    let name = input.friendly_device_name.as_deref();
    match Proof::of(input.access_token.as_ref(), input.session.as_ref())? {
        Proof::AccessToken(token) => {
            let Caller { pool, user, .. } = token::authenticate(cx, token).await?;
            check_offered(&pool)?;
            let pending = user.mfa.pending.clone();
            let pending = pending.ok_or_else(Error::software_token_not_set_up)?;
            let (token, writes) = pending
                .verify(cx, &pool, &user.sub, &input.user_code, name)
                .await?;
            let mut after = user.clone();
            after.mfa.register(token);
            after.modified_at = cx.now();
            let mut change = Change { writes };
            user::update(&pool, &user, &after, &mut change)?;
            cx.commit(change).await?;
            Ok(VerifySoftwareTokenResponse {
                status: Some(VerifySoftwareTokenResponseType::Success),
                session: None,
            })
        }
        Proof::Session(session) => {
            let session = mfa_setup::verify(cx, session, &input.user_code, name).await?;
            Ok(VerifySoftwareTokenResponse {
                status: Some(VerifySoftwareTokenResponseType::Success),
                session: Some(session.into()),
            })
        }
    }
}

/// Turns the caller's factors on and off, and prefers one.
pub(crate) async fn set_user_mfa_preference(
    cx: &Cx,
    caller: &Caller,
    input: &SetUserMFAPreferenceRequest,
) -> Result<SetUserMFAPreferenceResponse> {
    let preferences = Preferences {
        sms: input.sms_mfa_settings.as_ref(),
        software_token: input.software_token_mfa_settings.as_ref(),
        email: input.email_mfa_settings.as_ref(),
        passkeys: input.web_authn_mfa_settings.as_ref(),
    };
    let mut after = caller.user.clone();
    mfa::prefer(&caller.pool, &mut after, &preferences)?;
    user::save(cx, &caller.pool, &caller.user, after).await?;
    Ok(SetUserMFAPreferenceResponse {})
}

/// Turns a user's factors on and off, and prefers one.
pub(crate) async fn admin_set_user_mfa_preference(
    cx: &Cx,
    input: &AdminSetUserMFAPreferenceRequest,
) -> Result<AdminSetUserMFAPreferenceResponse> {
    let preferences = Preferences {
        sms: input.sms_mfa_settings.as_ref(),
        software_token: input.software_token_mfa_settings.as_ref(),
        email: input.email_mfa_settings.as_ref(),
        passkeys: input.web_authn_mfa_settings.as_ref(),
    };
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    match user.status {
        UserStatusType::Unconfirmed => return Err(Error::user_not_confirmed()),
        UserStatusType::ResetRequired => return Err(Error::password_reset_required()),
        _ => {}
    }
    let mut after = user.clone();
    mfa::prefer(&pool, &mut after, &preferences)?;
    user::save(cx, &pool, &user, after).await?;
    Ok(AdminSetUserMFAPreferenceResponse {})
}

/// Forgets a user's software token, verified or not; a user without one stays as he is.
pub(crate) async fn admin_delete_software_token(
    cx: &Cx,
    input: &AdminDeleteSoftwareTokenRequest,
) -> Result<AdminDeleteSoftwareTokenResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    if user.status == UserStatusType::Unconfirmed {
        return Err(Error::user_not_confirmed());
    }
    let mut after = user.clone();
    after.mfa.forget_token();
    if after.mfa != user.mfa {
        user::save(cx, &pool, &user, after).await?;
    }
    Ok(AdminDeleteSoftwareTokenResponse {})
}

/// Lists what the caller can sign in with.
#[expect(clippy::unused_async, reason = "every operation is called alike")]
pub(crate) async fn get_user_auth_factors(
    _cx: &Cx,
    caller: &Caller,
    _input: &GetUserAuthFactorsRequest,
) -> Result<GetUserAuthFactorsResponse> {
    let Caller { pool, user, .. } = caller;
    Ok(GetUserAuthFactorsResponse {
        username: user.username.as_str().into(),
        preferred_mfa_setting: user.preferred_mfa_setting(),
        user_mfa_setting_list: user.mfa_setting_list(),
        configured_user_auth_factors: Some(configured(pool, user)),
    })
}

/// Lists what a user can sign in with.
pub(crate) async fn admin_get_user_auth_factors(
    cx: &Cx,
    input: &AdminGetUserAuthFactorsRequest,
) -> Result<AdminGetUserAuthFactorsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    Ok(AdminGetUserAuthFactorsResponse {
        username: user.username.as_str().into(),
        preferred_mfa_setting: user.preferred_mfa_setting(),
        user_mfa_setting_list: user.mfa_setting_list(),
        configured_user_auth_factors: Some(configured(&pool, &user)),
    })
}

/// Software tokens are registered only where the pool offers them.
fn check_offered(pool: &Pool) -> Result<()> {
    if pool.offers_software_tokens() {
        Ok(())
    } else {
        Err(Error::software_token_off())
    }
}

/// The first and second factors that are there for the user: the pool offers them as a first factor, or
/// the user has them turned on as a second one.
fn configured(pool: &Pool, user: &User) -> Vec<AuthFactorType> {
    let active: Vec<Factor> = user.active_factors().collect();
    let first = pool.first_factors();
    let by_code = |first_factor, factor| {
        user.has_set_up(factor) && (first.contains(&first_factor) || active.contains(&factor))
    };
    let mut list = Vec::new();
    if user.password.is_some() {
        list.push(AuthFactorType::Password);
    }
    if by_code(AuthFactorType::EmailOtp, Factor::Email) {
        list.push(AuthFactorType::EmailOtp);
    }
    if by_code(AuthFactorType::SmsOtp, Factor::Sms) {
        list.push(AuthFactorType::SmsOtp);
    }
    if first.contains(&AuthFactorType::WebAuthn) && user.passkeys > 0 {
        list.push(AuthFactorType::WebAuthn);
    }
    if user.has_set_up(Factor::SoftwareToken) {
        list.push(AuthFactorType::SoftwareToken);
    }
    list
}
