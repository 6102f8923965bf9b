//! XML as SAML uses it: without document types, bounded, and read in one way only.

use data_encoding::BASE64;
use roxmltree::{Document, Node};
use ua_cryptography_xml_c14n::DocumentText;

pub(super) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
pub(super) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(super) const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(super) const ENCRYPTION: &str = "http://www.w3.org/2001/04/xmlenc#";

/// The most signs of equality in a document: attributes and namespaces are compared with one another.
const MOST_PAIRS: usize = 4096;

/// The most namespaces that are in scope anywhere: they are looked through at every element.
const MOST_NAMESPACES: usize = 64;

/// The text of a document that came as base64.
pub(super) fn decode(base64: &str) -> Option<DocumentText> {
    let packed: String = base64.split_ascii_whitespace().collect();
    bounded(&BASE64.decode(packed.as_bytes()).ok()?)
}

/// The text of a document, if it is not made to take long.
pub(super) fn bounded(bytes: &[u8]) -> Option<DocumentText> {
    let text = DocumentText::decode(bytes).ok()?;
    let pairs = text.as_str().bytes().filter(|byte| *byte == b'=').count();
    (pairs <= MOST_PAIRS).then_some(text)
}

/// The tree of a text. A document with a type is none, and in a good one no two elements have the same ID.
pub(super) fn parse(text: &DocumentText) -> Option<Document<'_>> {
    let document = text.parse().ok()?;
    let mut ids = Vec::new();
    for node in document.descendants().filter(Node::is_element) {
        if node.namespaces().len() > MOST_NAMESPACES {
            return None;
        }
        ids.extend(node.attribute("ID"));
    }
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    (ids.len() == all).then_some(document)
}

/// The children of this name.
pub(super) fn all<'a, 'input>(
    node: Node<'a, 'input>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children()
        .filter(move |child| child.has_tag_name((namespace, name)))
}

/// The first child of this name.
pub(super) fn first<'a, 'input>(
    node: Node<'a, 'input>,
    namespace: &'static str,
    name: &'static str,
) -> Option<Node<'a, 'input>> {
    all(node, namespace, name).next()
}

/// The child of this name, where there is just one.
pub(super) fn only<'a, 'input>(
    node: Node<'a, 'input>,
    namespace: &'static str,
    name: &'static str,
) -> Option<Node<'a, 'input>> {
    let mut found = all(node, namespace, name);
    let one = found.next()?;
    found.next().is_none().then_some(one)
}

/// The whole text in an element and below. A comment does not end it: what is signed has none.
pub(super) fn text(node: Node<'_, '_>) -> String {
    let texts = node.descendants().filter(Node::is_text);
    texts.filter_map(|text| text.text()).collect()
}

/// The bytes that an element has as base64.
pub(in crate::federation) fn bytes(node: Node<'_, '_>) -> Option<Vec<u8>> {
    let packed: String = text(node).split_ascii_whitespace().collect();
    BASE64.decode(packed.as_bytes()).ok()
}
