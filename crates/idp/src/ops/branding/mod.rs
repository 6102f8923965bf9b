//! Branding styles of app clients, classic customization, terms documents.

mod terms;
mod ui;

use std::collections::BTreeMap;

use cenote_model::{
    CreateManagedLoginBrandingRequest, CreateManagedLoginBrandingResponse,
    DeleteManagedLoginBrandingRequest, DescribeManagedLoginBrandingByClientRequest,
    DescribeManagedLoginBrandingByClientResponse, DescribeManagedLoginBrandingRequest,
    DescribeManagedLoginBrandingResponse, ManagedLoginBrandingType,
    UpdateManagedLoginBrandingRequest, UpdateManagedLoginBrandingResponse,
};

use crate::look::style::{self, Style};
use crate::look::{ASIDE, of_client, of_clients};
use crate::pool::Pool;
use crate::ports::{Change, Expect, Kind, Write};
use crate::stored::Stored;
use crate::{Cx, Error, Result};

pub(crate) use terms::{
    create_terms, delete_terms, describe_terms, describe_terms_by_client, list_terms, update_terms,
};
pub use ui::logo;
pub(crate) use ui::{Customization, customization};
pub(crate) use ui::{get_ui_customization, set_ui_customization};

/// Styles of a pool.
const PER_POOL: usize = 20;

/// Completes the key of the record that says which style a client has.
pub(crate) const STYLE: &str = "style";

async fn existing(cx: &Cx, pool: &Pool, id: &str) -> Result<Stored<Style>> {
    // Ids are hexadecimal, so that none can name a record that stands beside the styles.
    Stored::find(cx, Kind::Branding, &pool.id, &id.to_ascii_lowercase())
        .await?
        .ok_or_else(Error::style_not_found)
}

/// A write of the record that says which style or terms document a client has.
fn pointer(kind: Kind, pool: &Pool, key: String, id: &str, now: i64) -> Write {
    Write::Put {
        kind,
        pool: pool.id.clone(),
        key,
        doc: id.to_owned(),
        expires_at: None,
        expect: Expect::Absent { now },
    }
}

/// The deletion of such a record.
fn unpoint(kind: Kind, pool: &Pool, key: String) -> Write {
    Write::Delete {
        kind,
        pool: pool.id.clone(),
        key,
        expect: Expect::Any,
    }
}

/// How many of the pool's clients have a style or terms documents, up to a limit.
async fn count(cx: &Cx, kind: Kind, pool: &Pool, limit: usize) -> Result<usize> {
    let prefix = of_clients();
    let store = &cx.service.store;
    let records = store.records(kind, &pool.id, &prefix, None, limit);
    Ok(records.await?.len())
}

/// Creates the style of a client.
pub(crate) async fn create_managed_login_branding(
    cx: &Cx,
    input: &CreateManagedLoginBrandingRequest,
) -> Result<CreateManagedLoginBrandingResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    let given = style::given(
        input.use_cognito_provided_values,
        input.settings.as_ref(),
        input.assets.as_ref(),
    )?;
    let key = of_client(&client.id, STYLE);
    if cx.live(Kind::Branding, &pool.id, &key).await?.is_some() {
        return Err(Error::style_exists(&client.id));
    }
    if count(cx, Kind::Branding, &pool, PER_POOL).await? >= PER_POOL {
        return Err(Error::too_many_styles(PER_POOL));
    }
    let (now, id) = (cx.now(), cx.uuid().to_string());
    let mut value = Style {
        client_id: client.id.clone(),
        settings: None,
        created_at: now,
        modified_at: now,
        is_default: true,
    };
    let mut assets = BTreeMap::new();
    let images = value.set(cx, &pool.id, &id, given.as_ref(), &mut assets)?;
    let stored = Stored::new(Kind::Branding, &pool.id, &id, value);
    let mut change = Change::new()
        .with(pool.require())
        .with(pointer(Kind::Branding, &pool, key, &id, now))
        .with(stored.insert(now)?);
    change.writes.extend(images);
    cx.commit(change).await?;
    Ok(CreateManagedLoginBrandingResponse {
        managed_login_branding: Some(stored.value.shape(&pool.id, &id, assets, false)),
    })
}

async fn described(
    cx: &Cx,
    pool: &Pool,
    id: &str,
    is_merged: Option<bool>,
) -> Result<ManagedLoginBrandingType> {
    let stored = existing(cx, pool, id).await?;
    let assets = style::assets(cx, &pool.id, &stored.key).await?;
    let is_merged = is_merged.unwrap_or_default();
    Ok(stored.value.shape(&pool.id, &stored.key, assets, is_merged))
}

/// Shows a style by its id.
pub(crate) async fn describe_managed_login_branding(
    cx: &Cx,
    input: &DescribeManagedLoginBrandingRequest,
) -> Result<DescribeManagedLoginBrandingResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let id = &input.managed_login_branding_id;
    let shown = described(cx, &pool, id, input.return_merged_resources).await?;
    Ok(DescribeManagedLoginBrandingResponse {
        managed_login_branding: Some(shown),
    })
}

/// Shows the style of a client.
pub(crate) async fn describe_managed_login_branding_by_client(
    cx: &Cx,
    input: &DescribeManagedLoginBrandingByClientRequest,
) -> Result<DescribeManagedLoginBrandingByClientResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    let key = of_client(&client.id, STYLE);
    let pointer = cx.live(Kind::Branding, &pool.id, &key).await?;
    let id = pointer.ok_or_else(Error::style_not_found)?.doc;
    let shown = described(cx, &pool, &id, input.return_merged_resources).await?;
    Ok(DescribeManagedLoginBrandingByClientResponse {
        managed_login_branding: Some(shown),
    })
}

/// Lays the given settings and images over those of a style.
pub(crate) async fn update_managed_login_branding(
    cx: &Cx,
    input: &UpdateManagedLoginBrandingRequest,
) -> Result<UpdateManagedLoginBrandingResponse> {
    let pool = input.user_pool_id.as_deref();
    let pool = pool.ok_or_else(|| Error::member_missing("UserPoolId"))?;
    let id = input.managed_login_branding_id.as_deref();
    let id = id.ok_or_else(|| Error::member_missing("ManagedLoginBrandingId"))?;
    let pool = cx.pool(pool).await?;
    let mut stored = existing(cx, &pool, id).await?;
    let given = style::given(
        input.use_cognito_provided_values,
        input.settings.as_ref(),
        input.assets.as_ref(),
    )?;
    let mut assets = style::assets(cx, &pool.id, &stored.key).await?;
    let key = stored.key.clone();
    let images = stored
        .value
        .set(cx, &pool.id, &key, given.as_ref(), &mut assets)?;
    let mut change = Change::new().with(stored.update()?);
    change.writes.extend(images);
    cx.commit(change).await?;
    Ok(UpdateManagedLoginBrandingResponse {
        managed_login_branding: Some(stored.value.shape(&pool.id, &key, assets, false)),
    })
}

/// Deletes a style; its client's managed login pages are gone.
pub(crate) async fn delete_managed_login_branding(
    cx: &Cx,
    input: &DeleteManagedLoginBrandingRequest,
) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let stored = existing(cx, &pool, &input.managed_login_branding_id).await?;
    let key = of_client(&stored.value.client_id, STYLE);
    let mut change = Change::new()
        .with(stored.delete())
        .with(unpoint(Kind::Branding, &pool, key));
    for key in style::asset_keys(cx, &pool.id, &stored.key).await? {
        change.push(unpoint(Kind::Branding, &pool, key));
    }
    cx.commit(change).await
}

/// Whether a key is that of a record which stands beside styles and terms documents.
fn is_aside(key: &str) -> bool {
    key.starts_with(ASIDE)
}
