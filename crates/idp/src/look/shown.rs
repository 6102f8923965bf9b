//! What a page needs to know of its look: the style of a client with its images, or the classic sheet and logo.

use cenote_model::{AssetExtensionType as Extension, AssetType, Blob};
use serde_json::Value;

use super::style::{self, Style};
use super::{image, of_client};
use crate::ops::branding::{Customization, STYLE, customization};
use crate::ports::Kind;
use crate::stored::Stored;
use crate::{Cx, Result};

/// The style of a client.
#[derive(Clone, Debug)]
pub struct ClientStyle {
    /// Its id.
    pub id: String,
    /// Grows with every change to it.
    pub version: i64,
    style: Style,
    pool: String,
}

/// An image of a style, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StyleImage {
    /// What it is for, such as `FORM_LOGO`.
    pub category: &'static str,
    /// `LIGHT`, `DARK` or `DYNAMIC`.
    pub mode: &'static str,
}

/// The style of a client, if it has one.
pub async fn client_style(cx: &Cx, pool: &str, client: &str) -> Result<Option<ClientStyle>> {
    let key = of_client(client, STYLE);
    let Some(pointer) = cx.live(Kind::Branding, pool, &key).await? else {
        return Ok(None);
    };
    let stored = Stored::<Style>::find(cx, Kind::Branding, pool, &pointer.doc).await?;
    Ok(stored.map(|stored| ClientStyle {
        id: stored.key,
        version: stored.version,
        style: stored.value,
        pool: stored.pool,
    }))
}

impl ClientStyle {
    /// Its settings over the defaults.
    pub fn settings(&self) -> Value {
        self.style.merged()
    }

    /// Its images.
    pub async fn images(&self, cx: &Cx) -> Result<Vec<StyleImage>> {
        let assets = style::assets(cx, &self.pool, &self.id).await?;
        let images = assets.into_values().map(|stored| StyleImage {
            category: stored.value.category.as_str(),
            mode: stored.value.color_mode.as_str(),
        });
        Ok(images.collect())
    }

    /// The bytes of an image with their media type.
    pub async fn image(
        &self,
        cx: &Cx,
        category: &str,
        mode: &str,
    ) -> Result<Option<(&'static str, Vec<u8>)>> {
        let key = style::image_key(&self.id, category, mode);
        let stored = Stored::<AssetType>::find(cx, Kind::Branding, &self.pool, &key).await?;
        Ok(stored.and_then(|stored| {
            let Blob(bytes) = stored.value.bytes?;
            let media_type = media_type(image::kind(&bytes)?);
            Some((media_type, bytes))
        }))
    }
}

const fn media_type(extension: Extension) -> &'static str {
    match extension {
        Extension::Ico => "image/x-icon",
        Extension::Jpeg => "image/jpeg",
        Extension::Png => "image/png",
        Extension::Svg => "image/svg+xml",
        Extension::Webp => "image/webp",
    }
}

/// The classic customization that counts for a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassicLook {
    /// The style sheet, which holds nothing but the classes of the pages.
    pub css: Option<String>,
    /// The path of the logo.
    pub logo: Option<String>,
}

/// The customization of a client, or else that of all clients, or else nothing.
pub async fn classic_look(cx: &Cx, pool: &str, client: &str) -> Result<ClassicLook> {
    let Some((
        of,
        Customization {
            css,
            logo,
            modified_at,
            ..
        },
    )) = customization(cx, pool, client).await?
    else {
        return Ok(ClassicLook::default());
    };
    let logo = logo.map(|logo| {
        let version = crate::calendar::compact(modified_at);
        let extension = match image::kind(&logo.0) {
            Some(Extension::Png) => "png",
            _ => "jpg",
        };
        format!("/{pool}/{of}/{version}/assets/images/image.{extension}")
    });
    Ok(ClassicLook { css, logo })
}
