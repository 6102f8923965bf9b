//! The cost of the primitives on this machine now.

use std::hint::black_box;
use std::time::Instant;

use aws_lc_rs::{digest, hmac};
use cenote_idp::crypto::{Purpose, RootKeys, Sealer, SigningKey, srp};
use cenote_idp::ports::SystemEntropy;

/// Microseconds of one core.
pub(crate) struct Costs {
    pub(crate) rsa_sign: f64,
    pub(crate) rsa_verify: f64,
    /// g^x by the fixed-base table: one password check, one half of SRP_B.
    pub(crate) fixed_base: f64,
    /// The second call of an SRP sign-in.
    pub(crate) srp_key: f64,
    /// The first call: k*v + g^b.
    pub(crate) srp_start: f64,
    pub(crate) seal: f64,
    pub(crate) open: f64,
    pub(crate) hmac: f64,
    pub(crate) sha256: f64,
}

/// The median of repeated batches, in microseconds an operation.
fn median(batch: u32, mut operation: impl FnMut()) -> f64 {
    operation();
    let mut times: Vec<f64> = (0..15)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..batch {
                operation();
            }
            start.elapsed().as_secs_f64() * 1e6 / f64::from(batch)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Measures them all in about a second.
pub(crate) fn measure() -> Costs {
    srp::warm_up();
    let key = SigningKey::generate();
    let message = [7; 700];
    let signature = key.sign(&message);
    let salt = [3; 16];
    let verifier = srp::verifier("pool", "user", "password", &salt);
    let start = srp::ServerStart::new(&verifier, [9; 32]);
    let client = srp::client::Client::new(&[5; 32]);
    let public = srp::ClientPublic::parse(&client.public_hex()).expect("a client's public value");
    let sealer = Sealer::new(RootKeys::random(&SystemEntropy));
    let plain = [1; 1024];
    let ciphertext = sealer.seal(Purpose::RefreshToken, b"context", &plain, &SystemEntropy);
    let mac_key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
    Costs {
        rsa_sign: median(50, || drop(black_box(key.sign(black_box(&message))))),
        rsa_verify: median(500, || {
            black_box(key.verifying_key().verify(black_box(&message), &signature));
        }),
        fixed_base: median(100, || {
            black_box(srp::verifier("pool", "user", black_box("password"), &salt));
        }),
        srp_start: median(100, || {
            drop(black_box(srp::ServerStart::new(
                &verifier,
                black_box([9; 32]),
            )));
        }),
        srp_key: median(20, || {
            drop(black_box(start.shared_key(&public, black_box(&verifier))));
        }),
        seal: median(2_000, || {
            drop(black_box(sealer.seal(
                Purpose::RefreshToken,
                b"context",
                &plain,
                &SystemEntropy,
            )));
        }),
        open: median(2_000, || {
            drop(black_box(sealer.open(
                Purpose::RefreshToken,
                b"context",
                &ciphertext,
            )));
        }),
        hmac: median(5_000, || {
            black_box(hmac::sign(&mac_key, black_box(&plain[..64])));
        }),
        sha256: median(5_000, || {
            black_box(digest::digest(&digest::SHA256, black_box(&plain)));
        }),
    }
}

/// Measures on every core at once, as a server under load computes: virtual cores share what is physical.
/// Answers the slowest core's figures.
pub(crate) fn measure_loaded() -> Costs {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let cores: Vec<_> = (0..cores).map(|_| scope.spawn(measure)).collect();
        let costs = cores
            .into_iter()
            .map(|core| core.join().expect("a measurement that ends"));
        costs
            .max_by(|a, b| a.rsa_sign.total_cmp(&b.rsa_sign))
            .expect("at least one core")
    })
}

/// Prints them.
pub(crate) fn print(costs: &Costs) {
    println!("primitive                      us");
    for (name, cost) in [
        ("RSA-2048 sign", costs.rsa_sign),
        ("RSA-2048 verify", costs.rsa_verify),
        ("g^x, fixed base", costs.fixed_base),
        ("SRP first call", costs.srp_start),
        ("SRP second call", costs.srp_key),
        ("seal 1 KiB", costs.seal),
        ("open 1 KiB", costs.open),
        ("HMAC-SHA256 64 B", costs.hmac),
        ("SHA-256 1 KiB", costs.sha256),
    ] {
        println!("{name:<24}{cost:>9.2}");
    }
}
