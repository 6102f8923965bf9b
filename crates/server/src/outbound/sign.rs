//! AWS Signature Version 4 on requests that the server sends.

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HOST, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, Uri};

use crate::config::AwsCredentials;
use crate::rpc::{request_hash, signing_key};
use crate::time;

/// For whom a request is signed.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) credentials: &'a AwsCredentials,
    /// E.g. `us-east-1`.
    pub(crate) region: &'a str,
    /// E.g. `lambda`.
    pub(crate) service: &'a str,
}

/// Signs a request with everything that it has; `now` is in seconds since the epoch. `None` when a header
/// cannot hold what was configured.
pub(crate) fn signed(
    mut head: Parts,
    body: Bytes,
    scope: Scope<'_>,
    now: i64,
) -> Option<Request<Full<Bytes>>> {
    let Scope {
        credentials,
        region,
        service,
    } = scope;
    let timestamp = time::format_basic(now);
    let day = timestamp.get(..8)?;
    head.headers.insert(HOST, host(&head.uri)?);
    head.headers
        .insert("x-amz-date", HeaderValue::from_str(&timestamp).ok()?);
    if let Some(token) = &credentials.session_token {
        head.headers
            .insert("x-amz-security-token", sensitive(token)?);
    }
    let mut names: Vec<String> = head
        .headers
        .keys()
        .map(|name| name.as_str().to_owned())
        .collect();
    names.sort_unstable();
    let signed_headers = names.join(";");
    let hash = request_hash(&head, names.iter(), &signed_headers, &body);
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let key = signing_key(&credentials.secret_access_key, day, region, service);
    let text = format!("AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{hash}");
    let signature = HEXLOWER.encode(hmac::sign(&key, text.as_bytes()).as_ref());
    let id = &credentials.access_key_id;
    head.headers.insert(
        AUTHORIZATION,
        sensitive(&format!(
            "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={signed_headers}, Signature={signature}"
        ))?,
    );
    Some(Request::from_parts(head, Full::new(body)))
}

/// The value of `Host`, as the client will send it: a usual port is left out.
fn host(uri: &Uri) -> Option<HeaderValue> {
    let usual = if uri.scheme_str() == Some("https") {
        443
    } else {
        80
    };
    let name = uri.host()?;
    let text = match uri.port_u16().filter(|port| *port != usual) {
        Some(port) => format!("{name}:{port}"),
        None => name.to_owned(),
    };
    HeaderValue::from_str(&text).ok()
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The case `get-vanilla` of the test suite that AWS published for this signature.
    #[test]
    fn a_request_is_signed_as_published() {
        let credentials = AwsCredentials {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: None,
        };
        let request = Request::get("https://example.amazonaws.com/").body(());
        let (head, ()) = request.expect("a request").into_parts();
        let scope = Scope {
            credentials: &credentials,
            region: "us-east-1",
            service: "service",
        };
        let request = signed(head, Bytes::new(), scope, 1_440_938_160).expect("it can be signed");
        assert_eq!(
            request.headers()[AUTHORIZATION],
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, \
             Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        );
    }
}
