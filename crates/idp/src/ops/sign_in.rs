//! InitiateAuth, RespondToAuthChallenge and their admin twins.

use cenote_model::{
    AdminInitiateAuthRequest, AdminInitiateAuthResponse, AdminRespondToAuthChallengeRequest,
    AdminRespondToAuthChallengeResponse, AuthFlowType, ExplicitAuthFlowsType, InitiateAuthRequest,
    InitiateAuthResponse, RespondToAuthChallengeRequest, RespondToAuthChallengeResponse,
};

use crate::auth::{self, Parameters, Scene, Step};
use crate::ports::Change;
use crate::protection::event::Context;
use crate::protection::sign_in::{self as protection, Asked, Attempt};
use crate::trigger::{TokenSource, Trigger};
use crate::user::devices;
use crate::{Cx, Error, Result, token};

/// The four operations answer alike, each with its own type. `ChallengeParameters` is present, and empty,
/// beside tokens.
macro_rules! answer {
    ($output:ident, $step:expr) => {
        match $step {
            Step::Done(result) => $output {
                authentication_result: Some(result),
                challenge_parameters: Some(std::collections::BTreeMap::new()),
                ..Default::default()
            },
            Step::SignedIn(_) => return Err(Error::internal("an operation opened the pages' door")),
            Step::Challenge {
                name,
                session,
                parameters,
                available,
            } => $output {
                challenge_name: Some(name),
                session: session.map(Into::into),
                challenge_parameters: Some(parameters),
                available_challenges: available,
                ..Default::default()
            },
        }
    };
}

/// Starts a sign-in.
pub(crate) async fn initiate_auth(
    cx: &Cx,
    input: &InitiateAuthRequest,
) -> Result<InitiateAuthResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    let attempt = Attempt::new(protection::mode_of_flow(&pool, input.auth_flow), || {
        Context::of_user(cx, &client, input.user_context_data.as_ref())
    });
    let scene = Scene {
        is_admin: false,
        validation_data: input.client_metadata.clone(),
        attempt,
        ..Scene::new(pool, client)
    };
    let cx = &*cx.of_user(&scene.client, input.user_context_data.as_ref());
    let parameters = Parameters(input.auth_parameters.as_ref());
    let session = input.session.as_deref();
    let asked = Asked::by_flow(input.auth_flow, parameters.optional("USERNAME"));
    let steps = Box::pin(initiate(cx, &scene, input.auth_flow, &parameters, session));
    let step = protection::watch(cx, &scene, asked, steps).await?;
    Ok(answer!(InitiateAuthResponse, step))
}

/// Starts a sign-in on behalf of an administrator.
pub(crate) async fn admin_initiate_auth(
    cx: &Cx,
    input: &AdminInitiateAuthRequest,
) -> Result<AdminInitiateAuthResponse> {
    let cx = &*cx.of_admin(input.context_data.as_ref());
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    let attempt = Attempt::new(protection::mode_of_flow(&pool, input.auth_flow), || {
        Context::of_admin(input.context_data.as_ref())
    });
    let scene = Scene {
        is_admin: true,
        validation_data: input.client_metadata.clone(),
        attempt,
        ..Scene::new(pool, client)
    };
    let parameters = Parameters(input.auth_parameters.as_ref());
    let session = input.session.as_deref();
    let asked = Asked::by_flow(input.auth_flow, parameters.optional("USERNAME"));
    let steps = Box::pin(initiate(cx, &scene, input.auth_flow, &parameters, session));
    let step = protection::watch(cx, &scene, asked, steps).await?;
    Ok(answer!(AdminInitiateAuthResponse, step))
}

/// Answers a challenge.
pub(crate) async fn respond_to_auth_challenge(
    cx: &Cx,
    input: &RespondToAuthChallengeRequest,
) -> Result<RespondToAuthChallengeResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    let challenge = input.challenge_name;
    let attempt = Attempt::new(protection::mode_of_challenge(&pool, challenge), || {
        Context::of_user(cx, &client, input.user_context_data.as_ref())
    });
    let scene = Scene {
        is_admin: false,
        metadata: input.client_metadata.clone(),
        attempt,
        ..Scene::new(pool, client)
    };
    let cx = &*cx.of_user(&scene.client, input.user_context_data.as_ref());
    let answers = Parameters(input.challenge_responses.as_ref());
    let session = input.session.as_deref();
    let asked = Asked::by_challenge(challenge, answers.optional("USERNAME"));
    let steps = Box::pin(auth::respond(cx, &scene, challenge, session, &answers));
    let step = protection::watch(cx, &scene, asked, steps).await?;
    Ok(answer!(RespondToAuthChallengeResponse, step))
}

/// Answers a challenge on behalf of an administrator.
pub(crate) async fn admin_respond_to_auth_challenge(
    cx: &Cx,
    input: &AdminRespondToAuthChallengeRequest,
) -> Result<AdminRespondToAuthChallengeResponse> {
    let cx = &*cx.of_admin(input.context_data.as_ref());
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    let challenge = input.challenge_name;
    let attempt = Attempt::new(protection::mode_of_challenge(&pool, challenge), || {
        Context::of_admin(input.context_data.as_ref())
    });
    let scene = Scene {
        is_admin: true,
        metadata: input.client_metadata.clone(),
        attempt,
        ..Scene::new(pool, client)
    };
    let answers = Parameters(input.challenge_responses.as_ref());
    let session = input.session.as_deref();
    let asked = Asked::by_challenge(challenge, answers.optional("USERNAME"));
    let steps = Box::pin(auth::respond(cx, &scene, challenge, session, &answers));
    let step = protection::watch(cx, &scene, asked, steps).await?;
    Ok(answer!(AdminRespondToAuthChallengeResponse, step))
}

/// Starts the flow, if the client and the operation allow it.
async fn initiate(
    cx: &Cx,
    scene: &Scene,
    flow: AuthFlowType,
    parameters: &Parameters<'_>,
    session: Option<&str>,
) -> Result<Step> {
    use ExplicitAuthFlowsType as Allowed;
    let Scene {
        client, is_admin, ..
    } = scene;
    match flow {
        AuthFlowType::UserSrpAuth => {
            client.check_flow(Allowed::AllowUserSrpAuth)?;
            auth::start_srp(cx, scene, parameters).await
        }
        AuthFlowType::UserPasswordAuth if !*is_admin => {
            client.check_flow(Allowed::AllowUserPasswordAuth)?;
            auth::with_password(cx, scene, parameters).await
        }
        AuthFlowType::AdminUserPasswordAuth | AuthFlowType::AdminNoSrpAuth if *is_admin => {
            client.check_flow(Allowed::AllowAdminUserPasswordAuth)?;
            auth::with_password(cx, scene, parameters).await
        }
        AuthFlowType::UserPasswordAuth
        | AuthFlowType::AdminUserPasswordAuth
        | AuthFlowType::AdminNoSrpAuth => Err(Error::flow_not_supported()),
        AuthFlowType::RefreshTokenAuth | AuthFlowType::RefreshToken => {
            refresh(cx, scene, parameters).await
        }
        AuthFlowType::CustomAuth => {
            client.check_flow(Allowed::AllowCustomAuth)?;
            if !Trigger::DefineAuthChallenge.is_set(&scene.pool) {
                return Err(Error::custom_auth_trigger_missing());
            }
            auth::start_custom(cx, scene, parameters).await
        }
        AuthFlowType::UserAuth => {
            client.check_flow(Allowed::AllowUserAuth)?;
            auth::start_choice(cx, scene, parameters, session).await
        }
    }
}

/// REFRESH_TOKEN_AUTH: new ID and access tokens, and no refresh token.
async fn refresh(cx: &Cx, scene: &Scene, parameters: &Parameters<'_>) -> Result<Step> {
    let Scene { pool, client, .. } = scene;
    if client.rotation_grace_ms(cx).is_some() {
        return Err(Error::refresh_with_rotation());
    }
    client.check_flow(ExplicitAuthFlowsType::AllowRefreshTokenAuth)?;
    let refresh_token = parameters.required("REFRESH_TOKEN")?;
    let redeemed = token::redeem(cx, pool, client, refresh_token).await?;
    let device_key = parameters.optional("DEVICE_KEY");
    devices::check_refresh(cx, pool, &redeemed.token, device_key).await?;
    check_refresh_hash(
        cx,
        scene,
        &redeemed.user.username,
        parameters.optional("SECRET_HASH"),
    )?;
    let asked = (TokenSource::RefreshTokens, None);
    let result = token::refresh(cx, pool, client, &redeemed, asked, Change::new()).await?;
    Ok(Step::Done(result))
}

/// The refresh flow checks SECRET_HASH with the `username` claim, and words a wrong one in its own way.
fn check_refresh_hash(cx: &Cx, scene: &Scene, username: &str, hash: Option<&str>) -> Result<()> {
    let client = &scene.client;
    match hash {
        Some(hash)
            if client.is_confidential() && !client.secret_hash_matches(cx, username, hash)? =>
        {
            Err(Error::refresh_secret_hash_wrong(&client.id))
        }
        hash => client.check_secret_hash(cx, username, hash),
    }
}
