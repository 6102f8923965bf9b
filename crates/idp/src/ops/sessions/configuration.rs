//! The session settings of pools and clients. Each Set replaces the settings as a whole.

use std::sync::Arc;

use cenote_model::{
    ClientSSOSessionConfigType, GetUserPoolClientSessionConfigurationRequest,
    GetUserPoolClientSessionConfigurationResponse, GetUserPoolSessionConfigurationRequest,
    GetUserPoolSessionConfigurationResponse, SetUserPoolClientSessionConfigurationRequest,
    SetUserPoolClientSessionConfigurationResponse, SetUserPoolSessionConfigurationRequest,
    SetUserPoolSessionConfigurationResponse, UserPoolTokenSessionConfigType,
    UserSessionTrackingType,
};

use crate::ops::pools::SESSION_TRACKING;
use crate::pool::SessionSettings;
use crate::{Cx, Error, Result};

/// How long an SSO session is reused silently where nothing was set, in minutes.
const SSO_MINUTES: i32 = 60;

/// Shows whether a pool tracks the sessions of its users.
pub(crate) async fn get_user_pool_session_configuration(
    cx: &Cx,
    input: &GetUserPoolSessionConfigurationRequest,
) -> Result<GetUserPoolSessionConfigurationResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    Ok(GetUserPoolSessionConfigurationResponse {
        user_pool_id: Some(pool.id.clone()),
        user_session_tracking: Some(tracking(&pool.sessions)),
        token_session: Some(token_session(&pool.sessions)),
    })
}

/// Turns session tracking on or off. The settings of clients and the sessions that are known already stay
/// where they are while it is off.
pub(crate) async fn set_user_pool_session_configuration(
    cx: &Cx,
    input: &SetUserPoolSessionConfigurationRequest,
) -> Result<SetUserPoolSessionConfigurationResponse> {
    let mut pool = Arc::unwrap_or_clone(cx.pool(&input.user_pool_id).await?);
    pool.require_essentials(SESSION_TRACKING)?;
    pool.sessions = SessionSettings {
        tracking: input.user_session_tracking == UserSessionTrackingType::Enabled,
        max_per_user: input.token_session.max_per_user,
    };
    pool.save(cx).await?;
    Ok(SetUserPoolSessionConfigurationResponse {
        user_session_tracking: Some(tracking(&pool.sessions)),
        token_session: Some(token_session(&pool.sessions)),
        user_pool_id: Some(pool.id),
    })
}

/// Shows for how long a client reuses an SSO session silently.
pub(crate) async fn get_user_pool_client_session_configuration(
    cx: &Cx,
    input: &GetUserPoolClientSessionConfigurationRequest,
) -> Result<GetUserPoolClientSessionConfigurationResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    Ok(GetUserPoolClientSessionConfigurationResponse {
        user_pool_id: Some(pool.id.clone()),
        client_id: Some(client.id.as_str().into()),
        sso_session: Some(ClientSSOSessionConfigType {
            max_validity_minutes: client.sso_minutes.unwrap_or(SSO_MINUTES),
        }),
    })
}

/// Sets for how long a client reuses an SSO session silently.
pub(crate) async fn set_user_pool_client_session_configuration(
    cx: &Cx,
    input: &SetUserPoolClientSessionConfigurationRequest,
) -> Result<SetUserPoolClientSessionConfigurationResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let mut client = Arc::unwrap_or_clone(cx.client_of(&pool, &input.client_id).await?);
    pool.require_essentials(SESSION_TRACKING)?;
    if !pool.sessions.tracking {
        return Err(Error::session_tracking_off());
    }
    client.sso_minutes = Some(input.sso_session.max_validity_minutes);
    client.save(cx).await?;
    Ok(SetUserPoolClientSessionConfigurationResponse {
        user_pool_id: Some(pool.id.clone()),
        client_id: Some(client.id.into()),
        sso_session: Some(input.sso_session.clone()),
    })
}

fn tracking(settings: &SessionSettings) -> UserSessionTrackingType {
    if settings.tracking {
        UserSessionTrackingType::Enabled
    } else {
        UserSessionTrackingType::Disabled
    }
}

fn token_session(settings: &SessionSettings) -> UserPoolTokenSessionConfigType {
    UserPoolTokenSessionConfigType {
        max_per_user: settings.max_per_user,
    }
}
