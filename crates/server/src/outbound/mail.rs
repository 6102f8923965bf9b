//! Mail through a mail server.

use cenote_idp::message::{Delivery, Outcome};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{self, PoolConfig};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::time::timeout;

use super::worker::{AT_ONCE, PATIENCE, SENDING};
use crate::config::{Smtp, SmtpSecurity, StartError};

/// Replies of a mail server that complain of our credentials, not of the message: those are set right
/// by the operator, and the message should go out then.
const CREDENTIAL_REPLIES: [u16; 4] = [530, 534, 535, 538];

/// Hands messages to a mail server.
pub(super) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// Connects when there is something to send, not before.
    pub(super) fn new(settings: &Smtp) -> Result<Self, StartError> {
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

    pub(super) async fn send(&self, delivery: &Delivery) -> Outcome {
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
        let wishes = &delivery.wishes;
        let mailbox = |text: &Option<String>| -> Option<Mailbox> { text.as_ref()?.parse().ok() };
        let from = mailbox(&wishes.from).unwrap_or_else(|| self.from.clone());
        let domain = from.email.domain().to_owned();
        let mut message = Message::builder()
            .from(from)
            .to(Mailbox::new(None, to))
            .subject(delivery.subject.clone().unwrap_or_default())
            .message_id(Some(format!("<{}@{domain}>", delivery.id)));
        if let Some(reply_to) = mailbox(&wishes.reply_to) {
            message = message.reply_to(reply_to);
        }
        // What the mail server of SES reads, and no other minds.
        for (name, value) in [
            ("X-SES-CONFIGURATION-SET", &wishes.configuration_set),
            ("X-SES-SOURCE-ARN", &wishes.source_arn),
        ] {
            if let Some(value) = value {
                let name = HeaderName::new_from_ascii_str(name);
                message = message.raw_header(HeaderValue::new(name, value.clone()));
            }
        }
        let body = delivery.body.clone();
        let composed = match &delivery.mail.alternative {
            Some(plain) => {
                message.multipart(MultiPart::alternative_plain_html(plain.clone(), body))
            }
            None if delivery.mail.is_plain => message.header(ContentType::TEXT_PLAIN).body(body),
            None => message.header(ContentType::TEXT_HTML).body(body),
        };
        composed.ok()
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
