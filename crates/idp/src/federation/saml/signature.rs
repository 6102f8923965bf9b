//! Signatures of XML elements (XML Signature 1.1), as SAML has them: in the element that they sign, over the whole
//! of it, and made by a key that is known from elsewhere.

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    UnparsedPublicKey, VerificationAlgorithm,
};
use roxmltree::Node;
use ua_cryptography_xml_c14n::{Algorithm, canonicalize};
use yasna::{ASN1Result, BERReader, Tag, parse_ber};

use super::Flaw;
use super::xml::{SIGNATURE, all, bytes, first, only};

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// The keys that a provider signs with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyingKeys(Vec<Vec<u8>>);

impl VerifyingKeys {
    /// The keys of certificates in DER. Nothing else of a certificate counts, its dates neither: it is in the
    /// provider's metadata, or it is not.
    pub fn of_certificates<'a>(certificates: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self(certificates.into_iter().filter_map(public_key).collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn have_signed(
        &self,
        by: &'static dyn VerificationAlgorithm,
        message: &[u8],
        value: &[u8],
    ) -> bool {
        let mut keys = self.0.iter();
        keys.any(|key| {
            UnparsedPublicKey::new(by, key)
                .verify(message, value)
                .is_ok()
        })
    }
}

/// Whatever comes next, as it is written.
fn whole(next: BERReader<'_, '_>) -> ASN1Result<Vec<u8>> {
    next.read_der()
}

/// The public key in a certificate (RFC 5280, 4.1).
fn public_key(certificate: &[u8]) -> Option<Vec<u8>> {
    let read = parse_ber(certificate, |certificate| {
        certificate.read_sequence(|outer| {
            let key = outer.next().read_sequence(|signed| {
                // The version; old certificates have none.
                signed.read_optional(|it| it.read_tagged(Tag::context(0), whole))?;
                for _serial_algorithm_issuer_validity_subject in 0..5 {
                    whole(signed.next())?;
                }
                let key = whole(signed.next())?;
                while signed.read_optional(whole)?.is_some() {}
                Ok(key)
            })?;
            for _algorithm_signature in 0..2 {
                whole(outer.next())?;
            }
            Ok(key)
        })
    });
    read.ok()
}

/// Whether the element is signed. One that has a signature which does not hold is refused.
pub(super) fn check(signed: Node<'_, '_>, keys: &VerifyingKeys) -> Result<bool, Flaw> {
    if first(signed, SIGNATURE, "Signature").is_none() {
        return Ok(false);
    }
    let signature = only(signed, SIGNATURE, "Signature").ok_or(Flaw::Signature)?;
    let info = only(signature, SIGNATURE, "SignedInfo").ok_or(Flaw::Signature)?;
    // What could be hidden in a signature is nothing that SAML puts there.
    if first(signature, SIGNATURE, "Object").is_some() {
        return Err(Flaw::Signature);
    }
    // First who speaks: nothing else is worked out for strangers.
    let by = method(info).ok_or(Flaw::Algorithm)?;
    let transform = only(info, SIGNATURE, "CanonicalizationMethod").and_then(Canonical::named);
    let message = transform.ok_or(Flaw::Algorithm)?.bytes(info, None);
    let value = only(signature, SIGNATURE, "SignatureValue").and_then(bytes);
    if !keys.have_signed(by, &message, &value.ok_or(Flaw::Signature)?) {
        return Err(Flaw::Signature);
    }
    let reference = only(info, SIGNATURE, "Reference").ok_or(Flaw::Signature)?;
    let id = signed.attribute("ID").filter(|id| !id.is_empty());
    let names = reference
        .attribute("URI")
        .and_then(|uri| uri.strip_prefix('#'));
    if id.is_none() || names != id {
        return Err(Flaw::Signature);
    }
    let hash = only(reference, SIGNATURE, "DigestMethod").and_then(digest);
    let hash = hash.ok_or(Flaw::Algorithm)?;
    let transform = transforms(reference).ok_or(Flaw::Algorithm)?;
    let actual = digest::digest(hash, &transform.bytes(signed, Some(signature)));
    let told = only(reference, SIGNATURE, "DigestValue").and_then(bytes);
    if told.is_none_or(|told| told != actual.as_ref()) {
        return Err(Flaw::Signature);
    }
    Ok(true)
}

fn algorithm<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    node.attribute("Algorithm")
}

/// The algorithm of the signature: none with SHA-1.
fn method(info: Node<'_, '_>) -> Option<&'static dyn VerificationAlgorithm> {
    let (family, name) = algorithm(only(info, SIGNATURE, "SignatureMethod")?)?.rsplit_once('#')?;
    if family != "http://www.w3.org/2001/04/xmldsig-more" {
        return None;
    }
    Some(match name {
        "rsa-sha256" => &RSA_PKCS1_2048_8192_SHA256,
        "rsa-sha384" => &RSA_PKCS1_2048_8192_SHA384,
        "rsa-sha512" => &RSA_PKCS1_2048_8192_SHA512,
        "ecdsa-sha256" => &ECDSA_P256_SHA256_FIXED,
        "ecdsa-sha384" => &ECDSA_P384_SHA384_FIXED,
        "ecdsa-sha512" => &ECDSA_P521_SHA512_FIXED,
        _ => return None,
    })
}

fn digest(method: Node<'_, '_>) -> Option<&'static digest::Algorithm> {
    match algorithm(method)? {
        "http://www.w3.org/2001/04/xmlenc#sha256" => Some(&SHA256),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Some(&SHA384),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Some(&SHA512),
        _ => None,
    }
}

/// How an element becomes bytes.
struct Canonical<'a> {
    algorithm: Algorithm,
    /// The namespaces that are written wherever they are in scope.
    prefixes: Vec<&'a str>,
}

impl<'a> Canonical<'a> {
    /// The form that a method or transform names.
    fn named(node: Node<'a, '_>) -> Option<Self> {
        let algorithm = Algorithm::from_uri(algorithm(node)?)?;
        let list = first(node, EXCLUSIVE, "InclusiveNamespaces");
        let list = list.and_then(|list| list.attribute("PrefixList"));
        let prefixes = list.unwrap_or_default().split_ascii_whitespace().collect();
        Some(Self {
            algorithm,
            prefixes,
        })
    }

    fn bytes<'t, 'input>(
        &self,
        node: Node<'t, 'input>,
        without: Option<Node<'t, 'input>>,
    ) -> Vec<u8> {
        canonicalize(node, self.algorithm, &self.prefixes, without)
    }
}

/// The transforms that SAML knows (Core, 5.4.4): the signature is left out, then the rest is made canonical.
fn transforms<'a>(reference: Node<'a, '_>) -> Option<Canonical<'a>> {
    let list = only(reference, SIGNATURE, "Transforms")?;
    let mut list = all(list, SIGNATURE, "Transform");
    if algorithm(list.next()?)? != ENVELOPED {
        return None;
    }
    let canonical = Canonical::named(list.next()?)?;
    list.next().is_none().then_some(canonical)
}
