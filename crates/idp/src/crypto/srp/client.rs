//! The client's side, for tests and benchmarks: no server calls it.

use cenote_bignum::{Element, exp, fixed_base, mul, sub};

use super::{ClientPublic, MULTIPLIER, SharedKey, element, hex_number, private_key, scramble};

/// A client at the start of a sign-in.
pub struct Client {
    secret: Vec<u8>,
    public: Element,
}

impl Client {
    /// A = g^a for a secret exponent a of any length.
    pub fn new(secret: &[u8]) -> Self {
        Self {
            secret: secret.to_vec(),
            public: exp(&Element::GENERATOR, secret),
        }
    }

    /// `SRP_A`.
    pub fn public_hex(&self) -> String {
        hex_number(self.public.as_bytes())
    }

    /// The key K from the server's answer; `None` when `SRP_B` is unfit.
    pub fn shared_key(
        &self,
        server_hex: &str,
        salt: &[u8],
        pool_name: &str,
        username: &str,
        password: &str,
    ) -> Option<SharedKey> {
        // The same form and the same refusals as for A.
        let server = element(ClientPublic::parse(server_hex).ok()?.as_bytes());
        let x = private_key(pool_name, username, password, salt);
        let u = scramble(&self.public, &server);
        // (B - k * g^x)^(a + u*x), with the sum taken apart to stay below N.
        let base = sub(&server, &mul(&MULTIPLIER, &fixed_base(&x)));
        let premaster = mul(&exp(&base, &self.secret), &exp(&exp(&base, &u), &*x));
        Some(SharedKey::derive(&u, &premaster))
    }
}
