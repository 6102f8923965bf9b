//! Threat protection in the hands of administrators: risk configurations, the events of users and feedback
//! on them, and log delivery.

mod events;
mod logs;
mod risk;

pub(crate) use events::{
    admin_list_user_auth_events, admin_update_auth_event_feedback, update_auth_event_feedback,
};
pub(crate) use logs::{get_log_delivery_configuration, set_log_delivery_configuration};
pub(crate) use risk::{describe_risk_configuration, set_risk_configuration};
