//! The identity of a deployment.

use crate::quota::Limits;

/// What `iss` in tokens and in the discovery document is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IssuerMode {
    /// `{public_url}/{pool id}`: where the documents can be fetched.
    #[default]
    Local,
    /// The issuer of the real service, for verifiers that derive it from the pool id.
    Aws,
}

/// What is asked of OAuth beyond the service's own rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OAuthRules {
    /// The pools and clients, by id, that are held to the hardened profile; `*` is each of them.
    pub hardened: Vec<String>,
    /// Whether user info has the types of OpenID Connect, where the service answers texts alone.
    pub typed_user_info: bool,
    /// Whether authorization responses leave out the issuer (RFC 9207), as those of the service do.
    pub omits_response_issuer: bool,
}

impl OAuthRules {
    /// Whether this client of this pool is held to the hardened profile.
    pub(crate) fn harden(&self, pool: &str, client: &str) -> bool {
        let mut ids = self.hardened.iter();
        ids.any(|id| id == "*" || id == pool || id == client)
    }
}

/// The identity of the deployment.
#[derive(Clone, Debug)]
pub struct Config {
    /// Twelve digits, part of every ARN.
    pub account_id: String,
    /// The region of requests that name none.
    pub default_region: String,
    /// Where clients reach this server, without a slash at the end.
    pub public_url: String,
    /// The name under which prefix domains have names of their own (`auth.example.com`). Without it they are
    /// paths of the public address, unless that is the own machine's.
    pub prefix_host: Option<String>,
    /// See [`IssuerMode`].
    pub issuer: IssuerMode,
    /// The regions that it answers for; empty means any.
    pub regions: Vec<String>,
    /// Whether somebody delivers what log configurations send out; if not, it is not queued.
    pub delivers_logs: bool,
    /// See [`OAuthRules`].
    pub oauth: OAuthRules,
    /// How many of its things there may be.
    pub limits: Limits,
}
