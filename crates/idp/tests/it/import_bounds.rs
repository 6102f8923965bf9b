//! What bounds an import: long lines, many rows, many mistakes, a stop on the way, a file that is gone.

use cenote_idp::{Limits, import, sweep};
use cenote_model::UserImportJobStatusType as Status;
use serde_json::{Value, json};

use crate::support::imports::{ADA, counts, create, file, imported, job, log, upload, work, world};
use crate::support::world::World;
use crate::support::{Harness, text};

/// Users with these names, each with a verified address.
async fn rows(w: &World, names: impl IntoIterator<Item = String>) -> String {
    let mut content = file(w, &[]).await;
    let columns: Vec<String> = content.split(',').map(str::to_owned).collect();
    for name in names {
        let field = |column: &String| match column.as_str() {
            "cognito:username" => name.clone(),
            "cognito:mfa_enabled" => "FALSE".to_owned(),
            "email" => format!("{name}@example.com"),
            "email_verified" => "TRUE".to_owned(),
            _ => String::new(),
        };
        content.push('\n');
        content.push_str(&columns.iter().map(field).collect::<Vec<_>>().join(","));
    }
    content
}

async fn bounded(limits: Limits) -> World {
    let verifying = json!({"AutoVerifiedAttributes": ["email"]});
    World::on(Harness::with_limits(limits), verifying, json!({})).await
}

/// A job with its file that has been started.
async fn started(w: &World, content: &str) -> String {
    let made = create(w).await.expect("a job");
    upload(w, &made, content.as_bytes())
        .await
        .expect("an upload");
    let id = text(&made["JobId"]);
    job(w, "StartUserImportJob", &id).await.expect("a start");
    id
}

async fn step(w: &World) {
    assert!(import::step(&w.h.service).await.expect("a step"));
}

async fn described(w: &World, id: &str) -> Value {
    job(w, "DescribeUserImportJob", id).await.expect("a job")
}

#[tokio::test]
async fn a_line_that_never_seems_to_end_is_one_row_and_the_next_one_counts() {
    let w = world().await;
    let good = file(&w, &[ADA]).await;
    let (header, ada) = good.split_once("\r\n").expect("two lines");
    for length in [600_000, 1_400_000] {
        let long = "x".repeat(length);
        let done = imported(&w, &format!("{header}\n{long}\n{ada}\n{ada}")).await;
        assert_eq!(done["Status"], Status::Succeeded.as_str(), "{done}");
        let line = |word: &str, number: usize, text: &str| {
            format!("[{word}] Line Number {number} - {text}\n")
        };
        let there = line("SKIPPED", 4, "The user exists already.");
        assert_eq!(
            log(&w, &done).await,
            line("FAILED", 2, "The row is too long.")
                + &line("SUCCEEDED", 3, "The user was imported.")
                + &there
        );
        w.admin("AdminDeleteUser", json!({"Username": "ada"}))
            .await
            .expect("a deletion");
    }
    // At the end of the file, nothing follows.
    let done = imported(&w, &format!("{header}\n{ada}\n{}", "x".repeat(600_000))).await;
    assert_eq!(
        (counts(&done), &done["Status"]),
        ((1, 0, 1), &json!("Succeeded"))
    );
}

#[tokio::test]
async fn a_row_has_at_most_16_000_characters() {
    let w = world().await;
    let good = file(&w, &[ADA]).await;
    let done = imported(&w, &format!("{good}\n{}", "é".repeat(16_001))).await;
    assert_eq!(counts(&done), (1, 0, 1));
    let log = log(&w, &done).await;
    assert!(
        log.ends_with("[FAILED] Line Number 3 - The row is too long.\n"),
        "{log}"
    );
}

#[tokio::test]
async fn a_job_that_is_stopped_on_the_way_keeps_what_it_has_done() {
    let w = world().await;
    let content = rows(&w, (0..600).map(|n| format!("user{n}"))).await;
    let id = started(&w, &content).await;
    step(&w).await;
    let begun = described(&w, &id).await;
    assert_eq!(
        (counts(&begun), &begun["Status"]),
        ((0, 0, 0), &json!("InProgress"))
    );
    step(&w).await;
    let half = described(&w, &id).await;
    assert_eq!(
        (counts(&half), &half["Status"]),
        ((250, 0, 0), &json!("InProgress"))
    );
    let stopping = job(&w, "StopUserImportJob", &id).await.expect("a stop");
    assert_eq!(stopping["Status"], "Stopping");
    assert_eq!(work(&w).await, 1);
    let stopped = described(&w, &id).await;
    assert_eq!(
        (counts(&stopped), &stopped["Status"]),
        ((250, 0, 0), &json!("Stopped"))
    );
    let pool = w
        .admin("DescribeUserPool", json!({}))
        .await
        .expect("a pool");
    assert_eq!(pool["UserPool"]["EstimatedNumberOfUsers"], 250);
}

#[tokio::test]
async fn too_many_rows_and_too_many_mistakes_fail_a_job() {
    let small = Limits {
        import_rows: 3,
        import_failures: 2,
        ..Limits::default()
    };
    let w = bounded(small).await;
    let names = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let failed = async |list: &[&str]| {
        let done = imported(&w, &rows(&w, names(list)).await).await;
        (
            text(&done["Status"]),
            text(&done["CompletionMessage"]),
            counts(&done),
        )
    };
    let told = |text: &str, counts| ("Failed".to_owned(), text.to_owned(), counts);
    let many = "Too many users have failed or been skipped during the import.";
    assert_eq!(failed(&["a", "a", "a"]).await, told(many, (1, 2, 0)));
    let rows = "The file has too many rows.";
    assert_eq!(failed(&["b", "c", "d", "e"]).await, told(rows, (4, 0, 0)));
    let done = imported(&w, &self::rows(&w, names(&["f", "g", "h"])).await).await;
    assert_eq!(
        (counts(&done), &done["Status"]),
        ((3, 0, 0), &json!("Succeeded"))
    );
}

#[tokio::test]
async fn a_pool_that_is_full_takes_no_more_rows() {
    let full = Limits {
        users: 1,
        ..Limits::default()
    };
    let w = bounded(full).await;
    let names = ["a", "b"].map(str::to_owned);
    let done = imported(&w, &rows(&w, names).await).await;
    assert_eq!(
        (counts(&done), &done["Status"]),
        ((0, 0, 0), &json!("Failed"))
    );
    assert_eq!(
        done["CompletionMessage"],
        "The user pool has as many users as it may have."
    );
}

#[tokio::test]
async fn a_job_whose_file_is_gone_fails() {
    let w = world().await;
    let id = started(&w, &file(&w, &[ADA]).await).await;
    w.h.clock.advance(5 * 24 * 60 * 60 * 1000);
    while sweep(&w.h.service).await.expect("a sweep") > 0 {}
    work(&w).await;
    let failed = described(&w, &id).await;
    assert_eq!(failed["Status"], "Failed");
    assert_eq!(failed["CompletionMessage"], "The file is no longer there.");
}
