//! Refusals of settings: user pools, their schemas, app clients, groups.

use cenote_model::{ErrorCode, UserPoolTierType};

use super::Error;

// Tiers.

impl Error {
    /// A single operation or member needs a higher tier.
    pub(crate) fn not_in_tier(tier: UserPoolTierType, feature: &str) -> Self {
        Self::new(
            ErrorCode::FeatureUnavailableInTier,
            format!(
                "The following feature is not available for the {tier} pricing tier configured: {feature}"
            ),
        )
    }

    /// The settings of a whole pool contain what its tier does not have.
    pub(crate) fn to_disable_for_tier(tier: UserPoolTierType, features: &[&str]) -> Self {
        Self::new(
            ErrorCode::FeatureUnavailableInTier,
            format!(
                "The following features need to be disabled for the {tier} pricing tier configured: {}",
                features.join(", ")
            ),
        )
    }
}

// Schemas.

impl Error {
    pub(crate) fn attribute_name_missing() -> Self {
        Self::invalid("Attribute name is required.")
    }

    pub(crate) fn attribute_type_missing() -> Self {
        Self::invalid(
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
        )
    }

    pub(crate) fn required_custom_attribute() -> Self {
        Self::invalid("Required custom attributes are not supported currently.")
    }

    pub(crate) fn standard_attribute_type(name: &str) -> Self {
        Self::invalid(format!(
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute {name}"
        ))
    }

    pub(crate) fn standard_attribute_fixed(name: &str) -> Self {
        Self::invalid(format!(
            "You can not change the standard schema attribute {name}"
        ))
    }

    pub(crate) fn attribute_named_twice(name: &str) -> Self {
        Self::invalid(format!(
            "Duplicate custom attribute names {name} are not allowed in a user pool schema."
        ))
    }

    pub(crate) fn attribute_exists(name: &str) -> Self {
        Self::invalid(format!(
            "{name}: Existing attribute already has name {name}."
        ))
    }

    pub(crate) fn too_many_custom_attributes(limit: usize) -> Self {
        Self::invalid(format!(
            "A user pool can have at most {limit} custom attributes."
        ))
    }

    pub(crate) fn constraint_is_no_number(name: &str) -> Self {
        Self::invalid(format!(
            "The constraints of attribute {name} must be whole numbers."
        ))
    }

    pub(crate) fn lengths_reversed(name: &str) -> Self {
        Self::invalid(format!(
            "Attribute {name} cannot have a max length shorter than it's min length"
        ))
    }

    pub(crate) fn values_reversed(name: &str) -> Self {
        Self::invalid(format!(
            "Attribute {name} cannot have a max value smaller than it's min value"
        ))
    }
}

// User pools.

impl Error {
    pub(crate) fn aliases_and_username_attributes() -> Self {
        Self::invalid(
            "Only one of the aliasAttributes or usernameAttributes can be set in a User pool.",
        )
    }

    pub(crate) fn required_alias() -> Self {
        Self::invalid("preferred_username cannot be both a required attribute and an alias.")
    }

    pub(crate) fn password_factor_missing() -> Self {
        Self::invalid("Password should be configured as one of the allowed first auth factors.")
    }

    pub(crate) fn software_token_first_factor() -> Self {
        Self::invalid("SOFTWARE_TOKEN is not supported as a first auth factor.")
    }

    pub(crate) fn two_temporary_validities() -> Self {
        Self::invalid(
            "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays",
        )
    }

    pub(crate) fn token_triggers_differ() -> Self {
        Self::invalid(
            "Cannot use PreTokenGenerationLambda and PreTokenGeneration with different Lambda function ARN's",
        )
    }

    pub(crate) fn sender_without_key() -> Self {
        Self::invalid(
            "KMSKeyId parameter is required when Custom SMS/Email Lambda trigger is used.",
        )
    }

    pub(crate) fn arn_of_other_region(region: &str) -> Self {
        Self::invalid(format!("Invalid arn {region}"))
    }

    pub(crate) fn cross_region_function() -> Self {
        Self::invalid("Cross-region lambda functions are not supported")
    }

    pub(crate) fn verification_before_update() -> Self {
        Self::invalid(
            "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes",
        )
    }

    pub(crate) fn recovery_duplicates() -> Self {
        Self::invalid(
            "Account Recovery Setting cannot have duplicate priorities or recovery mechanisms.",
        )
    }

    pub(crate) fn recovery_admin_only() -> Self {
        Self::invalid(
            "Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms.",
        )
    }

    pub(crate) fn email_source_missing() -> Self {
        Self::invalid("Source ARN is required to use DEVELOPER email sending owner")
    }

    pub(crate) fn email_source_region(regions: &[&str]) -> Self {
        Self::invalid(format!(
            "Provided SourceArn must be in one of the following SES regions: {}",
            regions.join(", ")
        ))
    }

    pub(crate) fn email_from() -> Self {
        Self::invalid("Provided From email address is invalid")
    }

    pub(crate) fn one_sms_sender() -> Self {
        Self::invalid("Provide either SnsCallerArn or EumsSms in SmsConfiguration, but not both.")
    }

    pub(crate) fn sns_region(pool: &str, allowed: &[&str]) -> Self {
        Self::invalid(format!(
            "Invalid snsRegion. Allowed SNS region for {pool} is {}",
            allowed.join(", ")
        ))
    }

    pub(crate) fn eums_region(pool: &str) -> Self {
        Self::invalid(format!(
            "Invalid region in EumsSms. Allowed region for {pool} is {pool}"
        ))
    }

    pub(crate) fn sms_for_verification() -> Self {
        Self::invalid(
            "SMS configuration is required when phone_number is selected for auto verification",
        )
    }

    pub(crate) fn sms_for_mfa(required: bool) -> Self {
        let state = if required { "required" } else { "optional" };
        Self::invalid(format!(
            "SMS configuration and Auto verification for phone_number are required when MFA is {state}"
        ))
    }

    pub(crate) fn invitation_placeholders() -> Self {
        Self::invalid("The invitation message must contain {username} and {####}.")
    }

    pub(crate) fn too_many_tags(limit: usize) -> Self {
        Self::new(
            ErrorCode::UserPoolTagging,
            format!("A user pool can have at most {limit} tags."),
        )
    }

    pub(crate) fn kms_key_missing() -> Self {
        Self::invalid("KmsKeyArn is required when KeyType is CUSTOMER_MANAGED_KEY.")
    }

    pub(crate) fn acr_names_not_unique() -> Self {
        Self::invalid("ACR values must be unique across all levels, including default values.")
    }

    pub(crate) fn deletion_protected() -> Self {
        Self::invalid(
            "The user pool cannot be deleted because deletion protection is activated. \
             Deletion protection must be inactivated first.",
        )
    }
}

// MFA.

impl Error {
    pub(crate) fn mfa_off_and_configured() -> Self {
        Self::invalid(
            "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.",
        )
    }

    pub(crate) fn mfa_state_missing() -> Self {
        Self::invalid("[MfaConfiguration] must be one of 'ON', 'OFF', or 'OPTIONAL'.")
    }

    pub(crate) fn mfa_factor_missing() -> Self {
        Self::invalid(
            "At least one of [SmsMfaConfiguration] or [SoftwareTokenMfaConfiguration] must be provided.",
        )
    }

    pub(crate) fn mfa_with_one_time_passwords() -> Self {
        Self::invalid(
            "MFA cannot be required when EMAIL_OTP or SMS_OTP is an allowed first auth factor.",
        )
    }

    pub(crate) fn mfa_with_passkeys() -> Self {
        Self::invalid(
            "MFA cannot be required when WEB_AUTHN is an allowed first auth factor, unless \
             FactorConfiguration is MULTI_FACTOR_WITH_USER_VERIFICATION.",
        )
    }

    pub(crate) fn email_mfa_sender() -> Self {
        Self::invalid(
            "Email MFA requires an EmailConfiguration with EmailSendingAccount DEVELOPER.",
        )
    }

    pub(crate) fn email_mfa_recovery() -> Self {
        Self::invalid("Email MFA cannot be used when email is the only account recovery mechanism.")
    }
}

// App clients.

impl Error {
    pub(crate) fn two_client_secrets() -> Self {
        Self::invalid("GenerateSecret cannot be true when a ClientSecret is provided.")
    }

    pub(crate) fn validity_range() -> Self {
        Self::invalid("Invalid range for token validity.")
    }

    pub(crate) fn refresh_validity_shortest() -> Self {
        Self::invalid(
            "Access and Id Token expiration times must be less than or equal to refresh token expiration times.",
        )
    }

    pub(crate) fn client_attributes(access: &str, act: &str) -> Self {
        Self::invalid(format!(
            "Invalid {access} attributes specified while {act} a client"
        ))
    }

    pub(crate) fn mixed_flow_names() -> Self {
        Self::invalid(
            "Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names.",
        )
    }

    pub(crate) fn client_token_flow_alone() -> Self {
        Self::invalid("ALLOW_CLIENT_TOKEN_AUTH cannot be used with other auth flow names.")
    }

    pub(crate) fn client_token_flow_secret() -> Self {
        Self::invalid("Client Secret is required to use ALLOW_CLIENT_TOKEN_AUTH.")
    }

    pub(crate) fn rotation_and_refresh_flow() -> Self {
        Self::invalid("Refresh token rotation cannot be enabled with ALLOW_REFRESH_TOKEN_AUTH.")
    }

    pub(crate) fn provider_not_found(provider: &str, pool: &str) -> Self {
        Self::invalid(format!(
            "The provider {provider} does not exist for User Pool {pool}"
        ))
    }

    pub(crate) fn url_without_tls(url: &str) -> Self {
        Self::invalid(format!("{url} cannot use the HTTP protocol."))
    }

    pub(crate) fn url_with_fragment(url: &str) -> Self {
        Self::invalid(format!("{url} cannot use fragment"))
    }

    pub(crate) fn url_not_absolute(url: &str) -> Self {
        Self::invalid(format!("{url} is not a valid absolute URI."))
    }

    pub(crate) fn default_redirect(url: &str) -> Self {
        Self::invalid(format!(
            "The default redirect URI {url} is not in the callback URIs list."
        ))
    }

    pub(crate) fn oauth_lists_missing() -> Self {
        Self::invalid(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
        )
    }

    pub(crate) fn callbacks_missing() -> Self {
        Self::invalid("CallbackUrls can not be empty when code flow or implicit flow is selected")
    }

    pub(crate) fn machine_flow_not_alone() -> Self {
        Self::new(
            ErrorCode::InvalidOAuthFlow,
            "client_credentials flow can not be selected along with code flow or implicit flow.",
        )
    }

    pub(crate) fn machine_flow_without_secret() -> Self {
        Self::new(
            ErrorCode::InvalidOAuthFlow,
            "client_credentials flow can not be selected if client does not have a client secret.",
        )
    }

    pub(crate) fn scope_not_found(scope: &str) -> Self {
        Self::new(
            ErrorCode::ScopeDoesNotExist,
            format!("Invalid scope requested: {scope}"),
        )
    }

    pub(crate) fn context_without_secret() -> Self {
        Self::invalid(
            "Client Secret is required to set EnablePropagateAdditionalUserContextData as true",
        )
    }

    pub(crate) fn analytics() -> Self {
        Self::invalid(
            "Invalid analytics configuration given, either <application arn> or \
             <application id, role arn, external id> are valid",
        )
    }
}

// Groups.

impl Error {
    pub(crate) fn too_many_groups(limit: usize) -> Self {
        Self::invalid(format!("A user can be a member of at most {limit} groups."))
    }
}
