//! Uploading import files, and logos.

mod support;

use axum::body::Body;
use hyper::{Request, StatusCode};
use serde_json::{Value, json};

use support::Server;

const ENCRYPTION: (&str, &str) = ("x-amz-server-side-encryption", "aws:kms");

async fn job(server: &Server, pool: &str) -> Value {
    let role = "arn:aws:iam::000000000000:role/import";
    let body = json!({"UserPoolId": pool, "JobName": "j", "CloudWatchLogsRoleArn": role});
    let reply = server.call("CreateUserImportJob", body.to_string()).await;
    reply.json()["UserImportJob"].clone()
}

fn put(url: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let path = url
        .strip_prefix("http://127.0.0.1:9229")
        .expect("an address here");
    let request = headers
        .iter()
        .fold(Request::put(path), |request, (name, value)| {
            request.header(*name, *value)
        });
    request.body(body.into()).expect("a request")
}

#[tokio::test]
async fn a_file_is_put_to_the_signed_address() {
    let server = Server::dev();
    let pool = server.pool().await;
    let made = job(&server, &pool).await;
    let url = made["PreSignedUrl"].as_str().expect("an address");
    let without = server.send(put(url, &[], "x")).await;
    assert_eq!(without.status, StatusCode::FORBIDDEN);
    assert!(
        without
            .text()
            .contains("<Code>SignatureDoesNotMatch</Code>"),
        "{}",
        without.text()
    );
    let forged = server
        .send(put(&format!("{url}A"), &[ENCRYPTION], "x"))
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let declared = [ENCRYPTION, ("content-length", "104857601")];
    let too_long = server.send(put(url, &declared, "x")).await;
    assert_eq!(too_long.status, StatusCode::BAD_REQUEST);
    assert!(too_long.text().contains("<Code>EntityTooLarge</Code>"));

    let names = server
        .call("GetCSVHeader", json!({"UserPoolId": pool}).to_string())
        .await
        .json();
    let names: Vec<String> = serde_json::from_value(names["CSVHeader"].clone()).expect("names");
    let row = |name: &String| match name.as_str() {
        "cognito:username" => "ada",
        "cognito:mfa_enabled" => "FALSE",
        "email" => "ada@example.com",
        "email_verified" => "TRUE",
        _ => "",
    };
    let row: Vec<&str> = names.iter().map(row).collect();
    let file = format!("{}\n{}\nx\n", names.join(","), row.join(","));
    let uploaded = server.send(put(url, &[ENCRYPTION], file)).await;
    assert_eq!(uploaded.status, StatusCode::OK, "{}", uploaded.text());
    let id = made["JobId"].as_str().expect("an id");
    let body = json!({"UserPoolId": pool, "JobId": id}).to_string();
    let started = server.call("StartUserImportJob", body.clone()).await;
    assert_eq!(started.status, StatusCode::OK, "{}", started.text());
    while cenote_idp::import::step(&server.service)
        .await
        .expect("a step")
    {}
    let done = server.call("DescribeUserImportJob", body).await.json();
    assert_eq!(done["UserImportJob"]["Status"], "Succeeded");
    let lines = server
        .get(&format!("/_cenote/imports/{pool}/{id}"), &[])
        .await;
    assert_eq!(
        lines.text(),
        "[SUCCEEDED] Line Number 2 - The user was imported.\n\
         [FAILED] Line Number 3 - The number of fields is not that of the header.\n"
    );
    let end = server
        .get(&format!("/_cenote/imports/{pool}/{id}?part=1"), &[])
        .await;
    assert_eq!(end.status, StatusCode::NOT_FOUND);
    let late = server.send(put(url, &[ENCRYPTION], "x")).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_logo_is_shown_where_its_address_says() {
    let server = Server::dev();
    let pool = server.pool().await;
    let domain = json!({"UserPoolId": pool, "Domain": "app"}).to_string();
    server.call("CreateUserPoolDomain", domain).await;
    let png = "iVBORw0KGgo=";
    let body = json!({"UserPoolId": pool, "ImageFile": png}).to_string();
    let made = server.call("SetUICustomization", body).await.json();
    let url = made["UICustomization"]["ImageUrl"]
        .as_str()
        .expect("an address");
    let path = url
        .strip_prefix("http://app.auth.localhost:9229")
        .expect("the domain");
    let image = server.get(path, &[]).await;
    assert_eq!(image.status, StatusCode::OK);
    assert_eq!(image.header("content-type"), Some("image/png"));
    assert_eq!(image.body, b"\x89PNG\r\n\x1a\n");
    let by_path = server.get(&format!("/_domain/app{path}"), &[]).await;
    assert_eq!(by_path.body, image.body);
    let none = server.get(&path.replace("/ALL/", "/nobody/"), &[]).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}
