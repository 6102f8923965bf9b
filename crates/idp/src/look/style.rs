//! Branding styles: settings that are merged, and images.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use cenote_model::{
    AssetCategoryType as Category, AssetExtensionType as Extension, AssetType,
    ManagedLoginBrandingType, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ASIDE, image};
use crate::ports::{Expect, Kind, Write};
use crate::stored::Stored;
use crate::{Cx, Error, Result};

/// Images of a style.
const ASSETS: usize = 40;

/// Bytes of settings and images in one request.
const REQUEST: usize = 2_000_000;

/// Bytes of a style's settings.
const SETTINGS: usize = 200_000;

/// The top level of settings.
const GROUPS: [&str; 3] = ["categories", "components", "componentClasses"];

/// What pages look like unless a style says otherwise.
static DEFAULTS: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("defaults.json")).expect("the file is part of the program")
});

/// A style as it is stored, by its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Style {
    pub(crate) client_id: String,
    /// Only what was customised; absent when the service's own values are used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) settings: Option<Value>,
    /// Milliseconds since the epoch.
    pub(crate) created_at: i64,
    /// Milliseconds since the epoch.
    pub(crate) modified_at: i64,
    /// Whether the service's own values are used.
    pub(crate) is_default: bool,
}

/// The keys of a style's images.
pub(crate) async fn asset_keys(cx: &Cx, pool: &str, id: &str) -> Result<Vec<String>> {
    let store = &cx.service.store;
    let records = store
        .records(Kind::Branding, pool, &prefix(id), None, ASSETS)
        .await?;
    Ok(records.into_iter().map(|record| record.key).collect())
}

/// A style's images, by key.
pub(crate) async fn assets(
    cx: &Cx,
    pool: &str,
    id: &str,
) -> Result<BTreeMap<String, Stored<AssetType>>> {
    let store = &cx.service.store;
    let records = store
        .records(Kind::Branding, pool, &prefix(id), None, ASSETS)
        .await?;
    records
        .into_iter()
        .map(|record| {
            Ok((
                record.key.clone(),
                Stored::from_record(Kind::Branding, record)?,
            ))
        })
        .collect()
}

fn prefix(id: &str) -> String {
    format!("{ASIDE}asset/{id}/")
}

/// An image replaces the one of the same category and colour mode; buttons of providers have one for each
/// resource.
fn asset_key(id: &str, asset: &AssetType) -> String {
    let of = match (asset.category, &asset.resource_id) {
        (Category::IdpButtonIcon, Some(resource)) => resource.as_str(),
        _ => "",
    };
    format!(
        "{}{}/{}/{of}",
        prefix(id),
        asset.category.as_str(),
        asset.color_mode.as_str()
    )
}

/// What pages look like unless a style says otherwise.
pub fn default_settings() -> &'static Value {
    &DEFAULTS
}

/// The key of the image of a category and colour mode.
pub(crate) fn image_key(id: &str, category: &str, mode: &str) -> String {
    format!("{}{category}/{mode}/", prefix(id))
}

/// What a request says of a style: the service's own values, or settings and images.
pub(crate) struct Given<'a> {
    settings: Option<&'a Value>,
    assets: &'a [AssetType],
}

/// Reads the three members that go together; `None` asks for the service's own values.
pub(crate) fn given<'a>(
    own_values: Option<bool>,
    settings: Option<&'a Value>,
    assets: Option<&'a Vec<AssetType>>,
) -> Result<Option<Given<'a>>> {
    let is_own = own_values == Some(true);
    if is_own == (settings.is_some() || assets.is_some()) {
        return Err(Error::style_values());
    }
    if is_own {
        return Ok(None);
    }
    let assets = assets.map(Vec::as_slice).unwrap_or_default();
    let bytes: usize = assets
        .iter()
        .filter_map(|asset| asset.bytes.as_ref())
        .map(|bytes| bytes.0.len())
        .sum();
    let text = settings.map_or(0, |settings| settings.to_string().len());
    if bytes + text > REQUEST {
        return Err(Error::style_size());
    }
    if let Some(settings) = settings {
        check_settings(settings)?;
    }
    for asset in assets {
        check_asset(asset)?;
    }
    Ok(Some(Given { settings, assets }))
}

fn check_settings(settings: &Value) -> Result<()> {
    let Value::Object(groups) = settings else {
        return Err(Error::style_settings());
    };
    match groups
        .iter()
        .find(|(name, value)| !GROUPS.contains(&name.as_str()) || !value.is_object())
    {
        Some((name, _)) => Err(Error::style_group(name)),
        None => Ok(()),
    }
}

fn check_asset(asset: &AssetType) -> Result<()> {
    let (category, extension) = (asset.category, asset.extension);
    let fits = match category {
        Category::FaviconIco => extension == Extension::Ico,
        Category::FaviconSvg => extension == Extension::Svg,
        _ => extension != Extension::Ico,
    };
    if !fits {
        return Err(Error::asset_extension(category, extension));
    }
    match &asset.bytes {
        Some(bytes) if image::kind(&bytes.0) != Some(extension) => {
            Err(Error::asset_bytes(category, extension))
        }
        None if asset.resource_id.is_none() => Err(Error::asset_empty(category)),
        _ => Ok(()),
    }
}

impl Style {
    /// The settings over the defaults.
    pub(crate) fn merged(&self) -> Value {
        let own = self.settings.as_ref().unwrap_or(&Value::Null);
        merge(DEFAULTS.clone(), own)
    }

    /// Takes over what a request gives and keeps the rest. Answers the writes for the images, of which
    /// `present` are those of before, and leaves in it those of afterwards.
    pub(crate) fn set(
        &mut self,
        cx: &Cx,
        pool: &str,
        id: &str,
        given: Option<&Given<'_>>,
        present: &mut BTreeMap<String, Stored<AssetType>>,
    ) -> Result<Vec<Write>> {
        self.modified_at = cx.now();
        self.is_default = given.is_none();
        let Some(given) = given else {
            self.settings = None;
            let gone = std::mem::take(present);
            return Ok(gone.into_values().map(|asset| asset.delete()).collect());
        };
        if let Some(settings) = given.settings {
            let merged = merge(self.settings.take().unwrap_or_default(), settings);
            if merged.to_string().len() > SETTINGS {
                return Err(Error::style_size());
            }
            self.settings = Some(merged);
        }
        let mut writes = Vec::new();
        for asset in given.assets {
            let key = asset_key(id, asset);
            let before = present.get(&key);
            if asset.bytes.is_none() {
                // It names the image that is there.
                if before.is_none_or(|before| before.value.resource_id != asset.resource_id) {
                    return Err(Error::asset_empty(asset.category));
                }
                continue;
            }
            let mut value = asset.clone();
            value
                .resource_id
                .get_or_insert_with(|| cx.uuid().to_string());
            let mut new = Stored::new(Kind::Branding, pool, &key, value);
            new.version = before.map_or(0, |before| before.version);
            writes.push(new.put(Expect::Any)?);
            present.insert(key, new);
        }
        if present.len() > ASSETS {
            return Err(Error::too_many_assets(ASSETS));
        }
        Ok(writes)
    }

    /// The shape of Describe.
    pub(crate) fn shape(
        &self,
        pool: &str,
        id: &str,
        assets: BTreeMap<String, Stored<AssetType>>,
        is_merged: bool,
    ) -> ManagedLoginBrandingType {
        let settings = if is_merged {
            Some(self.merged())
        } else {
            self.settings.clone()
        };
        let assets: Vec<_> = assets.into_values().map(|stored| stored.value).collect();
        ManagedLoginBrandingType {
            managed_login_branding_id: Some(id.to_owned()),
            user_pool_id: Some(pool.to_owned()),
            use_cognito_provided_values: Some(self.is_default),
            settings,
            assets: (!assets.is_empty()).then_some(assets),
            creation_date: Some(Timestamp(self.created_at)),
            last_modified_date: Some(Timestamp(self.modified_at)),
        }
    }
}

/// `over` laid over `under`: objects member by member, anything else as a whole.
fn merge(under: Value, over: &Value) -> Value {
    match (under, over) {
        (Value::Object(mut under), Value::Object(over)) => {
            for (name, value) in over {
                let before = under.remove(name).unwrap_or_default();
                under.insert(name.clone(), merge(before, value));
            }
            Value::Object(under)
        }
        (under, Value::Null) => under,
        (_, over) => over.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_are_merged_member_by_member() {
        let under = json!({"a": {"b": 1, "c": [1, 2]}, "d": 1});
        let over = json!({"a": {"c": [3], "e": true}, "f": {"g": 1}});
        assert_eq!(
            merge(under, &over),
            json!({"a": {"b": 1, "c": [3], "e": true}, "d": 1, "f": {"g": 1}})
        );
    }

    #[test]
    fn the_defaults_have_the_three_groups() {
        assert_eq!(check_settings(&DEFAULTS), Ok(()));
        assert_eq!(DEFAULTS.as_object().map(serde_json::Map::len), Some(3));
    }
}
