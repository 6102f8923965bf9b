//! Pools with second factors, and an authenticator app.

use cenote_idp::crypto::totp;
use cenote_idp::ports::Clock;
use data_encoding::BASE32_NOPAD;
use serde_json::{Value, json};

use super::signing::respond;
use super::world::{Answer, PASSWORD, World};
use super::{refusal, sms, text, with};

/// How long a code is shown.
pub(crate) const STEP_MS: i64 = 30 * 1000;

/// Attributes that every factor can use.
pub(crate) const CONTACTS: [(&str, &str); 2] = [
    ("email", "ada@example.com"),
    ("phone_number", "+12065550100"),
];

/// A pool whose MFA is in this state, with these of the factors `SMS`, `TOTP` and `EMAIL`. It recovers
/// accounts by way of an administrator, so that each address may serve as a factor.
pub(crate) async fn world(state: &str, factors: &[&str]) -> World {
    world_of(state, factors, json!({}), json!({})).await
}

/// The same, with settings of pool and client.
pub(crate) async fn world_of(state: &str, factors: &[&str], pool: Value, client: Value) -> World {
    let settings = json!({
        "EmailConfiguration": {
            "EmailSendingAccount": "DEVELOPER",
            "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@b.example",
        },
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]},
    });
    let w = World::new(with(settings, pool), client).await;
    set_mfa(&w, state, factors).await;
    w
}

/// Sets the MFA of the pool.
pub(crate) async fn set_mfa(w: &World, state: &str, factors: &[&str]) {
    let mut input = json!({"MfaConfiguration": state});
    for factor in factors {
        let (member, value) = match *factor {
            "SMS" => ("SmsMfaConfiguration", json!({"SmsConfiguration": sms()})),
            "TOTP" => ("SoftwareTokenMfaConfiguration", json!({"Enabled": true})),
            "EMAIL" => ("EmailMfaConfiguration", json!({})),
            other => panic!("no factor {other}"),
        };
        input[member] = value;
    }
    w.admin("SetUserPoolMfaConfig", input)
        .await
        .expect("an MFA configuration");
}

/// An authenticator app with one secret.
pub(crate) struct App(Vec<u8>);

impl App {
    /// What it makes of the answer of AssociateSoftwareToken.
    pub(crate) fn of(associated: &Value) -> Self {
        let secret = text(&associated["SecretCode"]);
        assert_eq!(secret.len(), 52, "32 bytes in base32");
        Self(
            BASE32_NOPAD
                .decode(secret.as_bytes())
                .expect("a secret in base32"),
        )
    }

    /// The code that it shows so many steps from now.
    pub(crate) fn code_at(&self, w: &World, steps: i64) -> String {
        totp::code(&self.0, w.h.clock.now_ms() / STEP_MS + steps)
    }

    /// The code that it shows now.
    pub(crate) fn code(&self, w: &World) -> String {
        self.code_at(w, 0)
    }
}

/// AssociateSoftwareToken with an access token.
pub(crate) async fn associate(w: &World, token: &str) -> App {
    let associated = w
        .with(token, "AssociateSoftwareToken", json!({}))
        .await
        .expect("a secret");
    assert_eq!(associated.as_object().map(serde_json::Map::len), Some(1));
    App::of(&associated)
}

/// VerifySoftwareToken with an access token.
pub(crate) async fn verify(w: &World, token: &str, code: &str) -> Answer {
    w.with(token, "VerifySoftwareToken", json!({"UserCode": code}))
        .await
}

/// Registers a software token, and waits until its first code is over.
pub(crate) async fn register(w: &World, token: &str) -> App {
    let app = associate(w, token).await;
    let verified = verify(w, token, &app.code(w)).await;
    assert_eq!(verified, Ok(json!({"Status": "SUCCESS"})));
    w.h.clock.advance(STEP_MS);
    app
}

/// AdminSetUserMFAPreference: `*` marks the preferred one of the factors that are turned on.
pub(crate) async fn prefer(w: &World, name: &str, factors: &[&str]) {
    let mut input = json!({"Username": name});
    for factor in factors {
        let member = match factor.trim_end_matches('*') {
            "SMS" => "SMSMfaSettings",
            "TOTP" => "SoftwareTokenMfaSettings",
            "EMAIL" => "EmailMfaSettings",
            other => panic!("no factor {other}"),
        };
        input[member] = json!({"Enabled": true, "PreferredMfa": factor.ends_with('*')});
    }
    w.admin("AdminSetUserMFAPreference", input)
        .await
        .expect("a preference");
}

/// What a user has turned on and prefers, as an administrator sees it.
pub(crate) async fn settings(w: &World, name: &str) -> (Option<Value>, Option<Value>) {
    let user = w
        .admin("AdminGetUser", json!({"Username": name}))
        .await
        .expect("a user");
    let member = |name: &str| user.get(name).cloned();
    (member("UserMFASettingList"), member("PreferredMfaSetting"))
}

/// A wrong first code.
pub(crate) fn not_verified() -> Answer {
    refusal(
        "EnableSoftwareTokenMFAException",
        "Code mismatch and fail enable Software Token MFA",
    )
}

/// Software tokens are off.
pub(crate) fn tokens_off() -> Answer {
    refusal(
        "SoftwareTokenMFANotFoundException",
        "Software Token MFA has not been enabled by the userPool",
    )
}

/// A challenge that was answered.
#[derive(Debug)]
pub(crate) struct Challenge {
    pub(crate) name: String,
    pub(crate) session: String,
    pub(crate) parameters: Value,
}

/// Takes a challenge apart.
#[track_caller]
pub(crate) fn challenge(answer: Answer) -> Challenge {
    let mut answer = answer.expect("a challenge");
    assert!(answer.get("AuthenticationResult").is_none(), "{answer}");
    Challenge {
        name: text(&answer["ChallengeName"]),
        session: text(&answer["Session"]),
        parameters: answer["ChallengeParameters"].take(),
    }
}

/// Signs in by password up to the challenge of the second factor. The clock moves on, so that what is sent
/// now is newer than what was sent before.
pub(crate) async fn asked(w: &World, name: &str) -> Challenge {
    w.h.clock.advance(1);
    challenge(w.sign_in(name, PASSWORD).await)
}

impl Challenge {
    /// Answers it: what is asked for, and the username beside it.
    pub(crate) async fn answer(&self, w: &World, name: &str, answers: Value) -> Answer {
        let answers = with(json!({"USERNAME": name}), answers);
        respond(w, &self.name, Some(&self.session), answers).await
    }

    /// Answers it with a code.
    pub(crate) async fn code(&self, w: &World, name: &str, code: &str) -> Answer {
        let parameter = match self.name.as_str() {
            "EMAIL_OTP" => "EMAIL_OTP_CODE",
            "SMS_MFA" => "SMS_MFA_CODE",
            _ => "SOFTWARE_TOKEN_MFA_CODE",
        };
        self.answer(w, name, json!({parameter: code})).await
    }
}

/// A wrong code of SMS or e-mail.
pub(crate) fn wrong_code() -> Answer {
    refusal(
        "CodeMismatchException",
        "Invalid code or auth state for the user.",
    )
}

/// A wrong code of an authenticator app.
pub(crate) fn wrong_token_code() -> Answer {
    refusal("CodeMismatchException", "Invalid code received for user")
}

/// A code of an authenticator app for the second time.
pub(crate) fn used_token_code() -> Answer {
    refusal(
        "ExpiredCodeException",
        "Your software token has already been used once.",
    )
}
