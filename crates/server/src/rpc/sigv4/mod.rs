//! AWS Signature Version 4: checks that a request was signed with one of the configured access keys.

mod authorization;
mod canonical;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::constant_time;
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use cenote_model::ErrorCode;
use data_encoding::HEXLOWER;
use hyper::header::HeaderValue;
use hyper::http::request::Parts;

use self::authorization::Authorization;
use super::Refusal;
use crate::config::AccessKey;
use crate::time;

pub(crate) use self::authorization::region;
pub(crate) use self::canonical::{encode, request_hash};

const SERVICE: &str = "cognito-idp";
const TERMINATOR: &str = "aws4_request";

/// How far a caller's clock may be off.
const SKEW_SECONDS: i64 = 5 * 60;

/// Signing keys that are kept. One is one day of one access key in one region.
const MOST_CACHED: usize = 256;

/// Knows the access keys.
pub(crate) struct Verifier {
    /// What a scope must name.
    service: &'static str,
    keys: HashMap<String, AccessKey>,
    regions: Vec<String>,
    /// Only keys that proved a signature get in, so strangers cannot push others out.
    signing_keys: Mutex<HashMap<Scope, hmac::Key>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Scope {
    key_id: String,
    day: String,
    region: String,
}

impl Verifier {
    /// `regions` are those that a scope may name; empty means any.
    pub(crate) fn new(keys: Vec<AccessKey>, regions: Vec<String>) -> Self {
        let keys = keys.into_iter().map(|key| (key.id.clone(), key)).collect();
        Self {
            service: SERVICE,
            keys,
            regions,
            signing_keys: Mutex::default(),
        }
    }

    /// For requests to another service.
    pub(crate) fn of(self, service: &'static str) -> Self {
        Self { service, ..self }
    }

    /// Accepts a request that carries a good signature; `now` is in seconds since the epoch.
    pub(crate) fn check(&self, request: &Parts, body: &[u8], now: i64) -> Result<(), Refusal> {
        let authorization = Authorization::read(&request.headers)?;
        let key = self
            .keys
            .get(authorization.key_id)
            .ok_or_else(unrecognized)?;
        check_session(key, request, now)?;
        self.check_scope(&authorization)?;
        check_date(&authorization, now)?;
        check_signed_names(&authorization, request)?;
        self.check_signature(key, &authorization, request, body)
    }

    fn check_scope(&self, authorization: &Authorization<'_>) -> Result<(), Refusal> {
        let Authorization {
            terminator,
            region,
            service,
            ..
        } = authorization;
        let mut wrong = Vec::new();
        if *terminator != TERMINATOR {
            wrong.push(format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'. "
            ));
        }
        if !self.regions.is_empty() && !self.regions.iter().any(|known| known == region) {
            wrong.push(wrong_region(region));
        }
        if *service != self.service {
            wrong.push(format!(
                "Credential should be scoped to correct service: '{}'. ",
                self.service
            ));
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(invalid(wrong.concat()))
        }
    }

    fn check_signature(
        &self,
        key: &AccessKey,
        authorization: &Authorization<'_>,
        request: &Parts,
        body: &[u8],
    ) -> Result<(), Refusal> {
        let Authorization {
            day,
            region,
            timestamp,
            signed_headers,
            ..
        } = authorization;
        let request_hash =
            canonical::request_hash(request, authorization.header_names(), signed_headers, body);
        let text = format!(
            "AWS4-HMAC-SHA256\n{timestamp}\n{day}/{region}/{}/{TERMINATOR}\n{request_hash}",
            self.service
        );
        let scope = Scope {
            key_id: key.id.clone(),
            day: (*day).to_owned(),
            region: (*region).to_owned(),
        };
        let cached = self.cached(&scope);
        let is_new = cached.is_none();
        let signing_key =
            cached.unwrap_or_else(|| signing_key(&key.secret, day, region, self.service));
        let signature = HEXLOWER
            .decode(authorization.signature.as_bytes())
            .unwrap_or_default();
        hmac::verify(&signing_key, text.as_bytes(), &signature).map_err(|_| {
            invalid(
                "The request signature we calculated does not match the signature you provided. \
                 Check your AWS Secret Access Key and signing method. \
                 Consult the service documentation for details.",
            )
        })?;
        if is_new {
            self.keep(scope, signing_key);
        }
        Ok(())
    }

    fn cached(&self, scope: &Scope) -> Option<hmac::Key> {
        self.signing_keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(scope)
            .cloned()
    }

    fn keep(&self, scope: Scope, key: hmac::Key) {
        let mut kept = self
            .signing_keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if kept.len() == MOST_CACHED {
            kept.clear();
        }
        kept.insert(scope, key);
    }
}

/// Temporary credentials come with their session token, and end.
fn check_session(key: &AccessKey, request: &Parts, now: i64) -> Result<(), Refusal> {
    let sent = request
        .headers
        .get("x-amz-security-token")
        .map(HeaderValue::as_bytes);
    let fits = match (&key.session_token, sent) {
        (None, None) => true,
        (Some(token), Some(sent)) => {
            constant_time::verify_slices_are_equal(token.as_bytes(), sent).is_ok()
        }
        _ => false,
    };
    if !fits {
        return Err(unrecognized());
    }
    if key.expires_at.is_some_and(|end| end <= now) {
        return Err(Refusal::new(
            ErrorCode::ExpiredToken,
            "The security token included in the request is expired",
        ));
    }
    Ok(())
}

fn check_date(authorization: &Authorization<'_>, now: i64) -> Result<(), Refusal> {
    let Authorization {
        day, timestamp, at, ..
    } = authorization;
    let of_timestamp = timestamp.get(..8).unwrap_or_default();
    if *day != of_timestamp {
        return Err(invalid(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
             '{day}' != '{of_timestamp}', from '{timestamp}'."
        )));
    }
    let shown = time::format_basic;
    if *at < now - SKEW_SECONDS {
        return Err(invalid(format!(
            "Signature expired: {timestamp} is now earlier than {} ({} - 5 min.)",
            shown(now - SKEW_SECONDS),
            shown(now)
        )));
    }
    if *at > now + SKEW_SECONDS {
        return Err(invalid(format!(
            "Signature not yet current: {timestamp} is still later than {} ({} + 5 min.)",
            shown(now + SKEW_SECONDS),
            shown(now)
        )));
    }
    Ok(())
}

/// The headers that decide what is asked, of whom and when must be signed, lest a signature be used
/// for another request.
fn check_signed_names(authorization: &Authorization<'_>, request: &Parts) -> Result<(), Refusal> {
    let is_signed = |name: &str| authorization.header_names().any(|signed| signed == name);
    if !is_signed("host") {
        return Err(invalid(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ));
    }
    for name in ["x-amz-target", "x-amz-date", "date"] {
        let counts = name != "date" || !request.headers.contains_key("x-amz-date");
        if counts && request.headers.contains_key(name) && !is_signed(name) {
            return Err(invalid(format!(
                "'{name}' must be a 'SignedHeader' in the AWS Authorization."
            )));
        }
    }
    Ok(())
}

/// The key that one day's requests to one service in one region are signed with.
pub(crate) fn signing_key(secret: &str, day: &str, region: &str, service: &str) -> hmac::Key {
    let start = hmac::Key::new(HMAC_SHA256, format!("AWS4{secret}").as_bytes());
    [day, region, service, TERMINATOR]
        .into_iter()
        .fold(start, |key, part| {
            hmac::Key::new(HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref())
        })
}

/// A space ends each sentence about the scope in the service's own answers.
pub(super) fn wrong_region(region: &str) -> String {
    format!("Credential should be scoped to a valid region, not '{region}'. ")
}

fn unrecognized() -> Refusal {
    Refusal::new(
        ErrorCode::UnrecognizedClient,
        "The security token included in the request is invalid.",
    )
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::InvalidSignature, message)
}
