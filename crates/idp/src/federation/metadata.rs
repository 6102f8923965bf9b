//! What a SAML metadata document says of its identity provider.

use roxmltree::{Document, Node};

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

/// The members of a metadata document that are shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    /// The name of the provider: `Issuer` in what it says.
    pub(super) entity_id: String,
    /// Where sign-in requests are sent.
    pub(super) sign_in: String,
    /// Where sign-out requests are sent.
    pub(super) sign_out: Option<String>,
}

/// Reads a document; `None` when it describes no identity provider that takes redirects.
pub(super) fn read(text: &str) -> Option<Metadata> {
    let document = Document::parse(text).ok()?;
    let entity = document.root_element();
    if !is(&entity, "EntityDescriptor") {
        return None;
    }
    let role = entity
        .children()
        .find(|child| is(child, "IDPSSODescriptor"))?;
    Some(Metadata {
        entity_id: entity.attribute("entityID")?.to_owned(),
        sign_in: endpoint(&role, "SingleSignOnService")?,
        sign_out: endpoint(&role, "SingleLogoutService"),
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
