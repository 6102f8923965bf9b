//! Signatures that count, and attempts to borrow one.

use cenote_idp::federation::saml::{Flaw, VerifyingKeys};
use data_encoding::BASE64;

use super::{ada, believed, keys, read_with, told};
use crate::support::saml::{KEY, Key, Manner, NAMESPACES, OTHER, Told, USUAL};

#[test]
fn signatures_of_today_count_and_those_with_sha_1_do_not() {
    let told = told();
    let sign = |key: &Key, manner| {
        told.response(&key.sign_element(&told.assertion(), "assertion-1", manner))
    };
    let more = "http://www.w3.org/2001/04/xmldsig-more#";
    assert_eq!(more, &USUAL.method[..more.len()]);
    let long = Manner {
        method: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        ..USUAL
    };
    let listed = Manner {
        prefixes: &["saml", "xs"],
        ..USUAL
    };
    for manner in [long, listed] {
        assert_eq!(believed(&sign(&KEY, manner)), Ok(ada()));
    }
    let curve = Key::ec();
    let manner = Manner {
        method: "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        ..USUAL
    };
    let xml = sign(&curve, manner);
    assert_eq!(read_with(&xml, &keys(&[&KEY, &curve]), |_| {}), Ok(ada()));
    assert_eq!(believed(&xml), Err(Flaw::Signature));
    for manner in [
        Manner {
            method: "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            ..USUAL
        },
        Manner {
            digest: "http://www.w3.org/2000/09/xmldsig#sha1",
            ..USUAL
        },
        Manner {
            method: "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
            ..USUAL
        },
        Manner {
            method: "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
            ..USUAL
        },
    ] {
        assert_eq!(
            believed(&sign(&KEY, manner)),
            Err(Flaw::Algorithm),
            "{}",
            manner.method
        );
    }
}

#[test]
fn transforms_that_saml_does_not_know_are_refused() {
    let told = told();
    for transforms in [
        &[][..],
        &["http://www.w3.org/2001/10/xml-exc-c14n#"],
        &["http://www.w3.org/2000/09/xmldsig#enveloped-signature"],
        &[
            "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
            "http://www.w3.org/TR/1999/REC-xslt-19991116",
        ],
        &[
            "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
            "http://www.w3.org/TR/1999/REC-xpath-19991116",
            "http://www.w3.org/2001/10/xml-exc-c14n#",
        ],
        &[
            "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
            "http://www.w3.org/2001/10/xml-exc-c14n#",
            "http://www.w3.org/2001/10/xml-exc-c14n#",
        ],
    ] {
        let manner = Manner {
            transforms,
            ..USUAL
        };
        let xml = told.response(&KEY.sign_element(&told.assertion(), "assertion-1", manner));
        assert_eq!(believed(&xml), Err(Flaw::Algorithm), "{transforms:?}");
    }
}

#[test]
fn what_nobody_signed_is_not_believed() {
    let told = told();
    assert_eq!(
        believed(&told.response(&told.assertion())),
        Err(Flaw::Unsigned)
    );
    // Nor what lost its signature, or has two, or an empty one.
    let signed = told.with_signed_assertion(&KEY);
    let (start, end) = (
        signed.find("<ds:Signature ").unwrap(),
        signed.find("</ds:Signature>").unwrap() + 15,
    );
    let signature = &signed[start..end];
    assert_eq!(
        believed(&signed.replace(signature, "")),
        Err(Flaw::Unsigned)
    );
    assert_eq!(
        believed(&signed.replace(signature, &signature.repeat(2))),
        Err(Flaw::Signature)
    );
    let empty = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>";
    assert_eq!(
        believed(&signed.replace(signature, empty)),
        Err(Flaw::Signature)
    );
}

#[test]
fn the_key_that_a_signature_names_counts_for_nothing() {
    // Each signature here carries the certificate that it was made with.
    let told = told();
    for xml in [told.with_signed_assertion(&OTHER), told.signed(&OTHER)] {
        assert!(xml.contains(&BASE64.encode(&OTHER.certificate)));
        assert_eq!(believed(&xml), Err(Flaw::Signature));
        assert_eq!(
            read_with(&xml, &VerifyingKeys::default(), |_| {}),
            Err(Flaw::Signature)
        );
    }
    // A wrong signature is not made good by a right one.
    let inside = KEY.sign_element(&told.assertion(), "assertion-1", USUAL);
    let xml = OTHER.sign_element(&told.response(&inside), "response-1", USUAL);
    assert_eq!(believed(&xml), Err(Flaw::Signature));
    let inside = OTHER.sign_element(&told.assertion(), "assertion-1", USUAL);
    let xml = KEY.sign_element(&told.response(&inside), "response-1", USUAL);
    assert_eq!(believed(&xml), Err(Flaw::Signature));
}

#[test]
fn a_provider_may_have_several_keys() {
    let told = told();
    for key in [&*KEY, &*OTHER] {
        let xml = told.with_signed_assertion(key);
        assert_eq!(read_with(&xml, &keys(&[&KEY, &OTHER]), |_| {}), Ok(ada()));
    }
}

#[test]
fn nothing_signed_can_be_changed() {
    for xml in [told().with_signed_assertion(&KEY), told().signed(&KEY)] {
        for (from, to) in [
            ("Ada@Example.com", "Eve@Example.com"),
            ("ada@example.com", "eve@example.com"),
            ("session-1", "session-2"),
            ("<saml:AttributeStatement>", "<saml:AttributeStatement> "),
        ] {
            assert!(xml.contains(from));
            assert_eq!(
                believed(&xml.replacen(from, to, 1)),
                Err(Flaw::Signature),
                "{from}"
            );
        }
    }
}

/// A good response cut into the assertion as it was signed, and its signature.
fn parts() -> (String, String) {
    let signed = KEY.sign_element(&told().assertion(), "assertion-1", USUAL);
    let (start, end) = (
        signed.find("<ds:Signature ").unwrap(),
        signed.find("</ds:Signature>").unwrap() + 15,
    );
    let signature = signed[start..end].to_owned();
    (signed, signature)
}

#[test]
fn a_signed_assertion_wrapped_anywhere_does_not_lend_its_signature() {
    let (signed, signature) = parts();
    let evil = Told {
        name_id: "eve".to_owned(),
        id: "evil".to_owned(),
        ..told()
    };
    let bare = evil.assertion();
    let inside =
        |content: &str, before: &str| bare.replacen(before, &format!("{content}{before}"), 1);
    let behind_issuer =
        |content: &str| bare.replacen("</saml:Issuer>", &format!("</saml:Issuer>{content}"), 1);
    let object = format!("<ds:Object>{signed}</ds:Object></ds:Signature>");
    let object = signature.replace("</ds:Signature>", &object);
    let advice = format!("<saml:Advice>{signed}</saml:Advice>");
    let same_id = bare.replace("ID=\"evil\"", "ID=\"assertion-1\"");
    let no_id = bare.replace("ID=\"evil\" ", "");
    let extensions = |content: &str, assertion: &str| {
        told().response(assertion).replacen(
            "<samlp:Status>",
            &format!("<samlp:Extensions>{content}</samlp:Extensions><samlp:Status>"),
            1,
        )
    };
    let shapes = [
        // The evil one before, after and around the signed one.
        evil.response(&format!("{bare}{signed}")),
        evil.response(&format!("{signed}{bare}")),
        evil.response(&inside(&signed, "<saml:Subject>")),
        evil.response(&inside(&advice, "<saml:AuthnStatement")),
        // The signature moves to the evil one, and the signed one hides where nobody looks.
        evil.response(&behind_issuer(&object)),
        evil.response(&format!(
            "{}{}",
            behind_issuer(&signature),
            signed.replace(&signature, "")
        )),
        extensions(&signed.replace(&signature, ""), &behind_issuer(&signature)),
        extensions(&signed, &bare),
        extensions(&signed, &behind_issuer(&signature)),
        // Both have the name that the signature points at, or neither has.
        extensions(&signed, &same_id),
        extensions(
            &signed,
            &behind_issuer(&signature).replace("\"evil\"", "\"assertion-1\""),
        ),
        extensions(&signed, &no_id),
        // Something else is the response.
        format!("<samlp:Response {NAMESPACES} Version=\"2.0\">{signed}{bare}</samlp:Response>"),
        format!(
            "<x>{}{}</x>",
            evil.response(&bare),
            told().response(&signed)
        ),
        // The elements that are looked for come in other namespaces.
        evil.response(&format!(
            "{}{}",
            signed.replace("saml:Assertion", "x:Assertion").replacen(
                " xmlns:saml",
                " xmlns:x=\"urn:x\" xmlns:saml",
                1
            ),
            bare
        )),
    ];
    for xml in &shapes {
        let answer = believed(xml);
        assert!(answer.is_err(), "{answer:?} to {xml}");
    }
}

#[test]
fn a_signed_response_wrapped_anywhere_does_not_lend_its_signature() {
    let signed = told().signed(&KEY);
    let (start, end) = (
        signed.find("<ds:Signature ").unwrap(),
        signed.find("</ds:Signature>").unwrap() + 15,
    );
    let signature = &signed[start..end];
    let evil = Told {
        name_id: "eve".to_owned(),
        id: "evil".to_owned(),
        ..told()
    };
    let bare = evil
        .response(&evil.assertion())
        .replace("ID=\"response-1\"", "ID=\"evil-response\"");
    let put =
        |content: &str| bare.replacen("</saml:Issuer>", &format!("</saml:Issuer>{content}"), 1);
    let holding = |inner: &str| {
        let object = format!("<ds:Object>{inner}</ds:Object></ds:Signature>");
        signature.replace("</ds:Signature>", &object)
    };
    let original = signed.replace(signature, "");
    for xml in [
        put(&holding(&original)),
        put(&format!(
            "{signature}<samlp:Extensions>{original}</samlp:Extensions>"
        )),
        put(&format!("<samlp:Extensions>{signed}</samlp:Extensions>")),
        put(signature),
        put(signature).replace("ID=\"evil-response\"", "ID=\"response-1\""),
        put(&signature.replace("URI=\"#response-1\"", "URI=\"\"")),
        put(&signature.replace("URI=\"#response-1\"", "URI=\"#evil-response\"")),
        put(&signature.replace("URI=\"#response-1\"", "URI=\"#xpointer(/)\"")),
    ] {
        let answer = believed(&xml);
        assert!(answer.is_err(), "{answer:?} to {xml}");
    }
}
