//! Which domain a request is for.

use std::sync::Arc;

use super::Refusal;
use crate::pool::domain::PrefixNames;
use crate::pool::{Pool, domain};
use crate::{Config, Cx, Error, Service};

/// The domain of a pool, as a request reached it.
#[derive(Clone, Debug)]
pub struct Domain {
    pub(crate) pool: Arc<Pool>,
    /// What it is counted by, however it was reached.
    key: String,
    /// Where the domain is reached from outside, without a slash at the end: by its own name, or below
    /// `/_domain/`, as the request came.
    pub base: String,
    /// What stands before every path of the domain: empty, or `/_domain/` and its name.
    pub path_prefix: String,
    /// 1: the classic pages, 2: managed login.
    pub version: i32,
}

impl Domain {
    /// The domain that a Host header names: a custom domain, or a prefix where prefixes have names.
    pub async fn of_host(service: &Service, host: &str) -> Result<Option<Self>, Error> {
        let name = without_port(host).to_ascii_lowercase();
        let prefix = prefix_in_host(&service.config, &name);
        Self::find(service, &name, prefix, String::new()).await
    }

    /// The domain of the path `/_domain/<name>`: a prefix, or what could be a host name.
    pub async fn of_path(service: &Service, name: &str) -> Result<Option<Self>, Error> {
        let path_prefix = format!("/_domain/{name}");
        let name = name.to_ascii_lowercase();
        let bare = (!domain::is_custom(&name)).then_some((name.as_str(), None));
        Self::find(service, &name, split(&name).or(bare), path_prefix).await
    }

    /// Counts a request among those to the domain and from the address of its sender, or refuses it.
    pub fn admit(&self, cx: &Cx) -> Result<(), Refusal> {
        Ok(cx.service.rates.admit(&self.key, cx.peer.ip)?)
    }

    /// Without a Region it is the default one.
    async fn find(
        service: &Service,
        name: &str,
        prefix: Option<(&str, Option<&str>)>,
        path_prefix: String,
    ) -> Result<Option<Self>, Error> {
        let (prefix, region) = prefix.unwrap_or_default();
        let region = region.unwrap_or(&service.config.default_region);
        let mut found = None;
        // The names that are never custom domains are not asked for as such.
        if domain::is_custom(name) && !name.ends_with(".localhost") {
            found = service.domain("", name).await?;
        }
        if found.is_none() && !prefix.is_empty() {
            found = service.domain(region, prefix).await?;
        }
        let Some(found) = found else { return Ok(None) };
        let Some(pool) = service.pool(&found.user_pool_id).await? else {
            return Ok(None);
        };
        let key = match found.custom {
            Some(_) => name.to_owned(),
            None => format!("{region}/{prefix}"),
        };
        let base = if path_prefix.is_empty() {
            let prefix = found.custom.is_none().then_some(prefix);
            domain::url_of(&service.config, &pool, prefix, name)
        } else {
            format!("{}{path_prefix}", service.config.public_url)
        };
        Ok(Some(Self {
            pool,
            key,
            base,
            path_prefix,
            version: found.managed_login_version,
        }))
    }

    /// The pool's id.
    pub fn pool_id(&self) -> &str {
        &self.pool.id
    }

    /// The pool's Region.
    pub fn region(&self) -> &str {
        &self.pool.region
    }

    /// Whether it shows managed login.
    pub fn is_managed(&self) -> bool {
        self.version == domain::MANAGED_LOGIN
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// The prefix in the name that a request was sent to, and the Region. Where prefixes have no names, none is
/// answered: what is addressed there would come back to another place, without the cookies of this one.
fn prefix_in_host<'a>(config: &Config, name: &'a str) -> Option<(&'a str, Option<&'a str>)> {
    match PrefixNames::of(config) {
        PrefixNames::OwnMachine => split(name),
        PrefixNames::Under(host) => {
            let prefix = name.strip_suffix(host)?.strip_suffix('.')?;
            (!domain::is_custom(prefix)).then_some((prefix, None))
        }
        PrefixNames::Nowhere => None,
    }
}

/// The prefix and the Region in a name like `app.auth.eu-west-1.amazoncognito.com`.
fn split(name: &str) -> Option<(&str, Option<&str>)> {
    let (prefix, rest) = name.split_once('.')?;
    let rest = rest
        .strip_prefix("auth.")
        .or_else(|| rest.strip_prefix("auth-fips."))?;
    let first = rest.split('.').next().unwrap_or_default();
    Some((prefix, is_region(first).then_some(first)))
}

/// Whether a label has the form of a Region: `eu-west-1`.
fn is_region(label: &str) -> bool {
    label.split('-').count() >= 3
        && label
            .rsplit('-')
            .next()
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_stand_before_auth_and_anything() {
        for (name, expected) in [
            ("app.auth.localhost", Some(("app", None))),
            (
                "app.auth.eu-west-1.localhost",
                Some(("app", Some("eu-west-1"))),
            ),
            (
                "app.auth.us-east-1.amazoncognito.com",
                Some(("app", Some("us-east-1"))),
            ),
            (
                "app.auth-fips.us-gov-west-1.amazoncognito.com",
                Some(("app", Some("us-gov-west-1"))),
            ),
            ("app.auth.example.com", Some(("app", None))),
            ("app.example.com", None),
            ("localhost", None),
            ("127.0.0.1", None),
        ] {
            assert_eq!(split(name), expected, "{name}");
        }
        assert_eq!(
            without_port("app.auth.localhost:9229"),
            "app.auth.localhost"
        );
        assert_eq!(without_port("app.auth.localhost"), "app.auth.localhost");
    }
}
