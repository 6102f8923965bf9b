//! The worker that empties the outbox: takes what is due, hands it to the sender of its medium, and records
//! what became of it.

use std::sync::Arc;
use std::time::Duration;

use cenote_idp::Service;
use cenote_idp::message::{self, Delivery, Outcome, SenderFunction};
use cenote_idp::ports::Clock;
use cenote_model::DeliveryMediumType;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Response};
use tokio::task::JoinSet;

use super::http::Http;
use super::kms::Kms;
use super::mail::Mailer;
use super::ses::Ses;
use super::sms::Gateway;
use super::sns::Sns;
use crate::Metrics;
use crate::config::{Posture, Settings, StartError};

/// How many messages are on their way at the same time.
pub(super) const AT_ONCE: u32 = 8;

/// How often an empty outbox is looked at again.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long one answer of a gateway may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// How long one message may take: well within the time in which it is this worker's alone.
pub(super) const SENDING: Duration = message::LEASE.saturating_sub(Duration::from_secs(30));

/// The longest answer of a gateway.
const MOST_BYTES: usize = 64 * 1024;

/// Who takes which messages.
pub struct Senders {
    email: Option<EmailSender>,
    sms: Option<SmsSender>,
    /// Encrypts what functions of pools take.
    kms: Kms,
    /// Whether messages that nobody takes have arrived, since people read them in the inbox.
    has_inbox: bool,
    has_functions: bool,
    metrics: Arc<Metrics>,
}

enum EmailSender {
    Smtp(Mailer),
    Ses(Ses),
}

enum SmsSender {
    Gateway(Gateway),
    Sns(Sns),
}

impl Senders {
    /// Connects to nobody before there is something to send. `clock` is the server's.
    pub fn new(
        settings: &Settings,
        http: &Http,
        clock: &Arc<dyn Clock>,
        metrics: &Arc<Metrics>,
    ) -> Result<Self, StartError> {
        let mut senders = Self {
            email: None,
            sms: None,
            kms: Kms::new(&settings.kms_keys, settings.aws.as_ref(), http, clock),
            has_inbox: settings.posture == Posture::Dev,
            has_functions: !settings.triggers.is_empty(),
            metrics: Arc::clone(metrics),
        };
        if let Some(smtp) = &settings.smtp {
            senders.email = Some(EmailSender::Smtp(Mailer::new(smtp)?));
        }
        if let Some(gateway) = &settings.sms {
            senders.sms = Some(SmsSender::Gateway(Gateway {
                http: http.clone(),
                settings: gateway.clone(),
            }));
        }
        if let (Some(ses), Some(credentials)) = (&settings.ses, &settings.aws) {
            senders.email = Some(EmailSender::Ses(Ses {
                http: http.clone(),
                clock: Arc::clone(clock),
                settings: ses.clone(),
                credentials: credentials.clone(),
            }));
        }
        if let (Some(sns), Some(credentials)) = (&settings.sns, &settings.aws) {
            senders.sms = Some(SmsSender::Sns(Sns {
                http: http.clone(),
                clock: Arc::clone(clock),
                settings: sns.clone(),
                credentials: credentials.clone(),
            }));
        }
        Ok(senders)
    }

    /// The mediums that nobody takes, for the log.
    pub fn missing(&self) -> impl Iterator<Item = &'static str> {
        [
            self.email
                .is_none()
                .then_some("e-mail: there is no [smtp] and no [ses]"),
            self.sms
                .is_none()
                .then_some("text messages: there is no [sms] and no [sns]"),
        ]
        .into_iter()
        .flatten()
    }

    /// Whether nobody takes anything.
    pub fn is_empty(&self) -> bool {
        self.email.is_none() && self.sms.is_none() && !self.has_functions
    }

    async fn send(&self, service: &Service, delivery: &Delivery) -> Outcome {
        if let Some(function) = &delivery.function {
            return self.tell(service, delivery, function).await;
        }
        let nobody = if self.has_inbox {
            Outcome::Sent
        } else {
            Outcome::GivenUp
        };
        match delivery.medium {
            DeliveryMediumType::Email => match &self.email {
                Some(EmailSender::Smtp(mailer)) => mailer.send(delivery).await,
                Some(EmailSender::Ses(ses)) => ses.send(delivery).await,
                None => nobody,
            },
            DeliveryMediumType::Sms => match &self.sms {
                Some(SmsSender::Gateway(gateway)) => gateway.send(delivery).await,
                Some(SmsSender::Sns(sns)) => sns.send(delivery).await,
                None => nobody,
            },
        }
    }

    /// Hands a message to the function of its pool, the code encrypted.
    async fn tell(
        &self,
        service: &Service,
        delivery: &Delivery,
        function: &SenderFunction,
    ) -> Outcome {
        let mut event = function.event.clone();
        if let Some(secret) = &function.secret {
            let code = self.kms.encrypt(&function.kms_key, &delivery.pool, secret);
            match code.await {
                Ok(code) => event["request"]["code"] = code.into(),
                Err(detail) => {
                    tracing::error!(
                        message.id = %delivery.id,
                        kms.arn = function.kms_key,
                        detail,
                        "A code could not be encrypted for a custom sender"
                    );
                    return Outcome::Failed;
                }
            }
        }
        let event = event.to_string();
        let request_id = delivery.id.parse().unwrap_or_default();
        let trigger = match delivery.medium {
            DeliveryMediumType::Email => "CustomEmailSender",
            DeliveryMediumType::Sms => "CustomSMSSender",
        };
        let told = service
            .triggers
            .tell(trigger, &function.arn, event.as_bytes(), request_id);
        // What was wrong is in the line that the target logged.
        told.await.map_or(Outcome::Failed, |()| Outcome::Sent)
    }
}

/// Sends a request of a gateway and judges the answer. `for_good` tells of a refusal whether another try
/// would be refused too; everything else may be set right by whoever runs the gateway. Without a request
/// the message fits no form.
pub(super) async fn answered(
    delivery: &Delivery,
    http: &Http,
    request: Option<Request<Full<Bytes>>>,
    for_good: impl Fn(&Response<Bytes>) -> bool,
) -> Outcome {
    let Some(request) = request else {
        return Outcome::GivenUp;
    };
    let (status, outcome) =
        match tokio::time::timeout(PATIENCE, http.send(request, MOST_BYTES)).await {
            Ok(Ok(answer)) if answer.status().is_success() => return Outcome::Sent,
            Ok(Ok(answer)) if for_good(&answer) => (answer.status().as_u16(), Outcome::GivenUp),
            Ok(Ok(answer)) => (answer.status().as_u16(), Outcome::Failed),
            Ok(Err(_)) | Err(_) => (0, Outcome::Failed),
        };
    // The answer's text may name the address, so the log gets its status alone.
    tracing::warn!(
        message.id = %delivery.id,
        message.medium = delivery.medium.as_str(),
        message.tries = delivery.tries,
        http.status = status,
        "A gateway did not take a message"
    );
    outcome
}

/// Empties the outbox, for as long as the server runs. A slow message holds up no other as long as there
/// are places.
pub async fn deliver(service: Arc<Service>, senders: Arc<Senders>) {
    let mut sending = JoinSet::new();
    loop {
        let room = AT_ONCE as usize - sending.len();
        let taken = match message::take(&service, room).await {
            Ok(taken) => taken,
            Err(error) => {
                let detail = error.detail.as_deref().unwrap_or_default();
                tracing::error!(detail, "The outbox could not be read");
                Vec::new()
            }
        };
        let is_empty = taken.is_empty();
        for delivery in taken {
            sending.spawn(one(Arc::clone(&service), Arc::clone(&senders), delivery));
        }
        if is_empty {
            // What other nodes have posted, and what is to be tried again, is found in time.
            let _waited = tokio::time::timeout(INTERVAL, service.posted.notified()).await;
        }
        while let Some(recorded) = sending.try_join_next() {
            pause_unless(recorded.unwrap_or(false)).await;
        }
        if sending.len() == AT_ONCE as usize
            && let Some(recorded) = sending.join_next().await
        {
            pause_unless(recorded.unwrap_or(false)).await;
        }
    }
}

/// What cannot be recorded means that the store is in trouble: a pause, before more is sent that may be
/// sent again.
async fn pause_unless(recorded: bool) {
    if !recorded {
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Sends one message and records what became of it; whether that succeeded.
async fn one(service: Arc<Service>, senders: Arc<Senders>, delivery: Delivery) -> bool {
    let outcome = senders.send(&service, &delivery).await;
    senders.metrics.message(delivery.medium, outcome);
    let recorded = message::report(&service, &delivery, outcome).await;
    if let Err(error) = &recorded {
        let detail = error.detail.as_deref().unwrap_or_default();
        tracing::error!(message.id = %delivery.id, detail, "A message's fate could not be recorded");
    }
    recorded.is_ok()
}
