//! Guessing is bounded whatever is guessed: failures are counted for the user, so that to begin again, and be
//! asked anew, gives nobody more guesses.

use serde_json::json;

use crate::support::mfa::{
    self, App, asked, associate, challenge, not_verified, prefer, register, verify, world_of,
    wrong_code, wrong_token_code,
};
use crate::support::passkeys::{self, Passkey, wrong_passkey};
use crate::support::signing::{
    all_flows, answer_srp, initiate, invalid, not_authorized, respond, result, start_srp,
    wrong_password,
};
use crate::support::text;
use crate::support::world::{
    Answer, HOUR_MS, PASSWORD, World, attempt_limit, code_mismatch, wrong,
};

/// Wrong answers that lock nothing yet.
const FREE: usize = 5;

fn locked() -> Answer {
    not_authorized("Password attempts exceeded")
}

#[tokio::test]
async fn a_password_is_guessed_at_in_every_flow_together() {
    let w = World::new(
        json!({}),
        json!({"ExplicitAuthFlows": [
            "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH",
            "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        ]}),
    )
    .await;
    w.made("ada", &[]).await;
    let guess = "Wr0ng-one!";
    assert_eq!(w.sign_in("ada", guess).await, wrong_password());
    let started = start_srp(&w, "ada").await;
    let answer = answer_srp(&w, started.proof(&w, guess)).await;
    assert_eq!(answer, wrong_password());
    let chosen = json!({"USERNAME": "ada", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": guess});
    assert_eq!(initiate(&w, "USER_AUTH", chosen).await, wrong_password());
    let parameters = json!({"USERNAME": "ada", "PASSWORD": guess});
    let flow = "ADMIN_USER_PASSWORD_AUTH";
    let by_admin = crate::support::signing::admin_initiate(&w, flow, parameters).await;
    assert_eq!(by_admin, wrong_password());
    assert_eq!(w.sign_in("ada", guess).await, wrong_password());
    assert_eq!(w.sign_in("ada", PASSWORD).await, locked());
    let parameters = json!({"USERNAME": "ada", "SRP_A": "7"});
    assert_eq!(initiate(&w, "USER_SRP_AUTH", parameters).await, locked());
    w.h.clock.advance(1_000);
    result(w.sign_in("ada", PASSWORD).await);
}

#[tokio::test]
async fn codes_of_a_second_factor_are_guessed_at_once_for_all_sign_ins() {
    for factor in ["SMS", "EMAIL"] {
        let w = world_of("OPTIONAL", &["SMS", "EMAIL"], json!({}), all_flows()).await;
        w.made("ada", &mfa::CONTACTS).await;
        prefer(&w, "ada", &[factor]).await;
        for _ in 0..FREE {
            let it = asked(&w, "ada").await;
            let code = w.h.code(&w.pool, "ada").await;
            assert_eq!(it.code(&w, "ada", &wrong(&code)).await, wrong_code());
        }
        let it = asked(&w, "ada").await;
        let code = w.h.code(&w.pool, "ada").await;
        assert_eq!(it.code(&w, "ada", &code).await, locked());
        w.h.clock.advance(1_000);
        result(it.code(&w, "ada", &code).await);
    }
}

#[tokio::test]
async fn codes_of_an_app_are_guessed_at_once_for_all_sign_ins() {
    let w = mfa::world("OPTIONAL", &["TOTP"]).await;
    w.made("ada", &[]).await;
    let app = register(&w, &w.token("ada").await).await;
    prefer(&w, "ada", &["TOTP"]).await;
    for _ in 0..FREE {
        let it = asked(&w, "ada").await;
        let code = wrong(&app.code(&w));
        assert_eq!(it.code(&w, "ada", &code).await, wrong_token_code());
    }
    let it = asked(&w, "ada").await;
    assert_eq!(it.code(&w, "ada", &app.code(&w)).await, locked());
    w.h.clock.advance(1_000);
    result(it.code(&w, "ada", &app.code(&w)).await);
}

#[tokio::test]
async fn a_new_secret_gives_no_new_guesses_at_its_first_code() {
    let w = mfa::world("OPTIONAL", &["TOTP"]).await;
    w.made("ada", &[]).await;
    let token = w.token("ada").await;
    for _ in 0..FREE {
        let app = associate(&w, &token).await;
        let code = wrong(&app.code(&w));
        assert_eq!(verify(&w, &token, &code).await, not_verified());
    }
    let app = associate(&w, &token).await;
    assert_eq!(verify(&w, &token, &app.code(&w)).await, locked());
}

#[tokio::test]
async fn a_new_sign_in_gives_no_new_guesses_at_a_first_code() {
    let w = mfa::world("ON", &["TOTP"]).await;
    w.made("ada", &[]).await;
    let begin = async || {
        let it = asked(&w, "ada").await;
        let input = json!({"Session": it.session});
        let associated = w.h.ok("AssociateSoftwareToken", input).await;
        (text(&associated["Session"]), App::of(&associated))
    };
    let verify = async |session: &str, code: &str| {
        let input = json!({"Session": session, "UserCode": code});
        w.h.call("VerifySoftwareToken", input).await
    };
    for _ in 0..FREE {
        let (session, app) = begin().await;
        let code = wrong(&app.code(&w));
        assert_eq!(verify(&session, &code).await, not_verified());
    }
    let (session, app) = begin().await;
    assert_eq!(verify(&session, &app.code(&w)).await, locked());
}

#[tokio::test]
async fn a_new_address_gives_no_new_guesses_at_its_code() {
    let w = mfa::world("ON", &["TOTP", "EMAIL"]).await;
    w.made("ada", &[]).await;
    let begin = async |address: &str| {
        let it = asked(&w, "ada").await;
        challenge(it.answer(&w, "ada", json!({"EMAIL": address})).await)
    };
    for at in 0..FREE {
        let address = format!("ada{at}@example.com");
        let it = begin(&address).await;
        let code = w.h.code(&w.pool, &address).await;
        assert_eq!(it.code(&w, "ada", &wrong(&code)).await, wrong_code());
    }
    let it = begin("ada@example.com").await;
    let code = w.h.code(&w.pool, "ada@example.com").await;
    assert_eq!(it.code(&w, "ada", &code).await, locked());
}

#[tokio::test]
async fn a_new_challenge_gives_no_new_guesses_at_a_passkey() {
    let w = passkeys::world(json!({})).await;
    let passkey = passkeys::with_passkey(&w, "ada").await;
    let strange = Passkey::new();
    for _ in 0..FREE {
        let refused = passkeys::sign_in(&w, "ada", &strange).await;
        assert_eq!(refused, wrong_passkey());
    }
    assert_eq!(passkeys::sign_in(&w, "ada", &passkey).await, locked());
    w.h.clock.advance(1_000);
    result(passkeys::sign_in(&w, "ada", &passkey).await);
}

#[tokio::test]
async fn a_new_code_gives_no_new_guesses_at_a_sign_up() {
    let w = World::verifying_email().await;
    w.sign_up("ada", &[("email", "ada@example.com")])
        .await
        .expect("a sign-up");
    for turn in 0..15 {
        if turn % 5 == 4 {
            w.h.clock.advance(1);
            w.public("ResendConfirmationCode", json!({"Username": "ada"}))
                .await
                .expect("a new code");
        }
        assert_eq!(w.confirm("ada", "nonsense").await, code_mismatch());
    }
    let code = w.h.code(&w.pool, "ada").await;
    assert_eq!(w.confirm("ada", &code).await, attempt_limit());
    w.h.clock.advance(HOUR_MS);
    w.confirm("ada", &code).await.expect("a confirmation");
}

#[tokio::test]
async fn a_new_code_gives_no_new_guesses_at_a_reset() {
    let w = World::new(json!({}), json!({})).await;
    let email = [("email", "ada@example.com"), ("email_verified", "true")];
    w.made("ada", &email).await;
    let forgot = async || w.public("ForgotPassword", json!({"Username": "ada"})).await;
    let recover = async |code: &str| {
        let input = json!({"Username": "ada", "ConfirmationCode": code, "Password": "An0ther!x"});
        w.public("ConfirmForgotPassword", input).await
    };
    for _ in 0..4 {
        forgot().await.expect("a code");
        for _ in 0..4 {
            assert_eq!(recover("nonsense").await, code_mismatch());
        }
    }
    let code = w.h.code(&w.pool, "ada").await;
    assert_eq!(recover(&code).await, attempt_limit());
    assert_eq!(forgot().await, attempt_limit());
}

#[tokio::test]
async fn a_new_code_gives_no_new_guesses_at_an_address() {
    let w = World::verifying_email().await;
    w.made("ada", &[("email", "ada@example.com")]).await;
    let token = w.token("ada").await;
    let send = async || {
        let input = json!({"AttributeName": "email"});
        w.with(&token, "GetUserAttributeVerificationCode", input)
            .await
    };
    let verify = async |code: &str| {
        let input = json!({"AttributeName": "email", "Code": code});
        w.with(&token, "VerifyUserAttribute", input).await
    };
    for turn in 0..15 {
        if turn % 5 == 0 {
            send().await.expect("a code");
        }
        assert_eq!(verify("nonsense").await, code_mismatch());
    }
    let code = w.h.code(&w.pool, "ada").await;
    assert_eq!(verify(&code).await, attempt_limit());
}

#[tokio::test]
async fn a_session_of_nobody_is_guessed_at_as_often_as_one_of_somebody() {
    let factors = json!({"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]});
    let w = World::new(
        json!({"Policies": {"SignInPolicy": factors}}),
        json!({
            "ExplicitAuthFlows": ["ALLOW_USER_AUTH"], "PreventUserExistenceErrors": "ENABLED",
        }),
    )
    .await;
    w.made("ada", &[("email", "ada@example.com")]).await;
    for name in ["ada", "nobody"] {
        let guess = async || {
            let parameters = json!({"USERNAME": name, "PREFERRED_CHALLENGE": "EMAIL_OTP"});
            let asked = initiate(&w, "USER_AUTH", parameters).await;
            let session = text(&asked.expect("a challenge")["Session"]);
            let answers = json!({"USERNAME": name, "EMAIL_OTP_CODE": "1"});
            respond(&w, "EMAIL_OTP", Some(&session), answers).await
        };
        for _ in 0..FREE {
            assert_eq!(guess().await, wrong_code());
        }
        assert_eq!(guess().await, locked(), "{name}");
    }
}

#[tokio::test]
async fn an_answer_that_is_none_is_no_guess() {
    let w = mfa::world("OPTIONAL", &["TOTP"]).await;
    w.made("ada", &[]).await;
    let app = register(&w, &w.token("ada").await).await;
    prefer(&w, "ada", &["TOTP"]).await;
    let it = asked(&w, "ada").await;
    for _ in 0..=FREE {
        assert_eq!(
            it.answer(&w, "ada", json!({})).await,
            invalid("Missing required parameter SOFTWARE_TOKEN_MFA_CODE")
        );
        assert_eq!(
            it.code(&w, "nobody", &app.code(&w)).await,
            not_authorized("Invalid session for the user.")
        );
    }
    result(it.code(&w, "ada", &app.code(&w)).await);
}
