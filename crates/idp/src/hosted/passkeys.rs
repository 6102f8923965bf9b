//! Passkeys of people who have signed in on the pages.

use super::Site;
use crate::oauth::SignedIn;
use crate::ops::passkeys as operations;
use crate::user::passkeys;
use crate::{Cx, Error, Result};

impl Site {
    /// Whether users may add passkeys.
    pub fn offers_passkeys(&self) -> bool {
        !self.is_lite() && passkeys::are_allowed(&self.pool)
    }

    /// The options, as JSON, with which a browser makes a passkey for a user.
    pub async fn passkey_options(&self, cx: &Cx, signed_in: &SignedIn) -> Result<String> {
        let user = &signed_in.user;
        let options = passkeys::creation_options(cx, &self.pool, &self.client, user).await?;
        Ok(options.to_string())
    }

    /// Registers what the browser has made, as JSON.
    pub async fn add_passkey(&self, cx: &Cx, signed_in: &SignedIn, credential: &str) -> Result<()> {
        let credential =
            serde_json::from_str(credential).map_err(|_| Error::passkey_malformed("Credential"))?;
        operations::register(cx, &self.pool, &self.client, &signed_in.user, &credential).await
    }
}
