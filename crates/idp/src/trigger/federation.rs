//! InboundFederation: what a provider says of somebody, before it becomes attributes of a user.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::{Call, Trigger, call};
use crate::federation::Said;
use crate::pool::{Client, Pool};
use crate::{Cx, Result};

#[derive(Deserialize)]
struct Response {
    #[serde(rename = "userAttributesToMap")]
    attributes: Option<BTreeMap<String, String>>,
}

/// Asks what to make of what a provider said. The answer takes its place, unless it is empty.
pub(crate) async fn inbound_federation(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    said: &Said,
) -> Result<Option<BTreeMap<String, String>>> {
    let response: Option<Response> = call(
        cx,
        pool,
        Call {
            trigger: Trigger::InboundFederation,
            source: "InboundFederation_ExternalProvider".to_owned(),
            version: "1",
            user_name: &said.username(pool),
            client_id: Some(&client.id),
            request: json!({
                "providerName": said.provider.key,
                "providerType": said.provider.value.kind.as_str(),
                "attributes": said.shown,
            }),
            response: json!({"userAttributesToMap": {}}),
        },
    )
    .await?;
    let attributes = response.and_then(|response| response.attributes);
    Ok(attributes.filter(|attributes| !attributes.is_empty()))
}
