//! The grant of token exchange (RFC 8693): GetDerivedToken in the words of OAuth.

use cenote_model::{
    GetDerivedTokenRequest, IssuedTokenTypeIdentifierType, OAuthTokenTypeType,
    TokenTypeIdentifierType,
};
use serde_json::{Map, Value};

use super::authorization::words;
use super::{OAuthCode, Params, Refusal, Result};
use crate::pool::Client;
use crate::{Cx, ops};

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const SAML2: &str = "urn:ietf:params:oauth:token-type:saml2";

pub(super) async fn grant(cx: &Cx, client: &Client, params: &Params) -> Result<Map<String, Value>> {
    let owned = |name: &str| params.get(name).map(str::to_owned);
    let list = |name: &str| params.get(name).map(|value| vec![value.to_owned()]);
    let scopes = words(params.get("scope"));
    let requested = match params.get("requested_token_type") {
        None | Some(ACCESS_TOKEN) => IssuedTokenTypeIdentifierType::AccessToken,
        Some(ID_TOKEN) => IssuedTokenTypeIdentifierType::IdToken,
        Some(_) => return Err(Refusal::malformed("requested_token_type")),
    };
    let actor = params.get("actor_token_type");
    let input = GetDerivedTokenRequest {
        client_id: client.id.as_str().into(),
        // The client has been authenticated, by any of its secrets.
        client_secret: client.open_secrets(cx)?.pop().map(Into::into),
        subject_token: params.required("subject_token")?.into(),
        subject_token_type: token_type(
            "subject_token_type",
            params.required("subject_token_type")?,
        )?,
        subject_token_provider_name: owned("subject_token_provider_name"),
        actor_token: params.get("actor_token").map(Into::into),
        actor_token_type: actor
            .map(|value| token_type("actor_token_type", value))
            .transpose()?,
        actor_token_provider_name: owned("actor_token_provider_name"),
        requested_token_type: Some(requested),
        scopes: Some(scopes).filter(|list| !list.is_empty()),
        audiences: list("audience"),
        resources: list("resource"),
    };
    let derived = ops::tokens::get_derived_token(cx, &input).await?;
    let is_access = derived.issued_token_type == IssuedTokenTypeIdentifierType::AccessToken;
    let mut answer = Map::new();
    let mut member = |name: &str, value: Value| answer.insert(name.to_owned(), value);
    member("access_token", derived.issued_token.as_str().into());
    member(
        "issued_token_type",
        if is_access { ACCESS_TOKEN } else { ID_TOKEN }.into(),
    );
    let is_bearer = derived.token_type == OAuthTokenTypeType::Bearer;
    member(
        "token_type",
        if is_bearer { "Bearer" } else { "N_A" }.into(),
    );
    if let Some(seconds) = derived.expires_in {
        member("expires_in", seconds.into());
    }
    if let Some(scopes) = derived.scopes {
        member("scope", scopes.join(" ").into());
    }
    Ok(answer)
}

fn token_type(name: &str, value: &str) -> Result<TokenTypeIdentifierType> {
    match value {
        ACCESS_TOKEN => Ok(TokenTypeIdentifierType::AccessToken),
        ID_TOKEN => Ok(TokenTypeIdentifierType::IdToken),
        SAML2 => Ok(TokenTypeIdentifierType::Saml2),
        _ => Err(Refusal {
            code: OAuthCode::InvalidRequest,
            ..Refusal::malformed(name)
        }),
    }
}
