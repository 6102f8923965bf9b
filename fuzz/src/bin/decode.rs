//! The request decoder. The input is a byte that chooses the request's type, and the body.
#![no_main]

use std::fmt::Debug;

use cenote_model as model;
use cenote_model::{Decode, DecodeError, Operation, decode};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;

/// A refusal names no more violations than this.
const MOST_VIOLATIONS: usize = 100;

fuzz_target!(|data: &[u8]| {
    if let [index, body @ ..] = data {
        DECODERS[usize::from(*index) % DECODERS.len()](body);
    }
});

/// What is understood says the same when it is written down and read again.
fn check<T: Decode + Serialize + PartialEq + Debug>(body: &[u8]) {
    match decode::<T>(body) {
        Ok(input) => {
            let written = serde_json::to_vec(&input).expect("an input can be written");
            assert_eq!(decode::<T>(&written), Ok(input));
        }
        Err(DecodeError::Invalid(violations)) => {
            assert!((1..=MOST_VIOLATIONS).contains(&violations.len()));
        }
        Err(DecodeError::Serialization { .. } | DecodeError::Internal) => {}
    }
}

macro_rules! decoders {
    ($($request:ident),* $(,)?) => {
        [$(check::<model::$request>),*]
    };
}

const DECODERS: [fn(&[u8]); Operation::ALL.len()] = decoders![
    AddCustomAttributesRequest,
    AddUserPoolClientSecretRequest,
    AdminAddUserToGroupRequest,
    AdminConfirmSignUpRequest,
    AdminCreateUserRequest,
    AdminDeleteSoftwareTokenRequest,
    AdminDeleteUserRequest,
    AdminDeleteUserAttributesRequest,
    AdminDisableProviderForUserRequest,
    AdminDisableUserRequest,
    AdminEnableUserRequest,
    AdminForgetDeviceRequest,
    AdminGetDeviceRequest,
    AdminGetUserRequest,
    AdminGetUserAuthFactorsRequest,
    AdminInitiateAuthRequest,
    AdminLinkProviderForUserRequest,
    AdminListDevicesRequest,
    AdminListGroupsForUserRequest,
    AdminListUserAuthEventsRequest,
    AdminListUserSessionsRequest,
    AdminRemoveUserFromGroupRequest,
    AdminResetUserPasswordRequest,
    AdminRespondToAuthChallengeRequest,
    AdminRevokeUserSessionRequest,
    AdminSetUserMFAPreferenceRequest,
    AdminSetUserPasswordRequest,
    AdminSetUserSettingsRequest,
    AdminUpdateAuthEventFeedbackRequest,
    AdminUpdateDeviceStatusRequest,
    AdminUpdateUserAttributesRequest,
    AdminUserGlobalSignOutRequest,
    AssociateSoftwareTokenRequest,
    ChangePasswordRequest,
    CompleteWebAuthnRegistrationRequest,
    ConfirmDeviceRequest,
    ConfirmForgotPasswordRequest,
    ConfirmSignUpRequest,
    CreateGroupRequest,
    CreateIdentityProviderRequest,
    CreateManagedLoginBrandingRequest,
    CreateResourceServerRequest,
    CreateTermsRequest,
    CreateUserImportJobRequest,
    CreateUserPoolRequest,
    CreateUserPoolClientRequest,
    CreateUserPoolDomainRequest,
    CreateUserPoolReplicaRequest,
    DeleteGroupRequest,
    DeleteIdentityProviderRequest,
    DeleteManagedLoginBrandingRequest,
    DeleteResourceServerRequest,
    DeleteTermsRequest,
    DeleteUserRequest,
    DeleteUserAttributesRequest,
    DeleteUserPoolRequest,
    DeleteUserPoolClientRequest,
    DeleteUserPoolClientSecretRequest,
    DeleteUserPoolDomainRequest,
    DeleteUserPoolReplicaRequest,
    DeleteWebAuthnCredentialRequest,
    DescribeIdentityProviderRequest,
    DescribeManagedLoginBrandingRequest,
    DescribeManagedLoginBrandingByClientRequest,
    DescribeResourceServerRequest,
    DescribeRiskConfigurationRequest,
    DescribeTermsRequest,
    DescribeTermsByClientRequest,
    DescribeUserImportJobRequest,
    DescribeUserPoolRequest,
    DescribeUserPoolClientRequest,
    DescribeUserPoolDomainRequest,
    ForgetDeviceRequest,
    ForgotPasswordRequest,
    GetCSVHeaderRequest,
    GetClientTokenRequest,
    GetDerivedTokenRequest,
    GetDeviceRequest,
    GetGroupRequest,
    GetIdentityProviderByIdentifierRequest,
    GetLogDeliveryConfigurationRequest,
    GetProvisionedLimitRequest,
    GetSigningCertificateRequest,
    GetTokensFromRefreshTokenRequest,
    GetUICustomizationRequest,
    GetUserRequest,
    GetUserAttributeVerificationCodeRequest,
    GetUserAuthFactorsRequest,
    GetUserPoolClientSessionConfigurationRequest,
    GetUserPoolMfaConfigRequest,
    GetUserPoolSessionConfigurationRequest,
    GlobalSignOutRequest,
    InitiateAuthRequest,
    ListDevicesRequest,
    ListGroupsRequest,
    ListIdentityProvidersRequest,
    ListResourceServersRequest,
    ListTagsForResourceRequest,
    ListTermsRequest,
    ListUserImportJobsRequest,
    ListUserPoolClientSecretsRequest,
    ListUserPoolClientsRequest,
    ListUserPoolReplicasRequest,
    ListUserPoolsRequest,
    ListUserSessionsRequest,
    ListUsersRequest,
    ListUsersInGroupRequest,
    ListWebAuthnCredentialsRequest,
    ResendConfirmationCodeRequest,
    RespondToAuthChallengeRequest,
    RevokeTokenRequest,
    RevokeUserSessionRequest,
    SetLogDeliveryConfigurationRequest,
    SetRiskConfigurationRequest,
    SetUICustomizationRequest,
    SetUserMFAPreferenceRequest,
    SetUserPoolClientSessionConfigurationRequest,
    SetUserPoolMfaConfigRequest,
    SetUserPoolSessionConfigurationRequest,
    SetUserSettingsRequest,
    SignUpRequest,
    StartUserImportJobRequest,
    StartWebAuthnRegistrationRequest,
    StopUserImportJobRequest,
    TagResourceRequest,
    UntagResourceRequest,
    UpdateAuthEventFeedbackRequest,
    UpdateDeviceStatusRequest,
    UpdateGroupRequest,
    UpdateIdentityProviderRequest,
    UpdateManagedLoginBrandingRequest,
    UpdateProvisionedLimitRequest,
    UpdateResourceServerRequest,
    UpdateTermsRequest,
    UpdateUserAttributesRequest,
    UpdateUserPoolRequest,
    UpdateUserPoolClientRequest,
    UpdateUserPoolDomainRequest,
    UpdateUserPoolReplicaRequest,
    VerifySoftwareTokenRequest,
    VerifyUserAttributeRequest,
];
