//! Problems of sending mail.

use super::finding::Finding;
use crate::app::platform::mailer;
use crate::config::{Config, MailTransport};

/// Connects to the mail server, if there is one; `deploy` adds checks for a public site.
pub(super) async fn findings(config: &Config, deploy: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (transport, from) = (&config.mail.transport, &config.mail.from);
    if let Some(mailer) = mailer(config)
        && let Err(err) = mailer.check().await
    {
        findings.push(Finding::new(
            "mail.E001",
            format!("Mail can't be sent: {err}."),
            "Correct EMAIL_URL, then run: property-listings sendtestemail ADDRESS",
        ));
    }
    if !deploy {
        return findings;
    }
    if let Some(MailTransport::Console | MailTransport::Folder(_)) = transport {
        findings.push(Finding::new(
            "mail.W001",
            "EMAIL_URL is for development: mails are written, but not sent.",
            "Set EMAIL_URL to a mail server, such as smtp://user:password@mail.example:587.",
        ));
    }
    if transport.is_some() && from.is_none() {
        findings.push(Finding::new(
            "mail.W002",
            "DEFAULT_FROM_EMAIL is not set: mail comes from “noreply” at the site's host.",
            "Set DEFAULT_FROM_EMAIL to an address that your mail server may send from.",
        ));
    }
    findings
}
