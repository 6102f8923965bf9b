//! Responses of SAML providers: what is believed, and what is not.

mod encryption;
mod signatures;

use std::collections::BTreeMap;

use cenote_idp::federation::saml::{
    Assertion, Expected, Flaw, NameId, SignedOut, VerifyingKeys, check_signed_out, read,
};
use data_encoding::BASE64;

use crate::support::START_MS;
use crate::support::saml::{ENTITY, KEY, Key, NAMESPACES, OTHER, Told, USUAL, attribute};

const ACS: &str = "https://app.example.com/saml2/idpresponse";
const AUDIENCE: &str = "urn:amazon:cognito:sp:eu-west-1_Example";
const REQUEST: &str = "_request-1";

fn keys(of: &[&Key]) -> VerifyingKeys {
    VerifyingKeys::of_certificates(of.iter().map(|key| key.certificate.as_slice()))
}

fn told() -> Told {
    Told::new(ACS, AUDIENCE, Some(REQUEST))
}

/// Reads a response as if it were START_MS and these were the keys.
fn read_with(
    xml: &str,
    keys: &VerifyingKeys,
    change: impl FnOnce(&mut Expected<'_>),
) -> Result<Assertion, Flaw> {
    let mut expected = Expected {
        issuer: ENTITY,
        keys,
        audience: AUDIENCE,
        recipient: ACS,
        request: Some(REQUEST),
        decryption: None,
        now: START_MS,
    };
    change(&mut expected);
    read(&BASE64.encode(xml.as_bytes()), &expected)
}

fn believed(xml: &str) -> Result<Assertion, Flaw> {
    read_with(xml, &keys(&[&KEY]), |_| {})
}

fn ada() -> Assertion {
    let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    Assertion {
        id: "assertion-1".to_owned(),
        name: NameId {
            value: "Ada@Example.com".to_owned(),
            format: Some(persistent.to_owned()),
            ..NameId::default()
        },
        session: Some("session-1".to_owned()),
        attributes: BTreeMap::from([("mail".to_owned(), vec!["ada@example.com".to_owned()])]),
        until: START_MS + 480_000,
    }
}

#[test]
fn a_response_is_believed_when_it_or_its_assertion_is_signed() {
    let told = told();
    let both = told.response(&KEY.sign_element(&told.assertion(), "assertion-1", USUAL));
    let both = KEY.sign_element(&both, "response-1", USUAL);
    for xml in [told.with_signed_assertion(&KEY), told.signed(&KEY), both] {
        assert_eq!(believed(&xml), Ok(ada()), "{xml}");
    }
}

#[test]
fn a_comment_in_a_name_does_not_cut_it() {
    for name_id in [
        "ada@example.com<!-- -->.evil.org",
        "ada@example.com<?x y?>.evil.org",
        "<![CDATA[ada@example.com]]>.evil.org",
    ] {
        let told = Told {
            name_id: name_id.to_owned(),
            attributes: attribute("mail", &["ada<!-- -->@example.com<!---->.evil.org"]),
            ..told()
        };
        let assertion = believed(&told.with_signed_assertion(&KEY)).expect("a belief");
        assert_eq!(assertion.name.value, "ada@example.com.evil.org");
        assert_eq!(assertion.attributes["mail"], ["ada@example.com.evil.org"]);
    }
    // A comment that came later changes nothing: it was never signed, nor is it read.
    let xml = told()
        .with_signed_assertion(&KEY)
        .replace("Ada@Example.com", "Ada@<!-- x -->Example.com");
    assert_eq!(believed(&xml), Ok(ada()));
}

#[test]
fn attributes_keep_all_their_values() {
    let attributes = [
        attribute("groups", &["a, b", "c&amp;d"]),
        attribute("groups", &["e"]),
        attribute("empty", &[""]),
        attribute("none", &[]),
        attribute("deep", &["<saml:NameID>x</saml:NameID>"]),
    ];
    let told = Told {
        attributes: attributes.concat(),
        ..told()
    };
    let assertion = believed(&told.with_signed_assertion(&KEY)).expect("a belief");
    let expected = [
        ("deep", vec!["x"]),
        ("empty", vec![""]),
        ("groups", vec!["a, b", "c&d", "e"]),
        ("none", vec![]),
    ];
    let expected = expected.map(|(name, values)| {
        (
            name.to_owned(),
            values.into_iter().map(str::to_owned).collect::<Vec<_>>(),
        )
    });
    assert_eq!(assertion.attributes, BTreeMap::from(expected));
}

#[test]
fn a_response_for_somebody_else_is_refused() {
    let elsewhere = || "https://other.example.com/saml2/idpresponse".to_owned();
    let other = || Some("_request-2".to_owned());
    for (told, flaw) in [
        (
            Told {
                issuer: "https://evil.example.com",
                ..told()
            },
            Flaw::Issuer,
        ),
        (
            Told {
                audience: "urn:amazon:cognito:sp:eu-west-1_Other".to_owned(),
                ..told()
            },
            Flaw::Audience,
        ),
        (
            Told {
                destination: elsewhere(),
                ..told()
            },
            Flaw::Destination,
        ),
        (
            Told {
                recipient: elsewhere(),
                ..told()
            },
            Flaw::Recipient,
        ),
        (
            Told {
                request: other(),
                ..told()
            },
            Flaw::InResponseTo,
        ),
        (
            Told {
                request: None,
                ..told()
            },
            Flaw::InResponseTo,
        ),
        (
            Told {
                name_id: " ".to_owned(),
                ..told()
            },
            Flaw::NoNameId,
        ),
    ] {
        for xml in [told.with_signed_assertion(&KEY), told.signed(&KEY)] {
            assert_eq!(believed(&xml), Err(flaw.clone()));
        }
    }
    // The head of the response alone says so, while the assertion is right.
    for (from, to, flaw) in [
        (
            "InResponseTo=\"_request-1\"",
            "InResponseTo=\"_request-2\"",
            Flaw::InResponseTo,
        ),
        (ENTITY, "https://evil.example.com", Flaw::Issuer),
    ] {
        let xml = told().with_signed_assertion(&KEY).replacen(from, to, 1);
        assert_eq!(believed(&xml), Err(flaw));
    }
    // And where the head is right, the assertion has to be.
    let inner = Told {
        request: other(),
        ..told()
    };
    let xml = told().response(&KEY.sign_element(&inner.assertion(), "assertion-1", USUAL));
    assert_eq!(believed(&xml), Err(Flaw::InResponseTo));
}

#[test]
fn what_must_be_said_may_not_be_missing() {
    let good = told().assertion();
    let cut = |from: &str, to: &str| {
        let (start, end) = (good.find(from).unwrap(), good.find(to).unwrap() + to.len());
        format!("{}{}", &good[..start], &good[end..])
    };
    for (assertion, flaw) in [
        (
            cut("<saml:AudienceRestriction>", "</saml:AudienceRestriction>"),
            Flaw::Audience,
        ),
        (
            cut("<saml:Conditions", "</saml:Conditions>"),
            Flaw::Audience,
        ),
        (
            cut("<saml:SubjectConfirmation ", "</saml:SubjectConfirmation>"),
            Flaw::Unconfirmed,
        ),
        (
            cut("<saml:SubjectConfirmationData", "/>"),
            Flaw::Unconfirmed,
        ),
        (
            good.replace(":cm:bearer", ":cm:sender-vouches"),
            Flaw::Unconfirmed,
        ),
        (cut("<saml:NameID", "</saml:NameID>"), Flaw::NoNameId),
        (cut("<saml:Subject>", "</saml:Subject>"), Flaw::NoNameId),
        (
            cut("<saml:AuthnStatement", "</saml:AuthnStatement>"),
            Flaw::NoStatement,
        ),
        (
            good.replace(
                "<saml:AudienceRestriction>",
                "<saml:Condition/><saml:AudienceRestriction>",
            ),
            Flaw::Condition,
        ),
        (
            good.replace("Version=\"2.0\"", "Version=\"1.1\""),
            Flaw::Malformed("response"),
        ),
        (
            good.replace(" IssueInstant=", " Issued="),
            Flaw::Malformed("response"),
        ),
        (
            good.replace("NotBefore=\"2026-", "NotBefore=\"x-"),
            Flaw::Malformed("response"),
        ),
    ] {
        let xml = told().response(&KEY.sign_element(&assertion, "assertion-1", USUAL));
        assert_eq!(believed(&xml), Err(flaw), "{assertion}");
    }
    // Each audience restriction must hold, one audience in it is enough.
    let more =
        "<saml:AudienceRestriction><saml:Audience>urn:x</saml:Audience></saml:AudienceRestriction>";
    let xml = good.replace("</saml:Conditions>", &format!("{more}</saml:Conditions>"));
    let xml = told().response(&KEY.sign_element(&xml, "assertion-1", USUAL));
    assert_eq!(believed(&xml), Err(Flaw::Audience));
    let xml = good.replace(
        "<saml:Audience>",
        "<saml:Audience>urn:x</saml:Audience><saml:Audience>",
    );
    let xml = xml.replace("</saml:Conditions>", "<saml:OneTimeUse/></saml:Conditions>");
    let xml = told().response(&KEY.sign_element(&xml, "assertion-1", USUAL));
    assert_eq!(believed(&xml), Ok(ada()));
}

#[test]
fn a_response_counts_between_its_moments_give_or_take_three_minutes() {
    const SKEW: i64 = 180_000;
    let xml = told().with_signed_assertion(&KEY);
    for (now, answer) in [
        (START_MS - 60_000 - SKEW - 1, Err(Flaw::Early)),
        (START_MS - SKEW, Ok(ada())),
        (START_MS + 300_000 + SKEW - 1, Ok(ada())),
        (START_MS + 300_000 + SKEW, Err(Flaw::Expired)),
    ] {
        assert_eq!(
            read_with(&xml, &keys(&[&KEY]), |expected| expected.now = now),
            answer,
            "{now}"
        );
    }
    for (told, flaw) in [
        (
            Told {
                from: START_MS + SKEW + 1,
                ..told()
            },
            Flaw::Early,
        ),
        (
            Told {
                issued: START_MS + SKEW + 1,
                ..told()
            },
            Flaw::Early,
        ),
        (
            Told {
                until: START_MS - SKEW,
                ..told()
            },
            Flaw::Expired,
        ),
    ] {
        assert_eq!(believed(&told.with_signed_assertion(&KEY)), Err(flaw));
    }
    let ended = told().assertion().replace(
        "SessionIndex=",
        "SessionNotOnOrAfter=\"2026-05-28T20:00:00Z\" SessionIndex=",
    );
    let xml = told().response(&KEY.sign_element(&ended, "assertion-1", USUAL));
    assert_eq!(believed(&xml), Err(Flaw::Expired));
}

#[test]
fn what_nobody_asked_for_answers_nothing_and_is_young() {
    let unasked = |told: &Told, now| {
        read_with(
            &told.with_signed_assertion(&KEY),
            &keys(&[&KEY]),
            |expected| {
                expected.request = None;
                expected.now = now;
            },
        )
    };
    let free = Told {
        request: None,
        until: START_MS + 3_600_000,
        ..told()
    };
    let later = START_MS + 6 * 60_000;
    let expected = Assertion {
        until: START_MS + 3_780_000,
        ..ada()
    };
    assert_eq!(unasked(&free, later), Ok(expected));
    assert_eq!(unasked(&free, later + 1), Err(Flaw::Expired));
    assert_eq!(unasked(&told(), START_MS), Err(Flaw::InResponseTo));
    let half = free.response(&KEY.sign_element(&told().assertion(), "assertion-1", USUAL));
    let half = read_with(&half, &keys(&[&KEY]), |expected| expected.request = None);
    assert_eq!(half, Err(Flaw::InResponseTo));
}

#[test]
fn a_failure_of_the_provider_is_told_in_the_words_of_saml_alone() {
    let status = |value: &str, inner: &str| {
        let code = format!("<samlp:StatusCode Value=\"{value}\">{inner}</samlp:StatusCode>");
        let xml = told().response("");
        let old = "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>";
        believed(&xml.replace(old, &code))
    };
    let urn = "urn:oasis:names:tc:SAML:2.0:status:";
    let inner = format!("<samlp:StatusCode Value=\"{urn}AuthnFailed\"/>");
    for (answer, said) in [
        (
            status(&format!("{urn}Responder"), &inner),
            "Responder: AuthnFailed",
        ),
        (status(&format!("{urn}Requester"), ""), "Requester"),
        (status("call 555-1234", ""), "an unknown status"),
        (status(&format!("{urn}Call me"), ""), "an unknown status"),
    ] {
        assert_eq!(answer, Err(Flaw::Status(said.to_owned())));
    }
    let none = told().response("").replace("samlp:Status>", "samlp:Other>");
    assert_eq!(believed(&none), Err(Flaw::Malformed("response")));
}

#[test]
fn documents_that_are_made_to_hurt_are_not_read() {
    let good = told().with_signed_assertion(&KEY);
    let bomb = "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let outside = "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    let many = |what: &dyn Fn(usize) -> String, count| (0..count).map(what).collect::<String>();
    let namespaces = many(&|n| format!(" xmlns:n{n}=\"urn:{n}\""), 80);
    let attributes = many(&|n| format!(" a{n}=\"\""), 5000);
    for xml in [
        String::new(),
        "no xml".to_owned(),
        "<samlp:Response/>".to_owned(),
        format!("{bomb}{good}"),
        format!("{outside}{}", good.replace("Ada@Example.com", "&x;")),
        format!("<!DOCTYPE r SYSTEM \"https://evil.example.com/x.dtd\">{good}"),
        good.replacen(
            "<samlp:Status>",
            &format!("{}<samlp:Status>", "<a>".repeat(5000)),
            1,
        ),
        good.replacen(
            "<samlp:Response",
            &format!("<samlp:Response{namespaces}"),
            1,
        ),
        good.replacen(
            "<samlp:Response",
            &format!("<samlp:Response{attributes}"),
            1,
        ),
        good.replacen(
            "<samlp:Status>",
            &format!("{}<samlp:Status>", " ".repeat(100_000)),
            1,
        ),
        good.replace("samlp:Response", "samlp:LogoutResponse"),
        good.replace("SAML:2.0:protocol", "SAML:1.1:protocol"),
    ] {
        assert_eq!(believed(&xml), Err(Flaw::Malformed("response")));
    }
    let keys = keys(&[&KEY]);
    let expected = Expected {
        issuer: ENTITY,
        keys: &keys,
        audience: AUDIENCE,
        recipient: ACS,
        request: Some(REQUEST),
        decryption: None,
        now: START_MS,
    };
    for message in ["", "?", "PGE+", &BASE64.encode(&[0xff; 64])] {
        assert_eq!(
            read(message, &expected),
            Err(Flaw::Malformed("response")),
            "{message}"
        );
    }
    // Line breaks, as some providers write them, are none of that.
    let lines = BASE64
        .encode(good.as_bytes())
        .as_bytes()
        .chunks(76)
        .map(String::from_utf8_lossy)
        .collect::<Vec<_>>()
        .join("\r\n");
    assert_eq!(read(&lines, &expected), Ok(ada()));
}

#[test]
fn the_answer_to_a_sign_out_is_the_providers() {
    let slo = "https://app.example.com/saml2/logout";
    let response = format!(
        "<samlp:LogoutResponse {NAMESPACES} ID=\"response-1\" Version=\"2.0\" \
         IssueInstant=\"2026-05-28T20:26:40Z\" Destination=\"{slo}\" InResponseTo=\"_out-1\">\
         <saml:Issuer>{ENTITY}</saml:Issuer><samlp:Status><samlp:StatusCode \
         Value=\"urn:oasis:names:tc:SAML:2.0:status:PartialLogout\"/></samlp:Status></samlp:LogoutResponse>"
    );
    let keys = keys(&[&KEY]);
    let expected = SignedOut {
        issuer: ENTITY,
        keys: &keys,
        recipient: slo,
        request: "_out-1",
    };
    let check = |xml: &str| check_signed_out(&BASE64.encode(xml.as_bytes()), &expected);
    let sign = |key: &Key, xml: &str| key.sign_element(xml, "response-1", USUAL);
    assert_eq!(check(&sign(&KEY, &response)), Ok(()));
    assert_eq!(check(&response), Err(Flaw::Unsigned));
    assert_eq!(check(&sign(&OTHER, &response)), Err(Flaw::Signature));
    for (from, to, flaw) in [
        (ENTITY, "https://evil.example.com", Flaw::Issuer),
        (
            "Destination=\"https://app.",
            "Destination=\"https://evil.",
            Flaw::Destination,
        ),
        ("\"_out-1\"", "\"_out-2\"", Flaw::InResponseTo),
        (
            "LogoutResponse",
            "Response",
            Flaw::Malformed("logout response"),
        ),
        (
            "Version=\"2.0\"",
            "Version=\"1.1\"",
            Flaw::Malformed("logout response"),
        ),
    ] {
        assert_eq!(check(&sign(&KEY, &response.replace(from, to))), Err(flaw));
    }
}
