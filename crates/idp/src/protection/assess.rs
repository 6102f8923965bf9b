//! How risky a sign-in looks, by what this deployment itself knows: the user's recorded sign-ins and the
//! feedback on them. Reputations of addresses and places on a map are not known here, and not invented.

use std::net::IpAddr;

use cenote_model::{
    EventResponseType, EventType, FeedbackValueType, RiskConfigurationType, RiskLevelType,
};

use super::address;
use super::event::{self, Context, Event};
use crate::pool::Pool;
use crate::user::User;
use crate::{Cx, Result};

/// So many events are looked back at.
const WINDOW: usize = 60;

/// The level of a sign-in, `None` when nothing speaks against it. Without an address nothing can be said,
/// and from an address that the configuration skips nothing is.
pub(super) async fn level(
    cx: &Cx,
    pool: &Pool,
    user: &User,
    context: &Context,
    configuration: &RiskConfigurationType,
) -> Result<Option<RiskLevelType>> {
    let Some(ip) = context.ip else {
        return Ok(None);
    };
    let exceptions = configuration.risk_exception_configuration.as_ref();
    if exceptions.is_some_and(|it| address::is_in(it.skipped_ip_range_list.as_ref(), ip)) {
        return Ok(None);
    }
    let events = event::newest(cx, pool, &user.sub, WINDOW).await?;
    Ok(judge(&events, ip, context.device.as_deref()))
}

/// - An address from which an event was marked as not the user's: high.
/// - An address and a program that no earlier sign-in of the user came from: medium.
/// - Only the address is new: low.
/// - An address that the user signed in from before, or his first sign-in: nothing.
fn judge(events: &[Event], ip: IpAddr, device: Option<&str>) -> Option<RiskLevelType> {
    let feedback = |event: &Event| {
        let feedback = event.feedback.as_ref();
        feedback.map(|feedback| feedback.feedback_value)
    };
    let here = events
        .iter()
        .filter(|event| event.ip == Some(ip))
        .find_map(feedback);
    if here == Some(FeedbackValueType::Invalid) {
        return Some(RiskLevelType::High);
    }
    let mut earlier = events.iter().filter(|event| {
        event.kind == EventType::SignIn
            && event.response == EventResponseType::Pass
            && feedback(event) != Some(FeedbackValueType::Invalid)
    });
    let is_known = |event: &Event| event.ip == Some(ip);
    if here == Some(FeedbackValueType::Valid) || earlier.clone().any(is_known) {
        return None;
    }
    // Nothing but failures as far as can be seen: what came before them does not count as nothing.
    if events.len() < WINDOW && earlier.clone().next().is_none() {
        return None;
    }
    let is_new_program =
        device.is_some() && !earlier.any(|event| event.device.as_deref() == device);
    Some(if is_new_program {
        RiskLevelType::Medium
    } else {
        RiskLevelType::Low
    })
}
