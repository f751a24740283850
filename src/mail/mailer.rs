//! Turns letters into messages and sends them.

use std::sync::Arc;

use askama::Template as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use super::letter::{Html, MailContent, Text};
use super::transport::{SendError, Transport};
use crate::config::MailConfig;
use crate::domain::EmailAddress;

/// The maximum length of a subject, in characters.
const MAX_SUBJECT: usize = 150;

/// A mail to one address.
#[derive(Debug, Clone)]
pub struct Mail<'a> {
    /// The recipient.
    pub to: &'a EmailAddress,
    /// The address for replies; `None` for the site's.
    pub reply_to: Option<&'a EmailAddress>,
    /// The address at which one click ends such mails (RFC 8058); `None` for a mail that was asked for by itself.
    pub unsubscribe: Option<&'a str>,
    /// The fixed `Message-ID`, which a retry repeats.
    pub message_id: &'a str,
    /// The content.
    pub letter: &'a MailContent,
}

/// Sends mail; cheap to clone.
#[derive(Clone)]
pub struct Mailer(Arc<Inner>);

struct Inner {
    transport: Transport,
    from: Mailbox,
    site_name: String,
}

impl Mailer {
    /// The mailer of a configuration; `None` if no mail is sent. Without `DEFAULT_FROM_EMAIL`, the sender is `noreply`
    /// at the site's host.
    pub fn new(config: &MailConfig, site_name: &str, host: &str) -> Option<Self> {
        let transport = Transport::new(config.transport.as_ref()?);
        let own =
            || Address::new("noreply", host).or_else(|_| Address::new("noreply", "localhost")).ok();
        let from = match &config.from {
            Some(from) => Mailbox {
                name: from.name.clone().or_else(|| Some(site_name.to_owned())),
                email: in_ascii(&from.email),
            },
            None => Mailbox { name: Some(site_name.to_owned()), email: own()? },
        };
        Some(Self(Arc::new(Inner { transport, from, site_name: site_name.to_owned() })))
    }

    /// A `Message-ID` that no other mail has.
    pub fn new_message_id(&self) -> String {
        let number = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 18]>());
        format!("<{number}@{}>", self.0.from.email.domain())
    }

    /// Sends a mail; its links are made absolute with `site_url`.
    ///
    /// # Errors
    /// Why it was not sent, and whether a retry may succeed.
    pub async fn send(&self, mail: &Mail<'_>, site_url: &str) -> Result<(), SendError> {
        let message = self.message(mail, site_url)?;
        self.0.transport.send(message, mail.message_id).await
    }

    /// Connects to the server and logs in, without sending anything.
    ///
    /// # Errors
    /// What is wrong with the configuration or the server.
    pub async fn check(&self) -> Result<(), SendError> {
        self.0.transport.check().await
    }

    fn message(&self, mail: &Mail<'_>, site_url: &str) -> Result<Message, SendError> {
        let Mail { to, reply_to, unsubscribe, message_id, letter } = mail;
        let never = |err: &dyn std::fmt::Display| SendError::Permanent(err.to_string());
        let address = |of: &EmailAddress| Address::new(of.local(), of.domain());
        let site_name = &*self.0.site_name;
        let text = Text { letter, site_name, site_url }.render().map_err(|err| never(&err))?;
        let html = Html { letter, site_name, site_url }.render().map_err(|err| never(&err))?;
        let mut builder = Message::builder()
            .from(self.0.from.clone())
            .to(address(to).map_err(|err| never(&err))?.into())
            .subject(one_line(&letter.subject))
            .date_now()
            .message_id(Some((*message_id).to_owned()))
            .raw_header(header("Auto-Submitted", "auto-generated".to_owned()));
        if let Some(address) = unsubscribe {
            let post = header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned());
            builder = builder
                .raw_header(header("List-Unsubscribe", format!("<{address}>")))
                .raw_header(post);
        }
        if let Some(other) = reply_to {
            builder = builder.reply_to(address(other).map_err(|err| never(&err))?.into());
        }
        let parts = MultiPart::alternative_plain_html(text, html);
        builder.multipart(parts).map_err(|err| never(&err))
    }
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

/// An address of the configuration with its domain in ASCII.
fn in_ascii(address: &Address) -> Address {
    let parsed = EmailAddress::parse(address.as_ref()).ok();
    let ascii = parsed.and_then(|parsed| Address::new(parsed.local(), parsed.domain()).ok());
    ascii.unwrap_or_else(|| address.clone())
}

/// The subject as a single line of bounded length.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<_> = plain.split_whitespace().collect();
    words.join(" ").chars().take(MAX_SUBJECT).collect()
}
