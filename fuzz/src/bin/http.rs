//! Whole requests, as hyper hands them over: head, signature, body, operation, answer. The input is
//! what [`request`] reads; [`World::fill_in`] puts live values in the place of names. A signed request goes to a server that checks signatures.
#![no_main]

use axum::body::to_bytes;
use axum::http::StatusCode;
use cenote_fuzz::{World, request};
use cenote_model::{ErrorCode, Operation};
use libfuzzer_sys::{Corpus, fuzz_target};

const TARGET: &str = "AWSCognitoIdentityProviderService.";

/// What stands in front of every operation answers with these.
const COMMON: [ErrorCode; 7] = [
    ErrorCode::Serialization,
    ErrorCode::UnknownOperation,
    ErrorCode::MissingAuthenticationToken,
    ErrorCode::IncompleteSignature,
    ErrorCode::InvalidSignature,
    ErrorCode::UnrecognizedClient,
    ErrorCode::ExpiredToken,
];

fuzz_target!(|data: &[u8]| -> Corpus {
    let world = World::get();
    let Some(request) = request(&world.fill_in(data), "") else {
        return Corpus::Reject;
    };
    let target = request.headers().get("x-amz-target");
    let operation =
        target.and_then(|target| Operation::from_name(target.to_str().ok()?.strip_prefix(TARGET)?));
    // Its RSA keys take too long; UpdateUserPool reads nearly the same input.
    if operation == Some(Operation::CreateUserPool) {
        return Corpus::Reject;
    }
    let (status, body) = world.run(async {
        let answer = world.app(&request).answer(request).await;
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await;
        (status, body.expect("the answer is complete"))
    });
    check(operation, status, &body);
    Corpus::Keep
});

fn check(operation: Option<Operation>, status: StatusCode, body: &[u8]) {
    assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR);
    let Some(operation) = operation.filter(|_| status == StatusCode::BAD_REQUEST) else {
        return;
    };
    let body: serde_json::Value = serde_json::from_slice(body).expect("refusals are JSON");
    let Some(name) = body["__type"].as_str() else {
        return;
    };
    let declared = operation.info().errors.iter().chain(&COMMON);
    assert!(
        declared.into_iter().any(|code| code.name() == name),
        "{} does not declare {name}",
        operation.name()
    );
}
