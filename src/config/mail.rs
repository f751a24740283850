//! How mail is sent, and its addresses.

use std::fmt;
use std::path::PathBuf;

use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::reader::Reader;

/// Mail's part of the configuration.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// `EMAIL_URL`; `None` means that no mail is sent.
    pub transport: Option<MailTransport>,
    /// `DEFAULT_FROM_EMAIL`.
    pub from: Option<Mailbox>,
    /// `ENQUIRY_EMAIL`: the recipient of enquiries; without it they are only in the inbox.
    pub enquiry_to: Option<Mailbox>,
    /// `ENQUIRY_RETENTION_DAYS`: when enquiries are deleted; 0 keeps them for ever. If it is too low, staff lose
    /// enquiries that they have not answered; if it is too high, personal data is kept longer than needed.
    pub enquiry_retention_days: u16,
}

/// The destination of mail.
#[derive(Debug, Clone)]
pub enum MailTransport {
    /// `console:`: standard output.
    Console,
    /// `file:///folder`: a file for each mail.
    Folder(PathBuf),
    /// `smtp://` or `smtps://`: a server.
    Smtp(SmtpServer),
}

/// An SMTP server.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub encryption: SmtpEncryption,
    /// The user name and password.
    pub login: Option<(String, String)>,
}

/// How a connection to an SMTP server is encrypted. The server's certificate is always checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpEncryption {
    /// Not encrypted.
    Never,
    /// With STARTTLS, if the server offers it.
    IfOffered,
    /// With STARTTLS; without it no mail is sent.
    StartTls,
    /// With TLS from the beginning.
    Tls,
}

/// The hosts to which a password may be sent without encryption.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
const FORMS: &str = "must be smtp://user:password@host:port, smtps://user:password@host:port, file:///folder or console:";

impl MailConfig {
    pub(super) fn read(reader: &mut Reader<'_>, debug: bool) -> Self {
        let transport = match reader.text("EMAIL_URL") {
            None => debug.then_some(MailTransport::Console),
            Some(text) => match MailTransport::parse(&text) {
                Ok(transport) => Some(transport),
                Err(problem) => {
                    reader.secret_problem("EMAIL_URL", problem);
                    None
                }
            },
        };
        let days = "days; 0 keeps enquiries for ever";
        Self {
            transport,
            from: reader.mailbox("DEFAULT_FROM_EMAIL"),
            enquiry_to: reader.mailbox("ENQUIRY_EMAIL"),
            enquiry_retention_days: reader.number("ENQUIRY_RETENTION_DAYS", 365, 0, 36_500, days),
        }
    }
}

impl MailTransport {
    /// Reads `EMAIL_URL`.
    ///
    /// # Errors
    /// What is wrong and what is allowed, without the value, which contains a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        if matches!(text, "console:" | "console://") {
            return Ok(Self::Console);
        }
        let url = Url::parse(text).map_err(|err| format!("{FORMS} ({err})"))?;
        match url.scheme() {
            "file" => {
                let path = url.to_file_path().ok().filter(|path| {
                    let shown = path.to_string_lossy();
                    text.starts_with("file:///") && !shown.contains(char::is_control)
                });
                path.map(Self::Folder).ok_or_else(|| FORMS.to_owned())
            }
            "smtp" | "smtps" => SmtpServer::parse(&url).map(Self::Smtp),
            _ => Err(FORMS.to_owned()),
        }
    }

    /// The value without the password.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Console => "console:".to_owned(),
            Self::Folder(path) => format!("file://{}", path.display()),
            Self::Smtp(SmtpServer { host, port, encryption, login }) => {
                let scheme = if *encryption == SmtpEncryption::Tls { "smtps" } else { "smtp" };
                let login =
                    login.as_ref().map_or(String::new(), |(user, _)| format!("{user}:(hidden)@"));
                format!("{scheme}://{login}{host}:{port}")
            }
        }
    }
}

impl SmtpServer {
    fn parse(url: &Url) -> Result<Self, String> {
        let is_tls = url.scheme() == "smtps";
        let decoded = |text: &str, what: &str| {
            let text = percent_decode_str(text).decode_utf8();
            let text = text.map_err(|_| format!("must be valid UTF-8 in the {what}"))?;
            match text.chars().any(char::is_control) {
                true => Err(format!("has a control character in the {what}")),
                false => Ok(text.into_owned()),
            }
        };
        let host = decoded(url.host_str().unwrap_or_default(), "host")?;
        let host = match Host::parse(&host) {
            Ok(Host::Domain(name)) => name,
            Ok(Host::Ipv4(address)) => address.to_string(),
            Ok(Host::Ipv6(address)) => address.to_string(),
            Err(_) => return Err(FORMS.to_owned()),
        };
        let login = match (decoded(url.username(), "user name")?, url.password()) {
            (user, None) if user.is_empty() => None,
            (user, Some(password)) if !user.is_empty() => {
                Some((user, decoded(password, "password")?))
            }
            _ => return Err("must have both a user name and a password, or neither".to_owned()),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(
                "must have nothing after the port except ?tls=required or ?tls=never".to_owned()
            );
        }
        let is_secret = login.is_some() && !LOOPBACK.contains(&&*host);
        let encryption = match (url.query(), is_tls) {
            (None, true) => SmtpEncryption::Tls,
            (None, false) if is_secret => SmtpEncryption::StartTls,
            (None, false) => SmtpEncryption::IfOffered,
            (Some("tls=required"), false) => SmtpEncryption::StartTls,
            (Some("tls=never"), false) => SmtpEncryption::Never,
            (Some(_), true) => return Err("must have nothing after the port".to_owned()),
            (Some(_), false) => {
                return Err("must have nothing after the port except ?tls=required or ?tls=never"
                    .to_owned());
            }
        };
        let default = match (is_tls, login.is_some()) {
            (true, _) => 465,
            (false, true) => 587,
            (false, false) => 25,
        };
        Ok(Self { host, port: url.port().unwrap_or(default), encryption, login })
    }
}

impl fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpServer({}:{}, {:?})", self.host, self.port, self.encryption)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(text: &str) -> SmtpServer {
        match MailTransport::parse(text) {
            Ok(MailTransport::Smtp(server)) => server,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_password_leaves_this_machine_only_encrypted() {
        for (text, port, encryption) in [
            ("smtp://mail.example", 25, SmtpEncryption::IfOffered),
            ("smtp://ann:x@mail.example", 587, SmtpEncryption::StartTls),
            ("smtp://ann:x@localhost:25", 25, SmtpEncryption::IfOffered),
            ("smtp://ann:x@[::1]:2525", 2525, SmtpEncryption::IfOffered),
            ("smtp://ann:x@mail.example/?tls=never", 587, SmtpEncryption::Never),
            ("smtp://mail.example?tls=required", 25, SmtpEncryption::StartTls),
            ("smtps://ann:x@mail.example", 465, SmtpEncryption::Tls),
        ] {
            let server = smtp(text);
            assert_eq!((server.port, server.encryption), (port, encryption), "{text}");
        }
        let server = smtp("smtp://ann%40homes.example:p%3A%2F%40@mäil.example");
        let login = ("ann@homes.example".to_owned(), "p:/@".to_owned());
        assert_eq!((&*server.host, server.login), ("xn--mil-qla.example", Some(login)));
    }

    #[test]
    fn anything_else_is_refused_without_the_password() {
        for text in [
            "",
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp:///x",
            "smtp://ann@mail.example",
            "smtp://:hunter2@mail.example",
            "smtp://ann:hunter2@mail.example/inbox",
            "smtp://ann:hunter2@mail.example?ssl=1",
            "smtps://ann:hunter2@mail.example?tls=never",
            "smtp://ann:hunter2@mail.example:99999",
            "smtp://ann:hunter2%0a@mail.example",
            "file:folder.txt/..%00",
            "console:x",
        ] {
            let err = match MailTransport::parse(text) {
                Err(err) => err,
                Ok(other) => panic!("{text}: {other:?}"),
            };
            assert!(!err.contains("hunter2"), "{err}");
        }
        assert!(matches!(MailTransport::parse("file:///var/mails"), Ok(MailTransport::Folder(_))));
    }
}
