//! ProviderDetails: what each type of identity provider needs, may have, and is shown with.

use std::collections::BTreeMap;

use cenote_model::IdentityProviderTypeType as Type;

use super::metadata::{self, Metadata};
use crate::{Error, Result};

pub(super) type Details = BTreeMap<String, String>;

/// What Describe adds and a client may send back: it is made anew, whatever is sent.
const MADE_HERE: [&str; 3] = [
    "ActiveEncryptionCertificate",
    "SSORedirectBindingURI",
    "SLORedirectBindingURI",
];

/// The details of a type: those that must be given, and those that may.
const fn members(of: Type) -> (&'static [&'static str], &'static [&'static str]) {
    match of {
        Type::Saml => (
            &[],
            &[
                "MetadataURL",
                "MetadataFile",
                "IDPSignout",
                "IDPInit",
                "EncryptedResponses",
                "RequestSigningAlgorithm",
            ],
        ),
        Type::Oidc => (
            &[
                "client_id",
                "authorize_scopes",
                "attributes_request_method",
                "oidc_issuer",
            ],
            &[
                "client_secret",
                "authorize_url",
                "token_url",
                "attributes_url",
                "jwks_uri",
                "attributes_url_add_attributes",
            ],
        ),
        Type::Google => (
            &["client_id", "client_secret", "authorize_scopes"],
            &[
                "attributes_url",
                "attributes_url_add_attributes",
                "authorize_url",
                "oidc_issuer",
                "token_request_method",
                "token_url",
            ],
        ),
        Type::Facebook => (
            &["client_id", "client_secret", "authorize_scopes"],
            &[
                "api_version",
                "attributes_url",
                "attributes_url_add_attributes",
                "authorize_url",
                "token_request_method",
                "token_url",
            ],
        ),
        Type::LoginWithAmazon => (
            &["client_id", "client_secret", "authorize_scopes"],
            &[
                "attributes_url",
                "attributes_url_add_attributes",
                "authorize_url",
                "token_request_method",
                "token_url",
            ],
        ),
        Type::SignInWithApple => (
            &[
                "client_id",
                "team_id",
                "key_id",
                "private_key",
                "authorize_scopes",
            ],
            &[
                "attributes_url_add_attributes",
                "authorize_url",
                "oidc_issuer",
                "token_request_method",
                "token_url",
            ],
        ),
    }
}

/// Checks the details of a provider and fills in what its type implies. A client may send back what
/// Describe has shown; what follows from the type or the metadata is made anew each time.
pub(super) fn settle(of: Type, given: &Details) -> Result<Details> {
    let (required, optional) = members(of);
    if let Some(unknown) = given.keys().find(|name| {
        let name = name.as_str();
        !required.contains(&name) && !optional.contains(&name) && !MADE_HERE.contains(&name)
    }) {
        return Err(Error::unknown_provider_detail(unknown, of));
    }
    let present = |name: &str| given.get(name).is_some_and(|value| !value.is_empty());
    if let Some(missing) = required.iter().find(|name| !present(name)) {
        return Err(Error::provider_detail_missing(missing, of));
    }
    let mut details = given.clone();
    details.retain(|name, _| !MADE_HERE.contains(&name.as_str()));
    match of {
        Type::Saml => saml(&mut details)?,
        Type::Oidc => oidc(&mut details)?,
        _ => social(of, &mut details)?,
    }
    Ok(details)
}

fn saml(details: &mut Details) -> Result<()> {
    let source = (details.get("MetadataURL"), details.get("MetadataFile"));
    let endpoints = match source {
        (Some(_), Some(_)) => return Err(Error::two_metadata_sources()),
        (None, None) => return Err(Error::no_metadata_source()),
        (Some(url), None) => {
            check_url("MetadataURL", url)?;
            None
        }
        (None, Some(file)) => Some(metadata::read(file).ok_or_else(Error::metadata)?),
    };
    for flag in ["IDPSignout", "IDPInit", "EncryptedResponses"] {
        check_word(details, flag, &["true", "false"])?;
    }
    check_word(details, "RequestSigningAlgorithm", &["rsa-sha256"])?;
    if let Some(endpoints) = endpoints {
        show_endpoints(details, &endpoints);
    }
    Ok(())
}

/// Shows where a SAML provider takes requests.
pub(super) fn show_endpoints(details: &mut Details, metadata: &Metadata) {
    details.insert("SSORedirectBindingURI".to_owned(), metadata.sign_in.clone());
    match &metadata.sign_out {
        Some(sign_out) => details.insert("SLORedirectBindingURI".to_owned(), sign_out.clone()),
        None => details.remove("SLORedirectBindingURI"),
    };
}

fn oidc(details: &mut Details) -> Result<()> {
    let scopes = &details["authorize_scopes"];
    if !scopes.split_whitespace().any(|scope| scope == "openid") {
        return Err(Error::openid_scope_missing());
    }
    check_word(details, "attributes_request_method", &["GET", "POST"])?;
    check_word(details, "attributes_url_add_attributes", &["true", "false"])?;
    if details["oidc_issuer"].ends_with('/') {
        return Err(Error::provider_detail_value("oidc_issuer"));
    }
    for name in [
        "oidc_issuer",
        "authorize_url",
        "token_url",
        "attributes_url",
        "jwks_uri",
    ] {
        if let Some(url) = details.get(name) {
            check_url(name, url)?;
        }
    }
    details
        .entry("attributes_url_add_attributes".to_owned())
        .or_insert_with(|| "false".to_owned());
    Ok(())
}

fn social(of: Type, details: &mut Details) -> Result<()> {
    for (name, value) in details.iter() {
        if name.ends_with("_url") || name == "oidc_issuer" {
            check_url(name, value)?;
        }
    }
    let version = details
        .get("api_version")
        .cloned()
        .unwrap_or_else(|| "v17.0".to_owned());
    let implied: Vec<(&str, String)> = match of {
        Type::Google => fixed(&[
            (
                "attributes_url",
                "https://people.googleapis.com/v1/people/me?personFields=",
            ),
            ("attributes_url_add_attributes", "true"),
            (
                "authorize_url",
                "https://accounts.google.com/o/oauth2/v2/auth",
            ),
            ("oidc_issuer", "https://accounts.google.com"),
            ("token_request_method", "POST"),
            ("token_url", "https://www.googleapis.com/oauth2/v4/token"),
        ]),
        Type::Facebook => vec![
            ("api_version", version.clone()),
            (
                "attributes_url",
                format!("https://graph.facebook.com/{version}/me?fields="),
            ),
            ("attributes_url_add_attributes", "true".to_owned()),
            (
                "authorize_url",
                format!("https://www.facebook.com/{version}/dialog/oauth"),
            ),
            ("token_request_method", "GET".to_owned()),
            (
                "token_url",
                format!("https://graph.facebook.com/{version}/oauth/access_token"),
            ),
        ],
        Type::LoginWithAmazon => fixed(&[
            ("attributes_url", "https://api.amazon.com/user/profile"),
            ("attributes_url_add_attributes", "false"),
            ("authorize_url", "https://www.amazon.com/ap/oa"),
            ("token_request_method", "POST"),
            ("token_url", "https://api.amazon.com/auth/o2/token"),
        ]),
        Type::SignInWithApple => fixed(&[
            ("attributes_url_add_attributes", "false"),
            ("authorize_url", "https://appleid.apple.com/auth/authorize"),
            ("oidc_issuer", "https://appleid.apple.com"),
            ("token_request_method", "POST"),
            ("token_url", "https://appleid.apple.com/auth/token"),
        ]),
        Type::Saml | Type::Oidc => Vec::new(),
    };
    for (name, value) in implied {
        // What stands in for the provider may be somewhere else; the provider itself is where it is.
        let is_address = name.ends_with("_url") || name == "oidc_issuer";
        let given = details.get(name).filter(|_| is_address);
        if given.is_none_or(|given| !is_elsewhere(given, &value)) {
            details.insert(name.to_owned(), value);
        }
    }
    Ok(())
}

/// Whether an address is of another origin.
fn is_elsewhere(address: &str, known: &str) -> bool {
    let origin = |url: &str| url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    origin(address) != origin(known)
}

fn fixed<'a>(pairs: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
    pairs
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect()
}

fn check_word(details: &Details, name: &str, words: &[&str]) -> Result<()> {
    match details.get(name) {
        Some(value) if !words.contains(&value.as_str()) => Err(Error::provider_detail_value(name)),
        _ => Ok(()),
    }
}

fn check_url(name: &str, url: &str) -> Result<()> {
    if is_address(url) {
        return Ok(());
    }
    Err(Error::provider_detail_value(name))
}

/// Addresses are encrypted ones, or on the machine itself.
pub(super) fn is_address(url: &str) -> bool {
    let host = |rest: &str| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let bracket = authority.find(']').map(|end| authority[..=end].to_owned());
        bracket.unwrap_or_else(|| authority.split(':').next().unwrap_or_default().to_owned())
    };
    let is_good = match url.split_once("://") {
        Some(("https", rest)) => !host(rest).is_empty(),
        Some(("http", rest)) => ["localhost", "127.0.0.1", "[::1]"].contains(&host(rest).as_str()),
        _ => false,
    };
    is_good && !url.contains(|letter: char| letter.is_whitespace() || letter.is_control())
}
