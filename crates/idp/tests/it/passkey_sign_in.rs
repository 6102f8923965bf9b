//! WEB_AUTHN as the first factor of USER_AUTH.
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::support::passkeys::{
    PARTY, Passkey, asked, asked_for, by_password, configure, prefer_passkey, sign_in,
    with_passkey, world, world_of, wrong_passkey,
};
use super::support::signing::{
    MINUTE_MS, initiate, invalid, not_authorized, respond, result, sub_of, verified,
};
use super::support::world::{PASSWORD, World};
use super::support::{passkeys, text, with};

async fn with_ada() -> (World, Passkey) {
    let w = world(json!({})).await;
    let passkey = with_passkey(&w, "ada").await;
    (w, passkey)
}

#[tokio::test]
async fn a_passkey_signs_in() {
    let (w, mut passkey) = with_ada().await;
    passkey.user_handle = Some(sub_of(&w, "ada").await);
    let asked = asked(&w, "ada").await;
    let challenge = text(&asked.options["challenge"]);
    let decoded = BASE64URL_NOPAD.decode(challenge.as_bytes());
    assert_eq!(decoded.expect("base64url").len(), 32);
    assert_eq!(
        asked.options,
        json!({
            "challenge": challenge, "timeout": 180_000, "rpId": PARTY,
            "allowCredentials": [
                {"type": "public-key", "id": passkey.id(), "transports": ["hybrid", "internal"]},
            ],
            "userVerification": "preferred",
        })
    );
    assert_eq!(
        asked.available,
        json!(["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN"])
    );
    let tokens = result(asked.answer(&w, "ada", &passkey.get(&asked.options)).await);
    let access = verified(&w, &tokens["AccessToken"]).await;
    assert_eq!(access.claims["username"], "ada");
    assert_eq!(access.claims["acr"], "urn:cognito:loa:3");
    assert_eq!(access.claims["amr"], json!(["swk"]));
    assert_eq!(access.claims["sub"], sub_of(&w, "ada").await.as_str());
}

#[tokio::test]
async fn an_assertion_is_good_for_its_own_challenge_only_and_once() {
    let (w, passkey) = with_ada().await;
    let first = asked(&w, "ada").await;
    let second = asked(&w, "ada").await;
    let assertion = passkey.get(&first.options);
    assert_eq!(
        second.answer(&w, "ada", &assertion).await,
        wrong_passkey(),
        "the challenge of another sign-in"
    );
    result(first.answer(&w, "ada", &assertion).await);
    assert_eq!(
        first.answer(&w, "ada", &assertion).await,
        not_authorized("Invalid session for the user, session can only be used once.")
    );
    let third = asked(&w, "ada").await;
    w.h.clock.advance(3 * MINUTE_MS);
    assert_eq!(
        third.answer(&w, "ada", &passkey.get(&third.options)).await,
        not_authorized("Invalid session for the user, session is expired.")
    );
}

#[tokio::test]
async fn what_proves_nothing_is_refused_in_the_same_words() {
    let (w, right) = with_ada().await;
    let bobs = with_passkey(&w, "bob").await;
    let bent = |bend: fn(&mut Passkey)| {
        let mut passkey = right.clone();
        bend(&mut passkey);
        passkey
    };
    let forged = Passkey {
        id: right.id.clone(),
        ..Passkey::new()
    };
    for (what, passkey) in [
        ("another user's passkey", bobs),
        ("one that nobody has registered", Passkey::new()),
        ("another key under the same id", forged),
        (
            "another site",
            bent(|it| "https://evil.example".clone_into(&mut it.origin)),
        ),
        (
            "another relying party",
            bent(|it| "auth.example.com".clone_into(&mut it.party)),
        ),
        ("nobody present", bent(|it| it.flags = 0)),
        (
            "another user's handle",
            bent(|it| it.user_handle = Some("bob".to_owned())),
        ),
    ] {
        let refused = sign_in(&w, "ada", &passkey).await;
        assert_eq!(refused, wrong_passkey(), "{what}");
        // A right one forgets the failure.
        result(sign_in(&w, "ada", &right).await);
    }
}

#[tokio::test]
async fn what_is_no_credential_is_an_invalid_parameter() {
    let (w, passkey) = with_ada().await;
    let asked = asked(&w, "ada").await;
    let created = passkey.create(&asked.options).to_string();
    for credential in ["nonsense", "{}", "[]", created.as_str()] {
        assert_eq!(
            asked.answer(&w, "ada", credential).await,
            invalid("CREDENTIAL is not a valid public key credential.")
        );
    }
    let answers = json!({"USERNAME": "ada"});
    assert_eq!(
        respond(&w, "WEB_AUTHN", Some(&asked.session), answers).await,
        invalid("Missing required parameter CREDENTIAL")
    );
}

#[tokio::test]
async fn a_count_that_does_not_rise_betrays_a_copy() {
    let w = world(json!({})).await;
    let mut passkey = with_passkey(&w, "ada").await;
    for counter in [3, 4, 9] {
        passkey.counter = counter;
        result(sign_in(&w, "ada", &passkey).await);
    }
    for counter in [9, 8, 0] {
        passkey.counter = counter;
        assert_eq!(sign_in(&w, "ada", &passkey).await, wrong_passkey());
    }
    passkey.counter = 10;
    result(sign_in(&w, "ada", &passkey).await);
}

#[tokio::test]
async fn user_verification_is_demanded_where_the_pool_requires_it() {
    let (w, passkey) = with_ada().await;
    let passkey = passkey.without_verification();
    result(sign_in(&w, "ada", &passkey).await);
    configure(&w, json!({"UserVerification": "required"})).await;
    let asked = asked(&w, "ada").await;
    assert_eq!(asked.options["userVerification"], "required");
    assert_eq!(
        asked.answer(&w, "ada", &passkey.get(&asked.options)).await,
        wrong_passkey()
    );
}

#[tokio::test]
async fn wrong_proofs_lock_passkeys_but_not_the_password() {
    let (w, passkey) = with_ada().await;
    for _ in 0..5 {
        let refused = sign_in(&w, "ada", &Passkey::new()).await;
        assert_eq!(refused, wrong_passkey());
    }
    assert_eq!(
        sign_in(&w, "ada", &passkey).await,
        not_authorized("Password attempts exceeded")
    );
    result(by_password(&w, "ada").await);
    w.h.clock.advance(1000);
    result(sign_in(&w, "ada", &passkey).await);
}

#[tokio::test]
async fn a_passkey_steps_up_to_what_it_is_worth() {
    let w = world(json!({})).await;
    let passkey = with_passkey(&w, "ada").await;
    let token = text(&result(by_password(&w, "ada").await)["AccessToken"]);
    let towards = async |level: u8| {
        let parameters = json!({
            "USERNAME": "ada", "PREFERRED_CHALLENGE": "WEB_AUTHN", "ACCESS_TOKEN": token,
            "TARGET_ACR_VALUES": format!("urn:cognito:loa:{level}"),
        });
        initiate(&w, "USER_AUTH", parameters).await
    };
    let asked = asked_for(towards(3).await);
    assert_eq!(asked.available, json!(["WEB_AUTHN"]));
    let tokens = result(asked.answer(&w, "ada", &passkey.get(&asked.options)).await);
    let access = verified(&w, &tokens["AccessToken"]).await;
    assert_eq!(access.claims["acr"], "urn:cognito:loa:3");
    assert_eq!(access.claims["amr"], json!(["pwd", "swk", "mfa"]));
    let out_of_reach = towards(4).await.expect_err("a refusal");
    assert_eq!(out_of_reach.0, "InvalidParameterException");
}

#[tokio::test]
async fn a_passkey_is_chosen_and_given_up_for_another_factor() {
    let (w, passkey) = with_ada().await;
    let chosen = initiate(&w, "USER_AUTH", json!({"USERNAME": "ada"})).await;
    let chosen = chosen.expect("a challenge");
    assert_eq!(chosen["ChallengeName"], "SELECT_CHALLENGE");
    let session = text(&chosen["Session"]);
    let select = async |session: &str, answers: Value| {
        let answers = with(json!({"USERNAME": "ada"}), answers);
        respond(&w, "SELECT_CHALLENGE", Some(session), answers).await
    };
    let credential = passkey.get(&json!({"challenge": "AAAA"}));
    assert_eq!(
        select(
            &session,
            json!({"ANSWER": "WEB_AUTHN", "CREDENTIAL": credential})
        )
        .await,
        wrong_passkey(),
        "this session has no challenge to sign"
    );
    let asked = asked_for(select(&session, json!({"ANSWER": "WEB_AUTHN"})).await);
    assert_eq!(
        select(&session, json!({"ANSWER": "WEB_AUTHN"})).await,
        not_authorized("Invalid session for the user, session can only be used once.")
    );
    let by_choice = json!({"ANSWER": "WEB_AUTHN", "CREDENTIAL": passkey.get(&asked.options)});
    result(select(&asked.session, by_choice).await);

    let asked = passkeys::asked(&w, "ada").await;
    let password = json!({"ANSWER": "PASSWORD", "PASSWORD": PASSWORD});
    result(select(&asked.session, password).await);
}

#[tokio::test]
async fn a_pool_that_no_longer_takes_passkeys_takes_none() {
    let (w, passkey) = with_ada().await;
    let asked = asked(&w, "ada").await;
    let factors = json!({"AllowedFirstAuthFactors": ["PASSWORD"]});
    let input = json!({"Policies": {"SignInPolicy": factors}});
    w.admin("UpdateUserPool", input).await.expect("an update");
    assert_eq!(
        asked.answer(&w, "ada", &passkey.get(&asked.options)).await,
        wrong_passkey()
    );
    let again = prefer_passkey(&w, "ada").await.expect("a challenge");
    assert_eq!(
        again["AvailableChallenges"],
        json!(["PASSWORD_SRP", "PASSWORD"])
    );
}

#[tokio::test]
async fn a_passkey_of_another_relying_party_is_not_asked_for() {
    let (w, passkey) = with_ada().await;
    configure(&w, json!({"RelyingPartyId": "example.org"})).await;
    let asked = asked(&w, "ada").await;
    assert_eq!(asked.options["allowCredentials"], json!([]));
    let mut bent = passkey.clone();
    "example.org".clone_into(&mut bent.party);
    "https://example.org".clone_into(&mut bent.origin);
    assert_eq!(
        asked.answer(&w, "ada", &bent.get(&asked.options)).await,
        wrong_passkey()
    );
}

#[tokio::test]
async fn users_who_may_not_sign_in_learn_it_after_the_proof() {
    let (w, passkey) = with_ada().await;
    let asked = asked(&w, "ada").await;
    w.admin("AdminDisableUser", json!({"Username": "ada"}))
        .await
        .expect("a disabled user");
    assert_eq!(
        asked
            .answer(&w, "ada", &Passkey::new().get(&asked.options))
            .await,
        wrong_passkey()
    );
    assert_eq!(
        asked.answer(&w, "ada", &passkey.get(&asked.options)).await,
        not_authorized("User is disabled.")
    );
}

#[tokio::test]
async fn nobody_is_asked_for_a_passkey_like_somebody() {
    let client = json!({"PreventUserExistenceErrors": "ENABLED"});
    let w = world_of(json!({}), json!({}), client).await;
    with_passkey(&w, "ada").await;
    let known = asked(&w, "ada").await.options;
    let (mut having, mut lacking) = (0, 0);
    for number in 0..24 {
        let name = format!("nobody{number}");
        let answer = prefer_passkey(&w, &name).await.expect("a challenge");
        if answer["ChallengeName"] == "SELECT_CHALLENGE" {
            lacking += 1;
            continue;
        }
        having += 1;
        let asked = asked_for(Ok(answer));
        for member in ["timeout", "rpId", "userVerification"] {
            assert_eq!(asked.options[member], known[member]);
        }
        let allowed = &asked.options["allowCredentials"];
        assert_eq!(allowed.as_array().map(Vec::len), Some(1));
        let again = passkeys::asked(&w, &name).await;
        assert_eq!(&again.options["allowCredentials"], allowed);
        let refused = asked
            .answer(&w, &name, &Passkey::new().get(&asked.options))
            .await;
        assert_eq!(refused, wrong_passkey());
    }
    assert!(having > 0 && lacking > 0, "{having} and {lacking}");
}
