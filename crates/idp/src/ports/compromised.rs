//! The port of the list of passwords that are known from breaches.

use async_trait::async_trait;

/// A list of passwords known from breaches, asked in k-anonymous form: whoever answers learns five hex
/// digits of the SHA-1 of a password, which thousands of others share.
#[async_trait]
pub trait CompromisedPasswords: Send + Sync + 'static {
    /// Of the hashes on the list that begin with `prefix` (five digits, upper case), what follows it: lines
    /// of `SUFFIX` or `SUFFIX:COUNT`, upper case. The error is for the log.
    async fn range(&self, prefix: &str) -> Result<String, String>;
}
