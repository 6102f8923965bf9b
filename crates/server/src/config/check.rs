//! Single keys, checked.

use std::time::Duration;

use hyper::Uri;

use super::StartError;
use super::file::{self, SmtpSecurity};
use super::settings::{AccessKey, AwsCredentials, Limits, Posture, Smtp};
use crate::time;

/// Whether a text can be the region part of a pool id.
pub(crate) fn is_region(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

pub(super) fn public_url(url: &str) -> Result<String, StartError> {
    let trimmed = url.trim_end_matches('/');
    let host = trimmed
        .strip_prefix("https://")
        .or_else(|| trimmed.strip_prefix("http://"));
    let fits = |host: &str| {
        !host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"?#@\"<>".contains(&byte))
    };
    if host.is_some_and(fits) {
        return Ok(trimmed.to_owned());
    }
    Err(StartError::config(format!(
        "`public_url` is {url:?}; set an address like https://id.example.com"
    )))
}

/// The name under which prefix domains have names of their own, in small letters.
pub(super) fn prefix_host(name: &str) -> Result<String, StartError> {
    let lower = name.to_ascii_lowercase();
    let is_label = |label: &str| {
        let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(is_inside)
    };
    if lower.contains('.') && lower.split('.').all(is_label) {
        return Ok(lower);
    }
    Err(StartError::config(format!(
        "`prefix_host` is {name:?}; set a name like auth.example.com"
    )))
}

/// The origin of an address: scheme, name and port, in small letters.
pub(super) fn provider_origin(url: &str) -> Result<String, StartError> {
    let trimmed = url.trim_end_matches('/').to_ascii_lowercase();
    let is_origin = trimmed.splitn(4, '/').count() == 3 && http_url(&trimmed).is_ok();
    if is_origin {
        return Ok(trimmed);
    }
    Err(StartError::config(format!(
        "`provider_origins` has {url:?}; set addresses like https://idp.internal:8443"
    )))
}

pub(super) fn access_key(key: file::AccessKey) -> Result<AccessKey, StartError> {
    if key.id.is_empty() || key.secret.is_empty() {
        return Err(StartError::config(
            "an access key has an empty `id` or `secret`; set both",
        ));
    }
    let expires_at = key
        .expires_at
        .map(|at| {
            time::from_toml(&at).ok_or_else(|| {
                StartError::config(format!(
                    "`expires_at` of access key {} is no full time; set one like 2030-01-31T12:00:00Z",
                    key.id
                ))
            })
        })
        .transpose()?;
    Ok(AccessKey {
        id: key.id,
        secret: key.secret,
        session_token: key.session_token,
        expires_at,
    })
}

pub(super) fn aws_credentials(aws: file::Aws) -> Result<AwsCredentials, StartError> {
    if aws.access_key_id.is_empty() || aws.secret_access_key.is_empty() {
        return Err(StartError::config(
            "[aws] has an empty `access_key_id` or `secret_access_key`; set both",
        ));
    }
    Ok(AwsCredentials {
        access_key_id: aws.access_key_id,
        secret_access_key: aws.secret_access_key,
        session_token: aws.session_token,
    })
}

/// Whether a text is an address that requests can be sent to. The error goes on from the key's name.
pub(super) fn http_url(url: &str) -> Result<(), String> {
    let is_address = url.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && !uri
                .authority()
                .is_some_and(|all| all.as_str().contains('@'))
    });
    if is_address {
        Ok(())
    } else {
        Err(format!(
            "is {url:?}; set an address like https://hooks.example.com/path"
        ))
    }
}

pub(super) fn smtp(smtp: file::Smtp) -> Result<Smtp, StartError> {
    let credentials = match (smtp.username, smtp.password) {
        (None, None) => None,
        (Some(username), Some(password)) => Some((username, password)),
        _ => {
            return Err(StartError::config(
                "[smtp] has only one of `username` and `password`; set both or none",
            ));
        }
    };
    let port = smtp.port.unwrap_or(match smtp.tls {
        SmtpSecurity::None => 25,
        SmtpSecurity::Starttls => 587,
        SmtpSecurity::Tls => 465,
    });
    Ok(Smtp {
        host: smtp.host,
        port,
        security: smtp.tls,
        credentials,
        from: smtp.from,
    })
}

pub(super) fn limits(limits: &file::Limits, posture: Posture) -> Result<Limits, StartError> {
    let seconds = |key, value: Option<u64>| {
        let value = value.map(|value| usize::try_from(value).unwrap_or(usize::MAX));
        let seconds = positive(key, value, 30)?.min(24 * 60 * 60);
        Ok(Duration::from_secs(seconds as u64))
    };
    Ok(Limits {
        body_bytes: positive("limits.body_bytes", limits.body_bytes, 3 * 1024 * 1024)?,
        // A semaphore counts them, which has a bound of its own.
        connections: positive("limits.connections", limits.connections, 20_000)?.min(1_000_000),
        header_timeout: seconds(
            "limits.header_timeout_seconds",
            limits.header_timeout_seconds,
        )?,
        body_timeout: seconds("limits.body_timeout_seconds", limits.body_timeout_seconds)?,
        request_rates: limits.request_rates.unwrap_or(posture == Posture::Serve),
    })
}

pub(super) fn positive(
    key: &str,
    value: Option<usize>,
    default: usize,
) -> Result<usize, StartError> {
    match value {
        Some(0) => Err(StartError::config(format!("`{key}` is 0; set at least 1"))),
        value => Ok(value.unwrap_or(default)),
    }
}
