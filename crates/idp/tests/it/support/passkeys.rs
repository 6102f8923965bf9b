//! An authenticator and a browser in one, and pools that take their passkeys.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use cbor4ii::core::Value as Cbor;
use cbor4ii::core::enc::Encode as _;
use cbor4ii::core::utils::BufWriter;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::signing::{initiate, respond};
use super::world::{Answer, PASSWORD, World};
use super::{refusal, text, with};

/// The relying party of these pools.
pub(crate) const PARTY: &str = "example.com";

/// Where its pages come from.
pub(crate) const ORIGIN: &str = "https://auth.example.com";

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const CREDENTIAL: u8 = 1 << 6;

/// What a page would get from its browser; tests bend it.
#[derive(Clone)]
pub(crate) struct Passkey {
    pub(crate) pkcs8: Vec<u8>,
    pub(crate) id: Vec<u8>,
    pub(crate) origin: String,
    pub(crate) party: String,
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    pub(crate) algorithm: i128,
    pub(crate) user_handle: Option<String>,
    /// What is added to the credential's own members.
    pub(crate) extra: Value,
}

impl Passkey {
    /// One of the machine itself that knows its user.
    pub(crate) fn new() -> Self {
        let rng = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &rng)
            .expect("a key")
            .as_ref()
            .to_vec();
        Self {
            id: digest(&SHA256, &pkcs8).as_ref()[..16].to_vec(),
            pkcs8,
            origin: ORIGIN.to_owned(),
            party: PARTY.to_owned(),
            flags: USER_PRESENT | USER_VERIFIED,
            counter: 0,
            algorithm: -7,
            user_handle: None,
            extra: json!({"authenticatorAttachment": "platform"}),
        }
    }

    /// The same, not knowing its user.
    pub(crate) fn without_verification(mut self) -> Self {
        self.flags = USER_PRESENT;
        self
    }

    fn pair(&self) -> EcdsaKeyPair {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.pkcs8).expect("a key")
    }

    /// Its id in base64url.
    pub(crate) fn id(&self) -> String {
        BASE64URL_NOPAD.encode(&self.id)
    }

    fn client_data(&self, ceremony: &str, challenge: &Value) -> String {
        json!({"type": ceremony, "challenge": challenge, "origin": self.origin, "crossOrigin": false})
            .to_string()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let party = digest(&SHA256, self.party.as_bytes());
        [party.as_ref(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    fn cose(&self) -> Vec<u8> {
        let pair = self.pair();
        let point = pair.public_key().as_ref();
        let entries = [
            (1, Cbor::Integer(2)),
            (3, Cbor::Integer(self.algorithm)),
            (-1, Cbor::Integer(1)),
            (-2, Cbor::Bytes(point[1..33].to_vec())),
            (-3, Cbor::Bytes(point[33..].to_vec())),
        ];
        let entries = entries.map(|(label, value)| (Cbor::Integer(label), value));
        cbor(&Cbor::Map(entries.to_vec()))
    }

    /// RegistrationResponseJSON: what `navigator.credentials.create()` gives for these options.
    pub(crate) fn create(&self, options: &Value) -> Value {
        let length = u16::try_from(self.id.len()).expect("a short id");
        let data = [
            self.data(self.flags | CREDENTIAL),
            vec![0; 16],
            length.to_be_bytes().to_vec(),
            self.id.clone(),
            self.cose(),
        ]
        .concat();
        let word = |text: &str| Cbor::Text(text.to_owned());
        let object = Cbor::Map(vec![
            (word("fmt"), word("none")),
            (word("attStmt"), Cbor::Map(Vec::new())),
            (word("authData"), Cbor::Bytes(data)),
        ]);
        let client_data = self.client_data("webauthn.create", &options["challenge"]);
        self.credential(&json!({
            "clientDataJSON": BASE64URL_NOPAD.encode(client_data.as_bytes()),
            "attestationObject": BASE64URL_NOPAD.encode(&cbor(&object)),
            "transports": ["internal", "hybrid"],
        }))
    }

    /// AuthenticationResponseJSON as text: what `navigator.credentials.get()` gives for these options.
    pub(crate) fn get(&self, options: &Value) -> String {
        let client_data = self.client_data("webauthn.get", &options["challenge"]);
        let data = self.data(self.flags);
        let hash = digest(&SHA256, client_data.as_bytes());
        let signed = [&data, hash.as_ref()].concat();
        let signature = self.pair().sign(&SystemRandom::new(), &signed);
        let handle = self.user_handle.as_ref();
        let credential = self.credential(&json!({
            "clientDataJSON": BASE64URL_NOPAD.encode(client_data.as_bytes()),
            "authenticatorData": BASE64URL_NOPAD.encode(&data),
            "signature": BASE64URL_NOPAD.encode(signature.expect("a signature").as_ref()),
            "userHandle": handle.map(|handle| BASE64URL_NOPAD.encode(handle.as_bytes())),
        }));
        credential.to_string()
    }

    fn credential(&self, response: &Value) -> Value {
        let credential = json!({
            "id": self.id(), "rawId": self.id(), "type": "public-key",
            "clientExtensionResults": {}, "response": response,
        });
        with(credential, self.extra.clone())
    }
}

fn cbor(value: &Cbor) -> Vec<u8> {
    let mut writer = BufWriter::new(Vec::new());
    value.encode(&mut writer).expect("room for it");
    writer.into_inner()
}

/// A pool that takes passkeys and passwords, with this passkey configuration.
pub(crate) async fn world(configuration: Value) -> World {
    world_of(configuration, json!({}), json!({})).await
}

/// The same, with settings of pool and client.
pub(crate) async fn world_of(configuration: Value, pool: Value, client: Value) -> World {
    let factors = json!({"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]});
    let settings = json!({"Policies": {"SignInPolicy": factors}});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"]});
    let w = World::new(with(settings, pool), with(flows, client)).await;
    configure(&w, configuration).await;
    w
}

/// Sets the passkey configuration; the relying party is [`PARTY`] unless it says otherwise.
pub(crate) async fn configure(w: &World, configuration: Value) {
    let configuration = with(json!({"RelyingPartyId": PARTY}), configuration);
    let input = json!({"WebAuthnConfiguration": configuration});
    w.admin("SetUserPoolMfaConfig", input)
        .await
        .expect("a passkey configuration");
}

/// The options for a new passkey.
pub(crate) async fn start(w: &World, token: &str) -> Value {
    let started = w.with(token, "StartWebAuthnRegistration", json!({})).await;
    started.expect("options")["CredentialCreationOptions"].take()
}

/// CompleteWebAuthnRegistration.
pub(crate) async fn complete(w: &World, token: &str, credential: Value) -> Answer {
    let input = json!({"Credential": credential});
    w.with(token, "CompleteWebAuthnRegistration", input).await
}

/// Registers a passkey.
pub(crate) async fn register(w: &World, token: &str, passkey: &Passkey) {
    let options = start(w, token).await;
    let completed = complete(w, token, passkey.create(&options)).await;
    assert_eq!(completed, Ok(json!({})));
}

/// A user with a passkey.
pub(crate) async fn with_passkey(w: &World, name: &str) -> Passkey {
    w.made(name, &[]).await;
    let passkey = Passkey::new();
    register(w, &w.token(name).await, &passkey).await;
    passkey
}

/// A WEB_AUTHN challenge.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) session: String,
    pub(crate) options: Value,
    pub(crate) available: Value,
}

/// Takes a WEB_AUTHN challenge apart.
#[track_caller]
pub(crate) fn asked_for(answer: Answer) -> Asked {
    let mut answer = answer.expect("a challenge");
    assert_eq!(answer["ChallengeName"], "WEB_AUTHN");
    let parameters = answer["ChallengeParameters"]
        .as_object()
        .expect("parameters");
    assert_eq!(parameters.len(), 1, "{parameters:?}");
    let options = text(&parameters["CREDENTIAL_REQUEST_OPTIONS"]);
    Asked {
        session: text(&answer["Session"]),
        options: serde_json::from_str(&options).expect("JSON"),
        available: answer["AvailableChallenges"].take(),
    }
}

/// InitiateAuth of USER_AUTH that prefers a passkey.
pub(crate) async fn prefer_passkey(w: &World, name: &str) -> Answer {
    let parameters = json!({"USERNAME": name, "PREFERRED_CHALLENGE": "WEB_AUTHN"});
    initiate(w, "USER_AUTH", parameters).await
}

/// Asks for the passkey of a user.
pub(crate) async fn asked(w: &World, name: &str) -> Asked {
    asked_for(prefer_passkey(w, name).await)
}

impl Asked {
    /// Answers with a credential.
    pub(crate) async fn answer(&self, w: &World, name: &str, credential: &str) -> Answer {
        let answers = json!({"USERNAME": name, "CREDENTIAL": credential});
        respond(w, "WEB_AUTHN", Some(&self.session), answers).await
    }
}

/// Signs in with a passkey.
pub(crate) async fn sign_in(w: &World, name: &str, passkey: &Passkey) -> Answer {
    let asked = asked(w, name).await;
    asked.answer(w, name, &passkey.get(&asked.options)).await
}

/// The token of a user by password, where that is one of several first factors.
pub(crate) async fn by_password(w: &World, name: &str) -> Answer {
    let parameters =
        json!({"USERNAME": name, "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD});
    initiate(w, "USER_AUTH", parameters).await
}

/// An assertion that proves nothing.
pub(crate) fn wrong_passkey() -> Answer {
    refusal("NotAuthorizedException", "Invalid passkey credential.")
}
