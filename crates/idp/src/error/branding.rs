//! Refusals about styles, classic customization and terms documents.

use cenote_model::{AssetCategoryType, AssetExtensionType, ErrorCode};

use super::Error;

impl Error {
    pub(crate) fn member_missing(member: &str) -> Self {
        Self::invalid(format!("{member} is required."))
    }

    pub(crate) fn style_exists(client: &str) -> Self {
        Self::new(
            ErrorCode::ManagedLoginBrandingExists,
            format!("Managed login branding already exists for app client {client}."),
        )
    }

    pub(crate) fn style_not_found() -> Self {
        Self::new(
            ErrorCode::ResourceNotFound,
            "Managed login branding does not exist.",
        )
    }

    pub(crate) fn too_many_styles(limit: usize) -> Self {
        Self::new(
            ErrorCode::LimitExceeded,
            format!("A user pool can have at most {limit} managed login branding styles."),
        )
    }

    pub(crate) fn style_values() -> Self {
        Self::invalid("useCognitoProvidedValues or settings should be specified (but not both)")
    }

    pub(crate) fn style_settings() -> Self {
        Self::invalid("Settings must be a JSON object.")
    }

    pub(crate) fn style_group(name: &str) -> Self {
        Self::invalid(format!(
            "Settings cannot contain {name}: their members are the objects categories, components \
             and componentClasses."
        ))
    }

    pub(crate) fn style_size() -> Self {
        Self::invalid("Settings and Assets are too large.")
    }

    pub(crate) fn asset_extension(
        category: AssetCategoryType,
        extension: AssetExtensionType,
    ) -> Self {
        Self::invalid(format!(
            "An asset of category {category} cannot have the extension {extension}."
        ))
    }

    pub(crate) fn asset_bytes(category: AssetCategoryType, extension: AssetExtensionType) -> Self {
        Self::invalid(format!(
            "The bytes of the asset of category {category} are not of type {extension}."
        ))
    }

    pub(crate) fn asset_empty(category: AssetCategoryType) -> Self {
        Self::invalid(format!(
            "The asset of category {category} has no bytes, and no such asset is there already."
        ))
    }

    pub(crate) fn too_many_assets(limit: usize) -> Self {
        Self::invalid(format!("A style can have at most {limit} assets."))
    }

    // Classic pages.

    pub(crate) fn customization_without_domain() -> Self {
        Self::invalid("There has to be an existing domain associated with this user pool")
    }

    pub(crate) fn css_word(word: &str) -> Self {
        Self::invalid(format!("CSS must not contain {word}."))
    }

    pub(crate) fn css_selector(selector: &str) -> Self {
        Self::invalid(format!("The CSS selector {selector} is not allowed."))
    }

    pub(crate) fn css_syntax() -> Self {
        Self::invalid("CSS must consist of rules with selectors and declarations in braces.")
    }

    pub(crate) fn logo_kind() -> Self {
        Self::invalid("ImageFile must be a PNG or JPEG image.")
    }

    pub(crate) fn logo_size(limit: usize) -> Self {
        Self::invalid(format!("ImageFile can have at most {limit} bytes."))
    }

    pub(crate) fn customization_size(limit: usize) -> Self {
        Self::invalid(format!(
            "CSS and ImageFile together can have at most {limit} bytes."
        ))
    }

    pub(crate) fn image_not_found() -> Self {
        Self::new(ErrorCode::ResourceNotFound, "There is no such image.")
    }

    // Terms documents.

    pub(crate) fn terms_exist(name: &str, client: &str) -> Self {
        Self::new(
            ErrorCode::TermsExists,
            format!("Terms {name} already exist for app client {client}."),
        )
    }

    pub(crate) fn terms_not_found() -> Self {
        Self::new(ErrorCode::ResourceNotFound, "Terms do not exist.")
    }

    pub(crate) fn too_many_terms(limit: usize) -> Self {
        Self::new(
            ErrorCode::LimitExceeded,
            format!("A user pool can have at most {limit} terms documents."),
        )
    }

    pub(crate) fn terms_link(link: &str) -> Self {
        Self::invalid(format!("{link} is not a valid link."))
    }
}
