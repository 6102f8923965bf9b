//! One SRP exchange, of a user or of a device: what SECRET_BLOCK carries from its first call to its
//! second, and the proof that ends it.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Parameters, Progress, Scene, session};
use crate::crypto::{Purpose, srp};
use crate::{Cx, Error, Result};

/// How far TIMESTAMP may be from the machine's clock, in seconds.
const CLOCK_SKEW: i64 = 5 * 60;

/// Who proves to know a password. A block of one is none of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prover {
    User,
    Device,
}

impl Prover {
    /// What blocks are sealed to.
    fn context(self, scene: &Scene) -> String {
        let context = session::context(&scene.pool, &scene.client);
        match self {
            Self::User => context,
            Self::Device => format!("{context}/device"),
        }
    }
}

/// What SECRET_BLOCK holds: everything of the first call that the second needs.
#[derive(Serialize, Deserialize)]
pub(super) struct Block {
    /// A UUID, recorded when the block is used.
    pub(super) id: String,
    /// The user's `sub`, or the made-up one of nobody.
    pub(super) sub: String,
    /// What the password was hashed with before the username: the pool's name, or the device's group key.
    pub(super) realm: String,
    /// USER_ID_FOR_SRP, or the device key.
    pub(super) username: String,
    /// Milliseconds since the epoch.
    pub(super) expires_at: i64,
    /// What lies behind.
    pub(super) progress: Progress,
    /// The server's secret exponent, base64.
    secret: String,
    /// SRP_A and SRP_B, base64 of the numbers' bytes.
    client: String,
    server: String,
}

/// What the first call tells the client.
pub(super) struct Begun {
    pub(super) secret_block: String,
    pub(super) srp_b: String,
}

/// Reads SRP_A.
pub(super) fn public_a(parameters: &Parameters<'_>) -> Result<srp::ClientPublic> {
    srp::ClientPublic::parse(parameters.required("SRP_A")?).map_err(|_| Error::srp_a_unfit())
}

/// The first call: one exponentiation.
pub(super) async fn begin(
    cx: &Cx,
    scene: &Scene,
    prover: Prover,
    (sub, realm, username): (&str, &str, &str),
    public_a: &srp::ClientPublic,
    verifier: &[u8; srp::SIZE],
    progress: Progress,
) -> Result<Begun> {
    let mut secret = [0; 32];
    cx.service.entropy.fill(&mut secret);
    let verifier = *verifier;
    let start = cx
        .cpu(move || srp::ServerStart::new(&verifier, secret))
        .await?;
    let block = Block {
        id: cx.uuid().to_string(),
        sub: sub.to_owned(),
        realm: realm.to_owned(),
        username: username.to_owned(),
        expires_at: cx.now() + scene.client.session_ms(),
        progress,
        secret: BASE64.encode(&*start.secret),
        client: BASE64.encode(public_a.as_bytes()),
        server: BASE64.encode(&start.public),
    };
    let plain = serde_json::to_vec(&block).map_err(|error| Error::internal(error.to_string()))?;
    let sealed = cx.service.sealer.seal(
        Purpose::SecretBlock,
        prover.context(scene).as_bytes(),
        &plain,
        &*cx.service.entropy,
    );
    Ok(Begun {
        secret_block: BASE64.encode(&sealed),
        srp_b: start.public_hex(),
    })
}

/// What the second call sends.
pub(super) struct Claim {
    pub(super) block: Block,
    secret_block: Vec<u8>,
    timestamp: String,
    signature: String,
}

impl Claim {
    /// Reads the answer to PASSWORD_VERIFIER or DEVICE_PASSWORD_VERIFIER: its block is one of ours and
    /// alive, and its clock is right.
    pub(super) fn read(
        cx: &Cx,
        scene: &Scene,
        prover: Prover,
        answers: &Parameters<'_>,
    ) -> Result<Self> {
        let secret_block = answers.required("PASSWORD_CLAIM_SECRET_BLOCK")?;
        let timestamp = answers.required("TIMESTAMP")?;
        let signature = answers.required("PASSWORD_CLAIM_SIGNATURE")?;
        let secret_block = BASE64
            .decode(secret_block.as_bytes())
            .map_err(|_| Error::wrong_password())?;
        let context = prover.context(scene);
        let block: Block = cx
            .service
            .sealer
            .open(Purpose::SecretBlock, context.as_bytes(), &secret_block)
            .ok()
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .ok_or_else(Error::wrong_password)?;
        let time = srp::parse_timestamp(timestamp).ok_or_else(Error::timestamp_format)?;
        let skew = (cx.service.clock.client_ms() / 1000 - time).abs();
        if block.expires_at <= cx.now() || skew > CLOCK_SKEW {
            return Err(Error::wrong_password());
        }
        Ok(Self {
            block,
            secret_block,
            timestamp: timestamp.to_owned(),
            signature: signature.to_owned(),
        })
    }

    /// Whether the client knew the password behind the verifier: two exponentiations.
    pub(super) async fn holds(self, cx: &Cx, verifier: &[u8; srp::SIZE]) -> Result<bool> {
        let verifier = *verifier;
        cx.cpu(move || self.check(&verifier).unwrap_or(false)).await
    }

    fn check(&self, verifier: &[u8; srp::SIZE]) -> Option<bool> {
        let decode = |text: &str| BASE64.decode(text.as_bytes()).ok();
        let block = &self.block;
        let secret = Zeroizing::new(decode(&block.secret)?);
        let start = srp::ServerStart {
            secret: Zeroizing::new(secret.as_slice().try_into().ok()?),
            public: decode(&block.server)?.try_into().ok()?,
        };
        let client = srp::ClientPublic::from_bytes(&decode(&block.client)?).ok()?;
        let signature = decode(&self.signature)?;
        let key = start.shared_key(&client, verifier);
        Some(key.verify(
            &block.realm,
            &block.username,
            &self.secret_block,
            &self.timestamp,
            &signature,
        ))
    }
}
