//! Passwords that are known from breaches: where they are looked for, and what follows.

use std::fmt::Write;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_lc_rs::digest;
use cenote_idp::ports::CompromisedPasswords;
use data_encoding::HEXUPPER;
use serde_json::{Value, json};

use crate::risk_configuration::protected;
use crate::support::signing::{all_flows, answer_srp, invited, respond, result, start_srp};
use crate::support::world::{Answer, PASSWORD, World};
use crate::support::{Harness, refusal, text, with};

/// Meets the policy and is on the list.
const LEAKED: &str = "L3aked-password";

/// A list of one password that remembers what it was asked.
#[derive(Default)]
struct List {
    asked: Mutex<Vec<String>>,
    is_broken: bool,
}

#[async_trait]
impl CompromisedPasswords for List {
    async fn range(&self, prefix: &str) -> Result<String, String> {
        self.asked.lock().expect("the list").push(prefix.to_owned());
        if self.is_broken {
            return Err("the disk is gone".to_owned());
        }
        let hash = |password: &str| {
            HEXUPPER.encode(
                digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes()).as_ref(),
            )
        };
        let mut lines = "0000000000000000000000000000000000A:4\r\n".to_owned();
        // The second is padding: it has a count of zero.
        for (password, count) in [(LEAKED, 3), (PASSWORD, 0)] {
            if let Some(suffix) = hash(password).strip_prefix(prefix) {
                write!(lines, "{suffix}:{count}\r\n").expect("a text");
            }
        }
        Ok(lines)
    }
}

struct Scene {
    w: World,
    list: Arc<List>,
}

impl Scene {
    async fn new(mode: &str, list: List) -> Self {
        let list = Arc::new(list);
        let h =
            Harness::adjusted(|parts| parts.compromised_passwords = Some(Arc::clone(&list) as _));
        let pool = with(
            protected(mode),
            json!({"AutoVerifiedAttributes": ["email"]}),
        );
        let w = World::on(h, pool, all_flows()).await;
        Self { w, list }
    }

    /// Looks at these events (all, when `null`) and does this.
    async fn configured(mode: &str, events: Value, action: &str) -> Self {
        let scene = Self::new(mode, List::default()).await;
        let mut configuration = json!({"Actions": {"EventAction": action}});
        if !events.is_null() {
            configuration["EventFilter"] = events;
        }
        let input = json!({"CompromisedCredentialsRiskConfiguration": configuration});
        scene
            .w
            .admin("SetRiskConfiguration", input)
            .await
            .expect("a configuration");
        scene
    }

    /// A user with the leaked password, which an administrator gave him.
    async fn leaked(&self, name: &str) {
        self.w.made(name, &[]).await;
        let input = json!({"Username": name, "Password": LEAKED, "Permanent": true});
        self.w
            .admin("AdminSetUserPassword", input)
            .await
            .expect("a password");
    }

    async fn sign_up(&self, name: &str) -> Answer {
        let input = json!({"Username": name, "Password": LEAKED});
        self.w.public("SignUp", input).await
    }

    /// What was recorded of the newest event: its response, and what was made of it.
    async fn newest(&self, name: &str) -> (String, Value) {
        let event = self.w.events(name).await.remove(0);
        (text(&event["EventResponse"]), event["EventRisk"].clone())
    }
}

fn refused() -> Answer {
    refusal(
        "InvalidPasswordException",
        "Provided password cannot be used for security reasons.",
    )
}

fn reset_required() -> Answer {
    refusal(
        "PasswordResetRequiredException",
        "Password reset required for the user",
    )
}

fn risk(decision: &str) -> Value {
    json!({"RiskDecision": decision, "CompromisedCredentialsDetected": true})
}

#[tokio::test]
async fn a_sign_in_with_a_leaked_password_asks_for_a_reset_instead() {
    let s = Scene::configured("ENFORCED", Value::Null, "BLOCK").await;
    s.leaked("ada").await;
    assert_eq!(s.w.sign_in("ada", LEAKED).await, reset_required());
    assert_eq!(s.w.status("ada").await, "RESET_REQUIRED");
    assert_eq!(s.newest("ada").await, ("Fail".to_owned(), risk("Block")));
    assert_eq!(s.w.sign_in("ada", LEAKED).await, reset_required());
    // The list has learnt five digits of a hash, and only of right passwords.
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, LEAKED.as_bytes());
    let prefix = HEXUPPER.encode(hash.as_ref())[..5].to_owned();
    assert_eq!(*s.list.asked.lock().expect("the list"), vec![prefix; 2]);
    s.w.made("bob", &[]).await;
    s.w.sign_in("bob", LEAKED)
        .await
        .expect_err("a wrong password");
    assert_eq!(s.list.asked.lock().expect("the list").len(), 2);
    result(s.w.sign_in("bob", PASSWORD).await);
}

#[tokio::test]
async fn a_password_that_srp_proves_is_never_seen() {
    let s = Scene::configured("ENFORCED", Value::Null, "BLOCK").await;
    s.leaked("ada").await;
    let exchange = start_srp(&s.w, "ada").await;
    result(answer_srp(&s.w, exchange.proof(&s.w, LEAKED)).await);
    assert_eq!(*s.list.asked.lock().expect("the list"), [] as [String; 0]);
}

#[tokio::test]
async fn new_passwords_that_are_leaked_are_refused() {
    let s = Scene::configured("ENFORCED", Value::Null, "BLOCK").await;
    assert_eq!(s.sign_up("ann").await, refused());
    s.w.member("bob", &[("email", "bob@example.com")]).await;
    let token = s.w.token("bob").await;
    let change = json!({"PreviousPassword": PASSWORD, "ProposedPassword": LEAKED});
    assert_eq!(s.w.with(&token, "ChangePassword", change).await, refused());
    s.w.h.clock.advance(1000);
    s.w.public("ForgotPassword", json!({"Username": "bob"}))
        .await
        .expect("a code");
    let code = s.w.h.code(&s.w.pool, "bob").await;
    let reset =
        |password: &str| json!({"Username": "bob", "ConfirmationCode": code, "Password": password});
    assert_eq!(
        s.w.public("ConfirmForgotPassword", reset(LEAKED)).await,
        refused()
    );
    // The slip did not cost the code.
    s.w.public("ConfirmForgotPassword", reset("Ot4er-password"))
        .await
        .expect("a new password");

    invited(&s.w, "eve", "Tempor4ry!", &[]).await;
    let challenge = s.w.sign_in("eve", "Tempor4ry!").await.expect("a challenge");
    let session = text(&challenge["Session"]);
    let choose = |password: &str| json!({"USERNAME": "eve", "NEW_PASSWORD": password});
    let answer = respond(
        &s.w,
        "NEW_PASSWORD_REQUIRED",
        Some(&session),
        choose(LEAKED),
    )
    .await;
    assert_eq!(answer, refused());
    result(
        respond(
            &s.w,
            "NEW_PASSWORD_REQUIRED",
            Some(&session),
            choose(PASSWORD),
        )
        .await,
    );
}

#[tokio::test]
async fn the_filter_says_which_events_are_looked_at() {
    let s = Scene::configured("ENFORCED", json!(["SIGN_UP"]), "BLOCK").await;
    s.leaked("ada").await;
    result(s.w.sign_in("ada", LEAKED).await);
    let nothing = json!({"RiskDecision": "NoRisk", "CompromisedCredentialsDetected": false});
    assert_eq!(s.newest("ada").await, ("Pass".to_owned(), nothing));
    assert_eq!(s.sign_up("ann").await, refused());

    let s = Scene::configured("ENFORCED", json!(["SIGN_IN", "PASSWORD_CHANGE"]), "BLOCK").await;
    s.sign_up("ann").await.expect("a sign-up");
}

#[tokio::test]
async fn where_nothing_is_to_be_done_a_finding_is_only_recorded() {
    for (mode, action) in [("ENFORCED", "NO_ACTION"), ("AUDIT", "BLOCK")] {
        let s = Scene::configured(mode, Value::Null, action).await;
        s.sign_up("ann").await.expect("a sign-up");
        assert_eq!(
            s.newest("ann").await,
            ("InProgress".to_owned(), risk("NoRisk"))
        );
        s.leaked("ada").await;
        result(s.w.sign_in("ada", LEAKED).await);
        assert_eq!(s.newest("ada").await, ("Pass".to_owned(), risk("NoRisk")));
    }
    let s = Scene::new("ENFORCED", List::default()).await;
    s.sign_up("ann")
        .await
        .expect("a sign-up in a pool that was not told what to do");
    assert_eq!(
        s.newest("ann").await,
        ("InProgress".to_owned(), risk("NoRisk"))
    );
    let s = Scene::new("OFF", List::default()).await;
    s.sign_up("ann")
        .await
        .expect("a sign-up in a pool without threat protection");
    assert_eq!(*s.list.asked.lock().expect("the list"), [] as [String; 0]);
}

#[tokio::test]
async fn a_client_has_its_own_configuration_in_place_of_the_pools() {
    let s = Scene::configured("ENFORCED", Value::Null, "BLOCK").await;
    let own = json!({
        "ClientId": s.w.client,
        "RiskExceptionConfiguration": {"SkippedIPRangeList": ["192.0.2.0/24"]},
    });
    s.w.admin("SetRiskConfiguration", own)
        .await
        .expect("a configuration");
    s.sign_up("ann").await.expect("a sign-up");
    let reset = json!({"ClientId": s.w.client});
    s.w.admin("SetRiskConfiguration", reset)
        .await
        .expect("a reset");
    assert_eq!(s.sign_up("bob").await, refused());
}

#[tokio::test]
async fn an_address_that_is_skipped_still_has_its_passwords_checked() {
    let s = Scene::configured("ENFORCED", Value::Null, "BLOCK").await;
    let input = json!({
        "CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "BLOCK"}},
        "RiskExceptionConfiguration": {"SkippedIPRangeList": ["192.0.2.0/24"]},
    });
    s.w.admin("SetRiskConfiguration", input)
        .await
        .expect("a configuration");
    s.leaked("ada").await;
    let from_there = s.w.from("192.0.2.1", "Browser");
    assert_eq!(from_there.sign_in("ada", LEAKED).await, reset_required());
}

#[tokio::test]
async fn a_list_that_cannot_be_read_keeps_nobody_out() {
    let list = List {
        is_broken: true,
        ..List::default()
    };
    let s = Scene::new("ENFORCED", list).await;
    let input =
        json!({"CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "BLOCK"}}});
    s.w.admin("SetRiskConfiguration", input)
        .await
        .expect("a configuration");
    s.sign_up("ann").await.expect("a sign-up");
    assert_eq!(s.list.asked.lock().expect("the list").len(), 1);
}
