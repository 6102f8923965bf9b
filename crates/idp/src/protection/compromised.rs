//! Passwords that are known from breaches. They are looked for only where the server sees the password,
//! which SRP never shows.

use aws_lc_rs::digest;
use cenote_model::{CompromisedCredentialsEventActionType, EventFilterType};
use data_encoding::HEXUPPER;
use zeroize::Zeroizing;

use super::{Mode, risk};
use crate::pool::Pool;
use crate::ports::CompromisedPasswords;
use crate::{Cx, Error, Result};

/// What is known of a password, and whether that matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Nothing, or nobody looked.
    #[default]
    None,
    /// It is known from a breach, and may be used.
    Noted,
    /// It is known from a breach, and may not be used.
    Blocked,
}

impl Finding {
    pub(crate) const fn is_compromised(self) -> bool {
        !matches!(self, Self::None)
    }

    /// Refuses a new password that may not be used.
    pub(crate) fn refuse_new(self) -> Result<Self> {
        match self {
            Self::Blocked => Err(Error::password_compromised()),
            Self::None | Self::Noted => Ok(self),
        }
    }
}

/// Looks a password up, as the risk configuration of the client wants it for this event. An event that its
/// filter leaves out is not looked at; without a configuration a finding is only noted.
pub(crate) async fn check(
    cx: &Cx,
    pool: &Pool,
    client_id: &str,
    event: EventFilterType,
    password: &str,
) -> Result<Finding> {
    let mode = Mode::of(pool);
    let (Some(list), true) = (&cx.service.compromised_passwords, mode != Mode::Off) else {
        return Ok(Finding::None);
    };
    let configuration = risk::of_client(cx, pool, client_id)
        .await?
        .compromised_credentials_risk_configuration;
    let filter = configuration
        .as_ref()
        .and_then(|configuration| configuration.event_filter.as_ref());
    if filter.is_some_and(|events| !events.contains(&event)) || !is_listed(&**list, password).await
    {
        return Ok(Finding::None);
    }
    let action = configuration.map(|configuration| configuration.actions.event_action);
    let blocks = action == Some(CompromisedCredentialsEventActionType::Block);
    Ok(if blocks && mode == Mode::Enforced {
        Finding::Blocked
    } else {
        Finding::Noted
    })
}

/// Whether the list has the password. A list that cannot be read keeps nobody out, and the log says so.
async fn is_listed(list: &dyn CompromisedPasswords, password: &str) -> bool {
    const PREFIX: usize = 5;
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    let hash = Zeroizing::new(HEXUPPER.encode(hash.as_ref()));
    let (prefix, suffix) = hash.split_at(PREFIX);
    match list.range(prefix).await {
        Ok(lines) => lines.lines().any(|line| {
            let (listed, count) = line
                .trim_end()
                .split_once(':')
                .unwrap_or((line.trim_end(), ""));
            // Padding that some lists carry has a count of zero.
            listed.eq_ignore_ascii_case(suffix) && count.trim() != "0"
        }),
        Err(error) => {
            tracing::error!(detail = %error, "The list of compromised passwords could not be read");
            false
        }
    }
}
