//! Refusals of the OAuth endpoints (RFC 6749, 5.2, and its relatives): a code that clients read, and a text
//! for people.

use cenote_model::ErrorCode;

use super::Error;

/// The `error` of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OAuthCode {
    /// A parameter is missing, malformed or repeated.
    InvalidRequest,
    /// The client did not prove who it is.
    InvalidClient,
    /// The code or token is not good.
    InvalidGrant,
    /// The client may not do that.
    UnauthorizedClient,
    /// There is no such grant.
    UnsupportedGrantType,
    /// A scope is unknown or not the client's.
    InvalidScope,
    /// The resource is not one (RFC 8707).
    InvalidTarget,
    /// The access token is not good (RFC 6750).
    InvalidToken,
    /// Tokens of this type are not revoked (RFC 7009).
    UnsupportedTokenType,
    /// Somebody would have to sign in, and nobody may be asked.
    LoginRequired,
    /// Somebody would have to agree, and nobody may be asked.
    ConsentRequired,
    /// The user did not agree.
    AccessDenied,
    /// Request objects are not read.
    RequestNotSupported,
    /// Nor are they fetched.
    RequestUriNotSupported,
    /// The redirect address is not registered.
    RedirectMismatch,
    /// A redirect address cannot be registered (RFC 7591).
    InvalidRedirectUri,
    /// Other client metadata cannot be registered (RFC 7591).
    InvalidClientMetadata,
    /// There is too much to do.
    TemporarilyUnavailable,
    /// Something broke on our side.
    ServerError,
}

impl OAuthCode {
    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidToken => "invalid_token",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::AccessDenied => "access_denied",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RedirectMismatch => "redirect_mismatch",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::ServerError => "server_error",
        }
    }
}

/// What a page says of a refusal: it has words of its own, in the language of whoever reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// The description, which is for developers.
    #[default]
    Description,
    /// This parameter is not there.
    Missing(String),
    /// It is there more than once.
    Repeated(String),
    /// It is not valid.
    Malformed(String),
    /// Nobody knows the client.
    UnknownClient,
    /// The client signs nobody in here.
    ClientOff,
    /// This way to sign in is not the client's.
    LoginOption,
    /// Whoever came back from a provider was away too long, or had not left from here.
    JourneyOver,
    /// The same, with the words for SAML.
    SamlState,
    /// A provider that nobody asked does not say what for.
    RelayState,
}

/// A refusal of an OAuth endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What clients read.
    pub code: OAuthCode,
    /// What people read.
    pub description: Option<String>,
    /// What pages say in its place.
    pub shown: Shown,
    /// What the log is told; never shown to a caller.
    pub detail: Option<String>,
    /// The client is asked to prove in a header who it is.
    pub is_challenged: bool,
    /// Somebody else changed what this request had read: do it again.
    pub(crate) retry: bool,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let code = match error.code {
            ErrorCode::InternalError => OAuthCode::ServerError,
            ErrorCode::TooManyRequests => OAuthCode::TemporarilyUnavailable,
            ErrorCode::InvalidParameter
            | ErrorCode::UnexpectedLambda
            | ErrorCode::UserLambdaValidation
            | ErrorCode::InvalidLambdaResponse => OAuthCode::InvalidRequest,
            _ => OAuthCode::InvalidGrant,
        };
        Self {
            code,
            description: error.message,
            shown: Shown::default(),
            detail: error.detail,
            is_challenged: false,
            retry: error.retry,
        }
    }
}

impl Refusal {
    pub(crate) const fn bare(code: OAuthCode) -> Self {
        Self {
            code,
            description: None,
            shown: Shown::Description,
            detail: None,
            is_challenged: false,
            retry: false,
        }
    }

    pub(super) fn new(code: OAuthCode, description: impl Into<String>) -> Self {
        Self {
            description: Some(description.into()),
            ..Self::bare(code)
        }
    }

    pub(super) fn shown(mut self, shown: Shown) -> Self {
        self.shown = shown;
        self
    }

    /// A required parameter is not there.
    pub fn missing(name: &str) -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            format!("Required String parameter '{name}' is not present"),
        )
        .shown(Shown::Missing(name.to_owned()))
    }

    pub(crate) fn repeated(name: &str) -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            format!("The parameter '{name}' is repeated"),
        )
        .shown(Shown::Repeated(name.to_owned()))
    }

    pub(crate) fn malformed(name: &str) -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            format!("The parameter '{name}' is not valid"),
        )
        .shown(Shown::Malformed(name.to_owned()))
    }

    // Where the user would be sent to is not known, or not to be trusted: these are for a page.

    pub(crate) fn unknown_client() -> Self {
        Self::new(OAuthCode::InvalidRequest, "Client does not exist.").shown(Shown::UnknownClient)
    }

    pub(crate) fn oauth_off() -> Self {
        Self::new(
            OAuthCode::UnauthorizedClient,
            "The client is not enabled for OAuth 2.0 flows.",
        )
        .shown(Shown::ClientOff)
    }

    pub(crate) fn login_option() -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            "Login option is not available. Please try another one",
        )
        .shown(Shown::LoginOption)
    }

    /// What a browser brought back from an identity provider is not what this browser took there, or too old.
    pub(crate) fn journey_over() -> Self {
        Self::new(OAuthCode::InvalidRequest, "Something went wrong").shown(Shown::JourneyOver)
    }

    pub(crate) fn redirect_mismatch() -> Self {
        Self::new(
            OAuthCode::RedirectMismatch,
            "An error was encountered with the requested page.",
        )
    }

    // The authorization endpoint.

    pub(crate) fn response_type() -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            "The response_type is not supported",
        )
    }

    pub(crate) fn challenge() -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            "A code_challenge of 43 characters and the code_challenge_method S256 come together",
        )
    }

    pub(crate) fn flow_off() -> Self {
        Self::bare(OAuthCode::UnauthorizedClient)
    }

    pub(crate) fn scope(scope: &str) -> Self {
        // No client has a longer one.
        let scope: String = scope.chars().take(513).collect();
        Self::new(
            OAuthCode::InvalidScope,
            format!("The scope {scope} is not allowed for the client"),
        )
    }

    pub(crate) fn scope_malformed() -> Self {
        Self::new(OAuthCode::InvalidScope, "The scope is malformed")
    }

    pub(crate) fn scope_without_openid() -> Self {
        Self::new(
            OAuthCode::InvalidScope,
            "The scopes phone, email and profile come with openid only",
        )
    }

    pub(crate) fn resource() -> Self {
        Self::new(
            OAuthCode::InvalidTarget,
            "The resource must be one absolute URI: https, http://localhost or of a scheme of its own",
        )
    }

    pub(crate) fn prompt_none() -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            "The prompt none does not go with another",
        )
    }

    /// Nobody has signed in, and nobody may be asked.
    pub const fn login_required() -> Self {
        Self::bare(OAuthCode::LoginRequired)
    }

    /// Somebody has signed in, and would have to be asked.
    pub const fn consent_required() -> Self {
        Self::bare(OAuthCode::ConsentRequired)
    }

    /// The user was asked, and did not agree.
    pub const fn access_denied() -> Self {
        Self::bare(OAuthCode::AccessDenied)
    }

    /// The body is not a form, or too long, or did not arrive.
    pub fn not_a_form() -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            "The request is not a form of fit size",
        )
    }

    /// The header is there more than once, or is no text.
    pub fn authorization_twice() -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            "The Authorization header is not valid",
        )
    }

    /// Of a sign-in through an identity provider: whoever is at fault, the request is what failed.
    pub(crate) fn of_federation(error: Error) -> Self {
        let mut refusal = Self::from(error);
        if refusal.code == OAuthCode::InvalidGrant {
            refusal.code = OAuthCode::InvalidRequest;
        }
        refusal
    }

    // The token endpoint.

    pub(crate) fn client_secret() -> Self {
        Self::new(OAuthCode::InvalidClient, "invalid_client_secret")
    }

    pub(crate) fn client_twice() -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            "The client in the header is not the one in the body",
        )
    }

    pub(crate) fn redirect_differs() -> Self {
        Self::new(OAuthCode::UnauthorizedClient, "invalid_redirect")
    }

    pub(crate) fn verifier() -> Self {
        Self::new(OAuthCode::InvalidGrant, "invalid code_verifier")
    }

    // The other endpoints.

    pub(crate) fn revocation_off() -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            "Token revocation is disabled for this client",
        )
    }

    /// There is no access token in the request, or not where it belongs.
    pub fn user_info_request() -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            "Bad OAuth2 request at UserInfo Endpoint",
        )
    }

    pub(crate) fn user_info_token() -> Self {
        Self::new(
            OAuthCode::InvalidToken,
            "Access token is expired, disabled, or deleted, or the user has globally signed out.",
        )
    }

    // Registration.

    pub(crate) fn registration_off() -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            "Dynamic client registration is not enabled",
        )
    }

    /// There is no initial access token, or not a good one.
    pub fn registration_token() -> Self {
        Self::new(
            OAuthCode::InvalidToken,
            "An access token with the scope aws.cognito/dcr/register is required",
        )
    }

    pub(crate) fn redirect_uri(why: impl Into<String>) -> Self {
        Self::new(OAuthCode::InvalidRedirectUri, why)
    }

    pub(crate) fn metadata(why: &str) -> Self {
        Self::new(OAuthCode::InvalidClientMetadata, why)
    }

    pub(crate) fn unreadable_scope(scope: &str) -> Self {
        Self::new(
            OAuthCode::InvalidGrant,
            format!("The client cannot read every attribute of the scope {scope}"),
        )
    }
}

impl Error {
    pub(crate) fn secrets_of_registered() -> Self {
        Self::invalid("Client secret operations are not supported for app clients of type DCR.")
    }

    pub(crate) fn registered_with_scope(scope: &str) -> Self {
        Self::invalid(format!(
            "The scope {scope} is not supported for app clients of type DCR."
        ))
    }
}
