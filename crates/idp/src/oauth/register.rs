//! Dynamic client registration (RFC 7591): applications register themselves, as far as the pool lets them.

use cenote_model::{
    ClientTypeType, CreateUserPoolClientRequest, ErrorCode, OAuthFlowType, Operation,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::authorization::words;
use super::{Domain, OAuthCode, Refusal, Result};
use crate::ops::clients;
use crate::pool::{Pool, scopes};
use crate::token::{self, Party, TokenUse};
use crate::{Cx, Error, rpc};

/// The scopes that every registered client may ask for.
const OPENID: [&str; 4] = ["openid", "email", "phone", "profile"];

/// What an application says of itself. What else it says is not needed.
#[derive(Deserialize)]
#[serde(default)]
struct Metadata {
    redirect_uris: Vec<String>,
    grant_types: Vec<String>,
    response_types: Vec<String>,
    token_endpoint_auth_method: String,
    client_name: Option<String>,
    scope: Option<String>,
}

impl Default for Metadata {
    fn default() -> Self {
        Self {
            redirect_uris: Vec::new(),
            grant_types: vec!["authorization_code".to_owned()],
            response_types: Vec::new(),
            token_endpoint_auth_method: "client_secret_basic".to_owned(),
            client_name: None,
            scope: None,
        }
    }
}

/// Registers a client. `token` is the initial access token, if one came.
pub async fn register(
    cx: &Cx,
    domain: &Domain,
    token: Option<&str>,
    body: &[u8],
) -> Result<Map<String, Value>> {
    let pool = &domain.pool;
    if !scopes::registers_clients(pool) {
        return Err(Refusal::registration_off());
    }
    let cx = &*rpc::counted(cx, Operation::CreateUserPoolClient, b"").await?;
    let permitted = permitted(cx, pool, token).await?;
    let metadata: Metadata = serde_json::from_slice(body)
        .map_err(|_| Refusal::metadata("The body is not client metadata"))?;
    let flow = flow(&metadata, &permitted)?;
    let input = settings(pool, &metadata, flow)?;
    let client = clients::create(cx, pool, &input, ClientTypeType::Dcr)
        .await
        .map_err(refused)?;
    let secret = client.open_secrets(cx)?.pop();
    Ok(registered(
        &metadata,
        flow,
        &input,
        &client.id,
        secret,
        cx.now() / 1000,
    ))
}

/// The grants that this application may register for: with an initial access token, or without one where
/// registration is open.
async fn permitted(cx: &Cx, pool: &Pool, token: Option<&str>) -> Result<Vec<OAuthFlowType>> {
    let settings = pool.shape.dcr_configuration.as_ref();
    let Some(token) = token else {
        let open = settings.filter(|settings| settings.open_dcr_enabled == Some(true));
        let grants = open.and_then(|settings| settings.open_dcr_grant_types.clone());
        return grants
            .filter(|grants| !grants.is_empty())
            .ok_or_else(Refusal::registration_token);
    };
    let presented = token::check_presented(cx, pool, Party::Actor, TokenUse::Access, token)
        .await
        .map_err(|error| match Refusal::from(error) {
            ours if ours.code == OAuthCode::ServerError => ours,
            _ => Refusal::registration_token(),
        })?;
    if !presented.scopes().contains(&scopes::REGISTRATION) {
        return Err(Refusal::registration_token());
    }
    let grants = settings.and_then(|settings| settings.authenticated_grant_types.clone());
    grants
        .filter(|grants| !grants.is_empty())
        .ok_or_else(Refusal::registration_token)
}

/// The one flow of the client: a machine's is none of people's.
fn flow(metadata: &Metadata, permitted: &[OAuthFlowType]) -> Result<OAuthFlowType> {
    let is_code = |grant: &str| grant == "authorization_code" || grant == "refresh_token";
    let grants = || metadata.grant_types.iter().map(String::as_str);
    let flow = if grants().any(|grant| grant == "authorization_code") && grants().all(is_code) {
        OAuthFlowType::Code
    } else if grants().eq(["client_credentials"]) {
        OAuthFlowType::ClientCredentials
    } else {
        return Err(Refusal::metadata(
            "The grant_types must be authorization_code, with or without refresh_token, or client_credentials",
        ));
    };
    if !permitted.contains(&flow) {
        return Err(Refusal::metadata("The grant_types are not permitted"));
    }
    let fits = match flow {
        OAuthFlowType::Code => metadata.response_types.iter().all(|one| one == "code"),
        _ => metadata.response_types.is_empty(),
    };
    if fits {
        Ok(flow)
    } else {
        Err(Refusal::metadata(
            "The response_types do not fit the grant_types",
        ))
    }
}

/// The settings of the client, within the model's constraints.
fn settings(
    pool: &Pool,
    metadata: &Metadata,
    flow: OAuthFlowType,
) -> Result<CreateUserPoolClientRequest> {
    let has_secret = match metadata.token_endpoint_auth_method.as_str() {
        "client_secret_basic" | "client_secret_post" => true,
        "none" if flow == OAuthFlowType::Code => false,
        _ => {
            return Err(Refusal::metadata(
                "The token_endpoint_auth_method is not supported",
            ));
        }
    };
    if flow == OAuthFlowType::Code && metadata.redirect_uris.is_empty() {
        return Err(Refusal::redirect_uri("A redirect_uri is missing"));
    }
    if let Some(error) = metadata
        .redirect_uris
        .iter()
        .find_map(|uri| clients::check_url(uri).err())
    {
        return Err(Refusal::redirect_uri(error.message.unwrap_or_default()));
    }
    let mut input = json!({
        "UserPoolId": pool.id,
        "ClientName": metadata.client_name.as_deref().unwrap_or("registered application"),
        "GenerateSecret": has_secret,
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": [flow.as_str()],
        "AllowedOAuthScopes": granted(pool, metadata.scope.as_deref(), flow)?,
        "PreventUserExistenceErrors": "ENABLED",
    });
    if flow == OAuthFlowType::Code {
        input["CallbackURLs"] = metadata.redirect_uris.as_slice().into();
        input["SupportedIdentityProviders"] = json!(["COGNITO"]);
        input["ExplicitAuthFlows"] = json!(["ALLOW_REFRESH_TOKEN_AUTH"]);
    }
    cenote_model::decode(input.to_string().as_bytes()).map_err(|error| refused(error.into()))
}

/// The scopes that are asked for, if all are permitted; or all that are.
fn granted(pool: &Pool, asked: Option<&str>, flow: OAuthFlowType) -> Result<Vec<String>> {
    let settings = pool.shape.dcr_configuration.as_ref();
    let more = settings.and_then(|settings| settings.allowed_scopes.as_deref());
    let is_for_people = flow == OAuthFlowType::Code;
    let more = more.unwrap_or_default().iter().map(String::as_str);
    let permitted: Vec<&str> = OPENID
        .into_iter()
        .filter(|_| is_for_people)
        .chain(more)
        .filter(|scope| *scope != scopes::REGISTRATION)
        .collect();
    let asked = words(asked);
    if asked.is_empty() {
        return Ok(permitted.into_iter().map(str::to_owned).collect());
    }
    match asked
        .iter()
        .find(|scope| !permitted.contains(&scope.as_str()))
    {
        Some(_) => Err(Refusal::metadata("The scope is not permitted")),
        None => Ok(asked),
    }
}

/// What the settings of a client are refused for is told in the words of registration.
fn refused(error: Error) -> Refusal {
    match error.code {
        ErrorCode::InternalError | ErrorCode::TooManyRequests => error.into(),
        _ => Refusal {
            code: OAuthCode::InvalidClientMetadata,
            ..error.into()
        },
    }
}

/// What the application is told of its registration.
fn registered(
    metadata: &Metadata,
    flow: OAuthFlowType,
    input: &CreateUserPoolClientRequest,
    id: &str,
    secret: Option<String>,
    now: i64,
) -> Map<String, Value> {
    let mut answer = Map::new();
    let mut member = |name: &str, value: Value| answer.insert(name.to_owned(), value);
    member("client_id", id.into());
    member("client_id_issued_at", now.into());
    if let Some(secret) = secret {
        member("client_secret", secret.into());
        // It does not end.
        member("client_secret_expires_at", 0.into());
    }
    member("client_name", input.client_name.as_str().into());
    member("grant_types", metadata.grant_types.as_slice().into());
    member(
        "token_endpoint_auth_method",
        metadata.token_endpoint_auth_method.as_str().into(),
    );
    if flow == OAuthFlowType::Code {
        member("redirect_uris", metadata.redirect_uris.as_slice().into());
        member("response_types", json!(["code"]));
    }
    let scopes = input.allowed_oauth_scopes.as_deref().unwrap_or_default();
    member("scope", scopes.join(" ").into());
    answer
}
