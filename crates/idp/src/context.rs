//! Where a user really is when an application calls on his behalf: what the application tells of him, in
//! place of what the connection tells of the application.

use std::borrow::Cow;

use cenote_model::{ContextDataType, UserContextDataType};

use crate::pool::Client;
use crate::{Cx, Peer};

impl Cx {
    /// The request as its user sent it to the application: UserContextData counts where the client passes
    /// it on. What does not read as an address is not one.
    pub(crate) fn of_user(
        &self,
        client: &Client,
        told: Option<&UserContextDataType>,
    ) -> Cow<'_, Self> {
        let ip = told
            .filter(|_| client.passes_context_on())
            .and_then(|told| told.ip_address.as_deref()?.trim().parse().ok());
        match ip {
            None => Cow::Borrowed(self),
            Some(ip) => Cow::Owned(Self {
                peer: Peer {
                    ip: Some(ip),
                    ..self.peer.clone()
                },
                ..self.clone()
            }),
        }
    }

    /// The request as its user sent it to the administrator's application, which tells of him in ContextData.
    pub(crate) fn of_admin(&self, told: Option<&ContextDataType>) -> Cow<'_, Self> {
        let Some(told) = told else {
            return Cow::Borrowed(self);
        };
        let mut headers = told.http_headers.iter();
        let user_agent = headers.find(|header| {
            let name = header.header_name.as_deref();
            name.is_some_and(|name| name.eq_ignore_ascii_case("user-agent"))
        });
        Cow::Owned(Self {
            peer: Peer {
                ip: told.ip_address.trim().parse().ok(),
                user_agent: user_agent.and_then(|header| header.header_value.clone()),
                is_signed: self.peer.is_signed,
            },
            ..self.clone()
        })
    }
}
