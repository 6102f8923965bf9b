//! Devices: what is stored of one, and what a refresh asks of it.

use cenote_model::{DeviceSecretVerifierConfigType, DeviceType, Timestamp};
use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Serialize};

use super::{User, attribute_type};
use crate::crypto::{Purpose, srp};
use crate::pool::Pool;
use crate::ports::{Expect, Kind, Record, Write};
use crate::token::RefreshToken;
use crate::{Cx, Error, Result};

/// The longest salt of a device, in bytes; clients make 16, and a leading zero.
const MAX_SALT: usize = 64;

/// A device that its user has confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Device {
    #[serde(skip)]
    pool_id: String,
    #[serde(skip)]
    sub: String,
    #[serde(skip)]
    pub(crate) key: String,
    #[serde(skip)]
    version: i64,
    /// DeviceGroupKey: what its password was hashed with.
    pub(crate) group_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<Secret>,
    /// Whether the user wants it remembered.
    remembered: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_ip: Option<String>,
    /// Milliseconds since the epoch, as are the next two.
    created_at: i64,
    modified_at: i64,
    authenticated_at: i64,
}

/// What stands for a device's password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Secret {
    /// Hexadecimal.
    salt: String,
    /// g^x, sealed, base64.
    verifier: String,
}

/// A new device key: `{region}_{uuid}`.
pub(crate) fn new_key(cx: &Cx, pool: &Pool) -> String {
    format!("{}_{}", pool.region, cx.uuid())
}

/// The group key that all devices of a user share: `-` and eight letters or digits. It names, and hides nothing.
pub(crate) fn group_key(pool: &Pool, user: &User) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let name = format!("{}/{}", pool.id, user.sub);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, name.as_bytes());
    let letter = |byte: &u8| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]);
    std::iter::once('-')
        .chain(digest.as_ref().iter().take(8).map(letter))
        .collect()
}

fn record_key(sub: &str, key: &str) -> String {
    format!("{sub}/{key}")
}

/// Refuses what is about devices where the pool does not track them.
pub(crate) fn check_tracking(pool: &Pool) -> Result<()> {
    if pool.tracks_devices() {
        Ok(())
    } else {
        Err(Error::device_tracking_off())
    }
}

/// The device of a user, if it is confirmed.
pub(crate) async fn find(cx: &Cx, pool: &Pool, sub: &str, key: &str) -> Result<Option<Device>> {
    let record = cx
        .live(Kind::Device, &pool.id, &record_key(sub, key))
        .await?;
    record
        .map(|record| Device::from_record(sub, record))
        .transpose()
}

/// The device of a user, or ResourceNotFoundException.
pub(crate) async fn existing(cx: &Cx, pool: &Pool, sub: &str, key: &str) -> Result<Device> {
    find(cx, pool, sub, key)
        .await?
        .ok_or_else(Error::device_not_found)
}

/// One page of a user's devices by ascending key.
pub(crate) async fn page(
    cx: &Cx,
    pool: &Pool,
    sub: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Device>> {
    let after = after.map(|key| record_key(sub, key));
    let prefix = record_key(sub, "");
    let store = &cx.service.store;
    let records = store.records(Kind::Device, &pool.id, &prefix, after.as_deref(), limit);
    let devices = records.await?.into_iter();
    devices
        .map(|record| Device::from_record(sub, record))
        .collect()
}

/// With device tracking, a refresh names the device of its sign-in, which must be confirmed.
pub(crate) async fn check_refresh(
    cx: &Cx,
    pool: &Pool,
    token: &RefreshToken,
    given: Option<&str>,
) -> Result<()> {
    let Some(key) = token
        .device_key
        .as_deref()
        .filter(|_| pool.tracks_devices())
    else {
        return Ok(());
    };
    if given != Some(key) || find(cx, pool, &token.sub, key).await?.is_none() {
        return Err(Error::refresh_token_invalid());
    }
    Ok(())
}

impl Device {
    /// A device that its user confirms now.
    pub(crate) fn new(
        cx: &Cx,
        pool: &Pool,
        user: &User,
        key: &str,
        name: Option<&str>,
        config: Option<&DeviceSecretVerifierConfigType>,
    ) -> Result<Self> {
        let now = cx.now();
        let secret = config.map(|config| Secret::new(cx, pool, user, config));
        Ok(Self {
            pool_id: pool.id.clone(),
            sub: user.sub.clone(),
            key: key.to_owned(),
            version: 0,
            group_key: group_key(pool, user),
            name: name.map(str::to_owned),
            secret: secret.transpose()?,
            remembered: !pool.asks_before_remembering(),
            last_ip: ip(cx),
            created_at: now,
            modified_at: now,
            authenticated_at: now,
        })
    }

    fn from_record(sub: &str, record: Record) -> Result<Self> {
        let device: Self = serde_json::from_str(&record.doc)
            .map_err(|error| Error::internal(format!("device {}: {error}", record.key)))?;
        let key = record.key.split_once('/').map_or("", |(_, key)| key);
        Ok(Self {
            sub: sub.to_owned(),
            key: key.to_owned(),
            pool_id: record.pool,
            version: record.version,
            ..device
        })
    }

    fn put(&self, expect: Expect) -> Result<Write> {
        Ok(Write::Put {
            kind: Kind::Device,
            pool: self.pool_id.clone(),
            key: record_key(&self.sub, &self.key),
            doc: serde_json::to_string(self).map_err(|error| Error::internal(error.to_string()))?,
            expires_at: None,
            expect,
        })
    }

    /// The write that stores a new one.
    pub(crate) fn insert(&self, cx: &Cx) -> Result<Write> {
        self.put(Expect::Absent { now: cx.now() })
    }

    /// The write that sets whether it is remembered.
    pub(crate) fn set_remembered(mut self, cx: &Cx, remembered: bool) -> Result<Write> {
        self.remembered = remembered;
        self.modified_at = cx.now();
        self.put(Expect::Version(self.version))
    }

    /// The write that notes a sign-in with it. Of two at the same time either may be the last.
    pub(crate) fn note_sign_in(mut self, cx: &Cx) -> Result<Write> {
        self.authenticated_at = cx.now();
        self.last_ip = ip(cx).or(self.last_ip);
        self.put(Expect::Version(self.version))
    }

    /// The write that forgets it.
    pub(crate) fn forget(&self) -> Write {
        Write::Delete {
            kind: Kind::Device,
            pool: self.pool_id.clone(),
            key: record_key(&self.sub, &self.key),
            expect: Expect::Version(self.version),
        }
    }

    /// The salt of its password, and the verifier, if it is remembered and can prove itself.
    pub(crate) fn trusted(&self, cx: &Cx) -> Result<Option<(String, [u8; srp::SIZE])>> {
        let Some(secret) = self.secret.as_ref().filter(|_| self.remembered) else {
            return Ok(None);
        };
        let context = format!("{}/{}", self.pool_id, self.sub);
        let verifier = BASE64
            .decode(secret.verifier.as_bytes())
            .ok()
            .and_then(|sealed| {
                let sealer = &cx.service.sealer;
                sealer
                    .open(Purpose::Verifier, context.as_bytes(), &sealed)
                    .ok()
            })
            .and_then(|plain| plain.as_slice().try_into().ok())
            .ok_or_else(|| Error::internal(format!("device {}: no verifier", self.key)))?;
        Ok(Some((secret.salt.clone(), verifier)))
    }

    /// The shape that every device operation answers. The last sign-in is told in whole seconds.
    pub(crate) fn shape(&self) -> DeviceType {
        let status = if self.remembered {
            "remembered"
        } else {
            "not_remembered"
        };
        let attributes = [
            ("device_status", Some("valid")),
            ("device_name", self.name.as_deref()),
            ("last_ip_used", self.last_ip.as_deref()),
            ("dev:device_remembered_status", Some(status)),
        ];
        let attributes = attributes
            .into_iter()
            .filter_map(|(name, value)| Some(attribute_type(name, value?)));
        DeviceType {
            device_key: Some(self.key.clone()),
            device_attributes: Some(attributes.collect()),
            device_create_date: Some(Timestamp(self.created_at)),
            device_last_modified_date: Some(Timestamp(self.modified_at)),
            device_last_authenticated_date: Some(Timestamp(self.authenticated_at / 1000 * 1000)),
        }
    }
}

impl Secret {
    /// Takes what the client made of the device's password: both base64 of a number's bytes.
    fn new(
        cx: &Cx,
        pool: &Pool,
        user: &User,
        config: &DeviceSecretVerifierConfigType,
    ) -> Result<Self> {
        let decode = |text: &Option<String>| BASE64.decode(text.as_deref()?.as_bytes()).ok();
        let salt = decode(&config.salt).filter(|salt| (1..=MAX_SALT).contains(&salt.len()));
        let verifier = decode(&config.password_verifier)
            .and_then(|bytes| srp::ClientPublic::from_bytes(&bytes).ok());
        let (Some(salt), Some(verifier)) = (salt, verifier) else {
            return Err(Error::device_verifier_unfit());
        };
        let context = format!("{}/{}", pool.id, user.sub);
        let sealed = cx.service.sealer.seal(
            Purpose::Verifier,
            context.as_bytes(),
            verifier.as_bytes(),
            &*cx.service.entropy,
        );
        Ok(Self {
            salt: HEXLOWER.encode(&salt),
            verifier: BASE64.encode(&sealed),
        })
    }
}

fn ip(cx: &Cx) -> Option<String> {
    cx.peer.ip.map(|ip| ip.to_string())
}
