//! Whether response times tell who exists: the operations that a stranger can call about anybody, at a client
//! that hides users, in the process itself, where no network covers the differences.

use std::time::Instant;

use cenote_idp::Cx;
use cenote_idp::crypto::srp;
use cenote_idp::dispatch;
use cenote_model::Operation;
use serde_json::{Value, json};

use crate::Outcome;
use crate::seed::{self, PASSWORD, call};

/// What is called about a user who is there and one who is not.
#[derive(Clone, Copy)]
enum Probe {
    Password,
    Srp,
    Forgot,
    Resend,
}

impl Probe {
    const ALL: [Self; 4] = [Self::Password, Self::Srp, Self::Forgot, Self::Resend];

    const fn name(self) -> &'static str {
        match self {
            Self::Password => "USER_PASSWORD_AUTH, wrong",
            Self::Srp => "USER_SRP_AUTH, first call",
            Self::Forgot => "ForgotPassword",
            Self::Resend => "ResendConfirmationCode",
        }
    }

    /// The n-th user who is there. Each is asked about once, so that no counter of attempts fills.
    fn known(self, n: usize) -> String {
        match self {
            Self::Resend => format!("new{n}"),
            _ => format!("user{n}"),
        }
    }

    fn call(self, client: &str, name: &str, public_a: &str) -> (Operation, Value) {
        let initiate = |flow: &str, parameters: Value| {
            let input =
                json!({ "ClientId": client, "AuthFlow": flow, "AuthParameters": parameters });
            (Operation::InitiateAuth, input)
        };
        let named = json!({ "ClientId": client, "Username": name });
        match self {
            Self::Password => initiate(
                "USER_PASSWORD_AUTH",
                json!({ "USERNAME": name, "PASSWORD": "Wr0ng-horse!" }),
            ),
            Self::Srp => initiate(
                "USER_SRP_AUTH",
                json!({ "USERNAME": name, "SRP_A": public_a }),
            ),
            Self::Forgot => (Operation::ForgotPassword, named),
            Self::Resend => (Operation::ResendConfirmationCode, named),
        }
    }
}

/// Microseconds of one call. A refusal is an answer like any other.
async fn time(cx: &Cx, (operation, input): (Operation, Value)) -> Outcome<f64> {
    let body = serde_json::to_vec(&input)?;
    let start = Instant::now();
    let _answer = dispatch(cx, operation, &body).await;
    Ok(start.elapsed().as_secs_f64() * 1e6)
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A pool with so many confirmed users and so many who are not yet; answers the client's id.
async fn scene(cx: &Cx, users: usize) -> Outcome<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("no id");
    let input = json!({ "PoolName": "timing", "AutoVerifiedAttributes": ["email"] });
    let pool = call(cx, Operation::CreateUserPool, &input).await?;
    let pool = text(&pool["UserPool"]["Id"])?;
    let input = json!({ "UserPoolId": pool, "ClientName": "timing", "PreventUserExistenceErrors": "ENABLED",
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"] });
    let client = call(cx, Operation::CreateUserPoolClient, &input).await?;
    let client = text(&client["UserPoolClient"]["ClientId"])?;
    for n in 0..users {
        let name = format!("user{n}");
        let address = |verified: bool| {
            let mut list = vec![json!({ "Name": "email", "Value": seed::email(n) })];
            list.extend(verified.then(|| json!({ "Name": "email_verified", "Value": "true" })));
            Value::from(list)
        };
        let input = json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS",
            "UserAttributes": address(true) });
        call(cx, Operation::AdminCreateUser, &input).await?;
        let input = json!({ "UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true });
        call(cx, Operation::AdminSetUserPassword, &input).await?;
        let input = json!({ "ClientId": client, "Username": format!("new{n}"), "Password": PASSWORD,
            "UserAttributes": address(false) });
        call(cx, Operation::SignUp, &input).await?;
    }
    Ok(client)
}

async fn measure(cx: &Cx, samples: usize) -> Outcome {
    let client = scene(cx, samples).await?;
    let public_a = srp::client::Client::new(&[5; 32]).public_hex();
    println!(
        "{:<28}{:>10}{:>12}{:>8}",
        "median of response times", "known us", "unknown us", "ratio"
    );
    for probe in Probe::ALL {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for n in 0..samples {
            let there = || probe.call(&client, &probe.known(n), &public_a);
            let not_there = || probe.call(&client, &format!("none{n}"), &public_a);
            // In turns, and each of them first as often as the other, so that what drifts hits both.
            if n % 2 == 0 {
                known.push(time(cx, there()).await?);
                unknown.push(time(cx, not_there()).await?);
            } else {
                unknown.push(time(cx, not_there()).await?);
                known.push(time(cx, there()).await?);
            }
        }
        let (known, unknown) = (median(&mut known), median(&mut unknown));
        println!(
            "{:<28}{known:>10.1}{unknown:>12.1}{:>8.3}",
            probe.name(),
            known / unknown
        );
    }
    Ok(())
}

/// Measures on a database of its own, which goes afterwards.
pub(crate) async fn run(samples: usize) -> Outcome {
    let data = std::env::temp_dir().join(format!("cenote-timing-{}", std::process::id()));
    std::fs::create_dir_all(&data)?;
    let (_store, cx) = seed::service(&data)?;
    let outcome = measure(&cx, samples.max(1)).await;
    drop(cx);
    std::fs::remove_dir_all(&data)?;
    outcome
}
