//! Replicas of user pools: states, roles, and what works in a secondary Region.

use crate::support::{Harness, refusal, text, with};
use serde_json::{Value, json};

type Answer = Result<Value, (String, String)>;

const KEY: &str = "arn:aws:kms:us-east-1:000000000000:key/mrk-1234abcd12ab34cd56ef1234567890ab";
const SECOND: &str = "us-west-2";

struct World {
    h: Harness,
    pool: String,
}

fn ready() -> Value {
    json!({
        "KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY},
        "IssuerConfiguration": {"Type": "UPDATED"},
    })
}

impl World {
    async fn new() -> Self {
        let h = Harness::new().await;
        let pool = h.pool(ready()).await;
        Self { h, pool }
    }

    async fn with_replica() -> Self {
        let w = Self::new().await;
        w.on(None, "CreateUserPoolReplica", json!({"RegionName": SECOND}))
            .await
            .expect("a replica");
        w
    }

    async fn turn(&self, status: &str) {
        let input = json!({"RegionName": SECOND, "Status": status});
        self.on(None, "UpdateUserPoolReplica", input)
            .await
            .expect("a replica");
    }

    /// Ada, who signs in through a client: its id.
    async fn with_ada(&self) -> String {
        let flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH"];
        let flows = json!({"ExplicitAuthFlows": flows});
        let client = self.h.client(&self.pool, flows).await;
        let ada = json!({"Username": "ada", "MessageAction": "SUPPRESS"});
        self.on(None, "AdminCreateUser", ada).await.expect("a user");
        let password = json!({"Username": "ada", "Password": "Passw0rd!", "Permanent": true});
        self.on(None, "AdminSetUserPassword", password)
            .await
            .expect("a password");
        client
    }

    async fn sign_in(&self, region: Option<&str>, client: &str) -> Answer {
        let parameters = json!({"USERNAME": "ada", "PASSWORD": "Passw0rd!"});
        let input = json!({
            "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters,
        });
        self.h.call_in(region, "InitiateAuth", input).await
    }

    async fn on(&self, region: Option<&str>, operation: &str, input: Value) -> Answer {
        let input = with(json!({"UserPoolId": self.pool}), input);
        self.h.call_in(region, operation, input).await
    }

    fn replica(&self, region: &str, role: &str, status: &str) -> Value {
        json!({
            "RegionName": region, "Role": role, "Status": status,
            "UserPoolArn": format!("arn:aws:cognito-idp:{region}:000000000000:userpool/{}", self.pool),
        })
    }
}

fn invalid(message: &str) -> Answer {
    refusal("InvalidParameterException", message)
}

#[tokio::test]
async fn a_replica_is_made_turned_on_and_off_and_deleted() {
    let w = World::new().await;
    let region = json!({"RegionName": SECOND});
    let made = w.on(None, "CreateUserPoolReplica", region.clone()).await;
    let creating = w.replica(SECOND, "SECONDARY", "CREATING");
    assert_eq!(made, Ok(json!({"UserPoolReplica": creating})));
    let primary = w.replica("us-east-1", "PRIMARY", "ACTIVE");
    let inactive = w.replica(SECOND, "SECONDARY", "INACTIVE");
    assert_eq!(
        w.on(None, "ListUserPoolReplicas", json!({})).await,
        Ok(json!({"UserPoolReplicas": [primary, inactive]}))
    );
    let active = w.replica(SECOND, "SECONDARY", "ACTIVE");
    let input = with(region.clone(), json!({"Status": "ACTIVE"}));
    let updated = w.on(Some(SECOND), "UpdateUserPoolReplica", input).await;
    assert_eq!(updated, Ok(json!({"UserPoolReplica": active})));
    assert_eq!(
        w.on(None, "DeleteUserPoolReplica", region.clone()).await,
        invalid("Only an INACTIVE replica can be deleted.")
    );
    let listed = w.h.ok("ListUserPools", json!({"MaxResults": 10})).await;
    assert_eq!(listed["UserPools"][0]["ReplicaRegions"], json!([SECOND]));
    assert_eq!(
        w.on(None, "DeleteUserPool", json!({})).await,
        invalid("User pool cannot be deleted. It has a replica that should be deleted first.")
    );
    let input = with(region.clone(), json!({"Status": "INACTIVE"}));
    w.on(None, "UpdateUserPoolReplica", input)
        .await
        .expect("off");
    let deleting = w.replica(SECOND, "SECONDARY", "DELETING");
    assert_eq!(
        w.on(None, "DeleteUserPoolReplica", region).await,
        Ok(json!({"UserPoolReplica": deleting}))
    );
    assert_eq!(
        w.on(Some(SECOND), "DescribeUserPool", json!({})).await,
        refusal(
            "ResourceNotFoundException",
            &format!("User pool {} does not exist.", w.pool)
        )
    );
    w.on(None, "DeleteUserPool", json!({})).await.expect("gone");
}

#[tokio::test]
async fn a_region_lists_the_pools_that_have_a_replica_there_among_its_own() {
    let w = World::with_replica().await;
    let input = json!({"PoolName": "own"});
    let own = w.h.call_in(Some(SECOND), "CreateUserPool", input).await;
    let own = text(&own.expect("a pool")["UserPool"]["Id"]);
    let third = w.h.pool(ready()).await;
    let input = json!({"UserPoolId": third, "RegionName": SECOND});
    w.h.ok("CreateUserPoolReplica", input).await;
    let mut expected = [w.pool.clone(), own, third.clone()];
    expected.sort();
    let mut seen = Vec::new();
    let mut token = Value::Null;
    for _ in 0..3 {
        let mut input = json!({"MaxResults": 1});
        if token.is_string() {
            input["NextToken"] = token;
        }
        let page = w.h.call_in(Some(SECOND), "ListUserPools", input).await;
        let mut page = page.expect("a page");
        let pools = page["UserPools"].as_array().expect("a list");
        seen.extend(pools.iter().map(|pool| text(&pool["Id"])));
        token = page["NextToken"].take();
    }
    assert_eq!((&seen[..], token), (&expected[..], Value::Null));
    let input = json!({"UserPoolId": third, "RegionName": SECOND});
    w.h.ok("DeleteUserPoolReplica", input).await;
    let input = json!({"MaxResults": 10});
    let listed = w.h.call_in(Some(SECOND), "ListUserPools", input).await;
    let listed = listed.expect("a list");
    assert_eq!(listed["UserPools"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_replica_needs_tier_key_and_issuer() {
    let w = World::new().await;
    let create = |settings: Value| {
        let h = w.h.clone();
        async move {
            let pool = h.pool(settings).await;
            h.call(
                "CreateUserPoolReplica",
                json!({"UserPoolId": pool, "RegionName": SECOND}),
            )
            .await
        }
    };
    assert_eq!(
        create(json!({"UserPoolTier": "LITE"})).await,
        refusal(
            "FeatureUnavailableInTierException",
            "The following feature is not available for the LITE pricing tier configured: \
             Multi-Region Replication"
        )
    );
    assert_eq!(
        create(json!({"IssuerConfiguration": {"Type": "UPDATED"}})).await,
        invalid(
            "A replicated user pool needs a KeyConfiguration with a customer managed multi-Region key."
        )
    );
    let key = json!({"KeyConfiguration": ready()["KeyConfiguration"]});
    let issuer = "A replicated user pool needs an IssuerConfiguration of Type UPDATED.";
    assert_eq!(create(key).await, invalid(issuer));

    for (region, message) in [
        (
            "us-east-1",
            "The user pool has a replica in Region us-east-1 already.",
        ),
        ("nowhere", "Region nowhere is not available for replicas."),
        (
            "US-EAST-1",
            "Region US-EAST-1 is not available for replicas.",
        ),
    ] {
        let input = json!({"RegionName": region});
        let refused = w.on(None, "CreateUserPoolReplica", input).await;
        assert_eq!(refused, invalid(message));
    }
    for operation in ["UpdateUserPoolReplica", "DeleteUserPoolReplica"] {
        let input = json!({"RegionName": "us-east-1", "Status": "INACTIVE"});
        assert_eq!(
            w.on(None, operation, input).await,
            invalid("The primary replica is always ACTIVE and cannot be deleted.")
        );
        let input = json!({"RegionName": SECOND, "Status": "ACTIVE"});
        assert_eq!(
            w.on(None, operation, input).await,
            refusal(
                "ResourceNotFoundException",
                "The user pool has no replica in Region us-west-2."
            )
        );
    }
    w.on(None, "CreateUserPoolReplica", json!({"RegionName": SECOND}))
        .await
        .expect("a replica");
    assert_eq!(
        w.on(
            None,
            "CreateUserPoolReplica",
            json!({"RegionName": "eu-west-1"})
        )
        .await,
        refusal(
            "LimitExceededException",
            "A user pool can have at most 1 secondary replica."
        )
    );
    // What it needs stays as long as the replica.
    let settings = json!({"KeyConfiguration": ready()["KeyConfiguration"]});
    assert_eq!(
        w.on(None, "UpdateUserPool", settings).await,
        invalid(issuer)
    );
    assert_eq!(
        w.on(None, "ListUserPoolReplicas", json!({"NextToken": "x"}))
            .await,
        invalid("NextToken is invalid or has expired.")
    );
}

#[tokio::test]
async fn the_secondary_region_looks_and_signs_in_and_changes_no_users() {
    let w = World::with_replica().await;
    w.turn("ACTIVE").await;
    let client = w.with_ada().await;
    let ada = json!({"Username": "ada"});
    let password = json!({"Username": "ada", "Password": "Passw0rd!", "Permanent": true});
    let second = Some(SECOND);
    w.on(second, "AdminGetUser", ada.clone())
        .await
        .expect("the user");
    let parameters = json!({"USERNAME": "ada", "PASSWORD": "Passw0rd!"});
    let sign_in = json!({
        "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": parameters,
    });
    w.on(second, "AdminInitiateAuth", sign_in)
        .await
        .expect("tokens");
    for (operation, input) in [
        ("AdminCreateUser", json!({"Username": "bob"})),
        ("AdminSetUserPassword", password),
        ("AdminDeleteUser", ada),
        ("CreateGroup", json!({"GroupName": "g"})),
        ("UpdateUserPool", json!({})),
        ("DeleteUserPoolReplica", json!({"RegionName": SECOND})),
    ] {
        assert_eq!(
            w.on(second, operation, input.clone()).await,
            refusal(
                "OperationNotEnabledException",
                "This operation is not enabled in a secondary Region of the user pool."
            ),
            "{operation}"
        );
        // Where the pool has no replica it is not there.
        let elsewhere = w.on(Some("eu-west-1"), operation, input).await;
        let (name, _) = elsewhere.expect_err("a refusal");
        assert_eq!(name, "ResourceNotFoundException", "{operation}");
    }
}

#[tokio::test]
async fn people_do_without_a_replica_that_is_not_active() {
    let w = World::with_replica().await;
    let client = w.with_ada().await;
    let second = Some(SECOND);
    let signed_in = w.sign_in(None, &client).await.expect("tokens");
    let token = json!({"AccessToken": signed_in["AuthenticationResult"]["AccessToken"]});
    let parameters = json!({"USERNAME": "ada", "PASSWORD": "Passw0rd!"});
    let by_admin = json!({
        "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": parameters,
    });
    for status in ["INACTIVE", "ACTIVE", "INACTIVE"] {
        w.turn(status).await;
        let answers = [
            w.sign_in(second, &client).await,
            w.h.call_in(second, "GetUser", token.clone()).await,
            w.on(second, "AdminInitiateAuth", by_admin.clone()).await,
        ];
        for answer in answers {
            if status == "ACTIVE" {
                answer.expect("an answer");
            } else {
                assert_eq!(
                    answer,
                    refusal(
                        "OperationNotEnabledException",
                        "The replica of the user pool in this Region is not active."
                    )
                );
            }
        }
        // Administrators look and set as ever.
        w.on(second, "AdminGetUser", json!({"Username": "ada"}))
            .await
            .expect("the user");
        w.sign_in(None, &client).await.expect("the primary Region");
    }
}

#[tokio::test]
async fn operations_that_name_no_pool_follow_the_same_rule() {
    let w = World::with_replica().await;
    w.turn("ACTIVE").await;
    let client = w.with_ada().await;
    let signed_in = w.sign_in(Some(SECOND), &client).await.expect("tokens");
    let token = text(&signed_in["AuthenticationResult"]["AccessToken"]);
    let with_client = json!({"ClientId": client, "Username": "ada"});
    let with_token = json!({"AccessToken": token});
    let new = json!({"Password": "Passw0rd!"});
    let code = json!({"ConfirmationCode": "123456"});
    let changed = json!({"PreviousPassword": "Passw0rd!", "ProposedPassword": "Passw0rd?"});
    let email = json!({"UserAttributes": [{"Name": "email", "Value": "a@example.com"}]});
    let key = "us-east-1_11111111-2222-3333-4444-555555555555";
    for (operation, base, more) in [
        ("SignUp", &with_client, new.clone()),
        ("ConfirmSignUp", &with_client, code.clone()),
        ("ResendConfirmationCode", &with_client, json!({})),
        ("ForgotPassword", &with_client, json!({})),
        ("ConfirmForgotPassword", &with_client, with(new, code)),
        ("ChangePassword", &with_token, changed),
        ("UpdateUserAttributes", &with_token, email),
        ("DeleteUser", &with_token, json!({})),
        ("AssociateSoftwareToken", &with_token, json!({})),
        ("SetUserMFAPreference", &with_token, json!({})),
        ("ConfirmDevice", &with_token, json!({"DeviceKey": key})),
    ] {
        let input = with(base.clone(), more);
        assert_eq!(
            w.h.call_in(Some(SECOND), operation, input.clone()).await,
            refusal(
                "OperationNotEnabledException",
                "This operation is not enabled in a secondary Region of the user pool."
            ),
            "{operation}"
        );
        // Where the pool has no replica, neither client nor token is known.
        let elsewhere = w.h.call_in(Some("eu-west-1"), operation, input).await;
        let (name, _) = elsewhere.expect_err("a refusal");
        let expected = if base == &with_token {
            "NotAuthorizedException"
        } else {
            "ResourceNotFoundException"
        };
        assert_eq!(name, expected, "{operation}");
    }
    let read = w.h.call_in(Some(SECOND), "GetUser", with_token).await;
    assert_eq!(read.expect("the user")["Username"], "ada");
}

#[tokio::test]
async fn a_replica_has_tags_of_its_own() {
    let w = World::new().await;
    let input = json!({"RegionName": SECOND, "UserPoolTags": {"a": "second"}});
    let made = w
        .on(None, "CreateUserPoolReplica", input)
        .await
        .expect("a replica");
    let arn = text(&made["UserPoolReplica"]["UserPoolArn"]);
    let input = json!({"ResourceArn": arn, "Tags": {"b": "1"}});
    w.h.call_in(Some(SECOND), "TagResource", input)
        .await
        .expect("tags");
    let key = json!({"ResourceArn": arn});
    let listed =
        w.h.call_in(Some(SECOND), "ListTagsForResource", key.clone())
            .await;
    assert_eq!(listed, Ok(json!({"Tags": {"a": "second", "b": "1"}})));
    let input = json!({"ResourceArn": arn, "TagKeys": ["a"]});
    w.h.call_in(Some(SECOND), "UntagResource", input)
        .await
        .expect("tags");
    let listed = w.h.call_in(Some(SECOND), "ListTagsForResource", key).await;
    assert_eq!(listed, Ok(json!({"Tags": {"b": "1"}})));
    let first = arn.replace(SECOND, "us-east-1");
    let primary =
        w.h.ok("ListTagsForResource", json!({"ResourceArn": first}))
            .await;
    assert_eq!(primary, json!({"Tags": {}}));
}
