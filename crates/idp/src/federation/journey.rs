//! The way of a browser to a provider and back: sealed into what the provider hands back (`state`,
//! `RelayState`), bound to the browser by a cookie, good once and not for long.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::provider::Provider;
use crate::crypto::Purpose;
use crate::oauth::{Authorization, Domain, Outcome, Params, Refusal, Through};
use crate::ports::{Change, CommitError, Kind, Write};
use crate::stored::Stored;
use crate::{Cx, Error, Result};

/// How long a provider may keep the browser.
const LIFETIME: Duration = Duration::from_mins(5);

/// A journey that has begun.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Journey {
    /// Names it, and is spent when it ends.
    pub(crate) id: Uuid,
    /// The name of the provider, and the id of what had that name.
    pub(crate) provider: String,
    provider_id: String,
    /// What an ID token of the provider has to say.
    pub(crate) nonce: String,
    /// The authorization request, as it came.
    query: String,
    /// The cookie of the browser.
    browser: Uuid,
    /// Milliseconds since the epoch.
    until: i64,
}

/// Where a browser goes that leaves for a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The address.
    pub location: String,
    /// The cookie that the browser is known by when it returns.
    pub browser: String,
    /// How many seconds the browser keeps it.
    pub max_age: i64,
}

/// A journey that has ended, with what it was for.
pub(crate) struct Return {
    pub(crate) journey: Journey,
    pub(crate) provider: Stored<Provider>,
    pub(crate) authorization: Box<Authorization>,
}

/// Why a browser that returned goes no further here.
pub(crate) enum Astray {
    /// A page says why.
    Page(Refusal),
    /// The application is told: the address to send the browser to.
    Redirect(String),
}

impl Journey {
    /// When it began, in milliseconds since the epoch.
    pub(super) fn begun_at(&self) -> i64 {
        self.until - lifetime_ms()
    }

    /// Begins one. `browser` is the cookie of an earlier one: other tabs may still be on their way.
    pub(super) fn begin(
        cx: &Cx,
        provider: &Stored<Provider>,
        query: &str,
        browser: Option<&str>,
    ) -> Self {
        let mut nonce = [0; 32];
        cx.service.entropy.fill(&mut nonce);
        let known = browser.and_then(|value| Uuid::try_parse(value).ok());
        Self {
            id: cx.uuid(),
            provider: provider.key.clone(),
            provider_id: provider.value.id.clone(),
            nonce: BASE64URL_NOPAD.encode(&nonce),
            query: query.to_owned(),
            browser: known.unwrap_or_else(|| cx.uuid()),
            until: cx.now() + lifetime_ms(),
        }
    }

    /// What the provider hands back.
    pub(super) fn seal(&self, cx: &Cx, domain: &Domain) -> Result<String> {
        let plain = serde_json::to_vec(self).map_err(|error| Error::internal(error.to_string()))?;
        let service = &cx.service;
        let sealed = service.sealer.seal(
            Purpose::Federation,
            context(domain).as_bytes(),
            &plain,
            &*service.entropy,
        );
        Ok(BASE64URL_NOPAD.encode(&sealed))
    }

    /// Leaves for this address.
    pub(super) fn departure(&self, location: String) -> Departure {
        Departure {
            location,
            browser: self.browser.to_string(),
            max_age: i64::try_from(LIFETIME.as_secs()).unwrap_or_default(),
        }
    }

    /// Ends a journey: it is this browser's, on this domain, young and not ended before, and its provider and
    /// its application are still there.
    pub(super) async fn end(
        cx: &Cx,
        domain: &Domain,
        sealed: &str,
        browser: Option<&str>,
    ) -> Result<Result<Return, Astray>> {
        let over = || Ok(Err(Astray::Page(Refusal::journey_over())));
        let Some(journey) = Self::open(cx, domain, sealed) else {
            return over();
        };
        let known = browser.and_then(|value| Uuid::try_parse(value).ok());
        if known != Some(journey.browser) || !journey.spend(cx, domain).await? {
            return over();
        }
        let pool = domain.pool_id();
        let provider =
            Stored::<Provider>::find(cx, Kind::Provider, pool, &journey.provider).await?;
        let Some(provider) = provider.filter(|it| it.value.id == journey.provider_id) else {
            return over();
        };
        let Ok(params) = Params::parse(journey.query.as_bytes()) else {
            return over();
        };
        Ok(match Authorization::read(cx, domain, &params).await? {
            Outcome::Go(authorization) if matches!(&authorization.through, Through::Provider(name) if *name == journey.provider) => {
                Ok(Return {
                    journey,
                    provider,
                    authorization,
                })
            }
            Outcome::Go(_) => Err(Astray::Page(Refusal::login_option())),
            Outcome::Page(refusal) => Err(Astray::Page(refusal)),
            Outcome::Redirect(location) => Err(Astray::Redirect(location)),
        })
    }

    fn open(cx: &Cx, domain: &Domain, sealed: &str) -> Option<Self> {
        let sealed = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
        let plain = cx
            .service
            .sealer
            .open(Purpose::Federation, context(domain).as_bytes(), &sealed)
            .ok()?;
        let journey: Self = serde_json::from_slice(&plain).ok()?;
        (journey.until > cx.now()).then_some(journey)
    }

    /// Whether it had not ended before.
    async fn spend(&self, cx: &Cx, domain: &Domain) -> Result<bool> {
        let write = Write::mark(domain.pool_id(), self.id, cx.now(), self.until);
        match cx.try_commit(Change::new().with(write)).await {
            Ok(()) => Ok(true),
            Err(CommitError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

fn lifetime_ms() -> i64 {
    i64::try_from(LIFETIME.as_millis()).unwrap_or_default()
}

fn context(domain: &Domain) -> String {
    format!("{}/{}", domain.pool_id(), domain.base)
}
