//! User import jobs: from the upload to the users, and what stands in the way.

use crate::support::imports::{
    ADA, counts, create, file, header, imported, job, log, upload, work, world,
};
use crate::support::world::{PASSWORD, World};
use crate::support::{refusal, text};
use cenote_idp::import::UploadRefusal;
use serde_json::json;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn the_header_has_every_attribute_and_two_columns_more() {
    let schema = json!([{"Name": "team", "AttributeDataType": "String"}]);
    let w = World::new(json!({"Schema": schema}), json!({})).await;
    let names = header(&w).await;
    assert_eq!(names[0], "name");
    assert!(!names.contains(&"sub".to_owned()));
    assert_eq!(
        names[names.len() - 3..],
        ["custom:team", "cognito:mfa_enabled", "cognito:username"]
    );
    assert_eq!(names.len(), 22);
}

#[tokio::test]
async fn a_job_imports_users_who_must_set_a_password() {
    let w = world().await;
    w.made("bob", &[]).await;
    let bob = &[
        ("cognito:username", "bob"),
        ("cognito:mfa_enabled", "false"),
        ("email", "bob@example.com"),
        ("email_verified", "true"),
    ];
    let eve = &[
        ("cognito:username", "eve"),
        ("cognito:mfa_enabled", "false"),
    ];
    let content = file(&w, &[ADA, bob, eve, ADA]).await;
    let made = create(&w).await.expect("a job");
    let id = text(&made["JobId"]);
    assert!(id.starts_with("import-") && id.len() == 17, "{id}");
    assert_eq!(
        made,
        json!({
            "JobName": "my import", "JobId": id, "UserPoolId": w.pool, "Status": "Created",
            "PreSignedUrl": made["PreSignedUrl"], "CreationDate": 1_780_000_000.123,
            "CloudWatchLogsRoleArn": "arn:aws:iam::000000000000:role/import",
            "ImportedUsers": 0, "SkippedUsers": 0, "FailedUsers": 0,
        })
    );
    let done = imported(&w, &content).await;
    assert_eq!(done["Status"], "Succeeded");
    assert_eq!(
        done["CompletionMessage"],
        "Import Job Completed Successfully."
    );
    assert_eq!(counts(&done), (1, 2, 1));
    assert_eq!(
        log(&w, &done).await,
        "[SUCCEEDED] Line Number 2 - The user was imported.\n\
         [SKIPPED] Line Number 3 - The user exists already.\n\
         [FAILED] Line Number 4 - An attribute that the user pool verifies must be verified.\n\
         [SKIPPED] Line Number 5 - The user exists already.\n"
    );
    assert_eq!(w.status("ada").await, "RESET_REQUIRED");
    assert_eq!(
        w.attribute("ada", "name").await.as_deref(),
        Some("Lovelace, Ada")
    );
    assert_eq!(
        w.attribute("ada", "birthdate").await.as_deref(),
        Some("1815-12-10")
    );
    assert_eq!(w.sent("ada").await, 0);
    assert_eq!(
        w.sign_in("ada", PASSWORD).await.expect_err("no password").0,
        "PasswordResetRequiredException"
    );
    w.public("ForgotPassword", json!({"Username": "ada"}))
        .await
        .expect("a code");
    let code = w.h.code(&w.pool, "ada").await;
    let input = json!({"Username": "ada", "ConfirmationCode": code, "Password": PASSWORD});
    w.public("ConfirmForgotPassword", input)
        .await
        .expect("a password");
    w.sign_in("ada", PASSWORD).await.expect("a sign-in");
}

#[tokio::test]
async fn rows_are_checked_one_by_one() {
    let w = world().await;
    let row = |change: &[(&'static str, &'static str)]| {
        let mut row = ADA.to_vec();
        for (name, value) in change {
            row.retain(|(column, _)| column != name);
            row.push((*name, *value));
        }
        row
    };
    let rows = [
        row(&[("cognito:username", "")]),
        row(&[("cognito:mfa_enabled", "")]),
        row(&[("cognito:mfa_enabled", "TRUE")]),
        row(&[("email_verified", "yes")]),
        row(&[("birthdate", "1815-12-10")]),
        row(&[("email", "nobody")]),
        row(&[("cognito:username", "good")]),
    ];
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
    let mut content = file(&w, &rows).await;
    content.push_str("\n\ntoo,few\n");
    let done = imported(&w, &content).await;
    assert_eq!(done["Status"], "Succeeded");
    assert_eq!(
        log(&w, &done).await,
        "[FAILED] Line Number 2 - cognito:username must not be empty.\n\
         [FAILED] Line Number 3 - cognito:mfa_enabled must not be empty.\n\
         [FAILED] Line Number 4 - cognito:mfa_enabled must be FALSE, since MFA is off.\n\
         [FAILED] Line Number 5 - email_verified must be TRUE or FALSE.\n\
         [FAILED] Line Number 6 - birthdate must be a date of the form mm/dd/yyyy.\n\
         [FAILED] Line Number 7 - Invalid email address format.\n\
         [SUCCEEDED] Line Number 8 - The user was imported.\n\
         [FAILED] Line Number 10 - The number of fields is not that of the header.\n"
    );
}

#[tokio::test]
async fn other_columns_and_files_of_failures_fail_the_job() {
    let w = world().await;
    let unknown = imported(&w, "cognito:username,email\nada,a@example.com").await;
    assert_eq!(unknown["Status"], "Failed");
    assert_eq!(
        unknown["CompletionMessage"],
        "The header of the file does not match the user pool."
    );
    let nobody = file(&w, &[&[("cognito:username", "x")]]).await;
    let failed = imported(&w, &nobody).await;
    assert_eq!(failed["Status"], "Failed");
    assert_eq!(
        failed["CompletionMessage"],
        "Too many users have failed or been skipped during the import."
    );
}

#[tokio::test]
async fn files_are_read_part_by_part() {
    let w = world().await;
    let columns = header(&w).await;
    let mut content = columns.join(",");
    for n in 0..1_500 {
        let field = |column: &String| match column.as_str() {
            "cognito:username" => format!("user{n}"),
            "cognito:mfa_enabled" => "FALSE".to_owned(),
            "email" => format!("user{n}@example.com"),
            "email_verified" => "TRUE".to_owned(),
            "profile" => "x".repeat(400),
            _ => String::new(),
        };
        content.push('\n');
        content.push_str(&columns.iter().map(field).collect::<Vec<_>>().join(","));
    }
    assert!(content.len() > 2 * 256 * 1024);
    let done = imported(&w, &content).await;
    assert_eq!(done["Status"], "Succeeded");
    assert_eq!(counts(&done), (1_500, 0, 0));
    assert_eq!(
        w.attribute("user1499", "email").await.as_deref(),
        Some("user1499@example.com")
    );
    let pool = w
        .admin("DescribeUserPool", json!({}))
        .await
        .expect("a pool");
    assert_eq!(pool["UserPool"]["EstimatedNumberOfUsers"], 1_500);
}

#[tokio::test]
async fn a_job_starts_once_with_its_file_and_alone() {
    let w = world().await;
    let precondition = |message: &str| refusal("PreconditionNotMetException", message);
    let made = create(&w).await.expect("a job");
    let id = text(&made["JobId"]);
    assert_eq!(
        job(&w, "StartUserImportJob", &id).await,
        precondition("The CSV file of the user import job has not been uploaded.")
    );
    let content = file(&w, &[ADA]).await;
    upload(&w, &made, content.as_bytes())
        .await
        .expect("an upload");
    job(&w, "StartUserImportJob", &id).await.expect("a start");
    assert_eq!(
        job(&w, "StartUserImportJob", &id).await,
        precondition("The user import job cannot be started: its status is Pending.")
    );
    assert!(matches!(
        upload(&w, &made, b"late").await,
        Err(UploadRefusal::Job)
    ));
    let second = create(&w).await.expect("a job");
    upload(&w, &second, b"x").await.expect("an upload");
    let second = text(&second["JobId"]);
    assert_eq!(
        job(&w, "StartUserImportJob", &second).await,
        precondition("Another user import job is active.")
    );
    // The pool stands still meanwhile.
    let attributes = json!([{"Name": "x", "AttributeDataType": "String"}]);
    for (operation, input) in [
        ("UpdateUserPool", json!({})),
        ("DeleteUserPool", json!({})),
        (
            "AddCustomAttributes",
            json!({"CustomAttributes": attributes}),
        ),
    ] {
        assert_eq!(
            w.admin(operation, input).await,
            refusal(
                "UserImportInProgressException",
                "A user import job is in progress for this user pool."
            ),
            "{operation}"
        );
    }
    // Stopped before the worker came.
    let stopping = job(&w, "StopUserImportJob", &id).await.expect("a stop");
    assert_eq!(stopping["Status"], "Stopping");
    work(&w).await;
    let stopped = job(&w, "DescribeUserImportJob", &id).await.expect("a job");
    assert_eq!(stopped["Status"], "Stopped");
    assert_eq!(counts(&stopped), (0, 0, 0));
    assert_eq!(
        job(&w, "StopUserImportJob", &id).await,
        precondition("The user import job cannot be stopped: its status is Stopped.")
    );
    let stopped = job(&w, "StopUserImportJob", &second).await.expect("a stop");
    assert_eq!(stopped["Status"], "Stopped");
    w.admin("UpdateUserPool", json!({}))
        .await
        .expect("an update");
    assert_eq!(
        job(&w, "DescribeUserImportJob", "import-nothing000").await,
        refusal(
            "ResourceNotFoundException",
            "User import job import-nothing000 does not exist."
        )
    );
}

#[tokio::test]
async fn a_pool_that_verifies_nothing_imports_nobody() {
    let w = World::new(json!({}), json!({})).await;
    let made = create(&w).await.expect("a job");
    upload(&w, &made, b"x").await.expect("an upload");
    assert_eq!(
        job(&w, "StartUserImportJob", &text(&made["JobId"])).await,
        refusal(
            "PreconditionNotMetException",
            "Users can only be imported into a user pool with AutoVerifiedAttributes."
        )
    );
}

#[tokio::test]
async fn addresses_of_uploads_are_signed_and_good_for_a_quarter_of_an_hour() {
    let w = world().await;
    let made = create(&w).await.expect("a job");
    let other = create(&w).await.expect("a job");
    let mut forged = made.clone();
    forged["PreSignedUrl"] =
        json!(text(&made["PreSignedUrl"]).replace(&text(&made["JobId"]), &text(&other["JobId"])));
    assert!(matches!(
        upload(&w, &forged, b"x").await,
        Err(UploadRefusal::Signature)
    ));
    upload(&w, &made, b"x").await.expect("an upload");
    upload(&w, &made, b"y").await.expect("another one");
    w.h.clock.advance(15 * 60 * 1000);
    assert!(matches!(
        upload(&w, &made, b"x").await,
        Err(UploadRefusal::Expired)
    ));
    w.h.clock.advance(2 * DAY_MS);
    let expired = job(&w, "DescribeUserImportJob", &text(&made["JobId"]))
        .await
        .expect("a job");
    assert_eq!(expired["Status"], "Expired");
    assert_eq!(
        expired["CompletionMessage"],
        "The user import job has expired."
    );
    assert_eq!(
        job(&w, "StartUserImportJob", &text(&made["JobId"])).await,
        refusal(
            "PreconditionNotMetException",
            "The user import job cannot be started: its status is Expired."
        )
    );
}

#[tokio::test]
async fn jobs_are_listed_newest_first() {
    let w = world().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.insert(0, text(&create(&w).await.expect("a job")["JobId"]));
        w.h.clock.advance(10);
    }
    let first = w
        .admin("ListUserImportJobs", json!({"MaxResults": 2}))
        .await
        .expect("a page");
    let input = json!({"MaxResults": 2, "PaginationToken": first["PaginationToken"]});
    let rest = w.admin("ListUserImportJobs", input).await.expect("a page");
    let listed: Vec<String> = [&first, &rest]
        .iter()
        .flat_map(|page| page["UserImportJobs"].as_array().expect("jobs"))
        .map(|job| text(&job["JobId"]))
        .collect();
    assert_eq!(listed, ids);
    assert_eq!(rest.get("PaginationToken"), None);
}
