//! The mails of the site: their contents, and the jobs that send them.
//!
//! **Invariant:** a mail is added in the transaction that causes it, with the `Message-ID` that every try repeats. What it
//! says is read from the database when it is sent; where that is gone, nothing is sent.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::jobs::error::{JobError, read};
use super::links::Links;
use super::{Result, alert_letter};
use crate::db::alert_matches::{self, Due};
use crate::db::{Client, Database, GenericClient, alerts, enquiries, jobs, users};
use crate::domain::{Alert, AlertId, AlertState, EmailAddress, Enquiry, JobKind, UserId};
use crate::mail::{Mail, MailContent, Mailer, SendError};

/// What a mail is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub(super) enum Subject {
    /// The link for a new password of a user, which was asked for at a time.
    PasswordReset { user: i64, at: DateTime<Utc> },
    /// An enquiry, for the office.
    Enquiry { id: i64 },
    /// The visitor's copy of an enquiry.
    EnquiryCopy { id: i64 },
    /// The link to an alert that was requested.
    AlertLink { alert: i64 },
    /// What an alert has found, after one match up to another.
    Alert { alert: i64, after: i64, up_to: i64 },
}

/// A mail as its job holds it.
#[derive(Debug, Serialize, Deserialize)]
struct Posted {
    message_id: String,
    #[serde(flatten)]
    subject: Subject,
}

/// A mail as it is sent.
#[derive(Default)]
struct Written {
    to: String,
    reply_to: Option<EmailAddress>,
    letter: MailContent,
    /// The link that ends such mails.
    unsubscribe: Option<String>,
    /// The matches that it reports.
    reports: Vec<i64>,
}

/// Sends the site's mails; cheap to clone.
#[derive(Clone)]
pub struct Post {
    pub(super) database: Database,
    pub(super) mailer: Option<Mailer>,
    pub(super) links: Links,
    pub(super) site_name: String,
    /// Where enquiries go (`ENQUIRY_EMAIL`).
    pub(super) office: Option<String>,
}

impl Post {
    /// Whether mail is sent at all.
    pub fn is_configured(&self) -> bool {
        self.mailer.is_some()
    }

    /// Adds a mail, which is sent when the transaction commits. One whose key another mail has is not added.
    pub(super) async fn add(
        &self,
        client: &impl GenericClient,
        subject: Subject,
        key: Option<&str>,
    ) -> Result<()> {
        let Some(mailer) = &self.mailer else {
            return Ok(());
        };
        if matches!(subject, Subject::Enquiry { .. }) && self.office.is_none() {
            return Ok(());
        }
        let posted = Posted { message_id: mailer.new_message_id(), subject };
        Ok(jobs::insert(client, JobKind::Mail, &json!(posted), key).await?)
    }

    /// Adds the mails of alerts, with a pause between the times at which they are due.
    pub(super) async fn add_reports(
        &self,
        client: &impl GenericClient,
        due: &[Due],
        pause: Duration,
    ) -> Result<()> {
        let Some(mailer) = &self.mailer else {
            return Ok(());
        };
        let payload = |Due { alert: AlertId(alert), after, up_to }: &Due| {
            let subject = Subject::Alert { alert: *alert, after: *after, up_to: *up_to };
            json!(Posted { message_id: mailer.new_message_id(), subject })
        };
        let payloads: Vec<_> = due.iter().map(payload).collect();
        Ok(jobs::insert_all(client, JobKind::Mail, &payloads, pause).await?)
    }

    /// Sends the mail of a job.
    pub(super) async fn send(&self, payload: &Value) -> Result<(), JobError> {
        let posted: Posted = read(payload)?;
        let Some(written) = self.write(&posted.subject).await? else {
            log::info!("a mail was not sent: its enquiry, alert or user no longer exists");
            return Ok(());
        };
        let Written { to, reply_to, letter, unsubscribe, reports } = written;
        let to = EmailAddress::parse(&to).map_err(JobError::Never)?;
        let mail = Mail {
            to: &to,
            reply_to: reply_to.as_ref(),
            unsubscribe: unsubscribe.as_deref(),
            message_id: &posted.message_id,
            letter: &letter,
        };
        match (self.mailer()?.send(&mail, self.links.url()).await, &posted.subject) {
            (Ok(()), subject) => {
                log::info!("mail sent id={}", posted.message_id);
                if let Some(due) = subject.due() {
                    let client = self.database.client().await?;
                    alert_matches::finish(&client, due, &reports).await?;
                }
                Ok(())
            }
            (
                Err(SendError::Permanent(text)),
                Subject::AlertLink { alert } | Subject::Alert { alert, .. },
            ) if is_of_address(&text) => {
                log::warn!("alert {alert} ended, because its address refuses mail: {text}");
                let client = self.database.client().await?;
                Ok(alerts::refuse(&client, AlertId(*alert)).await?)
            }
            (Err(err), _) => Err(err.into()),
        }
    }

    fn mailer(&self) -> Result<&Mailer, SendError> {
        let missing = || SendError::Outage("EMAIL_URL is not set, so no mail is sent.".to_owned());
        self.mailer.as_ref().ok_or_else(missing)
    }

    /// The current content of a mail; `None` if its object no longer exists.
    async fn write(&self, subject: &Subject) -> Result<Option<Written>> {
        let client = self.database.client().await?;
        match subject {
            Subject::PasswordReset { user, at } => {
                let user = users::find(&client, UserId(*user)).await?;
                Ok(user.filter(|user| user.can_reset_password()).map(|user| {
                    let link = self.links.of_reset(&user, *at);
                    let letter = password_reset(&self.site_name, user.username.as_str(), link);
                    Written { to: user.email, letter, ..Written::default() }
                }))
            }
            Subject::Enquiry { id } => {
                let found = enquiries::find(&client, *id).await?;
                Ok(found.zip(self.office.clone()).map(|(enquiry, to)| {
                    let reply_to = EmailAddress::parse(&enquiry.email).ok();
                    let inbox = format!("{}/admin/enquiries/", self.links.url());
                    let letter = about(&enquiry, ("Open the inbox", inbox));
                    Written { to, reply_to, letter, ..Written::default() }
                }))
            }
            Subject::EnquiryCopy { id } => {
                let found = enquiries::find(&client, *id).await?;
                Ok(found.map(|enquiry| {
                    let listing = format!("{}/properties/{}/", self.links.url(), enquiry.property);
                    let letter = about(&enquiry, ("Open the listing", listing));
                    let first = format!("This is a copy of your message to {}.", self.site_name);
                    let letter = MailContent { paragraphs: vec![first], ..letter };
                    let reply_to =
                        self.office.as_deref().and_then(|to| EmailAddress::parse(to).ok());
                    Written { to: enquiry.email, reply_to, letter, ..Written::default() }
                }))
            }
            Subject::AlertLink { alert } => {
                let found = alerts::find(&client, AlertId(*alert)).await?;
                Ok(found.map(|alert| {
                    let letter = alert_letter::link(&self.links, &self.site_name, &alert);
                    self.to_reader(alert, letter, Vec::new())
                }))
            }
            Subject::Alert { alert, after, up_to } => {
                let due = Due { alert: AlertId(*alert), after: *after, up_to: *up_to };
                self.report(&client, due).await
            }
        }
    }

    /// What an alert has found, if its reader still wants to know.
    async fn report(&self, client: &Client, due: Due) -> Result<Option<Written>> {
        let found = alerts::find(client, due.alert).await?;
        let found = found.filter(|alert| alert.state == AlertState::Active);
        let report = match &found {
            Some(alert) => alert_letter::report(client, &self.links, alert, due).await?,
            None => None,
        };
        if report.is_none() {
            alert_matches::finish(client, due, &[]).await?;
        }
        let written = found
            .zip(report)
            .map(|(alert, report)| self.to_reader(alert, report.letter, report.matches));
        Ok(written)
    }

    fn to_reader(&self, alert: Alert, letter: MailContent, reports: Vec<i64>) -> Written {
        let unsubscribe = Some(self.links.of_alert(&alert));
        Written { to: alert.email, reply_to: None, letter, unsubscribe, reports }
    }
}

impl Subject {
    /// What a mail of an alert is to report.
    fn due(&self) -> Option<Due> {
        match *self {
            Self::Alert { alert, after, up_to } => {
                Some(Due { alert: AlertId(alert), after, up_to })
            }
            Self::PasswordReset { .. }
            | Self::Enquiry { .. }
            | Self::EnquiryCopy { .. }
            | Self::AlertLink { .. } => None,
        }
    }
}

/// Whether a refusal concerns the address: by its status (RFC 3463), others concern the sender or the content.
fn is_of_address(text: &str) -> bool {
    ![" 5.3.", " 5.5.", " 5.6.", " 5.7."].iter().any(|status| text.contains(status))
}

/// An enquiry as a letter.
fn about(enquiry: &Enquiry, action: (&'static str, String)) -> MailContent {
    let mut facts = vec![
        ("Listing", format!("{} (number {})", enquiry.property_title, enquiry.property)),
        ("Name", enquiry.name.clone()),
        ("Email", enquiry.email.clone()),
    ];
    if !enquiry.phone.is_empty() {
        facts.push(("Phone", enquiry.phone.clone()));
    }
    facts.push(("Viewing", if enquiry.viewing { "wanted" } else { "not mentioned" }.to_owned()));
    MailContent {
        subject: format!("Enquiry: {}", enquiry.property_title),
        paragraphs: vec![
            "A visitor has sent an enquiry. Reply to this mail to answer them.".to_owned(),
        ],
        facts,
        quote: Some(enquiry.message.clone()),
        action: Some(action),
        ..MailContent::default()
    }
}

/// The mail for a password reset, in Django's words.
fn password_reset(site_name: &str, username: &str, link: String) -> MailContent {
    MailContent {
        subject: format!("Password reset on {site_name}"),
        paragraphs: vec![
            format!(
                "You’re receiving this email because you requested a password reset for your user account at {site_name}."
            ),
            "Please go to the following page and choose a new password. The link is valid for an hour.".to_owned(),
        ],
        facts: vec![("Your username, in case you’ve forgotten", username.to_owned())],
        action: Some(("Choose a new password", link)),
        closing: vec![
            "If you did not request this, you can ignore this email: your password stays as it is.".to_owned(),
        ],
        ..MailContent::default()
    }
}
