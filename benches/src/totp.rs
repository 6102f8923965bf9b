//! Users with an authenticator app: their registration, and the sign-in with a code that is theirs once.

use std::sync::atomic::{AtomicI64, Ordering};

use cenote_idp::crypto::totp;
use cenote_idp::ports::{Clock, SystemClock};
use data_encoding::BASE32_NOPAD;
use serde_json::{Value, json};

use crate::Outcome;
use crate::client::Client;
use crate::seed::{PASSWORD, Seeded};

/// One user's app.
pub(crate) struct Device {
    name: String,
    secret: Vec<u8>,
    /// The step of the last code that was used.
    used: AtomicI64,
}

/// The present step of thirty seconds.
fn now() -> i64 {
    SystemClock::default().now_ms() / 30_000
}

impl Device {
    /// Makes a user and registers an app that every further sign-in asks for.
    pub(crate) async fn register(
        client: &mut Client,
        seeded: &Seeded,
        name: String,
    ) -> Outcome<Self> {
        let who = |more: Value| {
            let mut input = json!({ "UserPoolId": seeded.pool, "Username": name });
            for (member, value) in more.as_object().into_iter().flatten() {
                input[member] = value.clone();
            }
            input
        };
        let input = who(json!({ "MessageAction": "SUPPRESS" }));
        client.call("AdminCreateUser", &input).await?;
        let input = who(json!({ "Password": PASSWORD, "Permanent": true }));
        client.call("AdminSetUserPassword", &input).await?;
        let answer = Self::first_factor(client, seeded, &name).await?;
        let token = &answer["AuthenticationResult"]["AccessToken"];
        let input = json!({ "AccessToken": token });
        let answer = client.call("AssociateSoftwareToken", &input).await?;
        let secret = answer["SecretCode"].as_str().ok_or("no secret")?;
        let secret = BASE32_NOPAD.decode(secret.as_bytes())?;
        // The oldest code that is good, so that the later ones are left.
        let used = now() - 1;
        let input = json!({ "AccessToken": token, "UserCode": totp::code(&secret, used) });
        client.call("VerifySoftwareToken", &input).await?;
        let settings = json!({ "Enabled": true, "PreferredMfa": true });
        let input = json!({ "AccessToken": token, "SoftwareTokenMfaSettings": settings });
        client.call("SetUserMFAPreference", &input).await?;
        Ok(Self {
            name,
            secret,
            used: AtomicI64::new(used),
        })
    }

    async fn first_factor(client: &mut Client, seeded: &Seeded, name: &str) -> Outcome<Value> {
        let parameters = json!({ "USERNAME": name, "PASSWORD": PASSWORD });
        let input = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": seeded.client,
            "AuthParameters": parameters });
        client.call("InitiateAuth", &input).await
    }

    /// Signs in by password and a code that was not used before.
    pub(crate) async fn login(&self, client: &mut Client, seeded: &Seeded) -> Outcome {
        let challenge = Self::first_factor(client, seeded, &self.name).await?;
        let now = now();
        let step = (self.used.load(Ordering::Relaxed) + 1).max(now - 1);
        if step > now + 1 {
            return Err(format!("no code of {} is left", self.name).into());
        }
        self.used.store(step, Ordering::Relaxed);
        let code = totp::code(&self.secret, step);
        let answers = json!({ "USERNAME": self.name, "SOFTWARE_TOKEN_MFA_CODE": code });
        let input = json!({ "ChallengeName": "SOFTWARE_TOKEN_MFA", "ClientId": seeded.client,
            "Session": challenge["Session"], "ChallengeResponses": answers });
        let answer = client.call("RespondToAuthChallenge", &input).await?;
        match answer["AuthenticationResult"]["AccessToken"].as_str() {
            Some(_) => Ok(()),
            None => Err(format!("no tokens for a right code: {answer}").into()),
        }
    }
}
