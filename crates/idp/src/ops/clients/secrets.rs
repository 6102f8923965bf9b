//! The secrets of a client: up to two at a time, so that one takes over from the other without a gap.

use std::sync::Arc;

use cenote_model::{
    AddUserPoolClientSecretRequest, AddUserPoolClientSecretResponse, ClientSecretDescriptorType,
    DeleteUserPoolClientSecretRequest, DeleteUserPoolClientSecretResponse,
    ListUserPoolClientSecretsRequest, ListUserPoolClientSecretsResponse, Timestamp,
};

use super::SECRET_LENGTH;
use crate::crypto::alphanumeric;
use crate::pool::{Client, ClientSecret};
use crate::{Cx, Error, Result};

/// The secrets that a client can have at a time.
const LIMIT: usize = 2;

/// Gives a confidential client a further secret. It is shown once, and only if it was generated.
pub(crate) async fn add_user_pool_client_secret(
    cx: &Cx,
    input: &AddUserPoolClientSecretRequest,
) -> Result<AddUserPoolClientSecretResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let mut client = Arc::unwrap_or_clone(cx.client_of(&pool, &input.client_id).await?);
    check_type(&client)?;
    if !client.is_confidential() {
        return Err(Error::secret_for_public_client());
    }
    if client.secrets.len() >= LIMIT {
        return Err(Error::too_many_client_secrets(LIMIT));
    }
    let own = input.client_secret.as_deref();
    if let Some(own) = own
        && client.secret_matches(cx, own)?
    {
        return Err(Error::client_secret_in_use());
    }
    let generated = own
        .is_none()
        .then(|| alphanumeric(&*cx.service.entropy, SECRET_LENGTH, true));
    let secret = own.or(generated.as_deref()).unwrap_or_default();
    let added = client.add_secret(cx, secret);
    let descriptor = ClientSecretDescriptorType {
        client_secret_value: generated.map(Into::into),
        ..described(added)
    };
    save(cx, client).await?;
    Ok(AddUserPoolClientSecretResponse {
        client_secret_descriptor: Some(descriptor),
    })
}

/// Clients that registered themselves keep the secret that they were given.
fn check_type(client: &Client) -> Result<()> {
    if client.is_registered() {
        return Err(Error::secrets_of_registered());
    }
    Ok(())
}

/// Takes a secret away: what it proves is refused from now on. The last one stays.
pub(crate) async fn delete_user_pool_client_secret(
    cx: &Cx,
    input: &DeleteUserPoolClientSecretRequest,
) -> Result<DeleteUserPoolClientSecretResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let mut client = Arc::unwrap_or_clone(cx.client_of(&pool, &input.client_id).await?);
    check_type(&client)?;
    let before = client.secrets.len();
    client
        .secrets
        .retain(|secret| secret.id != input.client_secret_id);
    if client.secrets.len() == before {
        return Err(Error::client_secret_not_found(&input.client_secret_id));
    }
    if client.secrets.is_empty() {
        return Err(Error::last_client_secret());
    }
    save(cx, client).await?;
    Ok(DeleteUserPoolClientSecretResponse {})
}

/// Lists a client's secrets, oldest first, without their values. One page holds them all, so that any page
/// token is one that nobody was given.
pub(crate) async fn list_user_pool_client_secrets(
    cx: &Cx,
    input: &ListUserPoolClientSecretsRequest,
) -> Result<ListUserPoolClientSecretsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    if input.next_token.is_some() {
        return Err(Error::invalid_page_token("NextToken"));
    }
    Ok(ListUserPoolClientSecretsResponse {
        client_secrets: Some(client.secrets.iter().map(described).collect()),
        next_token: None,
    })
}

/// A secret as it is shown, without its value.
fn described(secret: &ClientSecret) -> ClientSecretDescriptorType {
    ClientSecretDescriptorType {
        client_secret_id: Some(secret.id.clone()),
        client_secret_value: None,
        client_secret_create_date: Some(Timestamp(secret.created_at)),
    }
}

async fn save(cx: &Cx, mut client: Client) -> Result<()> {
    client.shape.last_modified_date = Some(Timestamp(cx.now()));
    client.save(cx).await
}
