//! Identity providers: what is stored of them, and which of their people are whose users here.

pub(crate) mod certificate;
mod details;
pub(crate) mod linked;
mod metadata;
pub(crate) mod provider;
pub mod saml;
