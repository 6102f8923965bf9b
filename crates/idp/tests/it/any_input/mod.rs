//! Whatever is sent to an operation: it never fails, never answers what the model does not declare, and a
//! refusal leaves everything as it was.

mod generator;

use std::fmt::Write as _;
use std::sync::Arc;

use cenote_idp::ports::{Kind, MessageFilter};
use cenote_idp::{Cx, dispatch};
use cenote_model::{ErrorCode, Operation};
use serde_json::{Value, json};
use uuid::Uuid;

use self::generator::Generator;
use crate::support::world::{PASSWORD, World};
use crate::support::{sms, text};

/// Inputs for each operation.
const RUNS: u64 = 24;

const REGION: &str = "us-east-1";

/// What a refusal may write: counts of attempts, that something was used, what happened, and that tokens
/// which were used twice are void.
const OF_REFUSALS: [Kind; 6] = [
    Kind::Attempt,
    Kind::Consumed,
    Kind::Code,
    Kind::AuthEvent,
    Kind::Revocation,
    Kind::RefreshFamily,
];

/// What a run is played on, and what can be named in it.
struct Stage {
    w: World,
    generator: Generator,
}

impl Stage {
    /// A pool with one of everything that is soon made.
    async fn new() -> Self {
        let w = World::new(
            json!({
                "AutoVerifiedAttributes": ["email"],
                "Schema": [{"Name": "tone", "AttributeDataType": "String", "Mutable": true}],
                "DeviceConfiguration": {"DeviceOnlyRememberedOnUserPrompt": true},
                "SmsConfiguration": sms(),
                "UserPoolTier": "PLUS",
            }),
            json!({"ExplicitAuthFlows": [
                "ALLOW_USER_PASSWORD_AUTH",
                "ALLOW_ADMIN_USER_PASSWORD_AUTH",
                "ALLOW_USER_SRP_AUTH",
                "ALLOW_CUSTOM_AUTH",
                "ALLOW_REFRESH_TOKEN_AUTH",
            ]}),
        )
        .await;
        w.made(
            "ada",
            &[("email", "ada@example.com"), ("email_verified", "true")],
        )
        .await;
        w.sign_up("bob", &[("email", "bob@example.com")])
            .await
            .expect("a sign-up");
        let code = w.h.code(&w.pool, "bob").await;
        let signed_in = w.sign_in("ada", PASSWORD).await.expect("a sign-in");
        let tokens = &signed_in["AuthenticationResult"];
        let new = json!({"Username": "cleo", "TemporaryPassword": PASSWORD});
        w.admin("AdminCreateUser", new).await.expect("a user");
        let challenged = w.sign_in("cleo", PASSWORD).await.expect("a challenge");
        let make = async |operation: &str, input: Value| {
            w.admin(operation, input)
                .await
                .unwrap_or_else(|error| panic!("{operation}: {error:?}"))
        };
        make("CreateGroup", json!({"GroupName": "staff"})).await;
        make("CreateUserPoolDomain", json!({"Domain": "everything"})).await;
        make(
            "CreateResourceServer",
            json!({"Identifier": "api", "Name": "api"}),
        )
        .await;
        let details = json!({"client_id": "a", "client_secret": "b", "authorize_scopes": "openid"});
        let google = json!({
            "ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": details,
        });
        make("CreateIdentityProvider", google).await;
        let job = json!({
            "JobName": "job", "CloudWatchLogsRoleArn": "arn:aws:iam::000000000000:role/logs",
        });
        let job = make("CreateUserImportJob", job).await;
        let branding = json!({"ClientId": w.client, "UseCognitoProvidedValues": true});
        let branding = make("CreateManagedLoginBranding", branding).await;
        let pool = make("DescribeUserPool", json!({})).await;
        let of = |value: &Value| text(value);
        let access = of(&tokens["AccessToken"]);
        let refresh = of(&tokens["RefreshToken"]);
        let live = vec![
            ("UserPoolId", w.pool.clone()),
            ("ClientId", w.client.clone()),
            ("Username", "ada".to_owned()),
            ("Username", "bob".to_owned()),
            ("USERNAME", "ada".to_owned()),
            ("USERNAME", "cleo".to_owned()),
            ("PASSWORD", PASSWORD.to_owned()),
            ("NEW_PASSWORD", "N3w-Passw0rd".to_owned()),
            ("REFRESH_TOKEN", refresh.clone()),
            ("SRP_A", "abcdef".to_owned()),
            ("GroupName", "staff".to_owned()),
            ("AccessToken", access.clone()),
            ("Token", refresh.clone()),
            ("RefreshToken", refresh),
            ("Session", of(&challenged["Session"])),
            ("Password", PASSWORD.to_owned()),
            ("PreviousPassword", PASSWORD.to_owned()),
            ("ProposedPassword", "An0ther-Passw0rd".to_owned()),
            ("ConfirmationCode", code),
            ("ProviderName", "Google".to_owned()),
            ("Identifier", "api".to_owned()),
            ("Domain", "everything".to_owned()),
            ("JobId", of(&job["UserImportJob"]["JobId"])),
            (
                "ManagedLoginBrandingId",
                of(&branding["ManagedLoginBranding"]["ManagedLoginBrandingId"]),
            ),
            ("ResourceArn", of(&pool["UserPool"]["Arn"])),
            ("AttributeName", "email".to_owned()),
            ("UserAttributeNames", "name".to_owned()),
        ];
        Self {
            w,
            generator: Generator { live },
        }
    }

    /// Everything that a refusal must leave alone.
    async fn everything(&self) -> Vec<String> {
        let store = &self.w.h.service.store;
        let mut rows = Vec::new();
        for kind in Kind::ALL {
            if OF_REFUSALS.contains(&kind) {
                continue;
            }
            let place = if kind.is_of_pool() {
                self.w.pool.as_str()
            } else if kind == Kind::Purge {
                ""
            } else {
                REGION
            };
            let found = store.records(kind, place, "", None, 1000).await;
            rows.extend(
                found
                    .expect("records")
                    .into_iter()
                    .map(|record| format!("{record:?}")),
            );
        }
        let users = store.users(&self.w.pool, None, None, 1000).await;
        rows.extend(
            users
                .expect("users")
                .into_iter()
                .map(|user| format!("{user:?}")),
        );
        let all = MessageFilter::default();
        let messages = store.messages(&all, 1000).await.expect("messages");
        rows.extend(messages.into_iter().map(|message| message.id));
        rows
    }

    /// Sends an input. What is wrong with the outcome, and whether it was a success.
    async fn play(&self, operation: Operation, input: &Value) -> (bool, Option<String>) {
        let before = self.everything().await;
        let service = Arc::clone(&self.w.h.service);
        let region = Some(REGION.to_owned());
        let cx = Cx::new(service, region, Uuid::new_v4(), self.w.h.peer.clone());
        let body = input.to_string();
        // In a task, which a panic ends without ending the test.
        let task = tokio::spawn(async move { dispatch(&cx, operation, body.as_bytes()).await });
        let error = match task.await {
            Err(panic) => return (false, Some(format!("panics: {panic}"))),
            Ok(Ok(_)) => return (true, None),
            Ok(Err(error)) => error,
        };
        let is_common = error.code == ErrorCode::Serialization;
        // A text in the place of a document is one of the few failures that the service itself has.
        let is_failure = error.code.status() >= 500
            && !is_common
            && error.detail.as_deref() != Some("a document member was not a document");
        if is_failure {
            return (false, Some(format!("fails: {error} ({:?})", error.detail)));
        }
        if !is_common && !operation.info().errors.contains(&error.code) {
            return (false, Some(format!("answers undeclared {error}")));
        }
        let after = self.everything().await;
        let changed: Vec<_> = after
            .iter()
            .filter(|row| !before.contains(row))
            .chain(before.iter().filter(|row| !after.contains(row)))
            .collect();
        if changed.is_empty() {
            (false, None)
        } else {
            (
                false,
                Some(format!("changes {changed:?} and refuses: {error}")),
            )
        }
    }
}

/// What cannot be played on any more.
fn is_destructive(operation: Operation) -> bool {
    let name = operation.name();
    name.contains("Delete") || name.contains("SignOut") || name.starts_with("Revoke")
}

#[tokio::test]
async fn any_input_of_any_operation_is_answered_as_declared_and_a_refusal_changes_nothing() {
    let mut wrong = String::new();
    let mut succeeded = 0;
    let mut stage = Stage::new().await;
    for operation in Operation::ALL {
        let mut has_succeeded = false;
        for run in 0..RUNS {
            let input = stage.generator.input(operation.name(), run);
            let (success, problem) = stage.play(operation, &input).await;
            has_succeeded |= success;
            if let Some(problem) = problem {
                writeln!(wrong, "{} {problem}\n    on {input}", operation.name())
                    .expect("a text grows");
            }
            if success && is_destructive(operation) {
                stage = Stage::new().await;
            }
        }
        if has_succeeded {
            succeeded += 1;
            stage = Stage::new().await;
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    // Else the inputs would prove little.
    assert!(succeeded >= 75, "only {succeeded} operations succeeded");
}
