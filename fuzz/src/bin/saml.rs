//! Messages of SAML providers: read without a panic, and none believed that nobody signed.
#![no_main]

use cenote_idp::federation::saml::{Expected, SignedOut, VerifyingKeys, check_signed_out, read};
use data_encoding::BASE64;
use libfuzzer_sys::fuzz_target;

const ISSUER: &str = "https://idp.example.com/saml";

fuzz_target!(|data: &[u8]| {
    // The first byte: how it is packed, and whether it has to be encrypted.
    let Some((flags, message)) = data.split_first() else {
        return;
    };
    let message = match std::str::from_utf8(message) {
        Ok(text) if flags & 1 == 1 => text.to_owned(),
        _ => BASE64.encode(message),
    };
    // A certificate is a message as well.
    let certificates = VerifyingKeys::of_certificates([data]);
    let none = VerifyingKeys::default();
    for keys in [&none, &certificates] {
        let expected = Expected {
            issuer: ISSUER,
            keys,
            audience: "urn:amazon:cognito:sp:eu-west-1_Example",
            recipient: "https://app.example.com/saml2/idpresponse",
            request: (flags & 2 == 0).then_some("_request-1"),
            decryption: (flags & 4 == 4).then_some(b"no key".as_slice()),
            now: 1_780_000_000_123,
        };
        assert!(read(&message, &expected).is_err());
        let expected = SignedOut {
            issuer: ISSUER,
            keys,
            recipient: "https://app.example.com/saml2/logout",
            request: "_out-1",
        };
        assert!(check_signed_out(&message, &expected).is_err());
    }
});
