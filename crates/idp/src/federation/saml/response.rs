//! The response of a provider to a sign-in (SAML 2.0 Core, 3.3.3; Profiles, 4.1.4).

use std::collections::BTreeMap;

use roxmltree::Node;

use super::signature::{self, VerifyingKeys};
use super::xml::{ASSERTION, PROTOCOL, all, decode, first, only, parse, text};
use super::{Flaw, LONGEST, SKEW_MS, encryption};
use crate::calendar::instant;

const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

/// How old an assertion may be that nobody asked for.
const UNASKED_MS: i64 = 6 * 60 * 1000;

/// What a response must agree with.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Its keys.
    pub keys: &'a VerifyingKeys,
    /// Whom it speaks to.
    pub audience: &'a str,
    /// Where it speaks to.
    pub recipient: &'a str,
    /// The request that it answers; none, when nobody asked.
    pub request: Option<&'a str>,
    /// The key that it encrypts for, PKCS #8; what is not encrypted is then refused.
    pub decryption: Option<&'a [u8]>,
    /// Milliseconds since the epoch.
    pub now: i64,
}

/// The name of a person, as the provider has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct NameId {
    /// The name; case counts.
    pub value: String,
    /// What kind of name it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Among whose names it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    /// For whom it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sp_qualifier: Option<String>,
}

/// What a provider says of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// Its own id.
    pub id: String,
    /// Who it is.
    pub name: NameId,
    /// The provider's session.
    pub session: Option<String>,
    /// What is known of the person, by name.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// How long it could be used again, in milliseconds since the epoch.
    pub until: i64,
}

/// Reads a response, and believes it or says why not.
pub fn read(message: &str, expected: &Expected<'_>) -> Result<Assertion, Flaw> {
    let malformed = || Flaw::Malformed("response");
    if message.len() > LONGEST {
        return Err(malformed());
    }
    let source = decode(message).ok_or_else(malformed)?;
    let document = parse(&source).ok_or_else(malformed)?;
    let response = document.root_element();
    if !response.has_tag_name((PROTOCOL, "Response"))
        || response.attribute("Version") != Some("2.0")
    {
        return Err(malformed());
    }
    let is_signed = signature::check(response, expected.keys)?;
    check_status(response)?;
    check_head(response, expected)?;
    let plain = all(response, ASSERTION, "Assertion").count();
    let encrypted = all(response, ASSERTION, "EncryptedAssertion").count();
    // Nor is there another one anywhere else.
    let others = assertions_below(response);
    match (plain, encrypted, expected.decryption) {
        (1, 0, Some(_)) => Err(Flaw::Unencrypted),
        (1, 0, None) if others == 1 => {
            let assertion = only(response, ASSERTION, "Assertion").ok_or(Flaw::Assertions)?;
            if !signature::check(assertion, expected.keys)? && !is_signed {
                return Err(Flaw::Unsigned);
            }
            believe(assertion, expected)
        }
        (0, 1, Some(key)) if others == 0 => {
            let assertion = only(response, ASSERTION, "EncryptedAssertion");
            let inner = assertion.and_then(|it| encryption::decrypt(it, key));
            let inner = inner.ok_or(Flaw::Encryption)?;
            let inner = parse(&inner).ok_or(Flaw::Encryption)?;
            if assertions_below(inner.root_element()) != 1 {
                return Err(Flaw::Encryption);
            }
            let assertion = only(inner.root_element(), ASSERTION, "Assertion");
            let assertion = assertion.ok_or(Flaw::Encryption)?;
            // Until it is known who speaks, all that is wrong in there looks the same from outside: what
            // differs would tell strangers of the text.
            let is_own =
                signature::check(assertion, expected.keys).map_err(|_| Flaw::Encryption)?;
            if !is_own && !is_signed {
                return Err(Flaw::Encryption);
            }
            believe(assertion, expected)
        }
        _ => Err(Flaw::Assertions),
    }
}

fn assertions_below(node: Node<'_, '_>) -> usize {
    let is_assertion = |node: &Node<'_, '_>| node.has_tag_name((ASSERTION, "Assertion"));
    node.descendants().filter(is_assertion).count()
}

/// The response must say that it went well.
pub(super) fn check_status(response: Node<'_, '_>) -> Result<(), Flaw> {
    const CODES: &str = "urn:oasis:names:tc:SAML:2.0:status:";
    let outer = only(response, PROTOCOL, "Status").and_then(|it| only(it, PROTOCOL, "StatusCode"));
    let outer = outer.ok_or(Flaw::Malformed("response"))?;
    let name = |code: Node<'_, '_>| {
        let name = code
            .attribute("Value")
            .and_then(|value| value.strip_prefix(CODES));
        // Anybody can have written this one.
        let is_word =
            |name: &&str| name.len() <= 40 && name.bytes().all(|it| it.is_ascii_alphabetic());
        name.filter(is_word)
            .unwrap_or("an unknown status")
            .to_owned()
    };
    match name(outer).as_str() {
        "Success" => Ok(()),
        said => Err(Flaw::Status(match only(outer, PROTOCOL, "StatusCode") {
            Some(inner) => format!("{said}: {}", name(inner)),
            None => said.to_owned(),
        })),
    }
}

/// Who answers what, and where: as far as the response says so.
fn check_head(response: Node<'_, '_>, expected: &Expected<'_>) -> Result<(), Flaw> {
    if let Some(issuer) = first(response, ASSERTION, "Issuer")
        && text(issuer).trim() != expected.issuer
    {
        return Err(Flaw::Issuer);
    }
    if response
        .attribute("Destination")
        .is_some_and(|it| it != expected.recipient)
    {
        return Err(Flaw::Destination);
    }
    if response.attribute("InResponseTo") != expected.request {
        return Err(Flaw::InResponseTo);
    }
    Ok(())
}

/// What a signed assertion says, if it says it of here and now.
fn believe(assertion: Node<'_, '_>, expected: &Expected<'_>) -> Result<Assertion, Flaw> {
    let malformed = || Flaw::Malformed("response");
    let id = assertion
        .attribute("ID")
        .filter(|id| !id.is_empty())
        .ok_or_else(malformed)?;
    if assertion.attribute("Version") != Some("2.0") {
        return Err(malformed());
    }
    let issuer = only(assertion, ASSERTION, "Issuer").ok_or(Flaw::Issuer)?;
    if text(issuer).trim() != expected.issuer {
        return Err(Flaw::Issuer);
    }
    let made_at = moment(assertion, "IssueInstant")?.ok_or_else(malformed)?;
    if made_at > expected.now + SKEW_MS {
        return Err(Flaw::Early);
    }
    if expected.request.is_none() && made_at + UNASKED_MS < expected.now {
        return Err(Flaw::Expired);
    }
    check_conditions(assertion, expected)?;
    let subject = only(assertion, ASSERTION, "Subject").ok_or(Flaw::NoNameId)?;
    let until = check_confirmation(subject, expected)?;
    let session = first(assertion, ASSERTION, "AuthnStatement").ok_or(Flaw::NoStatement)?;
    check_span(session, (None, Some("SessionNotOnOrAfter")), expected.now)?;
    Ok(Assertion {
        id: id.to_owned(),
        name: name_id(subject)?,
        session: session.attribute("SessionIndex").map(str::to_owned),
        attributes: attributes(assertion),
        until: until + SKEW_MS,
    })
}

/// The moment in an attribute.
fn moment(node: Node<'_, '_>, name: &str) -> Result<Option<i64>, Flaw> {
    let read = |text| instant(text).ok_or(Flaw::Malformed("response"));
    node.attribute(name).map(read).transpose()
}

/// Whether now is between two moments, each of which may be missing.
fn check_span(
    node: Node<'_, '_>,
    (from, until): (Option<&str>, Option<&str>),
    now: i64,
) -> Result<(), Flaw> {
    let at = |name: Option<&str>| name.map_or(Ok(None), |name| moment(node, name));
    if at(from)?.is_some_and(|from| now + SKEW_MS < from) {
        return Err(Flaw::Early);
    }
    if at(until)?.is_some_and(|until| until + SKEW_MS <= now) {
        return Err(Flaw::Expired);
    }
    Ok(())
}

fn check_conditions(assertion: Node<'_, '_>, expected: &Expected<'_>) -> Result<(), Flaw> {
    let conditions = only(assertion, ASSERTION, "Conditions").ok_or(Flaw::Audience)?;
    check_span(
        conditions,
        (Some("NotBefore"), Some("NotOnOrAfter")),
        expected.now,
    )?;
    let mut is_for_us = false;
    for condition in conditions.children().filter(Node::is_element) {
        let name = condition.tag_name();
        match (name.namespace(), name.name()) {
            (Some(ASSERTION), "AudienceRestriction") => {
                let mut audiences = all(condition, ASSERTION, "Audience");
                if !audiences.any(|audience| text(audience).trim() == expected.audience) {
                    return Err(Flaw::Audience);
                }
                is_for_us = true;
            }
            // Every assertion is used once here, and none is passed on.
            (Some(ASSERTION), "OneTimeUse" | "ProxyRestriction") => {}
            _ => return Err(Flaw::Condition),
        }
    }
    if is_for_us {
        Ok(())
    } else {
        Err(Flaw::Audience)
    }
}

/// Whether it is said that whoever brings the assertion is its subject, and until when; one confirmation that
/// holds is enough, else the last flaw is told.
fn check_confirmation(subject: Node<'_, '_>, expected: &Expected<'_>) -> Result<i64, Flaw> {
    let mut flaw = Flaw::Unconfirmed;
    for confirmation in all(subject, ASSERTION, "SubjectConfirmation") {
        if confirmation.attribute("Method") != Some(BEARER) {
            continue;
        }
        match only(confirmation, ASSERTION, "SubjectConfirmationData") {
            Some(data) => match check_bearer(data, expected) {
                Ok(until) => return Ok(until),
                Err(found) => flaw = found,
            },
            None => flaw = Flaw::Unconfirmed,
        }
    }
    Err(flaw)
}

fn check_bearer(data: Node<'_, '_>, expected: &Expected<'_>) -> Result<i64, Flaw> {
    if data.attribute("Recipient") != Some(expected.recipient) {
        return Err(Flaw::Recipient);
    }
    if data.attribute("InResponseTo") != expected.request {
        return Err(Flaw::InResponseTo);
    }
    check_span(
        data,
        (Some("NotBefore"), Some("NotOnOrAfter")),
        expected.now,
    )?;
    moment(data, "NotOnOrAfter")?.ok_or(Flaw::Unconfirmed)
}

fn name_id(subject: Node<'_, '_>) -> Result<NameId, Flaw> {
    let node = only(subject, ASSERTION, "NameID").ok_or(Flaw::NoNameId)?;
    let value = text(node).trim().to_owned();
    if value.is_empty() {
        return Err(Flaw::NoNameId);
    }
    let owned = |name: &str| node.attribute(name).map(str::to_owned);
    Ok(NameId {
        value,
        format: owned("Format"),
        qualifier: owned("NameQualifier"),
        sp_qualifier: owned("SPNameQualifier"),
    })
}

/// All values of each attribute; what is said in several places adds up.
fn attributes(assertion: Node<'_, '_>) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for statement in all(assertion, ASSERTION, "AttributeStatement") {
        for attribute in all(statement, ASSERTION, "Attribute") {
            let Some(name) = attribute.attribute("Name") else {
                continue;
            };
            let values = all(attribute, ASSERTION, "AttributeValue").map(text);
            found.entry(name.to_owned()).or_default().extend(values);
        }
    }
    found
}
