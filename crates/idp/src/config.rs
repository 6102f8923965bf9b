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

/// The identity of the deployment.
#[derive(Clone, Debug)]
pub struct Config {
    /// Twelve digits, part of every ARN.
    pub account_id: String,
    /// The region of requests that name none.
    pub default_region: String,
    /// Where clients reach this server, without a slash at the end.
    pub public_url: String,
    /// See [`IssuerMode`].
    pub issuer: IssuerMode,
    /// The regions that it answers for; empty means any.
    pub regions: Vec<String>,
    /// Whether somebody delivers what log configurations send out; if not, it is not queued.
    pub delivers_logs: bool,
    /// How many of its things there may be.
    pub limits: Limits,
}
