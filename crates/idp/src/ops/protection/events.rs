//! AdminListUserAuthEvents, and feedback on events.

use cenote_model::{
    AdminListUserAuthEventsRequest, AdminListUserAuthEventsResponse,
    AdminUpdateAuthEventFeedbackRequest, AdminUpdateAuthEventFeedbackResponse,
    UpdateAuthEventFeedbackRequest, UpdateAuthEventFeedbackResponse,
};

use crate::protection::event::{self, Event};
use crate::protection::feedback::{self, Provider};
use crate::{Cx, Error, Result, page, protection, user};

/// Lists what a user did, newest first.
pub(crate) async fn admin_list_user_auth_events(
    cx: &Cx,
    input: &AdminListUserAuthEventsRequest,
) -> Result<AdminListUserAuthEventsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    protection::require(&pool)?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    let scope = format!("AdminListUserAuthEvents/{}/{}", pool.id, user.sub);
    let after = page::open(cx, "NextToken", &scope, input.next_token.as_deref())?;
    let size = page::size(input.max_results);
    let mut records = event::list(cx, &pool, &user.sub, after.as_deref(), size + 1).await?;
    let next_token = page::cut(cx, &scope, &mut records, size, |record| &record.key);
    let now = cx.now();
    let events = records
        .iter()
        .filter(|record| record.expires_at.is_none_or(|expires_at| expires_at > now))
        .map(|record| Event::from_record(record).map(|event| event.shape()))
        .collect::<Result<_>>()?;
    Ok(AdminListUserAuthEventsResponse {
        auth_events: Some(events),
        next_token,
    })
}

/// Keeps what an administrator thinks of an event.
pub(crate) async fn admin_update_auth_event_feedback(
    cx: &Cx,
    input: &AdminUpdateAuthEventFeedbackRequest,
) -> Result<AdminUpdateAuthEventFeedbackResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    protection::require(&pool)?;
    let user = user::admin_find(cx, &pool, &input.username).await?;
    let (id, value) = (&input.event_id, input.feedback_value);
    feedback::give(cx, &pool, &user.sub, id, value, Provider::Admin).await?;
    Ok(AdminUpdateAuthEventFeedbackResponse {})
}

/// Keeps what a user thinks of an event of his, who proves by the token to have got the notice of it.
/// Without that token nothing is said about any user.
pub(crate) async fn update_auth_event_feedback(
    cx: &Cx,
    input: &UpdateAuthEventFeedbackRequest,
) -> Result<UpdateAuthEventFeedbackResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    protection::require(&pool)?;
    let (id, value) = (&input.event_id, input.feedback_value);
    let sub = feedback::open(cx, &pool, &input.feedback_token, id)?;
    let user = user::find(cx, &pool, &input.username).await?;
    match user {
        Some(user) if user.sub == sub => {}
        Some(_) => return Err(Error::feedback_token_invalid()),
        None => return Err(Error::user_not_found()),
    }
    feedback::give(cx, &pool, &sub, id, value, Provider::User).await?;
    Ok(UpdateAuthEventFeedbackResponse {})
}
