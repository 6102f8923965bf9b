//! Self-signed certificates for keys of a pool: the one that signs SAML requests, and those that SAML
//! providers encrypt for.

use data_encoding::BASE64;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SerialNumber, date_time_ymd};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::calendar;
use crate::crypto::{Purpose, SigningKey};
use crate::pool::Pool;
use crate::ports::{Change, Kind};
use crate::stored::Stored;
use crate::{Cx, Error, Result};

/// How long a certificate is valid.
const YEARS: i64 = 10;

/// A signing certificate is issued anew when it is this old; the key stays.
const RENEW_MS: i64 = 365 * 24 * 60 * 60 * 1000;

/// Where a pool's signing certificate is stored among its keys.
const SIGNING: &str = "saml";

/// A key and the certificate that tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Certified {
    /// The PKCS#8 text, sealed, base64.
    sealed: String,
    /// The certificate, DER in base64.
    pub(crate) certificate: String,
    /// Milliseconds since the epoch.
    issued_at: i64,
}

/// Issues a certificate for a key.
pub(crate) async fn certify(cx: &Cx, pool: &Pool, key: &SigningKey) -> Result<Certified> {
    let pkcs8 = key.to_pkcs8();
    let sealed = cx.service.sealer.seal(
        Purpose::ProviderSecret,
        pool.id.as_bytes(),
        &pkcs8,
        &*cx.service.entropy,
    );
    let now = cx.now();
    let (name, serial) = (pool.id.clone(), *cx.uuid().as_bytes());
    let der = cx
        .cpu(move || self_signed(&pkcs8, &name, serial, now))
        .await?
        .map_err(|error| Error::internal(format!("certificate of pool {}: {error}", pool.id)))?;
    Ok(Certified {
        sealed: BASE64.encode(&sealed),
        certificate: BASE64.encode(&der),
        issued_at: now,
    })
}

fn self_signed(
    pkcs8: &[u8],
    name: &str,
    serial: [u8; 16],
    now: i64,
) -> Result<Vec<u8>, rcgen::Error> {
    let key = KeyPair::try_from(pkcs8)?;
    let (year, month, day) = calendar::date(now);
    let last = day.min(calendar::days_in_month(year + YEARS, month));
    let at = |year: i64, day: i64| {
        date_time_ymd(
            i32::try_from(year).unwrap_or(9999),
            month,
            u8::try_from(day).unwrap_or(1),
        )
    };
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name);
    let mut params = CertificateParams::default();
    params.distinguished_name = subject;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.not_before = at(year, day);
    params.not_after = at(year + YEARS, last);
    Ok(params.self_signed(&key)?.der().to_vec())
}

impl Certified {
    /// The private key, to sign with.
    pub(super) fn key(&self, cx: &Cx, pool: &Pool) -> Result<SigningKey> {
        let plain = self.pkcs8(cx, pool)?;
        SigningKey::from_pkcs8(&plain)
            .map_err(|_| Error::internal(format!("SAML key of pool {}: is no RSA key", pool.id)))
    }

    /// The private key in PKCS #8.
    pub(super) fn pkcs8(&self, cx: &Cx, pool: &Pool) -> Result<Zeroizing<Vec<u8>>> {
        let broken = |what: &str| Error::internal(format!("SAML key of pool {}: {what}", pool.id));
        let sealed = BASE64
            .decode(self.sealed.as_bytes())
            .map_err(|_| broken("not base64"))?;
        cx.service
            .sealer
            .open(Purpose::ProviderSecret, pool.id.as_bytes(), &sealed)
            .map_err(|_| broken("does not open with this root key"))
    }
}

/// The pool's signing certificate; the first request makes it, and the first after a year renews it.
pub(crate) async fn signing(cx: &Cx, pool: &Pool) -> Result<Certified> {
    let stored = Stored::<Certified>::find(cx, Kind::SigningKey, &pool.id, SIGNING).await?;
    let (value, write) = match stored {
        Some(stored) if cx.now() - stored.value.issued_at < RENEW_MS => return Ok(stored.value),
        Some(mut stored) => {
            let key = stored.value.key(cx, pool)?;
            stored.value = certify(cx, pool, &key).await?;
            let write = stored.update()?;
            (stored.value, write)
        }
        None => {
            let key = cx.service.keys.take().await;
            let value = certify(cx, pool, &key).await?;
            let stored = Stored::new(Kind::SigningKey, &pool.id, SIGNING, value);
            let write = stored.insert(cx.now())?;
            (stored.value, write)
        }
    };
    cx.commit(Change::new().with(pool.require()).with(write))
        .await?;
    Ok(value)
}
