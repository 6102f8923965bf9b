//! The operation table.

use crate::ErrorCode;
use crate::generated::{OPERATIONS, Operation};

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthClass {
    /// Callers with a signature of a known access key.
    Iam,
    /// The user whose access token the input carries.
    AccessToken,
    /// Anybody; what the input carries must convince the operation.
    Public,
}

/// What the model says of an operation.
#[derive(Debug)]
pub struct OperationInfo {
    /// The name in `X-Amz-Target`.
    pub name: &'static str,
    /// The family that it lives in.
    pub family: &'static str,
    /// Who may call it.
    pub auth: AuthClass,
    /// The errors that it declares.
    pub errors: &'static [ErrorCode],
    /// Whether its answer has a body.
    pub has_output: bool,
}

impl Operation {
    /// The operation's row in the table.
    pub const fn info(self) -> &'static OperationInfo {
        &OPERATIONS[self as usize]
    }

    /// The name in `X-Amz-Target`.
    pub const fn name(self) -> &'static str {
        self.info().name
    }

    /// The operation of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        OPERATIONS
            .binary_search_by(|row| row.name.cmp(name))
            .ok()
            .map(|index| Self::ALL[index])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn names_round_trip() {
        assert_eq!(Operation::ALL.len(), 141);
        for operation in Operation::ALL {
            assert_eq!(Operation::from_name(operation.name()), Some(operation));
            assert_eq!(format!("{operation:?}"), operation.name());
        }
        assert_eq!(Operation::from_name("getUser"), None);
        assert_eq!(Operation::from_name(""), None);
    }

    #[test]
    fn every_family_has_its_operations() {
        let mut families = BTreeMap::<_, usize>::new();
        for operation in Operation::ALL {
            *families.entry(operation.info().family).or_default() += 1;
        }
        assert_eq!(families.len(), 22);
        assert_eq!(families["users"], 13);
        assert_eq!(families["tags"], 3);
        assert_eq!(families.values().sum::<usize>(), 141);
    }

    #[test]
    fn auth_classes_add_up() {
        let count = |class| {
            Operation::ALL
                .iter()
                .filter(|operation| operation.info().auth == class)
                .count()
        };
        assert_eq!(count(AuthClass::AccessToken), 24);
        assert_eq!(count(AuthClass::Public), 12);
        assert_eq!(count(AuthClass::Iam), 105);
        assert_eq!(Operation::SignUp.info().auth, AuthClass::Public);
        assert_eq!(Operation::GetClientToken.info().auth, AuthClass::Public);
        assert_eq!(Operation::GetUser.info().auth, AuthClass::AccessToken);
    }

    #[test]
    fn thirteen_answers_have_no_body() {
        let silent: BTreeSet<_> = Operation::ALL
            .iter()
            .filter(|operation| !operation.info().has_output)
            .map(|operation| operation.name())
            .collect();
        assert_eq!(silent.len(), 13);
        assert!(silent.contains("DeleteUser") && silent.contains("ForgetDevice"));
    }

    #[test]
    fn error_codes_have_a_name_and_a_status() {
        assert_eq!(ErrorCode::UserNotFound.name(), "UserNotFoundException");
        assert_eq!(ErrorCode::UserNotFound.status(), 400);
        assert_eq!(ErrorCode::InternalError.status(), 500);
        let names: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        assert_eq!(names.len(), 59 + 7);
    }

    #[test]
    fn every_operation_declares_the_errors_that_anything_may_meet() {
        for operation in Operation::ALL {
            let errors = operation.info().errors;
            let internal = [ErrorCode::InternalError, ErrorCode::InternalServer];
            assert!(
                internal.iter().any(|code| errors.contains(code)),
                "{operation:?}"
            );
        }
    }
}
