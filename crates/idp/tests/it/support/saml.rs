//! A little SAML identity provider: it says what it is told to, rightly or wrongly signed.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_128, DecryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::digest::{Algorithm as Digest, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding,
    RsaKeyPair,
};
use data_encoding::BASE64;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256};
use ua_cryptography_xml_c14n::roxmltree::Node;
use ua_cryptography_xml_c14n::{Algorithm, DocumentText, canonicalize};

use cenote_idp::federation::saml::respond;
use cenote_idp::federation::{Arrival, Departure};
use cenote_idp::oauth::Params;
use miniz_oxide::inflate::decompress_to_vec;
use serde_json::{Value, json};
use std::sync::LazyLock;

use super::oauth::{after, form};
use super::providers::Federated;
use super::{START_MS, with};

pub(crate) const ENTITY: &str = "https://idp.example.com/saml";

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// The namespaces that messages here are written in.
pub(crate) const NAMESPACES: &str = "xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
    xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";

/// The provider's key, and one that is somebody else's.
pub(crate) static KEY: LazyLock<Key> = LazyLock::new(Key::rsa);
pub(crate) static OTHER: LazyLock<Key> = LazyLock::new(Key::rsa);

/// Where the domain of tests takes responses.
pub(crate) const ACS: &str = "http://app.auth.localhost:9229/saml2/idpresponse";

/// How a signature is made.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) method: &'static str,
    pub(crate) digest: &'static str,
    pub(crate) transforms: &'static [&'static str],
    pub(crate) prefixes: &'static [&'static str],
}

pub(crate) const USUAL: Manner = Manner {
    method: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    digest: "http://www.w3.org/2001/04/xmlenc#sha256",
    transforms: &[ENVELOPED, EXCLUSIVE],
    prefixes: &[],
};

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
}

/// A key of the provider, and the certificate in its metadata.
pub(crate) struct Key {
    pair: Pair,
    pub(crate) certificate: Vec<u8>,
}

impl Key {
    pub(crate) fn rsa() -> Self {
        let pair = KeyPair::generate_for(&PKCS_RSA_SHA256).expect("a key");
        Self::made(&pair, |der| {
            Pair::Rsa(RsaKeyPair::from_pkcs8(der).expect("a key"))
        })
    }

    pub(crate) fn ec() -> Self {
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        Self::made(&pair, |der| {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der);
            Pair::Ec(pair.expect("a key"))
        })
    }

    fn made(key: &KeyPair, pair: impl FnOnce(&[u8]) -> Pair) -> Self {
        let certificate = CertificateParams::default()
            .self_signed(key)
            .expect("a certificate");
        Self {
            pair: pair(&key.serialize_der()),
            certificate: certificate.der().to_vec(),
        }
    }

    fn sign(&self, method: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let how: &'static dyn RsaEncoding =
                    match method.rsplit_once('#').expect("a method").1 {
                        "rsa-sha512" => &RSA_PKCS1_SHA512,
                        // Of what no provider of today signs with the value does not matter.
                        _ => &RSA_PKCS1_SHA256,
                    };
                let mut value = vec![0; pair.public_modulus_len()];
                pair.sign(how, &random, message, &mut value)
                    .expect("a signature");
                value
            }
            Pair::Ec(pair) => pair
                .sign(&random, message)
                .expect("a signature")
                .as_ref()
                .to_vec(),
        }
    }

    /// Signs the element with this id: the signature stands behind its first Issuer.
    pub(crate) fn sign_element(&self, xml: &str, id: &str, manner: Manner) -> String {
        let text = DocumentText::decode(xml.as_bytes()).expect("a text");
        let document = text.parse().expect("a document");
        let node = document
            .descendants()
            .find(|node| node.attribute("ID") == Some(id));
        let signature = self.signature(node.expect("an element"), id, manner);
        let at = xml.find(&format!("ID=\"{id}\"")).expect("an id");
        let end = "</saml:Issuer>";
        let at = at + xml[at..].find(end).expect("an issuer") + end.len();
        format!("{}{signature}{}", &xml[..at], &xml[at..])
    }

    /// A signature over an element.
    pub(crate) fn signature(&self, node: Node<'_, '_>, id: &str, manner: Manner) -> String {
        let hash: &Digest = match manner.digest.rsplit_once('#').expect("a digest").1 {
            "sha1" => &SHA1_FOR_LEGACY_USE_ONLY,
            _ => &SHA256,
        };
        let value = digest(
            hash,
            &canonicalize(node, Algorithm::Exclusive, manner.prefixes, None),
        );
        let transforms: Vec<String> = manner
            .transforms
            .iter()
            .map(|name| {
                let list = if *name == EXCLUSIVE && !manner.prefixes.is_empty() {
                    format!(
                        "<ec:InclusiveNamespaces xmlns:ec=\"{EXCLUSIVE}\" PrefixList=\"{}\"/>",
                        manner.prefixes.join(" ")
                    )
                } else {
                    String::new()
                };
                format!("<ds:Transform Algorithm=\"{name}\">{list}</ds:Transform>")
            })
            .collect();
        let transforms = transforms.concat();
        let info = format!(
            "<ds:SignedInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\
             <ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod>\
             <ds:SignatureMethod Algorithm=\"{}\"></ds:SignatureMethod>\
             <ds:Reference URI=\"#{id}\"><ds:Transforms>{transforms}</ds:Transforms>\
             <ds:DigestMethod Algorithm=\"{}\"></ds:DigestMethod>\
             <ds:DigestValue>{}</ds:DigestValue></ds:Reference></ds:SignedInfo>",
            manner.method,
            manner.digest,
            BASE64.encode(value.as_ref())
        );
        let text = DocumentText::decode(info.as_bytes()).expect("a text");
        let document = text.parse().expect("a document");
        let canonical = canonicalize(document.root_element(), Algorithm::Exclusive, &[], None);
        let value = BASE64.encode(&self.sign(manner.method, &canonical));
        // Whatever key is named here is not to be believed.
        format!(
            "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{info}\
             <ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>\
             <ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>",
            BASE64.encode(&self.certificate)
        )
    }
}

/// What a response says; tests change what they are about.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) issuer: &'static str,
    pub(crate) destination: String,
    pub(crate) recipient: String,
    pub(crate) audience: String,
    pub(crate) request: Option<String>,
    pub(crate) status: &'static str,
    /// Milliseconds since the epoch, as the next two.
    pub(crate) issued: i64,
    pub(crate) from: i64,
    pub(crate) until: i64,
    pub(crate) name_id: String,
    pub(crate) session: &'static str,
    pub(crate) id: String,
    /// The content of the AttributeStatement.
    pub(crate) attributes: String,
}

impl Told {
    /// What a good provider says of ada.
    pub(crate) fn new(recipient: &str, audience: &str, request: Option<&str>) -> Self {
        Self {
            issuer: ENTITY,
            destination: recipient.to_owned(),
            recipient: recipient.to_owned(),
            audience: audience.to_owned(),
            request: request.map(str::to_owned),
            status: "urn:oasis:names:tc:SAML:2.0:status:Success",
            issued: START_MS,
            from: START_MS - 60_000,
            until: START_MS + 300_000,
            name_id: "Ada@Example.com".to_owned(),
            session: "session-1",
            id: "assertion-1".to_owned(),
            attributes: attribute("mail", &["ada@example.com"]),
        }
    }

    pub(crate) fn assertion(&self) -> String {
        let answers = self
            .request
            .as_ref()
            .map_or_else(String::new, |id| format!(" InResponseTo=\"{id}\""));
        let [issued, from, until] = [self.issued, self.from, self.until].map(zulu);
        format!(
            "<saml:Assertion {NAMESPACES} ID=\"{id}\" Version=\"2.0\" IssueInstant=\"{issued}\">\
             <saml:Issuer>{issuer}</saml:Issuer><saml:Subject>\
             <saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">{name}</saml:NameID>\
             <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
             <saml:SubjectConfirmationData Recipient=\"{recipient}\" NotOnOrAfter=\"{until}\"{answers}/>\
             </saml:SubjectConfirmation></saml:Subject>\
             <saml:Conditions NotBefore=\"{from}\" NotOnOrAfter=\"{until}\"><saml:AudienceRestriction>\
             <saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
             <saml:AuthnStatement AuthnInstant=\"{issued}\" SessionIndex=\"{session}\"><saml:AuthnContext>\
             <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>\
             </saml:AuthnContext></saml:AuthnStatement>\
             <saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>",
            id = self.id,
            issuer = self.issuer,
            name = self.name_id,
            recipient = self.recipient,
            audience = self.audience,
            session = self.session,
            attributes = self.attributes,
        )
    }

    /// A response with this content.
    pub(crate) fn response(&self, content: &str) -> String {
        let answers = self
            .request
            .as_ref()
            .map_or_else(String::new, |id| format!(" InResponseTo=\"{id}\""));
        format!(
            "<samlp:Response {NAMESPACES} ID=\"response-1\" Version=\"2.0\" IssueInstant=\"{}\" \
             Destination=\"{}\"{answers}><saml:Issuer>{}</saml:Issuer><samlp:Status>\
             <samlp:StatusCode Value=\"{}\"/></samlp:Status>{content}</samlp:Response>",
            zulu(self.issued),
            self.destination,
            self.issuer,
            self.status
        )
    }

    /// A response whose assertion is signed.
    pub(crate) fn with_signed_assertion(&self, key: &Key) -> String {
        self.response(&key.sign_element(&self.assertion(), &self.id, USUAL))
    }

    /// A response that is signed as a whole.
    pub(crate) fn signed(&self, key: &Key) -> String {
        key.sign_element(&self.response(&self.assertion()), "response-1", USUAL)
    }
}

/// An attribute with these values, which are XML.
pub(crate) fn attribute(name: &str, values: &[&str]) -> String {
    let values: Vec<String> = values
        .iter()
        .map(|value| format!("<saml:AttributeValue>{value}</saml:AttributeValue>"))
        .collect();
    let values = values.concat();
    format!("<saml:Attribute Name=\"{name}\">{values}</saml:Attribute>")
}

/// Encrypts an assertion for a certificate: `strong` with GCM and SHA-256, else as old providers do.
pub(crate) fn encrypted(assertion: &str, public: &[u8], strong: bool) -> String {
    let public = PublicEncryptingKey::from_der(public).expect("a key");
    let public = OaepPublicEncryptingKey::new(public).expect("a key");
    let mut wrapped = vec![0; public.ciphertext_size()];
    let mut key = vec![0; if strong { 32 } else { 16 }];
    rand::fill(&mut key).expect("chance");
    let oaep = if strong {
        &OAEP_SHA256_MGF1SHA256
    } else {
        &OAEP_SHA1_MGF1SHA1
    };
    let wrapped = public
        .encrypt(oaep, &key, &mut wrapped, None)
        .expect("room")
        .to_vec();
    let mut sealed = assertion.as_bytes().to_vec();
    let value = if strong {
        let mut nonce = [0; 12];
        rand::fill(&mut nonce).expect("chance");
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).expect("a key"));
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::empty(),
            &mut sealed,
        )
        .expect("room");
        [nonce.to_vec(), sealed].concat()
    } else {
        let key = UnboundCipherKey::new(&AES_128, &key).expect("a key");
        let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).expect("a key");
        let context = key.encrypt(&mut sealed).expect("room");
        let iv = match &context {
            DecryptionContext::Iv128(iv) => iv.as_ref().to_vec(),
            _ => panic!("no vector"),
        };
        [iv, sealed].concat()
    };
    let (data, transport) = if strong {
        (
            "http://www.w3.org/2009/xmlenc11#aes256-gcm",
            "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#rsa-oaep\">\
             <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>\
             <x:MGF xmlns:x=\"http://www.w3.org/2009/xmlenc11#\" \
             Algorithm=\"http://www.w3.org/2009/xmlenc11#mgf1sha256\"/></xenc:EncryptionMethod>",
        )
    } else {
        (
            "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
            "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p\"/>",
        )
    };
    format!(
        "<saml:EncryptedAssertion {NAMESPACES}><xenc:EncryptedData \
         xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" \
         Type=\"http://www.w3.org/2001/04/xmlenc#Element\"><xenc:EncryptionMethod Algorithm=\"{data}\"/>\
         <ds:KeyInfo><xenc:EncryptedKey>{transport}<xenc:CipherData><xenc:CipherValue>{}</xenc:CipherValue>\
         </xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{}\
         </xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>",
        BASE64.encode(&wrapped),
        BASE64.encode(&value)
    )
}

/// A moment of the day on which the clock of tests starts, and of its neighbours.
pub(crate) fn zulu(ms: i64) -> String {
    // 28 May 2026.
    const DAY: i64 = 1_779_926_400_000;
    let (days, ms) = (
        (ms - DAY).div_euclid(86_400_000),
        (ms - DAY).rem_euclid(86_400_000),
    );
    let seconds = ms / 1000;
    format!(
        "2026-05-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        28 + days,
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        ms % 1000
    )
}

/// The metadata document of the provider with these certificates.
pub(crate) fn metadata(certificates: &[&[u8]]) -> String {
    let redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
    let keys: Vec<String> = certificates.iter().map(|certificate| format!(
        "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n{}\n\
         </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
        BASE64.encode(certificate)
    )).collect();
    let keys = keys.concat();
    format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
         xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" entityID=\"{ENTITY}\"><md:IDPSSODescriptor \
         protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{keys}\
         <md:SingleLogoutService Binding=\"{redirect}\" Location=\"https://idp.example.com/slo\"/>\
         <md:SingleSignOnService Binding=\"{redirect}\" Location=\"https://idp.example.com/sso?tenant=1\"/>\
         </md:IDPSSODescriptor></md:EntityDescriptor>"
    )
}

/// A pool whose people come from the SAML provider `Corp`.
pub(crate) struct Corp(pub(crate) Federated);

impl Corp {
    pub(crate) async fn new() -> Self {
        Self::on(json!({}), json!({}), json!({})).await
    }

    /// With more details of the provider, and settings of the pool and the client.
    pub(crate) async fn on(pool: Value, details: Value, client: Value) -> Self {
        let file = json!({"MetadataFile": metadata(&[&KEY.certificate])});
        let details = if details.get("MetadataURL").is_some() {
            details
        } else {
            with(file, details)
        };
        let provider = json!({
            "ProviderName": "Corp", "ProviderType": "SAML", "ProviderDetails": details,
            "AttributeMapping": {"email": "mail", "nickname": "groups"},
        });
        Self(Federated::on(pool, provider, client).await)
    }

    /// A browser leaves for the provider.
    pub(crate) async fn leave(&self, more: Value) -> Departure {
        self.0
            .leave(with(json!({"identity_provider": "Corp"}), more))
            .await
    }

    /// The name that the pool has at the provider.
    pub(crate) fn audience(&self) -> String {
        format!("urn:amazon:cognito:sp:{}", self.0.h.w.pool)
    }

    /// What the provider says of ada who has left like this.
    pub(crate) fn told(&self, departure: &Departure) -> Told {
        let request = id_of(&request_of(&departure.location));
        Told {
            id: format!("assertion{request}"),
            ..Told::new(ACS, &self.audience(), Some(&request))
        }
    }

    /// The browser comes back with a response.
    pub(crate) async fn back(&self, departure: &Departure, xml: &str) -> Arrival {
        let left = after(&departure.location, '?');
        let state = left.get("RelayState").expect("a state");
        self.posts(state, xml, Some(&departure.browser)).await
    }

    /// A browser comes with this.
    pub(crate) async fn posts(&self, state: &str, xml: &str, browser: Option<&str>) -> Arrival {
        let message = BASE64.encode(xml.as_bytes());
        let text = form(&json!({"RelayState": state, "SAMLResponse": message}));
        self.form(&text, browser).await
    }

    pub(crate) async fn form(&self, text: &str, browser: Option<&str>) -> Arrival {
        let params = Params::parse(text.as_bytes()).expect("a form");
        let arrival = respond(&self.0.h.cx(), &self.0.h.domain, &params, browser).await;
        arrival.expect("no failure")
    }

    /// Somebody signs in of whom the provider says this.
    pub(crate) async fn arrival(&self, change: impl FnOnce(&mut Told)) -> Arrival {
        let departure = self.leave(json!({})).await;
        let mut told = self.told(&departure);
        change(&mut told);
        self.back(&departure, &told.with_signed_assertion(&KEY))
            .await
    }
}

/// The request in an address.
pub(crate) fn request_of(location: &str) -> String {
    let params = after(location, '?');
    let packed = BASE64.decode(params.get("SAMLRequest").expect("a request").as_bytes());
    let text = decompress_to_vec(&packed.expect("base64")).expect("deflate");
    String::from_utf8(text).expect("a text")
}

/// The id of a request.
pub(crate) fn id_of(request: &str) -> String {
    let (_, rest) = request.split_once(" ID=\"").expect("an id");
    rest.split_once('"').expect("an id").0.to_owned()
}
