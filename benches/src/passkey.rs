//! Users with a passkey: an authenticator and a browser in one.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::Outcome;
use crate::client::Client;
use crate::seed::Seeded;

/// The relying party of the pool, and where its pages come from.
pub(crate) const PARTY: &str = "example.com";
const ORIGIN: &str = "https://auth.example.com";

/// The user was there, and was known.
const FLAGS: u8 = 0b101;

/// The data carry a new credential.
const ATTESTED: u8 = 0b100_0000;

/// One user's passkey.
pub(crate) struct Passkey {
    name: String,
    id: [u8; 16],
    key: EcdsaKeyPair,
}

impl Passkey {
    /// Makes a passkey and registers it for a user, who shows an access token.
    pub(crate) async fn register(client: &mut Client, name: String, token: &str) -> Outcome<Self> {
        let rng = SystemRandom::new();
        let secret = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &rng)
            .map_err(|_| "no key could be made")?;
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, secret.as_ref())
            .map_err(|error| error.to_string())?;
        let passkey = Self {
            name,
            id: *uuid::Uuid::new_v4().as_bytes(),
            key,
        };
        let input = json!({ "AccessToken": token });
        let options = client.call("StartWebAuthnRegistration", &input).await?;
        let options = &options["CredentialCreationOptions"];
        let input = json!({ "AccessToken": token, "Credential": passkey.create(options) });
        client.call("CompleteWebAuthnRegistration", &input).await?;
        Ok(passkey)
    }

    /// Signs in with it.
    pub(crate) async fn login(&self, client: &mut Client, seeded: &Seeded) -> Outcome {
        let parameters = json!({ "USERNAME": self.name, "PREFERRED_CHALLENGE": "WEB_AUTHN" });
        let input = json!({ "AuthFlow": "USER_AUTH", "ClientId": seeded.client,
            "AuthParameters": parameters });
        let asked = client.call("InitiateAuth", &input).await?;
        let options = &asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"];
        let options: Value = serde_json::from_str(options.as_str().ok_or("no options")?)?;
        let credential = self.get(&options)?.to_string();
        let answers = json!({ "USERNAME": self.name, "CREDENTIAL": credential });
        let input = json!({ "ChallengeName": "WEB_AUTHN", "ClientId": seeded.client,
            "Session": asked["Session"], "ChallengeResponses": answers });
        let answer = client.call("RespondToAuthChallenge", &input).await?;
        match answer["AuthenticationResult"]["AccessToken"].as_str() {
            Some(_) => Ok(()),
            None => Err(format!("no tokens for a passkey: {answer}").into()),
        }
    }

    /// What a browser gives for a new credential. The parts are in CBOR, whose lengths are known here.
    fn create(&self, options: &Value) -> Value {
        let point = self.key.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        let key = [
            &b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20"[..],
            x,
            b"\x22\x58\x20",
            y,
        ];
        let data = [
            &authenticator(FLAGS | ATTESTED)[..],
            &[0; 16],
            &[0, 16],
            &self.id,
            &key.concat(),
        ]
        .concat();
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let length = u8::try_from(data.len()).unwrap_or(u8::MAX);
        let object = [
            &b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"[..],
            &[length],
            &data,
        ];
        self.credential(&json!({
            "clientDataJSON": client_data("webauthn.create", options),
            "attestationObject": BASE64URL_NOPAD.encode(&object.concat()),
            "transports": ["internal"],
        }))
    }

    /// What a browser gives for the credential that is there.
    fn get(&self, options: &Value) -> Outcome<Value> {
        let data = authenticator(FLAGS);
        let client_data = client_data("webauthn.get", options);
        let plain = BASE64URL_NOPAD.decode(client_data.as_bytes())?;
        let signed = [&data[..], digest(&SHA256, &plain).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed);
        let signature = signature.map_err(|_| "no signature could be made")?;
        Ok(self.credential(&json!({
            "clientDataJSON": client_data,
            "authenticatorData": BASE64URL_NOPAD.encode(&data),
            "signature": BASE64URL_NOPAD.encode(signature.as_ref()),
        })))
    }

    fn credential(&self, response: &Value) -> Value {
        let id = BASE64URL_NOPAD.encode(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
            "clientExtensionResults": {}, "response": response,
        })
    }
}

fn client_data(ceremony: &str, options: &Value) -> String {
    let challenge = &options["challenge"];
    let text = json!({ "type": ceremony, "challenge": challenge, "origin": ORIGIN,
        "crossOrigin": false });
    BASE64URL_NOPAD.encode(text.to_string().as_bytes())
}

/// The authenticator's own data: of which party, what was checked, and no count.
fn authenticator(flags: u8) -> Vec<u8> {
    let party = digest(&SHA256, PARTY.as_bytes());
    [party.as_ref(), &[flags], &[0; 4]].concat()
}
