//! The domains of a pool: one prefix, one of its own.

use cenote_model::{
    CustomDomainConfigType, DomainDescriptionType, DomainStatusType, RoutingType, UserPoolTierType,
};
use serde::{Deserialize, Serialize};

use super::Pool;
use crate::ports::Kind;
use crate::stored::Stored;
use crate::{Config, Cx, Error, Result, calendar};

/// The classic pages.
pub(crate) const CLASSIC: i32 = 1;

/// The pages that have branding styles.
pub(crate) const MANAGED_LOGIN: i32 = 2;

/// Words that a prefix cannot contain.
const RESERVED: [&str; 3] = ["aws", "amazon", "cognito"];

/// A domain as it is stored, by its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Domain {
    pub(crate) user_pool_id: String,
    pub(crate) region: String,
    /// [`CLASSIC`] or [`MANAGED_LOGIN`].
    pub(crate) managed_login_version: i32,
    /// Only of a custom domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) custom: Option<CustomDomainConfigType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) routing: Option<RoutingType>,
    /// The name that an alias record of a custom domain points to.
    pub(crate) distribution: String,
    /// Milliseconds since the epoch.
    pub(crate) changed_at: i64,
}

/// Whether a name is that of a custom domain.
pub(crate) fn is_custom(name: &str) -> bool {
    name.contains('.')
}

/// The domain of this name. A prefix is one of a Region, a custom domain the same in all of them.
pub(crate) async fn find(cx: &Cx, region: &str, name: &str) -> Result<Option<Stored<Domain>>> {
    Stored::find(cx, Kind::Domain, place(region, name), name).await
}

/// The column `pool` of a domain's record.
pub(crate) fn place<'a>(region: &'a str, name: &str) -> &'a str {
    if is_custom(name) { "" } else { region }
}

/// Checks the name of a prefix domain.
pub(crate) fn check_prefix(name: &str) -> Result<()> {
    if is_custom(name) {
        return Err(Error::domain_characters());
    }
    match RESERVED.iter().find(|word| name.contains(**word)) {
        Some(word) => Err(Error::domain_reserved_word(word)),
        None => Ok(()),
    }
}

/// Checks name and certificate of a custom domain: it stands below a domain that is not a top-level one.
/// Whether the names resolve is the operator's affair.
pub(crate) fn check_custom(name: &str, config: &CustomDomainConfigType) -> Result<()> {
    let labels: Vec<&str> = name.split('.').collect();
    let is_label =
        |label: &&str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    if labels.len() < 3 || !labels.iter().all(is_label) {
        return Err(Error::parent_domain());
    }
    let arn: Vec<&str> = config.certificate_arn.split(':').collect();
    let [_, _, "acm", "us-east-1", _, resource] = arn[..] else {
        return Err(Error::domain_certificate());
    };
    match resource.strip_prefix("certificate/") {
        Some(id) if !id.is_empty() => Ok(()),
        _ => Err(Error::domain_certificate()),
    }
}

/// Checks the version of the pages against the pool's tier.
pub(crate) fn check_version(pool: &Pool, version: i32) -> Result<()> {
    match version {
        CLASSIC => Ok(()),
        MANAGED_LOGIN => pool.require_essentials("Managed Login Version 2"),
        _ => Err(Error::managed_login_version()),
    }
}

/// Refuses a tier that does not have the pages of the pool's domains.
pub(crate) async fn check_tier(cx: &Cx, pool: &Pool) -> Result<()> {
    if pool.tier() != UserPoolTierType::Lite {
        return Ok(());
    }
    let names = [&pool.shape.domain, &pool.shape.custom_domain];
    for name in names.into_iter().flatten() {
        let found = find(cx, &pool.region, name).await?;
        if found.is_some_and(|found| found.value.managed_login_version == MANAGED_LOGIN) {
            return Err(Error::to_disable_for_tier(
                UserPoolTierType::Lite,
                &["Managed Login Version 2"],
            ));
        }
    }
    Ok(())
}

impl Domain {
    /// What DescribeUserPoolDomain tells of it.
    pub(crate) fn description(&self, name: &str, config: &Config) -> DomainDescriptionType {
        DomainDescriptionType {
            user_pool_id: Some(self.user_pool_id.clone()),
            aws_account_id: Some(config.account_id.clone()),
            domain: Some(name.to_owned()),
            s3_bucket: Some(format!("aws-cognito-prod-{}-assets", self.region)),
            cloud_front_distribution: Some(self.distribution.clone()),
            version: Some(calendar::compact(self.changed_at)),
            status: Some(DomainStatusType::Active),
            custom_domain_config: self.custom.clone(),
            managed_login_version: Some(self.managed_login_version),
            routing: self.routing.clone(),
        }
    }
}

/// Where the pages of a pool are reached; a custom domain comes before a prefix.
pub(crate) fn base_url(config: &Config, pool: &Pool) -> Option<String> {
    if let Some(custom) = &pool.shape.custom_domain {
        return Some(url_of(config, pool, None, custom));
    }
    let prefix = pool.shape.domain.as_deref()?;
    Some(url_of(config, pool, Some(prefix), prefix))
}

/// Where the names of prefix domains lead here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PrefixNames<'a> {
    /// `<prefix>.auth.` and anything: browsers take every name under `localhost` for the own machine.
    OwnMachine,
    /// `<prefix>.` and this name, for pools of the default Region.
    Under(&'a str),
    /// Nowhere: they are paths, which need neither a name nor a certificate.
    Nowhere,
}

impl<'a> PrefixNames<'a> {
    /// What the configuration says.
    pub(crate) fn of(config: &'a Config) -> Self {
        let (_, host, _) = parts(&config.public_url);
        match &config.prefix_host {
            Some(name) => Self::Under(name),
            None if ["localhost", "127.0.0.1"].contains(&host) => Self::OwnMachine,
            None => Self::Nowhere,
        }
    }
}

/// The address of a domain of the pool: of its prefix, or else of the custom domain `name`. Both are reached
/// as the public address is: by its scheme, and at its port.
pub(crate) fn url_of(config: &Config, pool: &Pool, prefix: Option<&str>, name: &str) -> String {
    let (scheme, _, port) = parts(&config.public_url);
    let Some(prefix) = prefix else {
        return format!("{scheme}://{name}{port}");
    };
    let is_elsewhere = pool.region != config.default_region;
    let region = if is_elsewhere {
        format!(".{}", pool.region)
    } else {
        String::new()
    };
    match PrefixNames::of(config) {
        PrefixNames::OwnMachine => format!("{scheme}://{prefix}.auth{region}.localhost{port}"),
        PrefixNames::Under(host) if !is_elsewhere => format!("{scheme}://{prefix}.{host}{port}"),
        _ if is_elsewhere => format!("{}/_domain/{prefix}.auth{region}", config.public_url),
        _ => format!("{}/_domain/{prefix}", config.public_url),
    }
}

/// The scheme of an address, its host, and its port with the colon, if there is one.
fn parts(url: &str) -> (&str, &str, &str) {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let authority = rest.split('/').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (scheme, host, &authority[host.len()..])
        }
        _ => (scheme, authority, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(arn: &str) -> CustomDomainConfigType {
        CustomDomainConfigType {
            certificate_arn: arn.to_owned(),
            security_policy: None,
        }
    }

    #[test]
    fn prefixes_have_neither_dots_nor_words_of_the_service() {
        assert_eq!(check_prefix("my-app"), Ok(()));
        assert_eq!(check_prefix("my.app"), Err(Error::domain_characters()));
        for (name, word) in [
            ("myaws", "aws"),
            ("amazonian", "amazon"),
            ("x-cognito-x", "cognito"),
        ] {
            assert_eq!(check_prefix(name), Err(Error::domain_reserved_word(word)));
        }
    }

    #[test]
    fn custom_domains_stand_below_a_registered_one() {
        let config = certificate("arn:aws:acm:us-east-1:123456789012:certificate/abc");
        assert_eq!(check_custom("auth.example.com", &config), Ok(()));
        for name in [
            "example.com",
            "auth..com",
            "auth.example.",
            "-a.example.com",
            "a-.example.com",
        ] {
            assert_eq!(
                check_custom(name, &config),
                Err(Error::parent_domain()),
                "{name}"
            );
        }
        for arn in [
            "arn:aws:acm:eu-west-1:123456789012:certificate/abc",
            "arn:aws:iam:us-east-1:123456789012:certificate/abc",
            "arn:aws:acm:us-east-1:123456789012:certificate/",
            "arn:aws:acm:us-east-1:123456789012:cert",
        ] {
            assert_eq!(
                check_custom("auth.example.com", &certificate(arn)),
                Err(Error::domain_certificate()),
                "{arn}"
            );
        }
    }

    #[test]
    fn an_address_has_a_scheme_a_host_and_perhaps_a_port() {
        for (url, expected) in [
            ("http://127.0.0.1:9229", ("http", "127.0.0.1", ":9229")),
            ("https://id.example.com", ("https", "id.example.com", "")),
            (
                "https://id.example.com:8443/a",
                ("https", "id.example.com", ":8443"),
            ),
            ("http://[::1]", ("http", "[::1]", "")),
            ("http://[::1]:80", ("http", "[::1]", ":80")),
        ] {
            assert_eq!(parts(url), expected, "{url}");
        }
    }
}
