//! Provisioned limits: the request rates that can be raised.

use cenote_model::{
    GetProvisionedLimitRequest, GetProvisionedLimitResponse, LimitDefinitionType, LimitType,
    UpdateProvisionedLimitRequest, UpdateProvisionedLimitResponse,
};

use crate::ports::{Change, Expect, Kind};
use crate::rates::{Category, Provisioned};
use crate::stored::Stored;
use crate::{Cx, Error, Result};

/// What no limit can be raised above, in requests per second.
const QUOTA: u32 = 10_000;

fn category(definition: &LimitDefinitionType) -> Result<Category> {
    let attributes = &definition.attributes;
    let name = attributes.get("Category").filter(|_| attributes.len() == 1);
    let name = name.ok_or_else(Error::limit_attributes)?;
    Category::from_name(name).ok_or_else(|| Error::limit_not_found(name))
}

fn shape(definition: &LimitDefinitionType, category: Category, value: u32) -> LimitType {
    let whole = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    LimitType {
        limit_definition: definition.clone(),
        provisioned_limit_value: whole(value),
        free_limit_value: whole(category.row().1),
    }
}

/// Shows the rate of a category.
pub(crate) async fn get_provisioned_limit(
    cx: &Cx,
    input: &GetProvisionedLimitRequest,
) -> Result<GetProvisionedLimitResponse> {
    let definition = &input.limit_definition;
    let category = category(definition)?;
    let (name, default, _) = category.row();
    let stored = Stored::<Provisioned>::find(cx, Kind::ProvisionedLimit, cx.region(), name).await?;
    let value = stored.map_or(default, |stored| stored.value.value);
    Ok(GetProvisionedLimitResponse {
        limit: shape(definition, category, value),
    })
}

/// Sets the rate of a category: its default or more.
pub(crate) async fn update_provisioned_limit(
    cx: &Cx,
    input: &UpdateProvisionedLimitRequest,
) -> Result<UpdateProvisionedLimitResponse> {
    let definition = &input.limit_definition;
    let category = category(definition)?;
    let (name, default, is_adjustable) = category.row();
    if !is_adjustable {
        return Err(Error::limit_is_fixed(name));
    }
    let value = u32::try_from(input.requested_limit_value).unwrap_or_default();
    if value < default {
        return Err(Error::limit_below_default(default));
    }
    if value > QUOTA {
        return Err(Error::limit_above_quota(QUOTA));
    }
    let region = cx.region();
    let stored = Stored::new(Kind::ProvisionedLimit, region, name, Provisioned { value });
    cx.commit(Change::new().with(stored.put(Expect::Any)?))
        .await?;
    cx.service.rates.forget(region);
    Ok(UpdateProvisionedLimitResponse {
        limit: shape(definition, category, value),
    })
}
