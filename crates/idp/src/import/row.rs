//! From the fields of a row to a user.

use std::collections::BTreeMap;

use cenote_model::{AttributeType, PasswordHashingAlgorithmType, UserPoolMfaType, UserStatusType};

use crate::pool::Pool;
use crate::user::mfa::Factor;
use crate::user::{Password, User, attributes, names, update};
use crate::{Cx, Error, Result, calendar};

const MFA: &str = "cognito:mfa_enabled";
const USERNAME: &str = "cognito:username";

/// The column of jobs that import password hashes.
const HASH: &str = "cognito:password_hash";

/// Attributes that the service sets itself.
const NOT_IMPORTED: [&str; 2] = ["sub", "identities"];

/// Why a row makes no user.
pub(super) type Reason = String;

/// The columns of a pool's import files, in the order in which they are shown.
pub(crate) fn header(pool: &Pool) -> Vec<String> {
    let attributes = pool
        .schema()
        .iter()
        .filter_map(|attribute| attribute.name.clone())
        .filter(|name| !NOT_IMPORTED.contains(&name.as_str()));
    attributes
        .chain([MFA.to_owned(), USERNAME.to_owned()])
        .collect()
}

/// Whether a file's columns are all of the pool's, in any order, and one of hashes where it has some.
pub(super) fn is_header(pool: &Pool, columns: &[String], has_hashes: bool) -> bool {
    let (mut expected, mut given) = (header(pool), columns.to_vec());
    if has_hashes {
        expected.push(HASH.to_owned());
    }
    expected.sort_unstable();
    given.sort_unstable();
    expected == given
}

/// The user of a row; `Err` says why there is none.
pub(super) fn user(
    cx: &Cx,
    pool: &Pool,
    columns: &[String],
    algorithm: Option<PasswordHashingAlgorithmType>,
    fields: Vec<String>,
) -> Result<User, Reason> {
    if fields.len() != columns.len() {
        return Err("The number of fields is not that of the header.".to_owned());
    }
    let mut given: BTreeMap<&str, String> = columns
        .iter()
        .map(String::as_str)
        .zip(fields)
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let username = given
        .remove(USERNAME)
        .ok_or("cognito:username must not be empty.")?;
    let wants_mfa = mfa(pool, given.remove(MFA).as_deref())?;
    for flag in ["email_verified", "phone_number_verified"] {
        if let Some(value) = given.get_mut(flag) {
            *value = truth(value)
                .ok_or_else(|| format!("{flag} must be TRUE or FALSE."))?
                .to_string();
        }
    }
    if let Some(value) = given.get_mut("birthdate") {
        *value = birthdate(value).ok_or("birthdate must be a date of the form mm/dd/yyyy.")?;
    }
    let hash = given.remove(HASH);
    let mut user = build(cx, pool, &username, &given, wants_mfa)?;
    if let (Some(algorithm), Some(hash)) = (algorithm, hash) {
        let password = Password::imported(cx, &user, algorithm, &hash)
            .ok_or_else(|| format!("The password hash is no {algorithm} hash that can be used."))?;
        user.password = Some(password);
        user.status = UserStatusType::Confirmed;
    }
    Ok(user)
}

fn build(
    cx: &Cx,
    pool: &Pool,
    username: &str,
    given: &BTreeMap<&str, String>,
    wants_mfa: bool,
) -> Result<User, Reason> {
    let listed: Vec<AttributeType> = given
        .iter()
        .map(|(name, value)| AttributeType {
            name: (*name).to_owned(),
            value: Some(value.as_str().into()),
        })
        .collect();
    let told = |error: Error| error.message.unwrap_or_default();
    let mut attributes = attributes::check_new(pool, &listed).map_err(told)?;
    let (sub, username) = names::identify(cx, pool, username, &mut attributes).map_err(told)?;
    attributes::check_required(pool, &attributes).map_err(told)?;
    update::check_verified_flags(&attributes).map_err(told)?;
    let mut user = User::new(cx, pool, sub, username, UserStatusType::ResetRequired);
    user.attributes = attributes;
    let verified = pool.shape.auto_verified_attributes.iter().flatten();
    if !verified
        .into_iter()
        .any(|attribute| user.has_verified(attribute.as_str()))
    {
        return Err("An attribute that the user pool verifies must be verified.".to_owned());
    }
    if wants_mfa && user.has_set_up(Factor::Sms) {
        user.mfa.turn_on(Factor::Sms);
    }
    Ok(user)
}

/// Whether the user is asked for a second factor, which must fit what the pool demands.
fn mfa(pool: &Pool, value: Option<&str>) -> Result<bool, Reason> {
    let value = value.ok_or("cognito:mfa_enabled must not be empty.")?;
    let value = truth(value).ok_or("cognito:mfa_enabled must be TRUE or FALSE.")?;
    match (pool.mfa_configuration(), value) {
        (UserPoolMfaType::On, false) => {
            Err("cognito:mfa_enabled must be TRUE, since MFA is required.".to_owned())
        }
        (UserPoolMfaType::Off, true) => {
            Err("cognito:mfa_enabled must be FALSE, since MFA is off.".to_owned())
        }
        _ => Ok(value),
    }
}

fn truth(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// `mm/dd/yyyy` as `yyyy-mm-dd`, which is how the attribute is stored.
fn birthdate(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('/').collect();
    let [month, day, year] = parts[..] else {
        return None;
    };
    let number = |text: &str, digits: usize| {
        let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<i64>().ok()).flatten()
    };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let month = u8::try_from(month)
        .ok()
        .filter(|month| (1..=12).contains(month))?;
    (1..=calendar::days_in_month(year, month))
        .contains(&day)
        .then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::birthdate;

    #[test]
    fn birthdates_are_turned_around() {
        assert_eq!(birthdate("02/29/2000").as_deref(), Some("2000-02-29"));
        for text in [
            "02/29/2001",
            "13/01/2000",
            "1/1/2000",
            "2000-01-01",
            "00/10/2000",
            "",
        ] {
            assert_eq!(birthdate(text), None, "{text}");
        }
    }
}
