//! Branding styles of app clients.

use crate::support::{Harness, refusal, text, with};
use data_encoding::BASE64;
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
        Ok(answer["ManagedLoginBranding"].take())
    }

    async fn create(&self, input: Value) -> Answer {
        let input = with(json!({"ClientId": self.client}), input);
        self.call("CreateManagedLoginBranding", input).await
    }

    async fn update(&self, id: &str, input: Value) -> Answer {
        let input = with(json!({"ManagedLoginBrandingId": id}), input);
        self.call("UpdateManagedLoginBranding", input).await
    }

    async fn described(&self, is_merged: bool) -> Value {
        let input = json!({"ClientId": self.client, "ReturnMergedResources": is_merged});
        self.call("DescribeManagedLoginBrandingByClient", input)
            .await
            .expect("a style")
    }
}

fn invalid(message: &str) -> Answer {
    refusal("InvalidParameterException", message)
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

fn asset(category: &str, extension: &str, bytes: &[u8]) -> Value {
    json!({
        "Category": category, "ColorMode": "LIGHT", "Extension": extension,
        "Bytes": BASE64.encode(bytes), "ResourceId": "r 1",
    })
}

#[tokio::test]
async fn a_style_of_the_services_own_values_is_the_clients_only_one() {
    let w = World::new().await;
    let made = w
        .create(json!({"UseCognitoProvidedValues": true}))
        .await
        .expect("a style");
    let id = text(&made["ManagedLoginBrandingId"]);
    let expected = json!({
        "ManagedLoginBrandingId": id, "UserPoolId": w.pool, "UseCognitoProvidedValues": true,
        "CreationDate": 1_780_000_000.123, "LastModifiedDate": 1_780_000_000.123,
    });
    assert_eq!(made, expected);
    assert_eq!(w.described(false).await, expected);
    assert_eq!(
        w.create(json!({"UseCognitoProvidedValues": true})).await,
        refusal(
            "ManagedLoginBrandingExistsException",
            &format!(
                "Managed login branding already exists for app client {}.",
                w.client
            )
        )
    );
    let merged = w.described(true).await;
    assert_eq!(
        merged["Settings"]["components"]["primaryButton"]["lightMode"]["defaults"]["backgroundColor"],
        "0972d3ff"
    );
    let key = json!({"ManagedLoginBrandingId": id});
    assert_eq!(
        w.call("DeleteManagedLoginBranding", key.clone()).await,
        Ok(Value::Null)
    );
    for (operation, input) in [
        ("DescribeManagedLoginBranding", key.clone()),
        ("DeleteManagedLoginBranding", key.clone()),
        (
            "UpdateManagedLoginBranding",
            with(key, json!({"UseCognitoProvidedValues": true})),
        ),
        (
            "DescribeManagedLoginBrandingByClient",
            json!({"ClientId": w.client}),
        ),
    ] {
        assert_eq!(
            w.call(operation, input).await,
            refusal(
                "ResourceNotFoundException",
                "Managed login branding does not exist."
            ),
            "{operation}"
        );
    }
    w.create(json!({"UseCognitoProvidedValues": true}))
        .await
        .expect("the place is free");
}

#[tokio::test]
async fn updates_lay_settings_and_images_over_what_is_there() {
    let w = World::new().await;
    let settings = json!({"components": {"form": {"borderRadius": 4, "logo": {"enabled": true}}}});
    let logo = asset("FORM_LOGO", "PNG", PNG);
    let made = w
        .create(json!({"Settings": settings, "Assets": [logo]}))
        .await
        .expect("a style");
    assert_eq!(made["Settings"], settings);
    assert_eq!(made["Assets"], json!([logo]));
    assert_eq!(made["UseCognitoProvidedValues"], false);
    let id = text(&made["ManagedLoginBrandingId"]);
    w.h.clock.advance(1_000);
    let icon = asset("FAVICON_ICO", "ICO", b"\0\0\x01\0");
    let reference = json!({
        "Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "PNG", "ResourceId": "r 1",
    });
    let change = json!({
        "Settings": {"components": {"form": {"borderRadius": 9}}}, "Assets": [icon, reference],
    });
    let updated = w.update(&id, change).await.expect("an update");
    assert_eq!(
        updated["Settings"],
        json!({"components": {"form": {"borderRadius": 9, "logo": {"enabled": true}}}})
    );
    assert_eq!(updated["Assets"], json!([icon, logo]));
    assert_eq!(updated["LastModifiedDate"], 1_780_000_001.123);
    assert_eq!(w.described(false).await, updated);
    let merged = w.described(true).await;
    assert_eq!(merged["Settings"]["components"]["form"]["borderRadius"], 9);
    assert_eq!(
        merged["Settings"]["categories"]["global"]["colorSchemeMode"],
        "LIGHT"
    );
    let reset = w
        .update(&id, json!({"UseCognitoProvidedValues": true}))
        .await
        .expect("an update");
    assert_eq!(reset.get("Settings"), None);
    assert_eq!(reset.get("Assets"), None);
    assert_eq!(w.described(false).await, reset);
}

#[tokio::test]
async fn styles_are_checked() {
    let w = World::new().await;
    let both = "useCognitoProvidedValues or settings should be specified (but not both)";
    for input in [
        json!({}),
        json!({"UseCognitoProvidedValues": false}),
        json!({"UseCognitoProvidedValues": true, "Settings": {}}),
        json!({"UseCognitoProvidedValues": true, "Assets": []}),
    ] {
        assert_eq!(w.create(input.clone()).await, invalid(both), "{input}");
    }
    assert_eq!(
        w.create(json!({"Settings": [1]})).await,
        invalid("Settings must be a JSON object.")
    );
    assert_eq!(
        w.create(json!({"Settings": {"pages": {}}})).await,
        invalid(
            "Settings cannot contain pages: their members are the objects categories, components \
             and componentClasses."
        )
    );
    let mut empty = asset("FORM_LOGO", "PNG", PNG);
    empty.as_object_mut().expect("an object").remove("Bytes");
    for (asset, message) in [
        (
            asset("FORM_LOGO", "ICO", b"\0\0\x01\0"),
            "An asset of category FORM_LOGO cannot have the extension ICO.",
        ),
        (
            asset("FAVICON_ICO", "PNG", PNG),
            "An asset of category FAVICON_ICO cannot have the extension PNG.",
        ),
        (
            asset("FORM_LOGO", "JPEG", PNG),
            "The bytes of the asset of category FORM_LOGO are not of type JPEG.",
        ),
        (
            empty,
            "The asset of category FORM_LOGO has no bytes, and no such asset is there already.",
        ),
    ] {
        let refused = w.create(json!({"Assets": [asset]})).await;
        assert_eq!(refused, invalid(message));
    }
    let many: Vec<_> = ["LIGHT", "DARK", "DYNAMIC"]
        .into_iter()
        .map(|mode| {
            let mut bytes = PNG.to_vec();
            bytes.resize(700_000, 0);
            with(
                asset("PAGE_BACKGROUND", "PNG", &bytes),
                json!({"ColorMode": mode}),
            )
        })
        .collect();
    assert_eq!(
        w.create(json!({"Assets": many})).await,
        invalid("Settings and Assets are too large.")
    );
    for (member, input) in [
        ("UserPoolId", json!({})),
        ("ManagedLoginBrandingId", json!({"UserPoolId": w.pool})),
    ] {
        assert_eq!(
            w.h.call("UpdateManagedLoginBranding", input).await,
            invalid(&format!("{member} is required."))
        );
    }
}

#[tokio::test]
async fn a_pool_has_20_styles_and_a_clients_goes_with_it() {
    let w = World::new().await;
    for _ in 0..20 {
        let client = w.h.client(&w.pool, json!({})).await;
        let input = json!({"ClientId": client, "UseCognitoProvidedValues": true});
        w.call("CreateManagedLoginBranding", input)
            .await
            .expect("a style");
    }
    assert_eq!(
        w.create(json!({"UseCognitoProvidedValues": true})).await,
        refusal(
            "LimitExceededException",
            "A user pool can have at most 20 managed login branding styles."
        )
    );
    let client =
        w.h.ok("ListUserPoolClients", json!({"UserPoolId": w.pool}))
            .await;
    let ids = client["UserPoolClients"].as_array().expect("clients");
    let other = ids
        .iter()
        .map(|client| text(&client["ClientId"]))
        .find(|id| *id != w.client)
        .expect("another client");
    w.call("DeleteUserPoolClient", json!({"ClientId": other}))
        .await
        .expect("gone");
    w.create(json!({"UseCognitoProvidedValues": true}))
        .await
        .expect("there is room");
}
