//! The settings that CreateUserPoolClient and UpdateUserPoolClient share: their defaults and rules.

use cenote_model::{
    AnalyticsConfigurationType, CreateUserPoolClientRequest, ExplicitAuthFlowsType, FeatureType,
    UpdateUserPoolClientRequest, UserPoolClientType,
};

use super::oauth::Known;
use super::{attributes, oauth, validity};
use crate::pool::{Client, Pool};
use crate::{Error, Result};

/// The members that both requests have, as they were given.
macro_rules! given {
    ($input:ident) => {
        UserPoolClientType {
            refresh_token_validity: $input.refresh_token_validity,
            access_token_validity: $input.access_token_validity,
            id_token_validity: $input.id_token_validity,
            token_validity_units: $input.token_validity_units.clone(),
            read_attributes: $input.read_attributes.clone(),
            write_attributes: $input.write_attributes.clone(),
            explicit_auth_flows: $input.explicit_auth_flows.clone(),
            supported_identity_providers: $input.supported_identity_providers.clone(),
            callback_urls: $input.callback_urls.clone(),
            logout_urls: $input.logout_urls.clone(),
            default_redirect_uri: $input.default_redirect_uri.clone(),
            allowed_oauth_flows: $input.allowed_oauth_flows.clone(),
            allowed_oauth_scopes: $input.allowed_oauth_scopes.clone(),
            allowed_oauth_flows_user_pool_client: $input.allowed_oauth_flows_user_pool_client,
            analytics_configuration: $input.analytics_configuration.clone(),
            prevent_user_existence_errors: $input.prevent_user_existence_errors,
            enable_token_revocation: $input.enable_token_revocation,
            enable_propagate_additional_user_context_data: $input
                .enable_propagate_additional_user_context_data,
            auth_session_validity: $input.auth_session_validity,
            refresh_token_rotation: $input.refresh_token_rotation.clone(),
            ..Default::default()
        }
    };
}

pub(super) fn of_create(input: &CreateUserPoolClientRequest) -> UserPoolClientType {
    given!(input)
}

pub(super) fn of_update(input: &UpdateUserPoolClientRequest) -> UserPoolClientType {
    given!(input)
}

/// Fills in defaults and checks every setting of the client; `act` is what is being done to it.
pub(super) fn settle(pool: &Pool, client: &mut Client, act: &str, known: &Known) -> Result<()> {
    let is_confidential = client.is_confidential();
    validity::settle(client)?;
    let shape = &mut client.shape;
    shape
        .allowed_oauth_flows_user_pool_client
        .get_or_insert(false);
    shape.enable_token_revocation.get_or_insert(true);
    shape.auth_session_validity.get_or_insert(3);
    shape.explicit_auth_flows.take_if(|list| list.is_empty());
    shape
        .supported_identity_providers
        .take_if(|list| list.is_empty());
    if *shape
        .enable_propagate_additional_user_context_data
        .get_or_insert(false)
        && !is_confidential
    {
        return Err(Error::context_without_secret());
    }
    attributes::check(pool, shape, act)?;
    check_flows(pool, shape, is_confidential)?;
    oauth::settle(pool, shape, is_confidential, known)?;
    check_analytics(shape.analytics_configuration.as_ref())
}

fn check_flows(pool: &Pool, shape: &UserPoolClientType, is_confidential: bool) -> Result<()> {
    use ExplicitAuthFlowsType as Flow;
    let flows = shape.explicit_auth_flows.as_deref().unwrap_or_default();
    let modern = flows
        .iter()
        .filter(|flow| flow.as_str().starts_with("ALLOW_"))
        .count();
    if modern > 0 && modern < flows.len() {
        return Err(Error::mixed_flow_names());
    }
    if flows.contains(&Flow::AllowClientTokenAuth) {
        if flows.iter().any(|flow| *flow != Flow::AllowClientTokenAuth) {
            return Err(Error::client_token_flow_alone());
        }
        if !is_confidential {
            return Err(Error::client_token_flow_secret());
        }
    }
    if flows.contains(&Flow::AllowUserAuth) {
        pool.require_essentials("Choice-Based Sign-In")?;
    }
    let rotation = shape.refresh_token_rotation.as_ref();
    let rotates = rotation.is_some_and(|rotation| rotation.feature == FeatureType::Enabled);
    if rotates && flows.contains(&Flow::AllowRefreshTokenAuth) {
        return Err(Error::rotation_and_refresh_flow());
    }
    Ok(())
}

/// A project is named by its ARN, or by its id with a role and the role's external id.
fn check_analytics(analytics: Option<&AnalyticsConfigurationType>) -> Result<()> {
    let Some(analytics) = analytics else {
        return Ok(());
    };
    let others = [
        &analytics.application_id,
        &analytics.role_arn,
        &analytics.external_id,
    ];
    let given = others.iter().filter(|member| member.is_some()).count();
    match (analytics.application_arn.is_some(), given) {
        (true, 0) | (false, 3) => Ok(()),
        _ => Err(Error::analytics()),
    }
}
