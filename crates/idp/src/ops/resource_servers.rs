//! Resource servers and their scopes.

use std::collections::HashSet;

use cenote_model::{
    CreateResourceServerRequest, CreateResourceServerResponse, DeleteResourceServerRequest,
    DescribeResourceServerRequest, DescribeResourceServerResponse, ListResourceServersRequest,
    ListResourceServersResponse, ResourceServerScopeType, ResourceServerType,
    UpdateResourceServerRequest, UpdateResourceServerResponse,
};

use crate::pool::Pool;
use crate::ports::{Change, Kind};
use crate::stored::{Stored, check_count};
use crate::{Cx, Error, Result, page};

/// Resource servers of a pool.
const PER_POOL: usize = 25;

/// Items on a page when the caller gives no size.
const PAGE: usize = 50;

/// What begins like this belongs to the service.
const RESERVED: &str = "aws.cognito";

type Server = Stored<ResourceServerType>;

async fn existing(cx: &Cx, pool: &Pool, identifier: &str) -> Result<Server> {
    Server::find(cx, Kind::ResourceServer, &pool.id, identifier)
        .await?
        .ok_or_else(|| Error::resource_server_not_found(identifier))
}

fn checked(
    scopes: Option<&Vec<ResourceServerScopeType>>,
) -> Result<Option<Vec<ResourceServerScopeType>>> {
    let mut seen = HashSet::new();
    for scope in scopes.into_iter().flatten() {
        if !seen.insert(scope.scope_name.as_str()) {
            return Err(Error::scope_named_twice(&scope.scope_name));
        }
    }
    Ok(Some(scopes.cloned().unwrap_or_default()))
}

/// Creates a resource server.
pub(crate) async fn create_resource_server(
    cx: &Cx,
    input: &CreateResourceServerRequest,
) -> Result<CreateResourceServerResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let identifier = &input.identifier;
    let is_reserved = identifier
        .strip_prefix(RESERVED)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']));
    if is_reserved {
        return Err(Error::managed_resource_server(RESERVED));
    }
    let server = Server::new(
        Kind::ResourceServer,
        &pool.id,
        identifier,
        ResourceServerType {
            user_pool_id: Some(pool.id.clone()),
            identifier: Some(identifier.clone()),
            name: Some(input.name.clone()),
            scopes: checked(input.scopes.as_ref())?,
            managed_by: None,
        },
    );
    let stored = Server::find(cx, Kind::ResourceServer, &pool.id, identifier).await?;
    if stored.is_some() {
        return Err(Error::resource_server_exists(identifier, &pool.id));
    }
    check_count(cx, Kind::ResourceServer, &pool.id, PER_POOL, || {
        Error::too_many_resource_servers(PER_POOL)
    })
    .await?;
    cx.commit(
        Change::new()
            .with(pool.require())
            .with(server.insert(cx.now())?),
    )
    .await?;
    Ok(CreateResourceServerResponse {
        resource_server: server.value,
    })
}

/// Shows a resource server.
pub(crate) async fn describe_resource_server(
    cx: &Cx,
    input: &DescribeResourceServerRequest,
) -> Result<DescribeResourceServerResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let server = existing(cx, &pool, &input.identifier).await?;
    Ok(DescribeResourceServerResponse {
        resource_server: server.value,
    })
}

/// Replaces name and scopes. A scope that goes stays listed in clients, and comes to life when it returns.
pub(crate) async fn update_resource_server(
    cx: &Cx,
    input: &UpdateResourceServerRequest,
) -> Result<UpdateResourceServerResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let mut server = existing(cx, &pool, &input.identifier).await?;
    server.value.name = Some(input.name.clone());
    server.value.scopes = checked(input.scopes.as_ref())?;
    cx.commit(Change::new().with(server.update()?)).await?;
    Ok(UpdateResourceServerResponse {
        resource_server: server.value,
    })
}

/// Deletes a resource server; its scopes stay listed in clients.
pub(crate) async fn delete_resource_server(
    cx: &Cx,
    input: &DeleteResourceServerRequest,
) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let server = existing(cx, &pool, &input.identifier).await?;
    cx.commit(Change::new().with(server.delete())).await
}

/// Lists a pool's resource servers by identifier.
pub(crate) async fn list_resource_servers(
    cx: &Cx,
    input: &ListResourceServersRequest,
) -> Result<ListResourceServersResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let scope = format!("ListResourceServers/{}", pool.id);
    let after = page::open(cx, "NextToken", &scope, input.next_token.as_deref())?;
    let size = page::size(input.max_results).min(PAGE);
    let mut servers = Server::list(
        cx,
        Kind::ResourceServer,
        &pool.id,
        after.as_deref(),
        size + 1,
    )
    .await?;
    let next_token = page::cut(cx, &scope, &mut servers, size, |server| &server.key);
    Ok(ListResourceServersResponse {
        resource_servers: servers.into_iter().map(|server| server.value).collect(),
        next_token,
    })
}
