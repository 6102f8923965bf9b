//! PreTokenGeneration: which claims, groups and scopes tokens have.

use std::collections::BTreeMap;

use cenote_model::PreTokenGenerationLambdaVersionType;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::{Call, Origin, Trigger, call, config, event};
use crate::pool::Pool;
use crate::user::User;
use crate::{Cx, Error, Result};

/// The claims of a token.
pub(crate) type Claims = Map<String, Value>;

/// The most claims and scopes of the tokens of one sign-in.
const LIMIT: usize = 5_000;

/// What no trigger changes in either token, beside every claim that begins with `cognito:`.
const FIXED: [&str; 14] = [
    "acr",
    "amr",
    "at_hash",
    "auth_time",
    "azp",
    "exp",
    "iat",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "origin_jti",
    "sub",
    "token_use",
];

/// What has no list or object for its value.
const PLAIN: [&str; 4] = [
    "email_verified",
    "phone_number_verified",
    "updated_at",
    "address",
];

/// What tokens are issued for: the last part of the `triggerSource`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenSource {
    Authentication,
    NewPasswordChallenge,
    AuthenticateDevice,
    RefreshTokens,
    /// A sign-in on the pages.
    HostedAuth,
    /// A token that is derived from another (RFC 8693).
    TokenExchange,
}

impl TokenSource {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "Authentication",
            Self::NewPasswordChallenge => "NewPasswordChallenge",
            Self::AuthenticateDevice => "AuthenticateDevice",
            Self::RefreshTokens => "RefreshTokens",
            Self::HostedAuth => "HostedAuth",
            Self::TokenExchange => "TokenExchange",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResponseV1 {
    claims_override_details: Option<DetailsV1>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DetailsV1 {
    claims_to_add_or_override: Option<BTreeMap<String, String>>,
    claims_to_suppress: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    group_override_details: Option<Groups>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResponseV2 {
    claims_and_scope_override_details: Option<DetailsV2>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DetailsV2 {
    id_token_generation: Option<Generation>,
    access_token_generation: Option<Generation>,
    #[serde(default, deserialize_with = "present")]
    group_override_details: Option<Groups>,
}

/// The changes to one token.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Generation {
    claims_to_add_or_override: Option<Map<String, Value>>,
    claims_to_suppress: Option<Vec<String>>,
    scopes_to_add: Option<Vec<String>>,
    scopes_to_suppress: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the event calls them so")]
struct Groups {
    groups_to_override: Option<Vec<String>>,
    iam_roles_to_override: Option<Vec<String>>,
    preferred_role: Option<String>,
}

/// Tells a member that is there, and null, from one that is not: it is there, and empty.
fn present<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Groups>, D::Error> {
    let groups = Option::deserialize(deserializer)?;
    Ok(Some(groups.unwrap_or_default()))
}

/// Lets the trigger change the claims of the ID and the access token.
pub(crate) async fn token_generation(
    cx: &Cx,
    pool: &Pool,
    origin: Origin<'_>,
    user: &User,
    source: TokenSource,
    (id, access): (&mut Claims, &mut Claims),
) -> Result<()> {
    use PreTokenGenerationLambdaVersionType as Version;
    let settings = config(pool).and_then(|config| config.pre_token_generation_config.as_ref());
    let lambda = settings.map_or(Version::V1_0, |settings| settings.lambda_version);
    let mut request = json!({
        "userAttributes": event::user_attributes(pool, user),
        "groupConfiguration": {
            "groupsToOverride": id.get("cognito:groups").unwrap_or(&json!([])),
            "iamRolesToOverride": id.get("cognito:roles").unwrap_or(&json!([])),
            "preferredRole": id.get("cognito:preferred_role"),
        },
    });
    let (version, response) = match lambda {
        Version::V1_0 => ("1", json!({"claimsOverrideDetails": null})),
        Version::V2_0 => ("2", json!({"claimsAndScopeOverrideDetails": null})),
        Version::V3_0 => ("3", json!({"claimsAndScopeOverrideDetails": null})),
    };
    if lambda != Version::V1_0 {
        request["scopes"] = json!(scopes(access));
    }
    let question = Call {
        trigger: Trigger::PreTokenGeneration,
        source: format!("TokenGeneration_{}", source.as_str()),
        version,
        user_name: &user.username,
        client_id: origin.client_id,
        request: event::with_metadata(request, origin.metadata),
        response,
    };
    if lambda == Version::V1_0 {
        let answer: Option<ResponseV1> = call(cx, pool, question).await?;
        let Some(details) = answer.and_then(|answer| answer.claims_override_details) else {
            return Ok(());
        };
        let claims = details.claims_to_add_or_override.unwrap_or_default();
        let generation = Generation {
            claims_to_add_or_override: Some(
                claims
                    .into_iter()
                    .map(|(name, value)| (name, value.into()))
                    .collect(),
            ),
            claims_to_suppress: details.claims_to_suppress,
            ..Generation::default()
        };
        override_groups(details.group_override_details, id, access);
        apply(id, Token::Id, generation);
    } else {
        let answer: Option<ResponseV2> = call(cx, pool, question).await?;
        let details = answer.and_then(|answer| answer.claims_and_scope_override_details);
        let Some(details) = details else {
            return Ok(());
        };
        override_groups(details.group_override_details, id, access);
        apply(
            id,
            Token::Id,
            details.id_token_generation.unwrap_or_default(),
        );
        let mut generation = details.access_token_generation.unwrap_or_default();
        override_scopes(access, &mut generation);
        apply(access, Token::Access, generation);
    }
    check_limit(id.len() + access.len() + scopes(access).len())
}

/// Lets the trigger change the token that a client gets for itself. Only one of version 3 is asked.
pub(crate) async fn client_token_generation(
    cx: &Cx,
    pool: &Pool,
    origin: Origin<'_>,
    access: &mut Claims,
) -> Result<()> {
    use PreTokenGenerationLambdaVersionType::V3_0;
    let settings = config(pool).and_then(|config| config.pre_token_generation_config.as_ref());
    if settings.is_none_or(|settings| settings.lambda_version != V3_0) {
        return Ok(());
    }
    let request = json!({
        "userAttributes": {}, "groupConfiguration": null, "scopes": scopes(access),
    });
    let question = Call {
        trigger: Trigger::PreTokenGeneration,
        source: "TokenGeneration_ClientCredentials".to_owned(),
        version: "3",
        user_name: "ClientCredentials",
        client_id: origin.client_id,
        request: event::with_metadata(request, origin.metadata),
        response: json!({"claimsAndScopeOverrideDetails": null}),
    };
    let answer: Option<ResponseV2> = call(cx, pool, question).await?;
    let details = answer.and_then(|answer| answer.claims_and_scope_override_details);
    let generation = details.and_then(|details| details.access_token_generation);
    if let Some(mut generation) = generation {
        override_scopes(access, &mut generation);
        apply(access, Token::Access, generation);
    }
    check_limit(access.len() + scopes(access).len())
}

/// Refuses more claims and scopes than tokens may have.
fn check_limit(count: usize) -> Result<()> {
    if count > LIMIT {
        return Err(Error::too_many_claims(LIMIT));
    }
    Ok(())
}

/// The scopes of an access token.
fn scopes(access: &Claims) -> Vec<&str> {
    let scope = access.get("scope").and_then(Value::as_str);
    scope
        .unwrap_or_default()
        .split(' ')
        .filter(|scope| !scope.is_empty())
        .collect()
}

/// Details that are there, and empty, leave the user without groups.
fn override_groups(details: Option<Groups>, id: &mut Claims, access: &mut Claims) {
    let Some(details) = details else {
        return;
    };
    let Groups {
        groups_to_override,
        iam_roles_to_override,
        preferred_role,
    } = details;
    let list = |list: Option<Vec<String>>| list.filter(|list| !list.is_empty()).map(Value::from);
    let groups = list(groups_to_override);
    set(access, "cognito:groups", groups.clone());
    set(id, "cognito:groups", groups);
    set(id, "cognito:roles", list(iam_roles_to_override));
    set(
        id,
        "cognito:preferred_role",
        preferred_role.map(Value::from),
    );
}

fn set(claims: &mut Claims, name: &str, value: Option<Value>) {
    match value {
        Some(value) => claims.insert(name.to_owned(), value),
        None => claims.remove(name),
    };
}

fn override_scopes(access: &mut Claims, generation: &mut Generation) {
    let mut list: Vec<String> = scopes(access).into_iter().map(str::to_owned).collect();
    let fits = |scope: &String| !scope.is_empty() && !scope.contains(char::is_whitespace);
    for scope in generation.scopes_to_add.take().unwrap_or_default() {
        if fits(&scope) && !list.contains(&scope) {
            list.push(scope);
        }
    }
    let suppressed = generation.scopes_to_suppress.take().unwrap_or_default();
    list.retain(|scope| !suppressed.contains(scope));
    let scope = (!list.is_empty()).then(|| list.join(" ").into());
    set(access, "scope", scope);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Id,
    Access,
}

impl Token {
    /// Whether a trigger may add, replace or suppress the claim.
    fn may_change(self, name: &str) -> bool {
        let own: &[&str] = match self {
            Self::Id => &["identities", "aud"],
            Self::Access => &[
                "username",
                "client_id",
                "device_key",
                "event_id",
                "version",
                "scope",
            ],
        };
        !FIXED.contains(&name) && !own.contains(&name) && !name.starts_with("cognito:")
    }
}

/// Adds, replaces and suppresses claims; what may not be changed stays, without an error.
fn apply(claims: &mut Claims, token: Token, generation: Generation) {
    for (name, value) in generation.claims_to_add_or_override.unwrap_or_default() {
        let is_complex = value.is_array() || value.is_object();
        let is_too_complex = is_complex && PLAIN.contains(&name.as_str());
        // An access token is for this client, or says nothing of it.
        let is_foreign = name == "aud" && claims.get("client_id") != Some(&value);
        let is_unfit = value.is_null() || name.starts_with("dev:") || is_too_complex || is_foreign;
        if !is_unfit && token.may_change(&name) {
            claims.insert(name, value);
        }
    }
    for name in generation.claims_to_suppress.unwrap_or_default() {
        if name == "cognito:groups" {
            for of_groups in ["cognito:groups", "cognito:roles", "cognito:preferred_role"] {
                claims.remove(of_groups);
            }
        } else if token.may_change(&name) {
            claims.remove(&name);
        }
    }
}
