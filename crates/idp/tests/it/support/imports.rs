//! Import jobs: files made of rows, uploaded, started and worked off.

use cenote_idp::import::{self, UploadRefusal};
use serde_json::{Value, json};

use super::text;
use super::world::{Answer, World};

pub(crate) async fn world() -> World {
    World::verifying_email().await
}

pub(crate) async fn create(w: &World) -> Answer {
    let role = "arn:aws:iam::000000000000:role/import";
    let input = json!({"JobName": "my import", "CloudWatchLogsRoleArn": role});
    let mut made = w.admin("CreateUserImportJob", input).await?;
    Ok(made["UserImportJob"].take())
}

pub(crate) async fn job(w: &World, operation: &str, id: &str) -> Answer {
    let mut answer = w.admin(operation, json!({"JobId": id})).await?;
    Ok(answer["UserImportJob"].take())
}

pub(crate) async fn header(w: &World) -> Vec<String> {
    let answer = w.admin("GetCSVHeader", json!({})).await.expect("a header");
    let names = answer["CSVHeader"].as_array().expect("names");
    names.iter().map(text).collect()
}

/// A file of rows, each given by its columns.
pub(crate) async fn file(w: &World, rows: &[&[(&str, &str)]]) -> String {
    let columns = header(w).await;
    let mut lines = vec![columns.join(",")];
    for row in rows {
        let field = |column: &String| {
            let found = row.iter().find(|(name, _)| name == column);
            found.map_or("", |(_, value)| *value)
        };
        lines.push(columns.iter().map(field).collect::<Vec<_>>().join(","));
    }
    lines.join("\r\n")
}

pub(crate) async fn upload(w: &World, made: &Value, bytes: &[u8]) -> Result<(), UploadRefusal> {
    let url = text(&made["PreSignedUrl"]);
    let (address, signature) = url.split_once("?signature=").expect("a signature");
    let mut path = address.rsplit('/');
    let (job, pool) = (path.next().expect("a job"), path.next().expect("a pool"));
    let mut upload = import::begin_upload(&w.h.service, pool, job, signature).await?;
    for piece in bytes.chunks(100_000) {
        upload.push(piece).await?;
    }
    upload.finish().await
}

/// Lets the worker do all that there is.
pub(crate) async fn work(w: &World) -> usize {
    let mut steps = 0;
    while import::step(&w.h.service).await.expect("a step") {
        steps += 1;
    }
    steps
}

/// Creates a job, uploads a file, starts it and waits for its end.
pub(crate) async fn imported(w: &World, content: &str) -> Value {
    let made = create(w).await.expect("a job");
    upload(w, &made, content.as_bytes())
        .await
        .expect("an upload");
    let id = text(&made["JobId"]);
    let started = job(w, "StartUserImportJob", &id).await.expect("a start");
    assert_eq!(started["Status"], "Pending");
    work(w).await;
    job(w, "DescribeUserImportJob", &id).await.expect("a job")
}

pub(crate) async fn log(w: &World, job: &Value) -> String {
    let id = text(&job["JobId"]);
    let (mut lines, mut part) = (String::new(), 0);
    while let Some(page) = import::log(&w.h.service, &w.pool, &id, part)
        .await
        .expect("a log")
    {
        lines.push_str(&page);
        part += 1;
    }
    lines
}

pub(crate) fn counts(job: &Value) -> (i64, i64, i64) {
    let count = |name: &str| job[name].as_i64().expect("a number");
    (
        count("ImportedUsers"),
        count("SkippedUsers"),
        count("FailedUsers"),
    )
}

pub(crate) const ADA: &[(&str, &str)] = &[
    ("cognito:username", "ada"),
    ("cognito:mfa_enabled", "FALSE"),
    ("email", "ada@example.com"),
    ("email_verified", "TRUE"),
    ("name", r" Lovelace\, Ada "),
    ("birthdate", "12/10/1815"),
    ("updated_at", "1780000000"),
];
