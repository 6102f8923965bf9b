//! One request of the JSON API: decode, call, encode; run again when somebody else was faster.

use std::borrow::Cow;
use std::sync::Arc;

use cenote_model::{AuthClass, Decode, ErrorCode, Operation};
use serde::Serialize;

use crate::dispatch as generated;
use crate::{Cx, Error, Result};

/// The operations whose time goes into signatures and exponentiations.
const COMPUTE: [Operation; 10] = [
    Operation::AdminCreateUser,
    Operation::AdminInitiateAuth,
    Operation::AdminRespondToAuthChallenge,
    Operation::AdminSetUserPassword,
    Operation::ChangePassword,
    Operation::GetClientToken,
    Operation::GetTokensFromRefreshToken,
    Operation::InitiateAuth,
    Operation::RespondToAuthChallenge,
    Operation::SignUp,
];

/// How often an operation is run when its change keeps meeting newer versions.
pub(crate) const RUNS: usize = 6;

/// [`dispatch`], where it belongs: an operation that computes runs as a whole on the CPU threads, so that its
/// reads, checks and signatures follow each other without a hand-over.
pub async fn serve<B: AsRef<[u8]> + Send + 'static>(
    cx: Cx,
    operation: Operation,
    body: B,
) -> Result<Option<Vec<u8>>> {
    if !COMPUTE.contains(&operation) {
        return dispatch(&cx, operation, body.as_ref()).await;
    }
    let service = Arc::clone(&cx.service);
    let request = async move { dispatch(&cx, operation, body.as_ref()).await };
    service.cpu.carry(request).await?
}

/// Runs one operation on the JSON text of its input and answers the JSON text of its output, or
/// `None` for the operations whose answer has an empty body.
pub async fn dispatch(cx: &Cx, operation: Operation, body: &[u8]) -> Result<Option<Vec<u8>>> {
    let errors = operation.info().errors;
    let counted = if errors.contains(&ErrorCode::TooManyRequests) {
        counted(cx, operation, body).await?
    } else {
        Cow::Borrowed(cx)
    };
    let cx = &Cx {
        operation: Some(operation),
        ..counted.into_owned()
    };
    let mut run = 1;
    loop {
        match generated::call(cx, operation, body).await {
            Err(error) => again(operation, &mut run, error)?,
            answer => return answer,
        }
    }
}

/// Counts a request among those of an operation, or refuses it. The answer is the context in which it is
/// counted to its user or pool too.
pub(crate) async fn counted<'a>(
    cx: &'a Cx,
    operation: Operation,
    body: &[u8],
) -> Result<Cow<'a, Cx>> {
    let service = &cx.service;
    let rates = &service.rates;
    rates
        .check(&*service.store, cx.region(), operation, body)
        .await?;
    Ok(match rates.share(operation) {
        Some(share) => Cow::Owned(Cx {
            share: Some(share),
            ..cx.clone()
        }),
        None => Cow::Borrowed(cx),
    })
}

/// Decides after a refusal: `Ok` runs the operation again, since somebody else was faster.
pub(crate) fn again(operation: Operation, run: &mut usize, error: Error) -> Result<()> {
    if error.retry && *run < RUNS {
        *run += 1;
        return Ok(());
    }
    Err(declared(operation, error))
}

/// Makes the error one that the model declares for the operation.
fn declared(operation: Operation, error: Error) -> Error {
    let has = |code| operation.info().errors.contains(&code);
    if error.retry && has(ErrorCode::ConcurrentModification) {
        let message = "The resource was changed by another request at the same time.";
        return Error {
            detail: error.detail,
            ..Error::new(ErrorCode::ConcurrentModification, message)
        };
    }
    if error.code == ErrorCode::UserNotFound && !has(ErrorCode::UserNotFound) {
        return match operation.info().auth {
            // AdminGetDevice and AdminListDevices have only the general word for it.
            AuthClass::Iam => Error {
                code: ErrorCode::ResourceNotFound,
                ..error
            },
            // GlobalSignOut: a deleted user's token is a dead token.
            _ => Error::access_token_revoked(),
        };
    }
    // GetClientToken has no word of its own for what a trigger does.
    let of_trigger = [
        ErrorCode::UnexpectedLambda,
        ErrorCode::UserLambdaValidation,
        ErrorCode::InvalidLambdaResponse,
    ];
    if of_trigger.contains(&error.code) && !has(error.code) {
        return Error {
            code: ErrorCode::NotAuthorized,
            ..error
        };
    }
    // VerifyUserAttribute has only the general word for it.
    if error.code == ErrorCode::TooManyFailedAttempts && !has(ErrorCode::TooManyFailedAttempts) {
        return Error::attempt_limit();
    }
    // Nor do sign-ins have a word for too many messages.
    if error.code == ErrorCode::LimitExceeded && !has(ErrorCode::LimitExceeded) {
        return Error {
            code: ErrorCode::TooManyRequests,
            ..error
        };
    }
    // RevokeToken has only this word for a client that is not there.
    if error.code == ErrorCode::ResourceNotFound
        && !has(ErrorCode::ResourceNotFound)
        && has(ErrorCode::Unauthorized)
    {
        return Error {
            code: ErrorCode::Unauthorized,
            ..error
        };
    }
    // The operations on client secrets call our own failures differently.
    if error.code == ErrorCode::InternalError
        && !has(ErrorCode::InternalError)
        && has(ErrorCode::InternalServer)
    {
        return Error {
            code: ErrorCode::InternalServer,
            ..error
        };
    }
    // GetTokensFromRefreshToken and AssociateSoftwareToken have only the general word for these.
    if matches!(
        error.code,
        ErrorCode::PasswordResetRequired | ErrorCode::UserNotConfirmed
    ) && !has(error.code)
    {
        return Error {
            code: ErrorCode::NotAuthorized,
            ..error
        };
    }
    error
}

/// Decodes an input and checks its constraints.
pub(crate) fn input<T: Decode>(body: &[u8]) -> Result<T> {
    Ok(cenote_model::decode::<T>(body)?)
}

/// Encodes an output.
pub(crate) fn output<T: Serialize>(output: &T) -> Result<Option<Vec<u8>>> {
    serde_json::to_vec(output)
        .map(Some)
        .map_err(|error| Error::internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_cpu_threads_may_refuse_has_a_word_for_it() {
        for operation in COMPUTE {
            let errors = operation.info().errors;
            assert!(
                errors.contains(&ErrorCode::TooManyRequests),
                "{operation:?}"
            );
        }
    }
}
