//! Whole SRP exchanges: a client with the password gets in whatever its numbers are, and a public value
//! out of thin air leads to another key.
#![no_main]

use cenote_idp::crypto::srp::client::Client;
use cenote_idp::crypto::srp::{ClientPublic, ServerStart, verifier};
use libfuzzer_sys::fuzz_target;

const POOL: &str = "pool";

fuzz_target!(|data: &[u8]| {
    let mut lines = data.splitn(5, |byte| *byte == b'\n');
    let mut bytes = || lines.next().unwrap_or_default();
    let (public, salt, exponent) = (bytes(), bytes(), bytes());
    let (username, password) = (bytes(), bytes());
    // The service makes salts of 16 bytes and clients exponents of at most 128.
    if salt.len() > 32 || exponent.len() > 128 {
        return;
    }
    let texts = [username, password].map(String::from_utf8_lossy);
    let [username, password] = texts.each_ref().map(|text| &**text);

    let verifier = verifier(POOL, username, password, salt);
    let server = ServerStart::new(&verifier, [7; 32]);
    let client = Client::new(exponent);
    let Ok(honest) = ClientPublic::parse(&client.public_hex()) else {
        panic!("g^a is never 0");
    };
    let ours = server.shared_key(&honest, &verifier);
    let theirs = client
        .shared_key(&server.public_hex(), salt, POOL, username, password)
        .expect("SRP_B is a number");
    let claim = theirs.sign(POOL, username, b"block", "now");
    assert!(ours.verify(POOL, username, b"block", "now", &claim));

    if let Ok(invented) = ClientPublic::from_bytes(public)
        && invented != honest
    {
        let key = server.shared_key(&invented, &verifier);
        assert!(!key.verify(POOL, username, b"block", "now", &claim));
    }
});
