//! Devices: how one becomes known, remembered and forgotten, and how it proves itself in a sign-in.
use cenote_idp::crypto::srp;
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};

use super::support::signing::{
    MINUTE_MS, admin_initiate, all_flows, answer_srp, initiate, invalid, not_authorized, respond,
    result, start_srp, timestamp, verified, wrong_password,
};
use super::support::triggers::Stage;
use super::support::world::{Answer, PASSWORD, World};
use super::support::{refusal, text, with};

const SECRET: &str = "a device's own password";
const SALT: [u8; 16] = [0x5a; 16];

/// A pool that tracks devices, with a user who may sign in.
async fn world(devices: Value) -> World {
    let w = World::new(json!({"DeviceConfiguration": devices}), all_flows()).await;
    w.made("ada", &[("email", "ada@example.com")]).await;
    w
}

fn no_device() -> Answer {
    refusal("ResourceNotFoundException", "Device does not exist.")
}

/// A device that a sign-in made known.
pub(crate) struct Known {
    pub(crate) key: String,
    group: String,
    access: String,
    refresh: String,
}

pub(crate) async fn known(w: &World) -> Known {
    let signed_in = result(w.sign_in("ada", PASSWORD).await);
    let device = &signed_in["NewDeviceMetadata"];
    Known {
        key: text(&device["DeviceKey"]),
        group: text(&device["DeviceGroupKey"]),
        access: text(&signed_in["AccessToken"]),
        refresh: text(&signed_in["RefreshToken"]),
    }
}

impl Known {
    /// What a client makes of the device's password: numbers with a leading zero where the top bit is set.
    fn verifier(&self) -> Value {
        let verifier = srp::verifier(&self.group, &self.key, SECRET, &SALT);
        let mut padded = vec![0];
        padded.extend(verifier);
        json!({"PasswordVerifier": BASE64.encode(&padded), "Salt": BASE64.encode(&SALT)})
    }

    async fn confirm(&self, w: &World, input: Value) -> Answer {
        let input = with(json!({"DeviceKey": self.key}), input);
        w.with(&self.access, "ConfirmDevice", input).await
    }

    /// Confirmed, with its verifier.
    pub(crate) async fn confirmed(self, w: &World) -> Self {
        let input = json!({"DeviceName": "laptop", "DeviceSecretVerifierConfig": self.verifier()});
        self.confirm(w, input).await.expect("a confirmation");
        self
    }

    pub(crate) async fn sign_in(&self, w: &World) -> Answer {
        let parameters = json!({"USERNAME": "ada", "PASSWORD": PASSWORD, "DEVICE_KEY": self.key});
        initiate(w, "USER_PASSWORD_AUTH", parameters).await
    }

    /// The same with the device's own password.
    pub(crate) async fn own_proof(&self, w: &World, session: &str) -> Value {
        self.proof(w, Some(session), SECRET).await
    }

    /// Answers DEVICE_SRP_AUTH and makes the answers to what it asks.
    pub(crate) async fn proof(&self, w: &World, session: Option<&str>, secret: &str) -> Value {
        let client = srp::client::Client::new(&[5; 32]);
        let answers =
            json!({"USERNAME": "ada", "DEVICE_KEY": self.key, "SRP_A": client.public_hex()});
        let asked = respond(w, "DEVICE_SRP_AUTH", session, answers).await;
        let asked = asked.expect("a challenge");
        assert_eq!(asked["ChallengeName"], "DEVICE_PASSWORD_VERIFIER");
        let given = |name: &str| text(&asked["ChallengeParameters"][name]);
        assert_eq!(given("DEVICE_KEY"), self.key);
        assert_eq!(given("USERNAME"), "ada");
        assert_eq!(given("SALT"), HEXLOWER.encode(&SALT));
        let block = given("SECRET_BLOCK");
        let key = client
            .shared_key(&given("SRP_B"), &SALT, &self.group, &self.key, secret)
            .expect("a fit SRP_B");
        let now = timestamp(w);
        let block_bytes = BASE64.decode(block.as_bytes()).expect("base64");
        let signature = key.sign(&self.group, &self.key, &block_bytes, &now);
        json!({
            "USERNAME": "ada", "DEVICE_KEY": self.key, "TIMESTAMP": now,
            "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "PASSWORD_CLAIM_SIGNATURE": BASE64.encode(&signature),
        })
    }
}

/// The session of the DEVICE_SRP_AUTH that a sign-in ends in.
#[track_caller]
pub(crate) fn asked(answer: Answer) -> String {
    let answer = answer.expect("a challenge");
    assert_eq!(answer["ChallengeName"], "DEVICE_SRP_AUTH");
    assert_eq!(answer["ChallengeParameters"], json!({}));
    text(&answer["Session"])
}

#[tokio::test]
async fn a_sign_in_on_an_unknown_device_gives_it_keys() {
    let w = world(json!({})).await;
    let device = known(&w).await;
    let (region, id) = device.key.split_once('_').expect("region and id");
    assert_eq!(region, "us-east-1");
    assert_eq!(id.len(), 36);
    assert!(device.group.starts_with('-') && device.group.len() == 9);
    let token = verified(&w, &device.access.as_str().into()).await;
    assert_eq!(token.claims["device_key"], device.key);

    let other = known(&w).await;
    assert_ne!(other.key, device.key);
    assert_eq!(other.group, device.group);
}

#[tokio::test]
async fn without_tracking_nothing_is_said_of_devices_and_nothing_can_be_done_with_them() {
    let w = World::new(json!({}), all_flows()).await;
    w.made("ada", &[]).await;
    let parameters = json!({"USERNAME": "ada", "PASSWORD": PASSWORD, "DEVICE_KEY": "us-east-1_a"});
    let signed_in = result(initiate(&w, "USER_PASSWORD_AUTH", parameters).await);
    assert_eq!(signed_in.get("NewDeviceMetadata"), None);
    let token = verified(&w, &signed_in["AccessToken"]).await;
    assert_eq!(token.claims.get("device_key"), None);

    let off = || {
        refusal(
            "InvalidUserPoolConfigurationException",
            "Device tracking is not enabled for the user pool.",
        )
    };
    let access = text(&signed_in["AccessToken"]);
    let key = json!({"DeviceKey": "us-east-1_a"});
    for operation in [
        "ConfirmDevice",
        "GetDevice",
        "ForgetDevice",
        "UpdateDeviceStatus",
    ] {
        assert_eq!(
            w.with(&access, operation, key.clone()).await,
            off(),
            "{operation}"
        );
    }
    assert_eq!(w.with(&access, "ListDevices", json!({})).await, off());
    let admin = with(json!({"Username": "ada"}), key);
    for operation in [
        "AdminGetDevice",
        "AdminForgetDevice",
        "AdminUpdateDeviceStatus",
    ] {
        assert_eq!(
            w.admin(operation, admin.clone()).await,
            off(),
            "{operation}"
        );
    }
    let admin = json!({"Username": "ada"});
    assert_eq!(w.admin("AdminListDevices", admin).await, off());
}

#[tokio::test]
async fn a_device_is_confirmed_once_by_the_token_that_made_it_known() {
    let w = world(json!({})).await;
    let device = known(&w).await;
    let foreign = json!({"DeviceKey": "us-east-1_00000000-0000-4000-8000-000000000000"});
    assert_eq!(
        w.with(&device.access, "ConfirmDevice", foreign).await,
        invalid("Invalid device key given.")
    );
    let verifier = with(device.verifier(), json!({"PasswordVerifier": "%"}));
    assert_eq!(
        device
            .confirm(&w, json!({"DeviceSecretVerifierConfig": verifier}))
            .await,
        invalid("Invalid device secret verifier config given.")
    );
    let input = json!({"DeviceName": "laptop", "DeviceSecretVerifierConfig": device.verifier()});
    assert_eq!(
        device.confirm(&w, input.clone()).await,
        Ok(json!({"UserConfirmationNecessary": false}))
    );
    assert_eq!(
        device.confirm(&w, input).await,
        refusal("DeviceKeyExistsException", "Device already exists.")
    );
}

#[tokio::test]
async fn a_device_is_shown_to_its_user_and_to_administrators_alike() {
    let w = world(json!({"DeviceOnlyRememberedOnUserPrompt": true})).await;
    let device = known(&w).await;
    let confirmed = device.confirm(&w, json!({"DeviceName": "laptop"})).await;
    assert_eq!(confirmed, Ok(json!({"UserConfirmationNecessary": true})));
    let shown = |status: &str, modified: f64| {
        json!({
            "DeviceKey": device.key,
            "DeviceAttributes": [
                {"Name": "device_status", "Value": "valid"},
                {"Name": "device_name", "Value": "laptop"},
                {"Name": "dev:device_remembered_status", "Value": status},
            ],
            "DeviceCreateDate": 1_780_000_000.123,
            "DeviceLastModifiedDate": modified,
            "DeviceLastAuthenticatedDate": 1_780_000_000,
        })
    };
    let key = json!({"DeviceKey": device.key});
    let admin = with(json!({"Username": "ada"}), key.clone());
    let before = shown("not_remembered", 1_780_000_000.123);
    assert_eq!(
        w.with(&device.access, "GetDevice", key.clone()).await,
        Ok(json!({"Device": before}))
    );
    assert_eq!(
        w.admin("AdminGetDevice", admin.clone()).await,
        Ok(json!({"Device": before}))
    );

    w.h.clock.advance(1_000);
    let remember = with(key.clone(), json!({"DeviceRememberedStatus": "remembered"}));
    assert_eq!(
        w.with(&device.access, "UpdateDeviceStatus", remember).await,
        Ok(json!({}))
    );
    let after = shown("remembered", 1_780_000_001.123);
    let list = Ok(json!({"Devices": [after]}));
    assert_eq!(
        w.with(&device.access, "ListDevices", json!({})).await,
        list.clone()
    );
    assert_eq!(
        w.admin("AdminListDevices", json!({"Username": "ada"}))
            .await,
        list
    );
    let forget = with(
        admin.clone(),
        json!({"DeviceRememberedStatus": "not_remembered"}),
    );
    assert_eq!(
        w.admin("AdminUpdateDeviceStatus", forget).await,
        Ok(json!({}))
    );
    let device_now = w.admin("AdminGetDevice", admin).await.expect("a device");
    let attributes = device_now["Device"]["DeviceAttributes"].as_array();
    assert!(
        attributes
            .expect("a list")
            .contains(&json!({"Name": "dev:device_remembered_status", "Value": "not_remembered"}))
    );
}

#[tokio::test]
async fn devices_are_listed_in_pages_and_forgotten_by_either() {
    let w = world(json!({})).await;
    let mut keys = Vec::new();
    let mut access = String::new();
    for _ in 0..3 {
        let device = known(&w).await.confirmed(&w).await;
        keys.push(device.key);
        access = device.access;
    }
    keys.sort();
    let first = w.with(&access, "ListDevices", json!({"Limit": 2})).await;
    let first = first.expect("a page");
    let of = |page: &Value| -> Vec<String> {
        let devices = page["Devices"].as_array().expect("a list");
        devices
            .iter()
            .map(|device| text(&device["DeviceKey"]))
            .collect()
    };
    assert_eq!(of(&first), keys[..2]);
    let next = json!({"Limit": 2, "PaginationToken": first["PaginationToken"]});
    let second = w.with(&access, "ListDevices", next).await.expect("a page");
    assert_eq!(of(&second), keys[2..]);
    assert_eq!(second.get("PaginationToken"), None);

    let key = |at: usize| json!({"DeviceKey": keys[at]});
    assert_eq!(
        w.with(&access, "ForgetDevice", key(0)).await,
        Ok(Value::Null)
    );
    let admin = with(json!({"Username": "ada"}), key(1));
    assert_eq!(
        w.admin("AdminForgetDevice", admin.clone()).await,
        Ok(Value::Null)
    );
    assert_eq!(w.with(&access, "ForgetDevice", key(0)).await, no_device());
    assert_eq!(
        w.admin("AdminForgetDevice", admin.clone()).await,
        no_device()
    );
    assert_eq!(w.admin("AdminGetDevice", admin).await, no_device());
    let left = w.with(&access, "ListDevices", json!({})).await;
    assert_eq!(of(&left.expect("a list")), keys[2..]);

    let nobody = json!({"Username": "nobody", "DeviceKey": keys[2]});
    assert_eq!(
        w.admin("AdminGetDevice", nobody.clone()).await,
        refusal("ResourceNotFoundException", "User does not exist.")
    );
    assert_eq!(
        w.admin("AdminForgetDevice", nobody).await,
        refusal("UserNotFoundException", "User does not exist.")
    );
}

#[tokio::test]
async fn a_remembered_device_proves_itself_before_the_tokens() {
    let w = world(json!({"ChallengeRequiredOnNewDevice": true})).await;
    let device = known(&w).await.confirmed(&w).await;
    w.h.clock.advance(MINUTE_MS);
    let session = asked(device.sign_in(&w).await);
    let proof = device.proof(&w, Some(&session), SECRET).await;
    let signed_in = result(
        respond(
            &w,
            "DEVICE_PASSWORD_VERIFIER",
            Some(&session),
            proof.clone(),
        )
        .await,
    );
    assert_eq!(signed_in.get("NewDeviceMetadata"), None);
    let token = verified(&w, &signed_in["AccessToken"]).await;
    assert_eq!(token.claims["device_key"], device.key);
    let admin = json!({"Username": "ada", "DeviceKey": device.key});
    let shown = w.admin("AdminGetDevice", admin).await.expect("a device");
    assert_eq!(
        shown["Device"]["DeviceLastAuthenticatedDate"],
        1_780_000_060
    );

    // Once.
    assert_eq!(
        respond(&w, "DEVICE_PASSWORD_VERIFIER", Some(&session), proof).await,
        not_authorized("Invalid session for the user.")
    );
}

#[tokio::test]
async fn triggers_are_told_of_a_device_that_proved_itself() {
    let devices = json!({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true}});
    let triggers = ["PostAuthentication", "PreTokenGeneration"];
    let s = Stage::new(&triggers, devices, json!({})).await;
    s.w.made("ada", &[]).await;
    let device = known(&s.w).await.confirmed(&s.w).await;
    let told = |events: Vec<Value>| {
        let is_new = events[0]["request"]["newDeviceUsed"].clone();
        json!([is_new, events[1]["triggerSource"]])
    };
    let expected = json!([true, "TokenGeneration_Authentication"]);
    assert_eq!(told(s.script.events()), expected);
    let session = asked(device.sign_in(&s.w).await);
    let proof = device.proof(&s.w, Some(&session), SECRET).await;
    let name = "DEVICE_PASSWORD_VERIFIER";
    result(respond(&s.w, name, Some(&session), proof).await);
    let expected = json!([false, "TokenGeneration_AuthenticateDevice"]);
    assert_eq!(told(s.script.events()), expected);
}

#[tokio::test]
async fn a_device_is_known_by_srp_too_and_needs_no_session() {
    let w = world(json!({})).await;
    let device = known(&w).await.confirmed(&w).await;
    // The device key may come with the proof of the password only.
    let exchange = start_srp(&w, "ada").await;
    let answers = with(
        exchange.proof(&w, PASSWORD),
        json!({"DEVICE_KEY": device.key}),
    );
    asked(answer_srp(&w, answers).await);
    let proof = device.proof(&w, None, SECRET).await;
    let signed_in = respond(&w, "DEVICE_PASSWORD_VERIFIER", None, proof).await;
    assert!(result(signed_in)["RefreshToken"].is_string());
}

#[tokio::test]
async fn a_device_alone_signs_nobody_in() {
    let w = world(json!({})).await;
    let device = known(&w).await.confirmed(&w).await;
    let client = srp::client::Client::new(&[5; 32]);
    let answers =
        json!({"USERNAME": "ada", "DEVICE_KEY": device.key, "SRP_A": client.public_hex()});
    let refused = not_authorized("Invalid session for the user.");
    assert_eq!(
        respond(&w, "DEVICE_SRP_AUTH", None, answers.clone()).await,
        refused
    );
    // A sign-in waits for the device as long as a session lives.
    asked(device.sign_in(&w).await);
    w.h.clock.advance(3 * MINUTE_MS);
    assert_eq!(respond(&w, "DEVICE_SRP_AUTH", None, answers).await, refused);
}

#[tokio::test]
async fn a_wrong_device_password_is_refused_and_guessing_is_bounded() {
    let w = world(json!({})).await;
    let device = known(&w).await.confirmed(&w).await;
    for _ in 0..5 {
        asked(device.sign_in(&w).await);
        let proof = device.proof(&w, None, "another password").await;
        assert_eq!(
            respond(&w, "DEVICE_PASSWORD_VERIFIER", None, proof).await,
            wrong_password()
        );
    }
    asked(device.sign_in(&w).await);
    let client = srp::client::Client::new(&[5; 32]);
    let answers =
        json!({"USERNAME": "ada", "DEVICE_KEY": device.key, "SRP_A": client.public_hex()});
    assert_eq!(
        respond(&w, "DEVICE_SRP_AUTH", None, answers).await,
        not_authorized("Password attempts exceeded")
    );
    w.h.clock.advance(1_000);
    let proof = device.proof(&w, None, SECRET).await;
    result(respond(&w, "DEVICE_PASSWORD_VERIFIER", None, proof).await);
}

#[tokio::test]
async fn an_unknown_device_is_told_so_after_the_password() {
    let w = world(json!({})).await;
    let device = known(&w).await;
    assert_eq!(device.sign_in(&w).await, no_device());
    let wrong = json!({"USERNAME": "ada", "PASSWORD": "Wrong0ne!", "DEVICE_KEY": device.key});
    assert_eq!(
        initiate(&w, "USER_PASSWORD_AUTH", wrong.clone()).await,
        wrong_password()
    );
    let admin = with(wrong, json!({"PASSWORD": PASSWORD}));
    assert_eq!(
        admin_initiate(&w, "ADMIN_USER_PASSWORD_AUTH", admin).await,
        no_device()
    );
}

#[tokio::test]
async fn a_device_that_is_not_remembered_is_known_and_not_asked() {
    let w = world(json!({"DeviceOnlyRememberedOnUserPrompt": true})).await;
    let device = known(&w).await.confirmed(&w).await;
    let signed_in = result(device.sign_in(&w).await);
    assert_eq!(signed_in.get("NewDeviceMetadata"), None);
    let token = verified(&w, &signed_in["AccessToken"]).await;
    assert_eq!(token.claims["device_key"], device.key);
}

#[tokio::test]
async fn with_tracking_a_refresh_names_its_confirmed_device() {
    let w = world(json!({})).await;
    let device = known(&w).await;
    let refresh = async |key: Option<&str>| {
        let mut parameters = json!({"REFRESH_TOKEN": device.refresh});
        if let Some(key) = key {
            parameters["DEVICE_KEY"] = key.into();
        }
        initiate(&w, "REFRESH_TOKEN_AUTH", parameters).await
    };
    let invalid = not_authorized("Invalid Refresh Token.");
    assert_eq!(refresh(Some(&device.key)).await, invalid);
    device.confirm(&w, json!({})).await.expect("a confirmation");
    assert_eq!(refresh(None).await, invalid);
    assert_eq!(refresh(Some("us-east-1_a")).await, invalid);
    let refreshed = result(refresh(Some(&device.key)).await);
    let token = verified(&w, &refreshed["AccessToken"]).await;
    assert_eq!(token.claims["device_key"], device.key);

    let by_operation = json!({"RefreshToken": device.refresh, "DeviceKey": device.key});
    let answer = w.public("GetTokensFromRefreshToken", by_operation).await;
    assert!(answer.expect("tokens")["AuthenticationResult"]["AccessToken"].is_string());
    let without = json!({"RefreshToken": device.refresh});
    assert_eq!(
        w.public("GetTokensFromRefreshToken", without).await,
        invalid
    );

    let forget = json!({"DeviceKey": device.key});
    w.with(&device.access, "ForgetDevice", forget)
        .await
        .expect("an end");
    assert_eq!(refresh(Some(&device.key)).await, invalid);
}
