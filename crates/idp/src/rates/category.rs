//! The categories of operations that share a request rate.

use cenote_model::Operation;

/// A category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Category {
    UserAuthentication,
    UserCreation,
    UserFederation,
    UserAccountRecovery,
    UserRead,
    UserUpdate,
    UserToken,
    UserResourceRead,
    UserResourceUpdate,
    UserList,
    UserPoolRead,
    UserPoolUpdate,
    UserPoolResourceRead,
    UserPoolResourceUpdate,
    UserPoolClientRead,
    UserPoolClientUpdate,
    ClientAuthentication,
    LimitManagement,
}

impl Category {
    /// Every category, in order.
    pub(crate) const ALL: [Self; 18] = [
        Self::UserAuthentication,
        Self::UserCreation,
        Self::UserFederation,
        Self::UserAccountRecovery,
        Self::UserRead,
        Self::UserUpdate,
        Self::UserToken,
        Self::UserResourceRead,
        Self::UserResourceUpdate,
        Self::UserList,
        Self::UserPoolRead,
        Self::UserPoolUpdate,
        Self::UserPoolResourceRead,
        Self::UserPoolResourceUpdate,
        Self::UserPoolClientRead,
        Self::UserPoolClientUpdate,
        Self::ClientAuthentication,
        Self::LimitManagement,
    ];

    /// The name in a limit definition, the default rate per second, and whether it can be raised.
    pub(crate) const fn row(self) -> (&'static str, u32, bool) {
        match self {
            Self::UserAuthentication => ("UserAuthentication", 120, true),
            Self::UserCreation => ("UserCreation", 50, true),
            Self::UserFederation => ("UserFederation", 25, true),
            Self::UserAccountRecovery => ("UserAccountRecovery", 30, false),
            Self::UserRead => ("UserRead", 120, true),
            Self::UserUpdate => ("UserUpdate", 25, false),
            Self::UserToken => ("UserToken", 120, true),
            Self::UserResourceRead => ("UserResourceRead", 50, true),
            Self::UserResourceUpdate => ("UserResourceUpdate", 25, false),
            Self::UserList => ("UserList", 30, false),
            Self::UserPoolRead => ("UserPoolRead", 15, false),
            Self::UserPoolUpdate => ("UserPoolUpdate", 15, false),
            Self::UserPoolResourceRead => ("UserPoolResourceRead", 20, false),
            Self::UserPoolResourceUpdate => ("UserPoolResourceUpdate", 15, false),
            Self::UserPoolClientRead => ("UserPoolClientRead", 15, false),
            Self::UserPoolClientUpdate => ("UserPoolClientUpdate", 15, false),
            Self::ClientAuthentication => ("ClientAuthentication", 150, false),
            Self::LimitManagement => ("LimitManagement", 1, false),
        }
    }

    /// The category of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.row().0 == name)
    }

    /// The category of an operation.
    pub(crate) fn of(operation: Operation) -> Self {
        use Operation as O;
        match operation {
            O::InitiateAuth
            | O::RespondToAuthChallenge
            | O::AdminInitiateAuth
            | O::AdminRespondToAuthChallenge
            | O::GetTokensFromRefreshToken
            | O::GetDerivedToken => Self::UserAuthentication,
            O::SignUp | O::ConfirmSignUp | O::AdminCreateUser | O::AdminConfirmSignUp => {
                Self::UserCreation
            }
            O::ChangePassword
            | O::ConfirmForgotPassword
            | O::ForgotPassword
            | O::AdminResetUserPassword
            | O::AdminSetUserPassword => Self::UserAccountRecovery,
            O::AdminGetUser | O::AdminGetUserAuthFactors | O::GetUser | O::GetUserAuthFactors => {
                Self::UserRead
            }
            O::AdminAddUserToGroup
            | O::AdminRemoveUserFromGroup
            | O::AdminDeleteUser
            | O::AdminDeleteUserAttributes
            | O::AdminUpdateUserAttributes
            | O::AdminDisableUser
            | O::AdminEnableUser
            | O::AdminLinkProviderForUser
            | O::AdminDisableProviderForUser
            | O::AdminUserGlobalSignOut
            | O::DeleteUser
            | O::DeleteUserAttributes
            | O::GlobalSignOut
            | O::UpdateUserAttributes
            | O::VerifyUserAttribute => Self::UserUpdate,
            O::RevokeToken => Self::UserToken,
            O::AdminGetDevice
            | O::AdminListDevices
            | O::AdminListGroupsForUser
            | O::AdminListUserAuthEvents
            | O::AdminListUserSessions
            | O::GetDevice
            | O::GetUserAttributeVerificationCode
            | O::ListDevices
            | O::ListUserSessions
            | O::ListWebAuthnCredentials
            | O::ResendConfirmationCode => Self::UserResourceRead,
            O::ListUsers | O::ListUsersInGroup => Self::UserList,
            O::DescribeUserPool | O::ListUserPools => Self::UserPoolRead,
            O::CreateUserPool | O::UpdateUserPool | O::DeleteUserPool => Self::UserPoolUpdate,
            O::GetClientToken => Self::ClientAuthentication,
            O::GetProvisionedLimit | O::UpdateProvisionedLimit => Self::LimitManagement,
            _ => Self::by_family(operation),
        }
    }

    /// What remains follows from the family and from whether the operation only looks.
    fn by_family(operation: Operation) -> Self {
        let name = operation.name();
        let looks = ["Describe", "Get", "List"]
            .iter()
            .any(|prefix| name.starts_with(prefix));
        match (operation.info().family, looks) {
            ("mfa" | "passkeys" | "devices" | "account" | "users", _) => Self::UserResourceUpdate,
            ("clients", true) => Self::UserPoolClientRead,
            ("clients", false) => Self::UserPoolClientUpdate,
            ("protection", false) if name.contains("Feedback") => Self::UserResourceUpdate,
            ("sessions", _) if name.contains("RevokeUserSession") => Self::UserResourceUpdate,
            (_, true) => Self::UserPoolResourceRead,
            (_, false) => Self::UserPoolResourceUpdate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_share_the_rate_of_their_category() {
        for (operation, category) in [
            ("InitiateAuth", Category::UserAuthentication),
            ("SignUp", Category::UserCreation),
            ("AdminSetUserPassword", Category::UserAccountRecovery),
            ("AdminGetUser", Category::UserRead),
            ("AdminDisableUser", Category::UserUpdate),
            ("RevokeToken", Category::UserToken),
            ("ListDevices", Category::UserResourceRead),
            ("AssociateSoftwareToken", Category::UserResourceUpdate),
            ("SetUserMFAPreference", Category::UserResourceUpdate),
            ("AdminUpdateAuthEventFeedback", Category::UserResourceUpdate),
            ("AdminRevokeUserSession", Category::UserResourceUpdate),
            ("ConfirmDevice", Category::UserResourceUpdate),
            ("ListUsers", Category::UserList),
            ("DescribeUserPool", Category::UserPoolRead),
            ("DeleteUserPool", Category::UserPoolUpdate),
            ("ListGroups", Category::UserPoolResourceRead),
            ("GetCSVHeader", Category::UserPoolResourceRead),
            ("CreateGroup", Category::UserPoolResourceUpdate),
            ("AddCustomAttributes", Category::UserPoolResourceUpdate),
            ("SetUserPoolMfaConfig", Category::UserPoolResourceUpdate),
            ("DescribeUserPoolClient", Category::UserPoolClientRead),
            ("CreateUserPoolClient", Category::UserPoolClientUpdate),
            ("GetClientToken", Category::ClientAuthentication),
            ("UpdateProvisionedLimit", Category::LimitManagement),
        ] {
            let operation = Operation::from_name(operation).expect("an operation");
            assert_eq!(Category::of(operation), category, "{operation:?}");
        }
    }

    #[test]
    fn names_lead_back_to_categories() {
        for category in Category::ALL {
            assert_eq!(Category::from_name(category.row().0), Some(category));
            assert_eq!(Category::ALL[category as usize], category);
        }
        assert_eq!(Category::from_name("Everything"), None);
    }
}
