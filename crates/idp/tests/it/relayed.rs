//! Sign-ins that an administrator relays: AdminInitiateAuth and AdminRespondToAuthChallenge ask and take what their
//! public twins do.

use serde_json::json;

use super::support::mfa;
use super::support::passkeys::{sign_in, with_passkey, world as with_passkeys};
use super::support::signing::{all_flows, respond, result};
use super::support::world::World;
use super::{choice, devices, mfa_setup};

#[tokio::test]
async fn every_first_factor_of_a_choice() {
    choice::choose_a_password(&choice::with_ada().await.relayed()).await;
    choice::choose_srp(&choice::with_ada().await.relayed()).await;
    choice::choose_a_code(&choice::with_ada().await.relayed()).await;
    choice::confirm_by_a_code(&choice::world(json!({})).await.relayed()).await;
}

#[tokio::test]
async fn a_passkey() {
    let w = with_passkeys(json!({})).await;
    let passkey = with_passkey(&w, "ada").await;
    result(sign_in(&w.relayed(), "ada", &passkey).await);
}

#[tokio::test]
async fn a_factor_that_is_set_up_on_the_way() {
    let w = mfa::world_of("ON", &["TOTP"], json!({}), all_flows()).await;
    w.made("ada", &[]).await;
    mfa_setup::set_up_and_sign_in(&w.relayed()).await;
}

#[tokio::test]
async fn the_proof_of_a_device() {
    let tracking = json!({"ChallengeRequiredOnNewDevice": true});
    let w = World::new(json!({"DeviceConfiguration": tracking}), all_flows())
        .await
        .relayed();
    w.made("ada", &[]).await;
    let device = devices::known(&w).await.confirmed(&w).await;
    let session = devices::asked(device.sign_in(&w).await);
    let proof = device.own_proof(&w, &session).await;
    let answer = respond(&w, "DEVICE_PASSWORD_VERIFIER", Some(&session), proof).await;
    assert_eq!(result(answer).get("NewDeviceMetadata"), None);
}
