//! Classic customization: a style sheet and a logo for a client, or for all clients without their own.

use cenote_model::{
    AssetExtensionType, Blob, GetUICustomizationRequest, GetUICustomizationResponse,
    SetUICustomizationRequest, SetUICustomizationResponse, Timestamp, UICustomizationType,
};
use serde::{Deserialize, Serialize};

use crate::look::{css, image};
use crate::pool::{Pool, domain};
use crate::ports::{Change, Expect, Kind};
use crate::stored::Stored;
use crate::{Config, Cx, Error, Result, Service, calendar};

/// Stands for all clients without their own customization.
const ALL: &str = "ALL";

/// Bytes of a logo.
const LOGO: usize = 100_000;

/// Bytes of style sheet and logo together.
const TOGETHER: usize = 135_000;

/// A customization as it is stored, by client id or [`ALL`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Customization {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) css: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) logo: Option<Blob>,
    /// Milliseconds since the epoch.
    created_at: i64,
    /// Milliseconds since the epoch.
    pub(crate) modified_at: i64,
}

impl Customization {
    fn shape(&self, config: &Config, pool: &Pool, client: &str) -> UICustomizationType {
        let version = calendar::compact(self.modified_at);
        let base = domain::base_url(config, pool).unwrap_or_else(|| config.public_url.clone());
        let url = |logo: &Blob| {
            let extension = match image::kind(&logo.0) {
                Some(AssetExtensionType::Png) => "png",
                _ => "jpg",
            };
            let folder = format!("{base}/{}/{client}/{version}", pool.id);
            format!("{folder}/assets/images/image.{extension}")
        };
        UICustomizationType {
            user_pool_id: Some(pool.id.clone()),
            client_id: Some(client.into()),
            image_url: self.logo.as_ref().map(url),
            css: self.css.clone(),
            css_version: Some(version.clone()),
            last_modified_date: Some(Timestamp(self.modified_at)),
            creation_date: Some(Timestamp(self.created_at)),
        }
    }
}

/// Checks that a client is the pool's, and answers the key of its customization.
async fn key<'a>(cx: &Cx, pool: &Pool, client: Option<&'a str>) -> Result<&'a str> {
    match client {
        None | Some(ALL) => Ok(ALL),
        Some(id) => cx.client_of(pool, id).await.map(|_| id),
    }
}

/// Replaces the customization of a client or of all clients: style sheet and logo together.
pub(crate) async fn set_ui_customization(
    cx: &Cx,
    input: &SetUICustomizationRequest,
) -> Result<SetUICustomizationResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = key(cx, &pool, input.client_id.as_deref()).await?;
    if pool.shape.domain.is_none() && pool.shape.custom_domain.is_none() {
        return Err(Error::customization_without_domain());
    }
    check(input.css.as_deref(), input.image_file.as_ref())?;
    let before = Stored::<Customization>::find(cx, Kind::UiCustomization, &pool.id, client).await?;
    let now = cx.now();
    let value = Customization {
        css: input.css.clone().filter(|css| !css.is_empty()),
        logo: input.image_file.clone().filter(|logo| !logo.0.is_empty()),
        created_at: before.map_or(now, |before| before.value.created_at),
        modified_at: now,
    };
    let stored = Stored::new(Kind::UiCustomization, &pool.id, client, value);
    let change = Change::new()
        .with(pool.require())
        .with(stored.put(Expect::Any)?);
    cx.commit(change).await?;
    Ok(SetUICustomizationResponse {
        ui_customization: stored.value.shape(&cx.service.config, &pool, client),
    })
}

fn check(style: Option<&str>, logo: Option<&Blob>) -> Result<()> {
    css::check(style.unwrap_or_default())?;
    let bytes = logo.map(|logo| logo.0.as_slice()).unwrap_or_default();
    if !bytes.is_empty() {
        use AssetExtensionType::{Jpeg, Png};
        if !matches!(image::kind(bytes), Some(Png | Jpeg)) {
            return Err(Error::logo_kind());
        }
    }
    if bytes.len() > LOGO {
        return Err(Error::logo_size(LOGO));
    }
    if bytes.len() + style.map_or(0, str::len) > TOGETHER {
        return Err(Error::customization_size(TOGETHER));
    }
    Ok(())
}

/// Shows the customization of a client, or else that of all clients, or else nothing.
pub(crate) async fn get_ui_customization(
    cx: &Cx,
    input: &GetUICustomizationRequest,
) -> Result<GetUICustomizationResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = key(cx, &pool, input.client_id.as_deref()).await?;
    if let Some((of, stored)) = customization(cx, &pool.id, client).await? {
        return Ok(GetUICustomizationResponse {
            ui_customization: stored.shape(&cx.service.config, &pool, of),
        });
    }
    Ok(GetUICustomizationResponse {
        ui_customization: UICustomizationType::default(),
    })
}

/// The customization of a client, or else that of all clients, with the key that it has.
pub(crate) async fn customization<'a>(
    cx: &Cx,
    pool: &str,
    client: &'a str,
) -> Result<Option<(&'a str, Customization)>> {
    for of in [client, ALL] {
        let stored = Stored::<Customization>::find(cx, Kind::UiCustomization, pool, of).await?;
        if let Some(stored) = stored {
            return Ok(Some((of, stored.value)));
        }
    }
    Ok(None)
}

/// The logo at an `ImageUrl`: its media type and its bytes. `client` is a client id or `ALL`.
pub async fn logo(service: &Service, pool: &str, client: &str) -> Result<(&'static str, Vec<u8>)> {
    let record = service
        .store
        .record(Kind::UiCustomization, pool, client)
        .await?
        .ok_or_else(Error::image_not_found)?;
    let stored = Stored::<Customization>::from_record(Kind::UiCustomization, record)?;
    let Blob(bytes) = stored.value.logo.ok_or_else(Error::image_not_found)?;
    let media_type = match image::kind(&bytes) {
        Some(AssetExtensionType::Png) => "image/png",
        _ => "image/jpeg",
    };
    Ok((media_type, bytes))
}
