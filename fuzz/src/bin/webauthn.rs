//! What browsers and authenticators say of a passkey: read without a panic, and believed of no stranger.
#![no_main]

use cenote_idp::crypto::webauthn::{AuthenticatorData, ClientData, decode};
use libfuzzer_sys::fuzz_target;

const PARTY: &str = "example.com";

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        decode(text);
    }
    if let Some(client) = ClientData::parse(data)
        && client.is_from(PARTY)
    {
        let origin = client.origin.as_str();
        let is_app = origin.starts_with("android:apk-key-hash:");
        let host = origin.strip_prefix("https://").unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default();
        let is_below = host == PARTY || host.ends_with(&format!(".{PARTY}"));
        assert!(is_app || is_below, "{origin}");
        assert!(is_app || !host.contains(['/', '@', '?', '#']), "{origin}");
    }
    let read = [
        AuthenticatorData::parse(data),
        AuthenticatorData::of_attestation(data),
    ];
    for data in read.into_iter().flatten() {
        assert!(!data.is_for(PARTY) || !data.is_for("example.org"));
        if let Some(key) = data.credential.and_then(|made| made.key) {
            assert!(!key.has_signed(&[], &[], &[0; 64]));
        }
    }
});
