//! The mail worker: takes due messages from the outbox and hands them to the mail server.

use std::sync::Arc;
use std::time::Duration;

use cenote_idp::Service;
use cenote_idp::message::{self, Delivery, Outcome};
use cenote_model::DeliveryMediumType;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{self, PoolConfig};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::config::{Smtp, SmtpSecurity, StartError};

/// How many messages are on their way at the same time.
const AT_ONCE: u32 = 8;

/// How often an empty outbox is looked at again.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long one answer of the mail server may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long one message may take: well within the time in which it is this worker's alone.
const SENDING: Duration = message::LEASE.saturating_sub(Duration::from_secs(30));

/// Replies of a mail server that complain of our credentials, not of the message: those are set right
/// by the operator, and the message should go out then.
const CREDENTIAL_REPLIES: [u16; 4] = [530, 534, 535, 538];

/// Hands messages to a mail server.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// Connects when there is something to send, not before.
    pub fn new(settings: &Smtp) -> Result<Self, StartError> {
        let from: Mailbox = settings.from.parse().map_err(|_| {
            StartError::config(format!(
                "`smtp.from` is {:?}; set an address like Cenote <no-reply@example.com>",
                settings.from
            ))
        })?;
        let parameters = || {
            TlsParameters::new(settings.host.clone()).map_err(|error| {
                StartError::environment(format!(
                    "cannot set up TLS for mail: {error}; install the system's root certificates"
                ))
            })
        };
        let tls = match settings.security {
            SmtpSecurity::None => Tls::None,
            SmtpSecurity::Starttls => Tls::Required(parameters()?),
            SmtpSecurity::Tls => Tls::Wrapper(parameters()?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(PATIENCE))
            .pool_config(PoolConfig::new().max_size(AT_ONCE));
        if let Some((username, password)) = &settings.credentials {
            builder = builder.credentials(Credentials::new(username.clone(), password.clone()));
        }
        Ok(Self {
            transport: builder.build(),
            from,
        })
    }

    async fn send(&self, delivery: &Delivery) -> Outcome {
        let Some(message) = self.compose(delivery) else {
            tracing::warn!(message.id = %delivery.id, "A message cannot be put into the form of mail");
            return Outcome::GivenUp;
        };
        match timeout(SENDING, self.transport.send(message)).await {
            Err(_) => {
                tracing::warn!(message.id = %delivery.id, "The mail server took too long over a message");
                Outcome::Failed
            }
            Ok(Ok(_)) => Outcome::Sent,
            Ok(Err(error)) => {
                let outcome = judge(&error);
                // The reply's text may name the address, so the log gets its code alone.
                let code = error.status().map_or(0, u16::from);
                tracing::warn!(
                    message.id = %delivery.id,
                    message.tries = delivery.tries,
                    smtp.code = code,
                    "The mail server did not take a message"
                );
                outcome
            }
        }
    }

    fn compose(&self, delivery: &Delivery) -> Option<Message> {
        let to: Address = delivery.to.parse().ok()?;
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(delivery.subject.clone().unwrap_or_default())
            .message_id(Some(format!(
                "<{}@{}>",
                delivery.id,
                self.from.email.domain()
            )))
            .header(ContentType::TEXT_HTML)
            .body(delivery.body.clone())
            .ok()
    }
}

fn judge(error: &smtp::Error) -> Outcome {
    let code = error.status().map(u16::from);
    if error.is_permanent() && !code.is_some_and(|code| CREDENTIAL_REPLIES.contains(&code)) {
        Outcome::GivenUp
    } else {
        Outcome::Failed
    }
}

/// Empties the outbox, for as long as the server runs.
pub async fn deliver(service: Arc<Service>, mailer: Mailer) {
    let mut told_of_sms = false;
    loop {
        let batch = match message::take(&service, AT_ONCE as usize).await {
            Ok(batch) => batch,
            Err(error) => {
                let detail = error.detail.as_deref().unwrap_or_default();
                tracing::error!(detail, "The outbox could not be read");
                Vec::new()
            }
        };
        if batch.is_empty() {
            tokio::time::sleep(INTERVAL).await;
            continue;
        }
        let mut sending = JoinSet::new();
        for delivery in batch {
            if delivery.medium == DeliveryMediumType::Sms && !told_of_sms {
                told_of_sms = true;
                tracing::warn!("A text message was not sent: this version has no sender for SMS");
            }
            sending.spawn(one(Arc::clone(&service), mailer.clone(), delivery));
        }
        let all_recorded = sending
            .join_all()
            .await
            .into_iter()
            .all(|recorded| recorded);
        if !all_recorded {
            // The store is in trouble: a pause, before more is sent that may be sent again.
            tokio::time::sleep(INTERVAL).await;
        }
    }
}

/// Sends one message and records what became of it; whether that succeeded.
async fn one(service: Arc<Service>, mailer: Mailer, delivery: Delivery) -> bool {
    let outcome = match delivery.medium {
        DeliveryMediumType::Email => mailer.send(&delivery).await,
        DeliveryMediumType::Sms => Outcome::GivenUp,
    };
    let recorded = message::report(&service, &delivery, outcome).await;
    if let Err(error) = &recorded {
        let detail = error.detail.as_deref().unwrap_or_default();
        tracing::error!(message.id = %delivery.id, detail, "A message's fate could not be recorded");
    }
    recorded.is_ok()
}
