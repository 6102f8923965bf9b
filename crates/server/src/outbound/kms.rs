//! The keys that pools name as `KMSKeyID`: data keys from KMS, or from this server in its place, for the
//! codes that custom senders decrypt.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use cenote_idp::crypto::{DataKey, encrypt_for_sender, sender_context};
use cenote_idp::ports::{Clock, Entropy, SystemEntropy};
use data_encoding::BASE64;
use hyper::Request;
use hyper::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::json;

use super::http::Http;
use super::sign::{Scope, signed};
use super::worker::PATIENCE;
use crate::config::{AwsCredentials, KmsKey, KmsSource};

/// The form of a data key that this server has wrapped.
const FORM: u8 = 1;

/// The longest answer of KMS.
const MOST_BYTES: usize = 64 * 1024;

/// What a data key is bound to.
pub(crate) type Context = BTreeMap<String, String>;

/// The keys that this server has itself.
#[derive(Default)]
pub(crate) struct LocalKeys {
    keys: HashMap<String, LessSafeKey>,
}

impl LocalKeys {
    pub(crate) fn new(keys: &[KmsKey]) -> Self {
        let local = keys.iter().filter_map(|key| match &key.source {
            KmsSource::Local(bytes) => {
                let unbound = UnboundKey::new(&AES_256_GCM, bytes).ok()?;
                Some((key.arn.clone(), LessSafeKey::new(unbound)))
            }
            KmsSource::Endpoint(_) => None,
        });
        Self {
            keys: local.collect(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The form, the ARN with its length, a nonce, and the sealed key.
    fn wrap(&self, arn: &str, context: &Context, data_key: &[u8]) -> Option<Vec<u8>> {
        let key = self.keys.get(arn)?;
        let mut nonce = [0; NONCE_LEN];
        SystemEntropy.fill(&mut nonce);
        let mut wrapped = vec![FORM];
        wrapped.extend(u16::try_from(arn.len()).ok()?.to_be_bytes());
        wrapped.extend_from_slice(arn.as_bytes());
        wrapped.extend(nonce);
        let mut sealed = data_key.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.seal_in_place_append_tag(nonce, associated(arn, context)?, &mut sealed)
            .ok()?;
        wrapped.extend(sealed);
        Some(wrapped)
    }

    /// The key that wrapped it, and what it wrapped.
    pub(crate) fn unwrap(&self, wrapped: &[u8], context: &Context) -> Option<(String, Vec<u8>)> {
        let (&form, rest) = wrapped.split_first()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (arn, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
        let arn = std::str::from_utf8(arn).ok().filter(|_| form == FORM)?;
        let key = self.keys.get(arn)?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = key
            .open_in_place(nonce, associated(arn, context)?, &mut sealed)
            .ok()?;
        Some((arn.to_owned(), opened.to_vec()))
    }
}

fn associated(arn: &str, context: &Context) -> Option<Aad<Vec<u8>>> {
    serde_json::to_vec(&(arn, context)).ok().map(Aad::from)
}

/// Encrypts for custom senders.
pub(super) struct Kms {
    pub(super) http: Http,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) credentials: Option<AwsCredentials>,
    local: LocalKeys,
    /// By ARN, where the keys are that this server does not have.
    endpoints: HashMap<String, String>,
}

/// What GenerateDataKey answers, as far as it is used.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Generated {
    ciphertext_blob: String,
    plaintext: String,
}

impl Kms {
    pub(super) fn new(
        keys: &[KmsKey],
        credentials: Option<&AwsCredentials>,
        http: &Http,
        clock: &Arc<dyn Clock>,
    ) -> Self {
        let endpoints = keys.iter().filter_map(|key| match &key.source {
            KmsSource::Endpoint(endpoint) => Some((key.arn.clone(), endpoint.clone())),
            KmsSource::Local(_) => None,
        });
        Self {
            http: http.clone(),
            clock: Arc::clone(clock),
            credentials: credentials.cloned(),
            local: LocalKeys::new(keys),
            endpoints: endpoints.collect(),
        }
    }

    /// The `code` of a sender's event; an error is what the log says.
    pub(super) async fn encrypt(
        &self,
        arn: &str,
        pool_id: &str,
        plaintext: &str,
    ) -> Result<String, &'static str> {
        let context =
            sender_context(pool_id).map(|(name, value)| (name.to_owned(), value.to_owned()));
        let context = Context::from(context);
        let data_key = match self.endpoints.get(arn) {
            Some(endpoint) => self.generate(endpoint, arn, &context).await?,
            None => self
                .make(arn, &context)
                .ok_or("no [[kms_keys]] of the configuration is the pool's KMSKeyID")?,
        };
        encrypt_for_sender(
            &data_key,
            arn,
            pool_id,
            plaintext.as_bytes(),
            &SystemEntropy,
        )
        .ok_or("KMS gave a data key that fits no message")
    }

    fn make(&self, arn: &str, context: &Context) -> Option<DataKey> {
        let mut data_key = DataKey {
            plaintext: [0; 32].into(),
            wrapped: Vec::new(),
        };
        SystemEntropy.fill(&mut *data_key.plaintext);
        data_key.wrapped = self.local.wrap(arn, context, &*data_key.plaintext)?;
        Some(data_key)
    }

    async fn generate(
        &self,
        endpoint: &str,
        arn: &str,
        context: &Context,
    ) -> Result<DataKey, &'static str> {
        const NO_REQUEST: &str = "the request to KMS cannot be made";
        const NO_KEY: &str = "KMS gave no data key";
        let credentials = self.credentials.as_ref().ok_or(NO_REQUEST)?;
        let region = arn.split(':').nth(3).unwrap_or_default();
        let address = format!("{}/", endpoint.replace("{region}", region));
        let (head, ()) = Request::post(address)
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .header("x-amz-target", "TrentService.GenerateDataKey")
            .body(())
            .map_err(|_| NO_REQUEST)?
            .into_parts();
        let body = json!({"KeyId": arn, "KeySpec": "AES_256", "EncryptionContext": context});
        let scope = Scope {
            credentials,
            region,
            service: "kms",
        };
        let now = self.clock.client_ms() / 1000;
        let request = signed(head, body.to_string().into(), scope, now).ok_or(NO_REQUEST)?;
        let answer = tokio::time::timeout(PATIENCE, self.http.send(request, MOST_BYTES)).await;
        let answer = answer
            .ok()
            .and_then(Result::ok)
            .ok_or("KMS does not answer")?;
        if !answer.status().is_success() {
            return Err("KMS refused to make a data key");
        }
        let generated: Generated = serde_json::from_slice(answer.body()).map_err(|_| NO_KEY)?;
        let bytes = |text: &str| BASE64.decode(text.as_bytes()).map_err(|_| NO_KEY);
        let plaintext: [u8; 32] = bytes(&generated.plaintext)?
            .try_into()
            .map_err(|_| NO_KEY)?;
        Ok(DataKey {
            plaintext: plaintext.into(),
            wrapped: bytes(&generated.ciphertext_blob)?,
        })
    }
}
