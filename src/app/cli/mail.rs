//! The command `sendtestemail`.

use super::{CommandError, Result, output};
use crate::app::platform;
use crate::config::Config;
use crate::domain::EmailAddress;
use crate::mail::{Mail, MailContent};

/// Sends a mail without a job, so that errors are shown at once. Needs neither PostgreSQL nor Redis.
pub(super) async fn send_test(config: &Config, addresses: &[String]) -> Result<()> {
    let usage = |text: &String, err: String| CommandError::Usage(format!("“{text}”: {err}"));
    let parsed = addresses.iter();
    let parsed = parsed.map(|text| EmailAddress::parse(text).map_err(|err| usage(text, err)));
    let to = parsed.collect::<Result<Vec<_>>>()?;
    let Some(mailer) = platform::mailer(config) else {
        let text = "EMAIL_URL is not set, so no mail is sent. See .env.example.";
        return Err(CommandError::Failed(text.to_owned()));
    };
    let name = &config.site.name;
    let letter = MailContent {
        subject: format!("Test mail from {name}"),
        paragraphs: vec!["This mail shows that the site can send mail.".to_owned()],
        ..MailContent::default()
    };
    let url = platform::site_url(config);
    for to in &to {
        let message_id = &*mailer.new_message_id();
        let mail = Mail { to, reply_to: None, unsubscribe: None, message_id, letter: &letter };
        let sent = mailer.send(&mail, &url).await;
        sent.map_err(|err| CommandError::Failed(format!("{err}")))?;
        output::line(&format!("Sent to {}.", to.as_str()));
    }
    Ok(())
}
