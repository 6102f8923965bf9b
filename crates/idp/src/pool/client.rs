//! App clients: what is stored, and the rules that follow from a client's settings.

use aws_lc_rs::hmac;
use cenote_model::{
    ClientTypeType, ExplicitAuthFlowsType, FeatureType, PreventUserExistenceErrorTypes,
    TimeUnitsType, UserPoolClientType,
};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::crypto::Purpose;
use crate::ports::{Change, Expect, Kind, Record, Write};
use crate::{Cx, Error, Result};

/// One secret of a client, sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ClientSecret {
    /// `{client id}--{creation time}`.
    pub(crate) id: String,
    /// The sealed value, base64.
    pub(crate) sealed: String,
    /// Milliseconds since the epoch.
    pub(crate) created_at: i64,
}

/// An app client as it is stored: the very shape that DescribeUserPoolClient answers, without its secret.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Client {
    pub(crate) pool_id: String,
    pub(crate) id: String,
    pub(crate) shape: UserPoolClientType,
    pub(crate) secrets: Vec<ClientSecret>,
    /// For how long an SSO session is reused silently; what SetUserPoolClientSessionConfiguration keeps.
    pub(crate) sso_minutes: Option<i32>,
    pub(crate) version: i64,
}

#[derive(Serialize, Deserialize)]
struct ClientDoc {
    schema: u32,
    shape: UserPoolClientType,
    #[serde(default)]
    secrets: Vec<ClientSecret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sso_minutes: Option<i32>,
}

/// How long a rotated token goes on working where the hardened profile rotates it: a browser's two windows
/// may refresh at the same time.
const HARDENED_GRACE_MS: i64 = 10_000;

/// The version of the stored document.
const DOC_SCHEMA: u32 = 1;

impl Client {
    pub(crate) fn from_record(record: &Record) -> Result<Self> {
        let doc: ClientDoc = serde_json::from_str(&record.doc)
            .map_err(|error| Error::internal(format!("client {}: {error}", record.key)))?;
        Ok(Self {
            pool_id: record.pool.clone(),
            id: record.key.clone(),
            shape: doc.shape,
            secrets: doc.secrets,
            sso_minutes: doc.sso_minutes,
            version: record.version,
        })
    }

    /// The write that stores it.
    pub(crate) fn put(&self, expect: Expect) -> Result<Write> {
        let doc = ClientDoc {
            schema: DOC_SCHEMA,
            shape: self.shape.clone(),
            secrets: self.secrets.clone(),
            sso_minutes: self.sso_minutes,
        };
        Ok(Write::Put {
            kind: Kind::Client,
            pool: self.pool_id.clone(),
            key: self.id.clone(),
            doc: serde_json::to_string(&doc).map_err(|error| Error::internal(error.to_string()))?,
            expires_at: None,
            expect,
        })
    }

    /// Saves it, unless it has changed since it was read.
    pub(crate) async fn save(&self, cx: &Cx) -> Result<()> {
        cx.commit(Change::new().with(self.put(Expect::Version(self.version))?))
            .await
    }

    /// The precondition that the client is still there when a change is committed.
    pub(crate) fn require(&self) -> Write {
        Write::Require {
            kind: Kind::Client,
            pool: self.pool_id.clone(),
            key: self.id.clone(),
            expect: Expect::Present,
        }
    }

    /// Seals a secret and adds it to the others. Its id tells the second in which it was made, or the next one
    /// that is free.
    pub(crate) fn add_secret(&mut self, cx: &Cx, secret: &str) -> &ClientSecret {
        let now = cx.now();
        let sealed = cx.service.sealer.seal(
            Purpose::ClientSecret,
            self.id.as_bytes(),
            secret.as_bytes(),
            &*cx.service.entropy,
        );
        let mut second = now / 1000;
        let mut id = format!("{}--{second}", self.id);
        while self.secrets.iter().any(|known| known.id == id) {
            second += 1;
            id = format!("{}--{second}", self.id);
        }
        self.secrets.push_mut(ClientSecret {
            id,
            sealed: BASE64.encode(&sealed),
            created_at: now,
        })
    }

    /// The secrets in the clear, oldest first.
    pub(crate) fn open_secrets(&self, cx: &Cx) -> Result<Vec<String>> {
        self.secrets
            .iter()
            .map(|secret| {
                BASE64
                    .decode(secret.sealed.as_bytes())
                    .ok()
                    .and_then(|sealed| {
                        cx.service
                            .sealer
                            .open(Purpose::ClientSecret, self.id.as_bytes(), &sealed)
                            .ok()
                    })
                    .and_then(|plain| String::from_utf8(plain.to_vec()).ok())
                    .ok_or_else(|| {
                        Error::internal(format!("the secret of client {} does not open", self.id))
                    })
            })
            .collect()
    }

    /// Whether the client has a secret.
    pub(crate) fn is_confidential(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Checks a SECRET_HASH: Base64(HMAC-SHA256(secret, username ‖ client id)), in constant time.
    /// A client without a secret must not be sent one.
    pub(crate) fn check_secret_hash(
        &self,
        cx: &Cx,
        username: &str,
        hash: Option<&str>,
    ) -> Result<()> {
        match (self.is_confidential(), hash) {
            (false, None) => Ok(()),
            (true, None) => Err(Error::secret_hash_missing(&self.id)),
            (false, Some(_)) => Err(Error::secret_hash_wrong(&self.id)),
            (true, Some(hash)) => {
                if self.secret_hash_matches(cx, username, hash)? {
                    Ok(())
                } else {
                    Err(Error::secret_hash_wrong(&self.id))
                }
            }
        }
    }

    /// The SECRET_HASH for a name, if the client has a secret.
    pub(crate) fn secret_hash(&self, cx: &Cx, username: &str) -> Result<Option<String>> {
        let secrets = self.open_secrets(cx)?;
        Ok(secrets.first().map(|secret| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            let message = format!("{username}{}", self.id);
            BASE64.encode(hmac::sign(&key, message.as_bytes()).as_ref())
        }))
    }

    /// Whether one of the secrets makes this hash.
    pub(crate) fn secret_hash_matches(&self, cx: &Cx, username: &str, hash: &str) -> Result<bool> {
        let Ok(hash) = BASE64.decode(hash.as_bytes()) else {
            return Ok(false);
        };
        let message = format!("{username}{}", self.id);
        let secrets = self.open_secrets(cx)?;
        Ok(secrets.iter().any(|secret| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            hmac::verify(&key, message.as_bytes(), &hash).is_ok()
        }))
    }

    /// Whether this is one of the secrets, in constant time.
    pub(crate) fn secret_matches(&self, cx: &Cx, secret: &str) -> Result<bool> {
        use subtle::ConstantTimeEq;
        Ok(self
            .open_secrets(cx)?
            .iter()
            .any(|known| bool::from(known.as_bytes().ct_eq(secret.as_bytes()))))
    }

    /// Whether the application may tell where its users are.
    pub(crate) fn passes_context_on(&self) -> bool {
        self.shape.enable_propagate_additional_user_context_data == Some(true)
    }

    /// Whether unknown users are answered like known ones.
    pub(crate) fn hides_users(&self) -> bool {
        self.shape.prevent_user_existence_errors == Some(PreventUserExistenceErrorTypes::Enabled)
    }

    /// Whether tokens carry `origin_jti` and can be revoked.
    pub(crate) fn revokes_tokens(&self) -> bool {
        self.shape.enable_token_revocation.unwrap_or(true)
    }

    /// Whether the client is held to the hardened profile.
    pub(crate) fn is_hardened(&self, cx: &Cx) -> bool {
        cx.service.config.oauth.harden(&self.pool_id, &self.id)
    }

    /// Whether the application registered itself.
    pub(crate) fn is_registered(&self) -> bool {
        self.shape.client_type == Some(ClientTypeType::Dcr)
    }

    /// The grace period of refresh-token rotation in milliseconds, when rotation is on. In the hardened
    /// profile it is on for every client without a secret (RFC 9700, 2.2.2).
    pub(crate) fn rotation_grace_ms(&self, cx: &Cx) -> Option<i64> {
        let rotation = self.shape.refresh_token_rotation.as_ref();
        match rotation.filter(|rotation| rotation.feature == FeatureType::Enabled) {
            Some(rotation) => {
                Some(i64::from(rotation.retry_grace_period_seconds.unwrap_or_default()) * 1000)
            }
            None => (!self.is_confidential() && self.is_hardened(cx)).then_some(HARDENED_GRACE_MS),
        }
    }

    /// How long a challenge session lives, in milliseconds.
    pub(crate) fn session_ms(&self) -> i64 {
        i64::from(self.shape.auth_session_validity.unwrap_or(3)) * 60 * 1000
    }

    /// Whether a sign-in flow is on. Without a list, SRP, custom and refresh are; a list of legacy
    /// names has them on too, unless CUSTOM_AUTH_FLOW_ONLY turns SRP off.
    pub(crate) fn allows(&self, flow: ExplicitAuthFlowsType) -> bool {
        use ExplicitAuthFlowsType as Flow;
        let flows = self
            .shape
            .explicit_auth_flows
            .as_deref()
            .unwrap_or_default();
        let is_modern = flows.iter().any(|flow| flow.as_str().starts_with("ALLOW_"));
        if is_modern {
            return flows.contains(&flow);
        }
        match flow {
            Flow::AllowRefreshTokenAuth | Flow::AllowCustomAuth => true,
            Flow::AllowUserSrpAuth => !flows.contains(&Flow::CustomAuthFlowOnly),
            Flow::AllowUserPasswordAuth => flows.contains(&Flow::UserPasswordAuth),
            Flow::AllowAdminUserPasswordAuth => flows.contains(&Flow::AdminNoSrpAuth),
            _ => false,
        }
    }

    /// Refuses a sign-in flow that is off.
    pub(crate) fn check_flow(&self, flow: ExplicitAuthFlowsType) -> Result<()> {
        if self.allows(flow) {
            Ok(())
        } else {
            Err(Error::flow_off(flow))
        }
    }

    /// Access token lifetime in seconds.
    pub(crate) fn access_token_seconds(&self) -> i64 {
        let unit = self
            .shape
            .token_validity_units
            .as_ref()
            .and_then(|units| units.access_token);
        validity_seconds(
            self.shape.access_token_validity,
            1,
            unit,
            TimeUnitsType::Hours,
        )
    }

    /// ID token lifetime in seconds.
    pub(crate) fn id_token_seconds(&self) -> i64 {
        let unit = self
            .shape
            .token_validity_units
            .as_ref()
            .and_then(|units| units.id_token);
        validity_seconds(self.shape.id_token_validity, 1, unit, TimeUnitsType::Hours)
    }

    /// Refresh token lifetime in seconds.
    pub(crate) fn refresh_token_seconds(&self) -> i64 {
        let unit = self
            .shape
            .token_validity_units
            .as_ref()
            .and_then(|units| units.refresh_token);
        validity_seconds(
            self.shape.refresh_token_validity,
            30,
            unit,
            TimeUnitsType::Days,
        )
    }
}

/// Absent and 0 mean the default number of the default unit.
fn validity_seconds(
    value: Option<i32>,
    default: i32,
    unit: Option<TimeUnitsType>,
    default_unit: TimeUnitsType,
) -> i64 {
    let seconds_in = |unit| match unit {
        TimeUnitsType::Seconds => 1,
        TimeUnitsType::Minutes => 60,
        TimeUnitsType::Hours => 60 * 60,
        TimeUnitsType::Days => 24 * 60 * 60,
    };
    match value {
        None | Some(0) => i64::from(default) * seconds_in(default_unit),
        Some(value) => i64::from(value) * seconds_in(unit.unwrap_or(default_unit)),
    }
}
