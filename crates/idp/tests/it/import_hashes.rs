//! Users who are imported with the hashes of their passwords.

use crate::support::imports::{ADA, file, job, log, upload, work};
use crate::support::world::{PASSWORD, World};
use crate::support::{refusal, text};
use serde_json::json;

#[tokio::test]
async fn imported_hashes_are_passwords_from_the_first_sign_in_on() {
    let flows = json!({"ExplicitAuthFlows": [
        "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
    ]});
    let w = World::new(json!({"AutoVerifiedAttributes": ["email"]}), flows).await;
    let hash =
        "$pbkdf2-sha256$i=1000$c2FsdHNhbHRzYWx0c2FsdA$3vCLJLuiV3RFRHatUp2ONjVi0EMQAH7E9X4VsORni/0";
    let role = "arn:aws:iam::000000000000:role/import";
    let input = json!({
        "JobName": "h", "CloudWatchLogsRoleArn": role, "PasswordHashingAlgorithm": "PBKDF2_SHA256",
    });
    let made = w.admin("CreateUserImportJob", input).await.expect("a job")["UserImportJob"].take();
    assert_eq!(made["PasswordHashingAlgorithm"], "PBKDF2_SHA256");
    let plain = file(&w, &[ADA, ADA, ADA]).await;
    let lines: Vec<&str> = plain.lines().collect();
    let with_name = |name: &str| lines[1].replace("ada", name);
    let content = [
        format!("{},cognito:password_hash", lines[0]),
        format!("{},{hash}", with_name("ada")),
        format!("{},$2b$04$short", with_name("bob")),
        format!("{},", with_name("eve")),
    ]
    .join("\n");
    upload(&w, &made, content.as_bytes())
        .await
        .expect("an upload");
    let id = text(&made["JobId"]);
    job(&w, "StartUserImportJob", &id).await.expect("a start");
    work(&w).await;
    assert_eq!(
        log(&w, &made).await,
        "[SUCCEEDED] Line Number 2 - The user was imported.\n\
         [FAILED] Line Number 3 - The password hash is no PBKDF2_SHA256 hash that can be used.\n\
         [SUCCEEDED] Line Number 4 - The user was imported.\n"
    );
    assert_eq!(w.status("ada").await, "CONFIRMED");
    assert_eq!(w.status("eve").await, "RESET_REQUIRED");
    let srp = |name: &str| {
        let parameters = json!({"USERNAME": name, "SRP_A": "2"});
        json!({"AuthFlow": "USER_SRP_AUTH", "AuthParameters": parameters})
    };
    assert_eq!(
        w.public("InitiateAuth", srp("eve")).await,
        refusal(
            "PasswordResetRequiredException",
            "Password reset required for the user"
        )
    );
    // Without a verifier there is nothing that SRP could prove.
    let challenge = w
        .public("InitiateAuth", srp("ada"))
        .await
        .expect("a challenge");
    assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
    let hiding =
        w.h.client(
            &w.pool,
            json!({
                "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
                "PreventUserExistenceErrors": "ENABLED",
            }),
        )
        .await;
    let parameters = json!({"USERNAME": "eve", "PASSWORD": PASSWORD});
    let hidden = json!({
        "ClientId": hiding, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters,
    });
    assert_eq!(
        w.h.call("InitiateAuth", hidden).await,
        refusal("NotAuthorizedException", "Incorrect username or password.")
    );
    let wrong = refusal("NotAuthorizedException", "Incorrect username or password.");
    assert_eq!(w.sign_in("ada", "Passw0rd").await, wrong);
    for _ in 0..2 {
        w.sign_in("ada", PASSWORD).await.expect("a sign-in");
    }
    assert_eq!(w.sign_in("ada", "Passw0rd").await, wrong);
    let token = w.token("ada").await;
    let input = json!({"PreviousPassword": PASSWORD, "ProposedPassword": "Other-1-Word"});
    w.with(&token, "ChangePassword", input)
        .await
        .expect("a new password");
    w.sign_in("ada", "Other-1-Word").await.expect("a sign-in");
}
