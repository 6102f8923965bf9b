//! Requests to a provider, in the query of its address (SAML 2.0 Bindings, 3.4).

use data_encoding::BASE64;
use miniz_oxide::deflate::compress_to_vec;
use ua_cryptography_xml_c14n::escape_attribute;

use super::xml::{ASSERTION, PROTOCOL};
use crate::calendar;
use crate::crypto::SigningKey;
use crate::oauth::{encode, with_query};

const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

/// How hard a request is packed.
const LEVEL: u8 = 6;

/// What every request says.
pub(super) struct Head<'a> {
    /// Its id.
    pub(super) id: &'a str,
    /// Where it goes.
    pub(super) destination: &'a str,
    /// Who asks.
    pub(super) issuer: &'a str,
    /// Milliseconds since the epoch.
    pub(super) now: i64,
}

impl Head<'_> {
    /// A request of this kind.
    pub(super) fn request(&self, kind: &str, more: &str, content: &str) -> String {
        let at = calendar::zulu(self.now);
        let [id, destination, issuer] =
            [self.id, self.destination, self.issuer].map(escape_attribute);
        format!(
            "<samlp:{kind} xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" Version=\"2.0\" \
             IssueInstant=\"{at}\" Destination=\"{destination}\"{more}><saml:Issuer>{issuer}</saml:Issuer>\
             {content}</samlp:{kind}>"
        )
    }
}

/// Asks a provider to sign somebody in, and to answer at this address. Which kind of name it gives people is left
/// to the provider.
pub(super) fn sign_in(head: &Head<'_>, answer_to: &str, anew: bool) -> String {
    let force = if anew { " ForceAuthn=\"true\"" } else { "" };
    let answer_to = escape_attribute(answer_to);
    let more =
        format!("{force} ProtocolBinding=\"{POST}\" AssertionConsumerServiceURL=\"{answer_to}\"");
    head.request("AuthnRequest", &more, "")
}

/// The address that carries a request to a provider; what it is given back with the answer comes along.
pub(super) fn address(
    destination: &str,
    request: &str,
    relay_state: &str,
    key: Option<&SigningKey>,
) -> String {
    let request = BASE64.encode(&compress_to_vec(request.as_bytes(), LEVEL));
    let mut query = encode([
        ("SAMLRequest", request.as_str()),
        ("RelayState", relay_state),
    ]);
    if let Some(key) = key {
        query += "&";
        query += &encode([("SigAlg", RSA_SHA256)]);
        let signature = BASE64.encode(&key.sign(query.as_bytes()));
        query += "&";
        query += &encode([("Signature", signature.as_str())]);
    }
    with_query(destination, &query)
}
