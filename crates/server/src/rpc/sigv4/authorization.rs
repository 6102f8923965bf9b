//! The `Authorization` header of a signed request, taken apart.

use cenote_model::ErrorCode;
use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, DATE};

use crate::rpc::Refusal;
use crate::time;

const SCHEME: &str = "AWS4-HMAC-SHA256";

/// What a signature claims.
pub(super) struct Authorization<'a> {
    pub(super) key_id: &'a str,
    /// The day, as `20150830`.
    pub(super) day: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) terminator: &'a str,
    pub(super) signed_headers: &'a str,
    pub(super) signature: &'a str,
    /// When it was signed, in seconds since the epoch.
    pub(super) at: i64,
    /// The same moment, as the signature has it.
    pub(super) timestamp: String,
}

impl<'a> Authorization<'a> {
    /// Reads the headers; each missing part is named.
    pub(super) fn read(headers: &'a HeaderMap) -> Result<Self, Refusal> {
        let Some(header) = headers.get(AUTHORIZATION) else {
            return Err(Refusal::new(
                ErrorCode::MissingAuthenticationToken,
                "Missing Authentication Token",
            ));
        };
        let header = header
            .to_str()
            .map_err(|_| incomplete("Authorization header is not ASCII text."))?;
        let parts = Parts::read(header)?;
        let date = headers.get("x-amz-date").or_else(|| headers.get(DATE));
        let mut missing = Vec::new();
        for (name, part) in [
            ("Credential", parts.credential),
            ("Signature", parts.signature),
            ("SignedHeaders", parts.signed_headers),
        ] {
            if part.is_none_or(str::is_empty) {
                missing.push(format!(
                    "Authorization header requires '{name}' parameter. "
                ));
            }
        }
        if date.is_none() {
            missing.push(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
                    .to_owned(),
            );
        }
        let (Some(credential), Some(signature), Some(signed_headers), Some(date), true) = (
            parts.credential,
            parts.signature,
            parts.signed_headers,
            date,
            missing.is_empty(),
        ) else {
            return Err(incomplete(format!(
                "{}Authorization={header}",
                missing.concat()
            )));
        };
        let date = date.to_str().unwrap_or_default();
        let at = read_date(date).ok_or_else(|| {
            incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{date}'. \
                 See http://en.wikipedia.org/wiki/ISO_8601"
            ))
        })?;
        let mut scope = credential.split('/');
        let mut element = || scope.next().filter(|element| !element.is_empty());
        let (Some(key_id), Some(day), Some(region), Some(service), Some(terminator), None) = (
            element(),
            element(),
            element(),
            element(),
            element(),
            scope.next(),
        ) else {
            return Err(incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, \
                 e.g. keyid/date/region/service/term, got '{credential}'"
            )));
        };
        Ok(Self {
            key_id,
            day,
            region,
            service,
            terminator,
            signed_headers,
            signature,
            at,
            timestamp: time::format_basic(at),
        })
    }

    /// The names that were signed.
    pub(super) fn header_names(&self) -> impl Iterator<Item = &'a str> {
        self.signed_headers.split(';')
    }
}

/// The region of the credential scope, in whatever state the rest of the header is.
pub(crate) fn region(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    Parts::read(header).ok()?.credential?.split('/').nth(2)
}

#[derive(Default)]
struct Parts<'a> {
    credential: Option<&'a str>,
    signature: Option<&'a str>,
    signed_headers: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn read(header: &'a str) -> Result<Self, Refusal> {
        let mut parts = Self::default();
        let Some(list) = header.trim().strip_prefix(SCHEME) else {
            return Ok(parts);
        };
        for pair in list
            .split([',', ' '])
            .map(str::trim)
            .filter(|pair| !pair.is_empty())
        {
            let Some((name, value)) = pair.split_once('=') else {
                return Err(incomplete(format!(
                    "'{pair}' not a valid key=value pair (missing equal-sign) in Authorization header: \
                     '{header}'."
                )));
            };
            match name {
                "Credential" => parts.credential = Some(value),
                "Signature" => parts.signature = Some(value),
                "SignedHeaders" => parts.signed_headers = Some(value),
                // Unknown parameters are ignored, as the service does.
                _ => {}
            }
        }
        Ok(parts)
    }
}

/// `X-Amz-Date`, or a `Date` header in the form of RFC 9110.
fn read_date(text: &str) -> Option<i64> {
    time::parse_basic(text).or_else(|| {
        let moment = httpdate::parse_http_date(text).ok()?;
        let elapsed = moment.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(elapsed.as_secs()).ok()
    })
}

fn incomplete(message: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::IncompleteSignature, message)
}
