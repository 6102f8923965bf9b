//! Terms documents of app clients.

use crate::support::{Harness, refusal, text, with};
use serde_json::{Value, json};

type Answer = Result<Value, (String, String)>;

struct World {
    h: Harness,
    pool: String,
    client: String,
}

impl World {
    async fn new() -> Self {
        let h = Harness::new().await;
        let pool = h.pool(json!({})).await;
        let client = h.client(&pool, json!({})).await;
        Self { h, pool, client }
    }

    async fn call(&self, operation: &str, input: Value) -> Answer {
        let input = with(json!({"UserPoolId": self.pool}), input);
        let mut answer = self.h.call(operation, input).await?;
        Ok(answer["Terms"].take())
    }

    async fn create(&self, client: &str, name: &str) -> Answer {
        let input = json!({
            "ClientId": client, "TermsName": name, "TermsSource": "LINK", "Enforcement": "NONE",
            "Links": {"cognito:default": "https://example.com/terms"},
        });
        self.call("CreateTerms", input).await
    }
}

#[tokio::test]
async fn a_document_is_shown_by_id_and_by_client_and_changes_by_member() {
    let w = World::new().await;
    let made = w
        .create(&w.client, "terms-of-use")
        .await
        .expect("a document");
    let id = text(&made["TermsId"]);
    assert_eq!(
        made,
        json!({
            "TermsId": id, "UserPoolId": w.pool, "ClientId": w.client, "TermsName": "terms-of-use",
            "TermsSource": "LINK", "Enforcement": "NONE",
            "Links": {"cognito:default": "https://example.com/terms"},
            "CreationDate": 1_780_000_000.123, "LastModifiedDate": 1_780_000_000.123,
        })
    );
    let by_client = json!({"ClientId": w.client, "TermsName": "terms-of-use"});
    assert_eq!(
        w.call("DescribeTermsByClient", by_client.clone()).await,
        Ok(made.clone())
    );
    w.h.clock.advance(1_000);
    let links = json!({"cognito:french": "https://example.com/fr"});
    let updated = w
        .call("UpdateTerms", json!({"TermsId": id, "Links": links}))
        .await
        .expect("an update");
    let expected = with(
        made,
        json!({"Links": links, "LastModifiedDate": 1_780_000_001.123}),
    );
    assert_eq!(updated, expected);
    let renamed = w
        .call(
            "UpdateTerms",
            json!({"TermsId": id, "TermsName": "privacy-policy"}),
        )
        .await
        .expect("an update");
    assert_eq!(renamed["TermsName"], "privacy-policy");
    let not_found = refusal("ResourceNotFoundException", "Terms do not exist.");
    assert_eq!(w.call("DescribeTermsByClient", by_client).await, not_found);
    assert_eq!(
        w.call("DeleteTerms", json!({"TermsId": id})).await,
        Ok(Value::Null)
    );
    for operation in ["DescribeTerms", "UpdateTerms", "DeleteTerms"] {
        assert_eq!(
            w.call(operation, json!({"TermsId": id})).await,
            not_found,
            "{operation}"
        );
    }
}

#[tokio::test]
async fn a_client_has_one_document_of_each_name() {
    let w = World::new().await;
    let exists = refusal(
        "TermsExistsException",
        &format!(
            "Terms terms-of-use already exist for app client {}.",
            w.client
        ),
    );
    w.create(&w.client, "terms-of-use")
        .await
        .expect("a document");
    assert_eq!(w.create(&w.client, "terms-of-use").await, exists);
    let other = w
        .create(&w.client, "privacy-policy")
        .await
        .expect("a document");
    let rename = json!({"TermsId": other["TermsId"], "TermsName": "terms-of-use"});
    assert_eq!(w.call("UpdateTerms", rename).await, exists);
    for (links, message) in [
        (Value::Null, "Links is required."),
        (
            json!({"cognito:default": "javascript:x"}),
            "javascript:x is not a valid link.",
        ),
    ] {
        let input = json!({
            "ClientId": w.client, "TermsName": "terms-of-use", "TermsSource": "LINK",
            "Enforcement": "NONE", "Links": links,
        });
        assert_eq!(
            w.call("CreateTerms", input).await,
            refusal("InvalidParameterException", message)
        );
    }
    // The documents go with their client.
    w.h.ok(
        "DeleteUserPoolClient",
        json!({"UserPoolId": w.pool, "ClientId": w.client}),
    )
    .await;
    let listed = w.call("ListTerms", json!({})).await;
    assert_eq!(listed, Ok(json!([])));
}

#[tokio::test]
async fn lists_page_by_id_and_a_pool_has_40() {
    let w = World::new().await;
    for _ in 0..20 {
        let client = w.h.client(&w.pool, json!({})).await;
        for name in ["terms-of-use", "privacy-policy"] {
            w.create(&client, name).await.expect("a document");
        }
    }
    assert_eq!(
        w.create(&w.client, "terms-of-use").await,
        refusal(
            "LimitExceededException",
            "A user pool can have at most 40 terms documents."
        )
    );
    let (mut seen, mut token) = (Vec::new(), Value::Null);
    loop {
        let mut input = json!({"UserPoolId": w.pool, "MaxResults": 20});
        if !token.is_null() {
            input["NextToken"] = token;
        }
        let mut page = w.h.ok("ListTerms", input).await;
        let terms = page["Terms"].as_array().expect("documents");
        assert_eq!(terms[0].as_object().map(serde_json::Map::len), Some(5));
        seen.extend(terms.iter().map(|terms| text(&terms["TermsId"])));
        token = page["NextToken"].take();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(seen.len(), 40);
    seen.dedup();
    assert_eq!(seen.len(), 40);
}
