//! What a SAML metadata document says of its identity provider.

use roxmltree::Node;
use ua_cryptography_xml_c14n::DocumentText;

use super::saml::VerifyingKeys;
use crate::calendar::instant;

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

/// What counts of a metadata document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    /// The name of the provider: `Issuer` in what it says.
    pub(super) entity_id: String,
    /// Where sign-in requests are sent.
    pub(super) sign_in: String,
    /// Where sign-out requests are sent.
    pub(super) sign_out: Option<String>,
    /// The keys that the provider signs with: several while it changes from one to the next.
    pub(super) keys: VerifyingKeys,
    /// When the document is to be read anew, in milliseconds since the epoch.
    pub(super) valid_until: Option<i64>,
}

/// Reads a document; `None` when it describes no identity provider that takes redirects.
pub(super) fn read(text: &str) -> Option<Metadata> {
    let text = DocumentText::decode(text.as_bytes()).ok()?;
    let document = text.parse().ok()?;
    let entity = document.root_element();
    if !is(&entity, "EntityDescriptor") {
        return None;
    }
    let role = entity
        .children()
        .find(|child| is(child, "IDPSSODescriptor"))?;
    let until = [entity, role].map(|node| node.attribute("validUntil").and_then(instant));
    let certificates: Vec<Vec<u8>> = certificates(&role).collect();
    Some(Metadata {
        entity_id: entity.attribute("entityID")?.to_owned(),
        sign_in: endpoint(&role, "SingleSignOnService")?,
        sign_out: endpoint(&role, "SingleLogoutService"),
        keys: VerifyingKeys::of_certificates(certificates.iter().map(Vec::as_slice)),
        valid_until: until.into_iter().flatten().min(),
    })
}

fn is(node: &Node<'_, '_>, name: &str) -> bool {
    node.has_tag_name((METADATA, name))
}

fn endpoint(role: &Node<'_, '_>, name: &str) -> Option<String> {
    role.children()
        .filter(|child| is(child, name) && child.attribute("Binding") == Some(REDIRECT))
        .find_map(|child| child.attribute("Location"))
        .map(str::to_owned)
}

/// The certificates of the keys that are for signing, or for anything.
fn certificates(role: &Node<'_, '_>) -> impl Iterator<Item = Vec<u8>> {
    role.children()
        .filter(|child| is(child, "KeyDescriptor"))
        .filter(|key| key.attribute("use").is_none_or(|of| of == "signing"))
        .flat_map(|key| key.descendants())
        .filter(|node| node.has_tag_name((SIGNATURE, "X509Certificate")))
        .filter_map(super::saml::bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(inside: &str) -> String {
        format!(
            r#"<md:EntityDescriptor xmlns:md="{METADATA}" entityID="https://idp.example.com">
            <md:IDPSSODescriptor>{inside}</md:IDPSSODescriptor></md:EntityDescriptor>"#
        )
    }

    fn service(name: &str, binding: &str, location: &str) -> String {
        format!(r#"<md:{name} Binding="{binding}" Location="{location}"/>"#)
    }

    #[test]
    fn the_endpoints_are_those_that_take_redirects() {
        let post = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
        let text = document(
            &[
                service("SingleLogoutService", REDIRECT, "https://idp/slo"),
                service("SingleSignOnService", post, "https://idp/post"),
                service("SingleSignOnService", REDIRECT, "https://idp/sso"),
            ]
            .concat(),
        );
        let expected = Metadata {
            entity_id: "https://idp.example.com".to_owned(),
            sign_in: "https://idp/sso".to_owned(),
            sign_out: Some("https://idp/slo".to_owned()),
            keys: VerifyingKeys::default(),
            valid_until: None,
        };
        assert_eq!(read(&text), Some(expected));
        let only_post = document(&service("SingleSignOnService", post, "https://idp/post"));
        assert_eq!(read(&only_post), None);
    }

    #[test]
    fn other_documents_are_none() {
        for text in [
            "",
            "no xml",
            "<EntityDescriptor/>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
