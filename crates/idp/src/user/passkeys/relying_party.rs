//! The relying party of a pool: the domain that passkeys are made for.

use cenote_model::UserVerificationType;

use super::are_two_factors;
use crate::pool::{Pool, domain};
use crate::{Config, Error, Result};

/// The relying party of a pool, and what it demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RelyingParty {
    /// A domain name in lower case.
    pub(crate) id: String,
    /// Whether the authenticator must know that it is its user's.
    pub(crate) verifies_users: bool,
}

impl RelyingParty {
    /// The one that the pool's configuration names, or else the host of its domain, if it has one.
    pub(crate) fn of(config: &Config, pool: &Pool) -> Option<Self> {
        let configured = pool.mfa.web_authn.as_ref();
        let id = match configured.and_then(|passkeys| passkeys.relying_party_id.as_ref()) {
            Some(id) => id.clone(),
            None => host(&domain::base_url(config, pool)?)?.to_owned(),
        };
        let is_required = configured.and_then(|passkeys| passkeys.user_verification)
            == Some(UserVerificationType::Required);
        Some(Self {
            id,
            verifies_users: is_required || are_two_factors(pool),
        })
    }

    /// The word for it in options.
    pub(crate) const fn user_verification(&self) -> &'static str {
        if self.verifies_users {
            "required"
        } else {
            "preferred"
        }
    }
}

/// The host of a URL.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    authority.split(':').next().filter(|host| !host.is_empty())
}

/// Checks the name of a relying party: a domain below a public suffix, or the own machine. At a suffix like
/// `co.uk` everybody's sites would share their passkeys, so that no browser takes it.
pub(crate) fn check_id(id: &str) -> Result<()> {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    let is_name = id.split('.').all(is_label);
    let last = id.rsplit('.').next().unwrap_or_default();
    let is_number = last.chars().all(|c| c.is_ascii_digit());
    if is_name && !is_number && (psl::domain(id.as_bytes()).is_some() || id == "localhost") {
        Ok(())
    } else {
        Err(Error::relying_party_unfit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relying_parties_are_domains_below_a_public_suffix() {
        for id in [
            "example.com",
            "auth.example.com",
            "localhost",
            "a.auth.localhost",
            "example.co.uk",
            "mine.github.io",
        ] {
            assert_eq!(check_id(id), Ok(()), "{id}");
        }
        for id in [
            "com",
            "co.uk",
            "github.io",
            "",
            "Example.com",
            "https://example.com",
            "example.com:8080",
            "example..com",
            "-a.example.com",
            "127.0.0.1",
            "exa mple.com",
        ] {
            assert_eq!(check_id(id), Err(Error::relying_party_unfit()), "{id}");
        }
    }

    #[test]
    fn the_host_of_a_url_has_neither_port_nor_path() {
        assert_eq!(host("https://auth.example.com"), Some("auth.example.com"));
        assert_eq!(host("http://a.localhost:9229/x"), Some("a.localhost"));
        assert_eq!(host("no url"), None);
    }
}
