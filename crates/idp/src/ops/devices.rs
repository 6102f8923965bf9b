//! Devices of users, for themselves and for administrators.

use cenote_model::{
    AdminForgetDeviceRequest, AdminGetDeviceRequest, AdminGetDeviceResponse,
    AdminListDevicesRequest, AdminListDevicesResponse, AdminUpdateDeviceStatusRequest,
    AdminUpdateDeviceStatusResponse, ConfirmDeviceRequest, ConfirmDeviceResponse,
    DeviceRememberedStatusType, DeviceType, ForgetDeviceRequest, GetDeviceRequest,
    GetDeviceResponse, ListDevicesRequest, ListDevicesResponse, UpdateDeviceStatusRequest,
    UpdateDeviceStatusResponse,
};

use crate::pool::Pool;
use crate::ports::{Change, CommitError};
use crate::token::Caller;
use crate::user::devices::{self, Device};
use crate::user::{self, User};
use crate::{Cx, Error, Result, page};

/// Confirms the device that the sign-in of this access token made known.
pub(crate) async fn confirm_device(
    cx: &Cx,
    caller: &Caller,
    input: &ConfirmDeviceRequest,
) -> Result<ConfirmDeviceResponse> {
    let Caller { pool, user, .. } = caller;
    devices::check_tracking(pool)?;
    if caller.device_key.as_ref() != Some(&input.device_key) {
        return Err(Error::device_key_invalid());
    }
    let device = Device::new(
        cx,
        pool,
        user,
        &input.device_key,
        input.device_name.as_deref(),
        input.device_secret_verifier_config.as_ref(),
    )?;
    let change = Change::new().with(device.insert(cx)?);
    cx.try_commit(change).await.map_err(|error| match error {
        CommitError::Conflict { index: 0 } => Error::device_exists(),
        other => other.into(),
    })?;
    Ok(ConfirmDeviceResponse {
        user_confirmation_necessary: Some(pool.asks_before_remembering()),
    })
}

/// Shows one of the caller's devices.
pub(crate) async fn get_device(
    cx: &Cx,
    caller: &Caller,
    input: &GetDeviceRequest,
) -> Result<GetDeviceResponse> {
    let device = of(cx, &caller.pool, &caller.user, &input.device_key).await?;
    Ok(GetDeviceResponse {
        device: device.shape(),
    })
}

/// Lists the caller's devices.
pub(crate) async fn list_devices(
    cx: &Cx,
    caller: &Caller,
    input: &ListDevicesRequest,
) -> Result<ListDevicesResponse> {
    let token = input.pagination_token.as_deref();
    let (devices, next) = list(cx, &caller.pool, &caller.user, input.limit, token).await?;
    Ok(ListDevicesResponse {
        devices: Some(devices),
        pagination_token: next,
    })
}

/// Remembers one of the caller's devices, or no longer.
pub(crate) async fn update_device_status(
    cx: &Cx,
    caller: &Caller,
    input: &UpdateDeviceStatusRequest,
) -> Result<UpdateDeviceStatusResponse> {
    let device = of(cx, &caller.pool, &caller.user, &input.device_key).await?;
    remember(cx, device, input.device_remembered_status).await?;
    Ok(UpdateDeviceStatusResponse::default())
}

/// Forgets one of the caller's devices.
pub(crate) async fn forget_device(
    cx: &Cx,
    caller: &Caller,
    input: &ForgetDeviceRequest,
) -> Result<()> {
    let device = of(cx, &caller.pool, &caller.user, &input.device_key).await?;
    cx.commit(Change::new().with(device.forget())).await
}

/// Shows a user's device.
pub(crate) async fn admin_get_device(
    cx: &Cx,
    input: &AdminGetDeviceRequest,
) -> Result<AdminGetDeviceResponse> {
    let (pool, user) = owner(cx, &input.user_pool_id, &input.username).await?;
    let device = of(cx, &pool, &user, &input.device_key).await?;
    Ok(AdminGetDeviceResponse {
        device: device.shape(),
    })
}

/// Lists a user's devices.
pub(crate) async fn admin_list_devices(
    cx: &Cx,
    input: &AdminListDevicesRequest,
) -> Result<AdminListDevicesResponse> {
    let (pool, user) = owner(cx, &input.user_pool_id, &input.username).await?;
    let token = input.pagination_token.as_deref();
    let (devices, next) = list(cx, &pool, &user, input.limit, token).await?;
    Ok(AdminListDevicesResponse {
        devices: Some(devices),
        pagination_token: next,
    })
}

/// Remembers a user's device, or no longer.
pub(crate) async fn admin_update_device_status(
    cx: &Cx,
    input: &AdminUpdateDeviceStatusRequest,
) -> Result<AdminUpdateDeviceStatusResponse> {
    let (pool, user) = owner(cx, &input.user_pool_id, &input.username).await?;
    let device = of(cx, &pool, &user, &input.device_key).await?;
    remember(cx, device, input.device_remembered_status).await?;
    Ok(AdminUpdateDeviceStatusResponse::default())
}

/// Forgets a user's device.
pub(crate) async fn admin_forget_device(cx: &Cx, input: &AdminForgetDeviceRequest) -> Result<()> {
    let (pool, user) = owner(cx, &input.user_pool_id, &input.username).await?;
    let device = of(cx, &pool, &user, &input.device_key).await?;
    cx.commit(Change::new().with(device.forget())).await
}

async fn owner(cx: &Cx, pool: &str, username: &str) -> Result<(std::sync::Arc<Pool>, User)> {
    let pool = cx.pool(pool).await?;
    devices::check_tracking(&pool)?;
    let user = user::admin_find(cx, &pool, username).await?;
    Ok((pool, user))
}

async fn of(cx: &Cx, pool: &Pool, user: &User, key: &str) -> Result<Device> {
    devices::check_tracking(pool)?;
    devices::existing(cx, pool, &user.sub, key).await
}

/// Without a status there is nothing to change.
async fn remember(
    cx: &Cx,
    device: Device,
    status: Option<DeviceRememberedStatusType>,
) -> Result<()> {
    let Some(status) = status else { return Ok(()) };
    let remembered = status == DeviceRememberedStatusType::Remembered;
    let change = Change::new().with(device.set_remembered(cx, remembered)?);
    cx.commit(change).await
}

async fn list(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    limit: Option<i32>,
    token: Option<&str>,
) -> Result<(Vec<DeviceType>, Option<String>)> {
    devices::check_tracking(pool)?;
    let size = page::size(limit);
    let scope = format!("devices/{}/{}", pool.id, user.sub);
    let after = page::open(cx, "PaginationToken", &scope, token)?;
    let mut found = devices::page(cx, pool, &user.sub, after.as_deref(), size + 1).await?;
    let next = page::cut(cx, &scope, &mut found, size, |device| &device.key);
    Ok((found.iter().map(Device::shape).collect(), next))
}
