//! `[[kms_keys]]`: the keys that pools name as `KMSKeyID` for their senders.

use data_encoding::BASE64;
use serde::Deserialize;

use super::StartError;
use super::check::http_url;

/// One table as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    arn: String,
    key: Option<String>,
    endpoint: Option<String>,
}

/// A key that pools may name.
#[derive(Clone, PartialEq, Eq)]
pub struct KmsKey {
    /// Its ARN.
    pub arn: String,
    /// Who has it.
    pub source: KmsSource,
}

/// Who has a key.
#[derive(Clone, PartialEq, Eq)]
pub enum KmsSource {
    /// This server, which stands in for KMS at `/_cenote/kms`.
    Local([u8; 32]),
    /// KMS, or what stands in for it; `{region}` stands for the region of the ARN.
    Endpoint(String),
}

pub(super) fn settle(tables: Vec<Table>, has_credentials: bool) -> Result<Vec<KmsKey>, StartError> {
    let mut keys: Vec<KmsKey> = Vec::with_capacity(tables.len());
    for table in tables {
        let arn = table.arn;
        let refuse = |what: &str| StartError::config(format!("[[kms_keys]] {arn:?}: {what}"));
        if !arn.starts_with("arn:") || arn.len() > 2048 {
            return Err(refuse(
                "that is no ARN; set `arn` to one like arn:aws:kms:us-east-1:000000000000:key/name",
            ));
        }
        if keys.iter().any(|before| before.arn == arn) {
            return Err(refuse("it is there twice; keep one of them"));
        }
        let source = match (table.key, table.endpoint) {
            (Some(key), None) => BASE64
                .decode(key.as_bytes())
                .ok()
                .and_then(|key| key.try_into().ok())
                .map(KmsSource::Local)
                .ok_or_else(|| refuse("set `key` to the base64 of 32 random bytes"))?,
            (None, Some(endpoint)) => {
                http_url(&endpoint.replace("{region}", "us-east-1"))
                    .map_err(|problem| refuse(&format!("`endpoint` {problem}")))?;
                if !has_credentials {
                    return Err(refuse(
                        "requests to an `endpoint` are signed; set `access_key_id` and `secret_access_key` \
                         in [aws], or the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                    ));
                }
                KmsSource::Endpoint(endpoint.trim_end_matches('/').to_owned())
            }
            _ => return Err(refuse("set either `key` or `endpoint`")),
        };
        keys.push(KmsKey { arn, source });
    }
    Ok(keys)
}
