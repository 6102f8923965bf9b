//! What an application is granted at the authorization endpoint, and what that makes of its tokens.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::pool::{Pool, scopes};
use crate::trigger::Claims;
use crate::user::User;
use crate::{Cx, Result};

/// Scopes and what came with them. It stays the same for all tokens of a sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) scopes: Vec<String>,
    /// The service that access tokens are for (RFC 8707).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resource: Option<String>,
    /// The `nonce` of the request: only the first ID token has it (OpenID Connect Core 1.0, 12.2).
    #[serde(skip)]
    pub(crate) nonce: Option<String>,
}

impl Grant {
    fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|one| one == scope)
    }

    /// Whether an ID token comes with it.
    pub(crate) fn has_id_token(&self) -> bool {
        self.has("openid")
    }

    /// Whether the scopes show this attribute: those of the scopes that name some, or every one where only
    /// `openid` was granted.
    fn shows(&self, attribute: &str) -> bool {
        let scopes = self.scopes.iter().map(String::as_str);
        shows(scopes, attribute)
    }

    /// Shapes the claims that a sign-in through the API would have to what was granted. Scopes whose resource
    /// server is gone are left out.
    pub(super) async fn apply(
        &self,
        cx: &Cx,
        pool: &Pool,
        user: &User,
        id: &mut Claims,
        access: &mut Claims,
    ) -> Result<()> {
        let existing = scopes::existing(cx, pool, &self.scopes).await?;
        let lives = |scope: &&str| {
            *scope == scopes::REGISTRATION || !scope.contains('/') || existing.contains(scope)
        };
        let live: Vec<&str> = self
            .scopes
            .iter()
            .map(String::as_str)
            .filter(lives)
            .collect();
        if live.is_empty() {
            access.remove("scope");
        } else {
            access.insert("scope".into(), live.join(" ").into());
        }
        access.insert("version".into(), json!(2));
        if let Some(resource) = &self.resource {
            access.insert("aud".into(), resource.as_str().into());
        }
        for name in user.attributes.keys().filter(|name| !self.shows(name)) {
            id.remove(name);
        }
        if let Some(nonce) = &self.nonce {
            id.insert("nonce".into(), nonce.as_str().into());
        }
        Ok(())
    }
}

/// Whether scopes show an attribute to the application.
pub(crate) fn shows<'a>(scopes: impl Iterator<Item = &'a str>, attribute: &str) -> bool {
    let scope = match attribute {
        // The person's links to other providers are about the account.
        "identities" => return true,
        "email" | "email_verified" => "email",
        "phone_number" | "phone_number_verified" => "phone",
        // No scope of this service is for it.
        "address" => "",
        _ => "profile",
    };
    let (mut shown, mut is_limited) = (false, false);
    for one in scopes {
        is_limited |= matches!(one, "profile" | "email" | "phone");
        shown |= one == scope;
    }
    shown || !is_limited
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_show_their_attributes_and_openid_alone_shows_all() {
        for (scopes, shown) in [
            (
                &["openid"][..],
                &["email", "name", "phone_number", "address", "custom:x"][..],
            ),
            (
                &["openid", "a/b"],
                &["email", "name", "phone_number", "address", "custom:x"],
            ),
            (&["openid", "email"], &["email"]),
            (
                &["openid", "phone", "profile"],
                &["name", "phone_number", "custom:x"],
            ),
        ] {
            for attribute in ["email", "name", "phone_number", "address", "custom:x"] {
                assert_eq!(
                    shows(scopes.iter().copied(), attribute),
                    shown.contains(&attribute),
                    "{attribute} {scopes:?}"
                );
            }
        }
    }
}
