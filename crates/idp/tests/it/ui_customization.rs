//! Classic customization, and where its logo is found.

use crate::support::{Harness, refusal, with};
use data_encoding::BASE64;
use serde_json::{Value, json};

type Answer = Result<Value, (String, String)>;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";
const CSS: &str = ".logo-customizable { max-width: 60%; }";

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

    async fn with_domain() -> Self {
        let w = Self::new().await;
        let input = json!({"UserPoolId": w.pool, "Domain": "app"});
        w.h.ok("CreateUserPoolDomain", input).await;
        w
    }

    async fn call(&self, operation: &str, input: Value) -> Answer {
        let input = with(json!({"UserPoolId": self.pool}), input);
        let mut answer = self.h.call(operation, input).await?;
        Ok(answer["UICustomization"].take())
    }

    async fn set(&self, input: Value) -> Answer {
        self.call("SetUICustomization", input).await
    }
}

fn invalid(message: &str) -> Answer {
    refusal("InvalidParameterException", message)
}

#[tokio::test]
async fn a_clients_customization_comes_before_that_of_all() {
    let w = World::with_domain().await;
    assert_eq!(w.call("GetUICustomization", json!({})).await, Ok(json!({})));
    let all = w
        .set(json!({"CSS": CSS, "ImageFile": BASE64.encode(PNG)}))
        .await
        .expect("a customization");
    assert_eq!(
        all,
        json!({
            "UserPoolId": w.pool, "ClientId": "ALL", "CSS": CSS, "CSSVersion": "20260528202640",
            "ImageUrl": format!(
                "http://app.auth.localhost:9229/{}/ALL/20260528202640/assets/images/image.png", w.pool
            ),
            "CreationDate": 1_780_000_000.123, "LastModifiedDate": 1_780_000_000.123,
        })
    );
    let of_client = json!({"ClientId": w.client});
    assert_eq!(
        w.call("GetUICustomization", of_client.clone()).await,
        Ok(all)
    );
    w.h.clock.advance(1_000);
    let own = w
        .set(with(of_client.clone(), json!({"CSS": ""})))
        .await
        .expect("a customization");
    assert_eq!(
        own,
        json!({
            "UserPoolId": w.pool, "ClientId": w.client, "CSSVersion": "20260528202641",
            "CreationDate": 1_780_000_001.123, "LastModifiedDate": 1_780_000_001.123,
        })
    );
    assert_eq!(w.call("GetUICustomization", of_client).await, Ok(own));
    let logo = cenote_idp::logo(&w.h.service, &w.pool, "ALL").await;
    assert_eq!(logo, Ok(("image/png", PNG.to_vec())));
    let none = cenote_idp::logo(&w.h.service, &w.pool, &w.client).await;
    assert!(none.is_err());
    // What is left out is gone.
    let without = w.set(json!({"ClientId": "ALL"})).await.expect("an update");
    assert_eq!(without.get("ImageUrl"), None);
    assert_eq!(without["CreationDate"], 1_780_000_000.123);
}

#[tokio::test]
async fn customizations_are_checked() {
    let w = World::new().await;
    assert_eq!(
        w.set(json!({"CSS": CSS})).await,
        invalid("There has to be an existing domain associated with this user pool")
    );
    let w = World::with_domain().await;
    for (input, message) in [
        (
            json!({"CSS": "body { color: red }"}),
            "The CSS selector body is not allowed.",
        ),
        (
            json!({"CSS": "@import 'x';"}),
            "CSS must not contain @import.",
        ),
        (
            json!({"CSS": "color: red"}),
            "CSS must consist of rules with selectors and declarations in braces.",
        ),
        (
            json!({"ImageFile": BASE64.encode(b"GIF89a")}),
            "ImageFile must be a PNG or JPEG image.",
        ),
    ] {
        assert_eq!(w.set(input.clone()).await, invalid(message), "{input}");
    }
    let mut large = PNG.to_vec();
    large.resize(100_001, 0);
    assert_eq!(
        w.set(json!({"ImageFile": BASE64.encode(&large)})).await,
        invalid("ImageFile can have at most 100000 bytes.")
    );
    large.resize(90_000, 0);
    let css = format!("/*{}*/", " ".repeat(60_000));
    assert_eq!(
        w.set(json!({"ImageFile": BASE64.encode(&large), "CSS": css}))
            .await,
        invalid("CSS and ImageFile together can have at most 135000 bytes.")
    );
    let nobody = "x".repeat(26);
    for operation in ["SetUICustomization", "GetUICustomization"] {
        assert_eq!(
            w.call(operation, json!({"ClientId": nobody})).await,
            refusal(
                "ResourceNotFoundException",
                &format!("User pool client {nobody} does not exist.")
            )
        );
    }
    let other = w.h.pool(json!({})).await;
    let answer =
        w.h.ok("GetUICustomization", json!({"UserPoolId": other}))
            .await;
    assert_eq!(answer, json!({"UICustomization": {}}));
}
