//! `[ses]`, `[sms]` and `[sns]`: who takes messages besides a mail server.

use serde::Deserialize;

use super::StartError;
use super::check::{http_url, is_region};

/// `[ses]` as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SesTable {
    endpoint: Option<String>,
    region: Option<String>,
    from: String,
}

/// `[sms]` as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SmsTable {
    url: String,
    token: Option<String>,
}

/// `[sns]` as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SnsTable {
    endpoint: Option<String>,
    region: Option<String>,
    sender_id: Option<String>,
}

/// The mail API of AWS, or of what stands in for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Ses {
    /// Its address; `{region}` stands for the region.
    pub endpoint: String,
    /// The region where the pool's SourceArn names none.
    pub region: String,
    /// The sender where the pool names none.
    pub from: String,
}

/// A gateway that takes text messages as JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct SmsGateway {
    /// Its address.
    pub url: String,
    /// Its bearer token.
    pub token: Option<String>,
}

/// The text messages of AWS, or of what stands in for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sns {
    /// Its address; `{region}` stands for the region.
    pub endpoint: String,
    /// The region where the pool names none.
    pub region: String,
    /// The sender's name where the pool names none.
    pub sender_id: Option<String>,
}

pub(super) fn ses(
    table: SesTable,
    default_region: &str,
    has_credentials: bool,
) -> Result<Ses, StartError> {
    Ok(Ses {
        endpoint: endpoint("ses", table.endpoint, "email", has_credentials)?,
        region: region("ses", table.region, default_region)?,
        from: table.from,
    })
}

pub(super) fn sms(table: SmsTable) -> Result<SmsGateway, StartError> {
    http_url(&table.url).map_err(|problem| StartError::config(format!("`sms.url` {problem}")))?;
    Ok(SmsGateway {
        url: table.url,
        token: table.token,
    })
}

pub(super) fn sns(
    table: SnsTable,
    default_region: &str,
    has_credentials: bool,
) -> Result<Sns, StartError> {
    Ok(Sns {
        endpoint: endpoint("sns", table.endpoint, "sns", has_credentials)?,
        region: region("sns", table.region, default_region)?,
        sender_id: table.sender_id,
    })
}

/// The address of an API of AWS, whose requests must be signed.
fn endpoint(
    section: &str,
    given: Option<String>,
    host: &str,
    has_credentials: bool,
) -> Result<String, StartError> {
    if !has_credentials {
        return Err(StartError::config(format!(
            "requests of [{section}] are signed; set `access_key_id` and `secret_access_key` in [aws], \
             or the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )));
    }
    let endpoint = given.unwrap_or_else(|| format!("https://{host}.{{region}}.amazonaws.com"));
    http_url(&endpoint.replace("{region}", "us-east-1"))
        .map_err(|problem| StartError::config(format!("`{section}.endpoint` {problem}")))?;
    Ok(endpoint.trim_end_matches('/').to_owned())
}

fn region(section: &str, given: Option<String>, default: &str) -> Result<String, StartError> {
    let region = given.unwrap_or_else(|| default.to_owned());
    if is_region(&region) {
        return Ok(region);
    }
    Err(StartError::config(format!(
        "`{section}.region` is {region:?}; set one like us-east-1"
    )))
}
