//! Users in the hands of administrators: AdminCreateUser and the rest of its family, and ListUsers.

mod create;
mod list;
mod password;
mod profile;
mod state;

pub(crate) use create::admin_create_user;
pub(crate) use list::list_users;
pub(crate) use password::{admin_reset_user_password, admin_set_user_password};
pub(crate) use profile::{
    admin_delete_user, admin_delete_user_attributes, admin_get_user, admin_set_user_settings,
    admin_update_user_attributes,
};
pub(crate) use state::{
    admin_confirm_sign_up, admin_disable_user, admin_enable_user, admin_user_global_sign_out,
};

use crate::pool::Pool;
use crate::ports::Change;
use crate::user::{self, User, names};
use crate::{Cx, Error, Result};

/// Saves a user whose status changes. `preferred_username` signs in from confirmation on, and may be
/// somebody else's name by then. Answers the saved state.
async fn save_status(cx: &Cx, pool: &Pool, before: &User, mut after: User) -> Result<User> {
    after.modified_at = cx.now();
    let mut change = Change::new();
    user::update(pool, before, &after, &mut change)?;
    cx.try_commit(change).await.map_err(|error| {
        names::refused(error, |name| {
            Error::name_in_use(names::attribute_of(pool, &after, name).unwrap_or("username"))
        })
    })?;
    Ok(after)
}
