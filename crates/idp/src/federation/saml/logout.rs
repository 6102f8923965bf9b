//! Signing out at a provider (SAML 2.0 Profiles, 4.4).

use ua_cryptography_xml_c14n::{escape_attribute, escape_text};

use super::request::Head;
use super::signature::{self, VerifyingKeys};
use super::xml::{ASSERTION, PROTOCOL, decode, only, parse, text};
use super::{Flaw, LONGEST, NameId};

/// Asks a provider to end the session of somebody.
pub(super) fn request(head: &Head<'_>, name: &NameId, session: Option<&str>) -> String {
    let member = |attribute: &str, value: Option<&String>| {
        value.map_or_else(String::new, |value| {
            format!(" {attribute}=\"{}\"", escape_attribute(value))
        })
    };
    let members = [
        member("Format", name.format.as_ref()),
        member("NameQualifier", name.qualifier.as_ref()),
        member("SPNameQualifier", name.sp_qualifier.as_ref()),
    ];
    let session = session.map_or_else(String::new, |session| {
        format!(
            "<samlp:SessionIndex>{}</samlp:SessionIndex>",
            escape_text(session)
        )
    });
    let content = format!(
        "<saml:NameID{}>{}</saml:NameID>{session}",
        members.concat(),
        escape_text(&name.value)
    );
    head.request("LogoutRequest", "", &content)
}

/// What the answer to a sign-out must agree with.
#[derive(Debug)]
pub struct SignedOut<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Its keys.
    pub keys: &'a VerifyingKeys,
    /// Where it answers.
    pub recipient: &'a str,
    /// The request that it answers.
    pub request: &'a str,
}

/// Checks the answer to a sign-out. Whether it went well does not matter: here the session has ended.
pub fn check_signed_out(message: &str, expected: &SignedOut<'_>) -> Result<(), Flaw> {
    let malformed = || Flaw::Malformed("logout response");
    if message.len() > LONGEST {
        return Err(malformed());
    }
    let source = decode(message).ok_or_else(malformed)?;
    let document = parse(&source).ok_or_else(malformed)?;
    let response = document.root_element();
    if !response.has_tag_name((PROTOCOL, "LogoutResponse"))
        || response.attribute("Version") != Some("2.0")
    {
        return Err(malformed());
    }
    if !signature::check(response, expected.keys)? {
        return Err(Flaw::Unsigned);
    }
    let issuer = only(response, ASSERTION, "Issuer").map(text);
    if issuer.is_none_or(|issuer| issuer.trim() != expected.issuer) {
        return Err(Flaw::Issuer);
    }
    if response
        .attribute("Destination")
        .is_some_and(|it| it != expected.recipient)
    {
        return Err(Flaw::Destination);
    }
    if response.attribute("InResponseTo") != Some(expected.request) {
        return Err(Flaw::InResponseTo);
    }
    Ok(())
}
