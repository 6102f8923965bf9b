//! App clients.

mod attributes;
mod oauth;
mod secrets;
mod settings;
mod validity;

use std::sync::Arc;

use cenote_model::{
    ClientTypeType, CreateUserPoolClientRequest, CreateUserPoolClientResponse,
    DeleteUserPoolClientRequest, DescribeUserPoolClientRequest, DescribeUserPoolClientResponse,
    ListUserPoolClientsRequest, ListUserPoolClientsResponse, Timestamp,
    UpdateUserPoolClientRequest, UpdateUserPoolClientResponse, UserPoolClientDescription,
    UserPoolClientType,
};

use crate::crypto::alphanumeric;
use crate::pool::{Client, Pool};
use crate::ports::{Change, Expect, Kind, Write};
use crate::protection::risk;
use crate::quota::Counted;
use crate::{Cx, Error, Result, look, page};

pub(crate) use oauth::check_url;
pub(crate) use secrets::{
    add_user_pool_client_secret, delete_user_pool_client_secret, list_user_pool_client_secrets,
};

/// The length of a client id.
const ID_LENGTH: usize = 26;

/// The length of a secret that is not the caller's own.
const SECRET_LENGTH: usize = 52;

/// Creates a client.
pub(crate) async fn create_user_pool_client(
    cx: &Cx,
    input: &CreateUserPoolClientRequest,
) -> Result<CreateUserPoolClientResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = create(cx, &pool, input, ClientTypeType::Regular).await?;
    Ok(CreateUserPoolClientResponse {
        user_pool_client: Some(shown(cx, &client)?),
    })
}

/// Creates a client for an administrator, or for an application that registers itself.
pub(crate) async fn create(
    cx: &Cx,
    pool: &Pool,
    input: &CreateUserPoolClientRequest,
    client_type: ClientTypeType,
) -> Result<Client> {
    let entropy = &*cx.service.entropy;
    let id = cx
        .fixed_id
        .clone()
        .unwrap_or_else(|| alphanumeric(entropy, ID_LENGTH, true));
    let secret = match (
        input.generate_secret.unwrap_or_default(),
        input.client_secret.as_deref(),
    ) {
        (true, Some(_)) => return Err(Error::two_client_secrets()),
        (true, None) => Some(alphanumeric(entropy, SECRET_LENGTH, true)),
        (false, own) => own.map(str::to_owned),
    };
    let now = Timestamp(cx.now());
    let mut client = Client {
        pool_id: pool.id.clone(),
        shape: UserPoolClientType {
            user_pool_id: Some(pool.id.clone()),
            client_name: Some(input.client_name.clone()),
            client_id: Some(id.as_str().into()),
            client_type: Some(client_type),
            creation_date: Some(now),
            last_modified_date: Some(now),
            ..settings::of_create(input)
        },
        secrets: Vec::new(),
        sso_minutes: None,
        version: 0,
        id,
    };
    if let Some(secret) = &secret {
        client.add_secret(cx, secret);
    }
    let known = oauth::known(cx, pool, &client.shape).await?;
    settings::settle(pool, &mut client, "creating", &known)?;
    let change = Change::new()
        .with(pool.require())
        .with(client.put(Expect::Absent { now: cx.now() })?)
        .with(Counted::Clients.one_more(cx, &pool.id));
    cx.commit(change).await?;
    Ok(client)
}

/// The client as it is shown, with its secret.
fn shown(cx: &Cx, client: &Client) -> Result<UserPoolClientType> {
    let secret = client.open_secrets(cx)?.into_iter().next();
    Ok(UserPoolClientType {
        client_secret: secret.map(Into::into),
        ..client.shape.clone()
    })
}

/// Shows a client's settings and secret.
pub(crate) async fn describe_user_pool_client(
    cx: &Cx,
    input: &DescribeUserPoolClientRequest,
) -> Result<DescribeUserPoolClientResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    Ok(DescribeUserPoolClientResponse {
        user_pool_client: Some(shown(cx, &client)?),
    })
}

/// Replaces a client's settings: what is left out goes back to its default, apart from the name.
pub(crate) async fn update_user_pool_client(
    cx: &Cx,
    input: &UpdateUserPoolClientRequest,
) -> Result<UpdateUserPoolClientResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let mut client = Arc::unwrap_or_clone(cx.client_of(&pool, &input.client_id).await?);
    let kept = client.shape;
    client.shape = UserPoolClientType {
        client_name: input.client_name.clone().or(kept.client_name),
        user_pool_id: kept.user_pool_id,
        client_id: kept.client_id,
        client_type: kept.client_type,
        creation_date: kept.creation_date,
        last_modified_date: Some(Timestamp(cx.now())),
        ..settings::of_update(input)
    };
    let known = oauth::known(cx, &pool, &client.shape).await?;
    settings::settle(&pool, &mut client, "updating", &known)?;
    client.save(cx).await?;
    Ok(UpdateUserPoolClientResponse {
        user_pool_client: Some(shown(cx, &client)?),
    })
}

/// Deletes a client. Its tokens are refused from now on.
pub(crate) async fn delete_user_pool_client(
    cx: &Cx,
    input: &DeleteUserPoolClientRequest,
) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    let gone = Write::Delete {
        kind: Kind::Client,
        pool: client.pool_id.clone(),
        key: client.id.clone(),
        expect: Expect::Version(client.version),
    };
    let mut change = Change::new()
        .with(gone)
        .with(Counted::Clients.one_less(&pool.id))
        .with(risk::reset(&pool, Some(&client.id)));
    look::forget(cx, &pool.id, &client.id, &mut change).await?;
    cx.commit(change).await
}

/// Lists a pool's clients. A page of one type can be short, or empty, and still not be the last.
pub(crate) async fn list_user_pool_clients(
    cx: &Cx,
    input: &ListUserPoolClientsRequest,
) -> Result<ListUserPoolClientsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let wanted = input.client_type.map_or("", ClientTypeType::as_str);
    let scope = format!("ListUserPoolClients/{}/{wanted}", pool.id);
    let after = page::open(cx, "NextToken", &scope, input.next_token.as_deref())?;
    let size = page::size(input.max_results);
    let records = cx
        .service
        .store
        .records(Kind::Client, &pool.id, "", after.as_deref(), size + 1)
        .await?;
    let mut clients = records
        .iter()
        .map(Client::from_record)
        .collect::<Result<Vec<_>>>()?;
    let next_token = page::cut(cx, &scope, &mut clients, size, |client| &client.id);
    let listed = clients
        .into_iter()
        .filter(|client| {
            input
                .client_type
                .is_none_or(|wanted| client.shape.client_type == Some(wanted))
        })
        .map(|client| UserPoolClientDescription {
            client_id: client.shape.client_id,
            user_pool_id: client.shape.user_pool_id,
            client_name: client.shape.client_name,
        })
        .collect();
    Ok(ListUserPoolClientsResponse {
        user_pool_clients: Some(listed),
        next_token,
    })
}
