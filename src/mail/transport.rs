//! Delivers messages: to a server, into a folder, or to standard output.

use std::error::Error as _;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::config::{MailTransport, SmtpEncryption, SmtpServer};

/// The time limit of connecting.
const CONNECT: Duration = Duration::from_secs(10);
/// The time limit of sending a mail, from connecting to the server's answer after the content.
const SEND: Duration = Duration::from_secs(60);
/// Replies of a server that refuses the login (RFC 4954): the configuration is wrong, not the mail.
const LOGIN_REFUSED: [u16; 5] = [432, 530, 534, 535, 538];
/// The reply of a server that closes the connection (RFC 5321).
const CLOSING: u16 = 421;

/// Why a mail was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The server can't be reached or refuses the login: no mail can be sent.
    #[error("{0}")]
    Outage(String),
    /// This mail may succeed later.
    #[error("{0}")]
    Temporary(String),
    /// This mail will never succeed.
    #[error("{0}")]
    Permanent(String),
}

pub(super) enum Transport {
    Console,
    Folder(PathBuf),
    Smtp(Box<Smtp>),
}

/// A server, and its client, which is made on first use because that reads the system's certificates.
pub(super) struct Smtp {
    server: SmtpServer,
    client: OnceCell<AsyncSmtpTransport<Tokio1Executor>>,
}

impl Transport {
    pub(super) fn new(config: &MailTransport) -> Self {
        match config.clone() {
            MailTransport::Console => Self::Console,
            MailTransport::Folder(path) => Self::Folder(path),
            MailTransport::Smtp(server) => {
                Self::Smtp(Box::new(Smtp { server, client: OnceCell::new() }))
            }
        }
    }

    pub(super) async fn send(&self, message: Message, message_id: &str) -> Result<(), SendError> {
        match self {
            Self::Console => {
                print(&message.formatted()).map_err(|err| unwritten("standard output", &err))
            }
            Self::Folder(folder) => {
                let (folder, id) = (folder.clone(), message_id.to_owned());
                let written = tokio::task::spawn_blocking(move || {
                    write(&folder, &id, &message.formatted())
                        .map_err(|err| unwritten(&folder.display().to_string(), &err))
                });
                written.await.map_err(|err| SendError::Temporary(err.to_string()))?
            }
            Self::Smtp(smtp) => {
                let mut to = message.envelope().to().iter();
                let needs_utf8 = to.any(|to| !to.to_string().is_ascii());
                let sent = timeout(SEND, smtp.client().await?.send(message)).await;
                let late = |_| SendError::Temporary(smtp.says("did not answer in time"));
                sent.map_err(late)?.map_err(|err| smtp.sort(&err, needs_utf8)).map(drop)
            }
        }
    }

    pub(super) async fn check(&self) -> Result<(), SendError> {
        match self {
            Self::Console => Ok(()),
            Self::Folder(folder) => {
                let probe = tempfile::Builder::new();
                let tried =
                    std::fs::create_dir_all(folder).and_then(|()| probe.tempfile_in(folder));
                tried.map(drop).map_err(|err| unwritten(&folder.display().to_string(), &err))
            }
            Self::Smtp(smtp) => {
                let client = smtp.client().await?;
                let late = |_| SendError::Outage(smtp.says("did not answer in time"));
                match timeout(CONNECT, client.test_connection()).await.map_err(late)? {
                    Ok(true) => Ok(()),
                    Ok(false) => Err(SendError::Outage(smtp.says("refused the connection"))),
                    Err(err) => Err(smtp.sort(&err, false)),
                }
            }
        }
    }
}

impl Smtp {
    async fn client(&self) -> Result<&AsyncSmtpTransport<Tokio1Executor>, SendError> {
        self.client.get_or_try_init(async || self.connect_later()).await
    }

    fn connect_later(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, SendError> {
        let SmtpServer { host, port, encryption, login } = &self.server;
        let parameters = || {
            let made = TlsParameters::new(host.clone());
            made.map_err(|err| SendError::Outage(format!("no certificates can be used: {err}")))
        };
        let tls = match encryption {
            SmtpEncryption::Never => Tls::None,
            SmtpEncryption::IfOffered => Tls::Opportunistic(parameters()?),
            SmtpEncryption::StartTls => Tls::Required(parameters()?),
            SmtpEncryption::Tls => Tls::Wrapper(parameters()?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(*port)
            .timeout(Some(CONNECT))
            .tls(tls);
        if let Some((user, password)) = login {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(builder.build())
    }

    /// Classifies a failure by its effect on the mail. If the server refuses the login or every connection, the mail is
    /// not the reason.
    fn sort(&self, err: &Error, needs_utf8: bool) -> SendError {
        let code = err.status().map(u16::from);
        let text = match (code, err.source()) {
            (Some(code), Some(reply)) => self.says(&format!("answered {code} {reply}")),
            (_, Some(source)) => self.says(&format!("failed: {source}")),
            (_, None) => self.says(&format!("failed: {err}")),
        };
        match code {
            Some(code) if code == CLOSING || LOGIN_REFUSED.contains(&code) => {
                SendError::Outage(text)
            }
            Some(_) if err.is_permanent() => SendError::Permanent(text),
            // The server does not accept non-ASCII characters before the “@”.
            None if err.is_client() && needs_utf8 => SendError::Permanent(text),
            None if err.is_client() || err.is_tls() || err.is_timeout() || is_unreachable(err) => {
                SendError::Outage(text)
            }
            _ => SendError::Temporary(text),
        }
    }

    fn says(&self, what: &str) -> String {
        let SmtpServer { host, port, .. } = &self.server;
        format!("The mail server {host}:{port} {what}")
    }
}

/// Whether no connection could be made.
fn is_unreachable(err: &Error) -> bool {
    let mut next = err.source();
    while let Some(cause) = next {
        if let Some(err) = cause.downcast_ref::<io::Error>() {
            let is_lookup = err.to_string().contains("failed to lookup address");
            return is_lookup
                || matches!(
                    err.kind(),
                    ErrorKind::AddrNotAvailable
                        | ErrorKind::ConnectionRefused
                        | ErrorKind::HostUnreachable
                        | ErrorKind::NetworkUnreachable
                        | ErrorKind::NotFound
                        | ErrorKind::TimedOut
                );
        }
        next = cause.source();
    }
    false
}

fn unwritten(place: &str, err: &io::Error) -> SendError {
    SendError::Outage(format!("{place} can't be written to: {err}"))
}

fn print(message: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(message)?;
    out.write_all(b"\r\n------------------------------------------------------------\r\n")?;
    out.flush()
}

/// Writes a file that appears under its name only when it is complete. A retry writes the same file.
fn write(folder: &Path, message_id: &str, message: &[u8]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let name = message_id.trim_start_matches('<').split('@').next().unwrap_or_default();
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(message)?;
    file.persist(folder.join(format!("{name}.eml")))?;
    Ok(())
}
