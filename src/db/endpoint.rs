//! Connects to the database server: chooses among several hosts, with or without TLS, as libpq does.
//!
//! **Invariant:** every connection to the site's database is opened here.

use std::fmt;
use std::time::Duration;

use rand::seq::SliceRandom as _;
use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode as Encryption};
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Connection, Error, SimpleQueryMessage, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::DbError;
use super::error::describe;
use crate::config::{PostgresAddress, SslMode, Target};
use crate::tls;

/// The time limit of all attempts to connect together, unless the address has a limit for each.
const CONNECT: Duration = Duration::from_secs(3);

/// A client, and its connection that runs the protocol.
pub(super) type Opened = (Client, Connection<Socket, Stream>);
type Stream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// The TLS connector.
#[derive(Clone)]
pub(super) struct Tls(pub(super) MakeRustlsConnect);

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// How to connect.
#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    address: PostgresAddress,
    pub(super) tls: Tls,
    /// The time limit for each host.
    each: Duration,
    /// The time limit for all hosts.
    pub(super) all: Duration,
}

/// Why a host can't be used.
enum Failure {
    /// Another host may work.
    Here(String),
    /// The server refused the account, so no other host is tried.
    Everywhere(String),
    /// The server accepts no more connections.
    Full(String),
}

impl Endpoint {
    /// The way to an address, with connections that a function configures.
    pub(super) fn new(mut address: PostgresAddress, set_up: impl Fn(&mut Config)) -> Self {
        let count = u32::try_from(address.hosts.len()).unwrap_or(u32::MAX).max(1);
        let given = address.hosts.first().and_then(|host| host.config.get_connect_timeout());
        let each = given.copied().unwrap_or(CONNECT / count);
        for host in &mut address.hosts {
            set_up(host.config.connect_timeout(each));
        }
        let tls = Tls(MakeRustlsConnect::new(address.tls.as_ref().clone()));
        Self { address, tls, each, all: CONNECT.max(each * count) }
    }

    /// The same way, for connections with their own name in `pg_stat_activity`.
    pub(super) fn named(&self, name: &str) -> Self {
        let mut endpoint = self.clone();
        for host in &mut endpoint.address.hosts {
            host.config.application_name(name);
        }
        endpoint
    }

    /// Connects to the first usable host, and runs statements that set up the session.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] with the reason for each host.
    pub(super) async fn open(&self, settings: &str) -> Result<Opened, DbError> {
        let mut hosts: Vec<_> = self.address.hosts.iter().collect();
        if self.address.is_random {
            hosts.shuffle(&mut rand::rng());
        }
        let wanted: &[Target] = match &self.address.target {
            Target::PreferStandby => &[Target::Standby, Target::Any],
            target => std::slice::from_ref(target),
        };
        let mut failures = Vec::new();
        for wanted in wanted {
            failures.clear();
            for host in &hosts {
                let attempt = self.open_at(&host.host, &host.config, *wanted, settings);
                let late = |_| Err(Failure::Here("it does not answer in time".to_owned()));
                match timeout(self.each, attempt).await.unwrap_or_else(late) {
                    Ok(opened) => return Ok(opened),
                    Err(Failure::Here(reason)) => failures.push(format!("{host}: {reason}")),
                    Err(Failure::Everywhere(reason)) => {
                        return Err(self.unavailable(&format!("{host}: {reason}")));
                    }
                    Err(Failure::Full(reason)) => {
                        return Err(DbError::Full(format!("{host}: {reason}")));
                    }
                }
            }
        }
        Err(self.unavailable(&failures.join("; ")))
    }

    fn unavailable(&self, reason: &str) -> DbError {
        DbError::Unavailable(match self.address.variable {
            Some(variable) => format!("{reason} ({variable})"),
            None => reason.to_owned(),
        })
    }

    async fn open_at(
        &self,
        host: &Host,
        config: &Config,
        wanted: Target,
        settings: &str,
    ) -> Result<Opened, Failure> {
        let (client, mut connection) = self.connect(host, config).await?;
        let of_session = match wanted {
            Target::Any => "",
            _ => "SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on';",
        };
        let failed = |err: Error| Failure::Here(describe(&err));
        let set_up = [of_session, settings].concat();
        let said = tokio::select! {
            said = client.simple_query(&set_up) => said.map_err(failed)?,
            ended = &mut connection => {
                ended.map_err(failed)?;
                return Err(Failure::Here("the connection was closed".to_owned()));
            }
        };
        let row = said.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let is = |at| row.is_some_and(|row| row.get(at) == Some("t"));
        let (standby, read_only) = (|| is(0), || is(1));
        let unfit = match wanted {
            Target::ReadWrite if read_only() => "it takes no writes",
            Target::ReadOnly if !read_only() => "it takes writes",
            Target::Primary if standby() => "it is a standby",
            Target::Standby if !standby() => "it is not a standby",
            _ => return Ok((client, connection)),
        };
        Err(Failure::Here(unfit.to_owned()))
    }

    /// Connects with or without TLS, then the other way if the mode allows both.
    async fn connect(&self, host: &Host, config: &Config) -> Result<Opened, Failure> {
        let attempts: &[Encryption] = match (host, self.address.ssl_mode) {
            // There is no network to protect.
            (Host::Unix(_), _) | (_, SslMode::Disable) => &[Encryption::Disable],
            (_, SslMode::Allow) => &[Encryption::Disable, Encryption::Require],
            (_, SslMode::Prefer) => &[Encryption::Prefer, Encryption::Disable],
            (_, SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull) => {
                &[Encryption::Require]
            }
        };
        let mut reasons: Vec<String> = Vec::new();
        let mut is_final = false;
        for mode in attempts {
            let attempt = config.clone().ssl_mode(*mode).connect(self.tls.0.clone()).await;
            let err = match attempt {
                Ok(opened) => return Ok(opened),
                Err(err) => err,
            };
            let reason = describe(&err);
            if is_full(&err) {
                return Err(Failure::Full(reason));
            }
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
            // A server that is starting, stopping or recovering says so; another one may be up.
            let refused = err.code().is_some_and(|code| *code != SqlState::CANNOT_CONNECT_NOW);
            is_final |= refused;
            if !refused && tls::reason(&err).is_none() {
                break;
            }
        }
        let reason = reasons.join("; ");
        Err(if is_final { Failure::Everywhere(reason) } else { Failure::Here(reason) })
    }
}

/// Whether a server accepts no more connections. A pooler forwards the server's message under its own code.
fn is_full(err: &Error) -> bool {
    let of_pooler = ["no more connections allowed", "too many clients", "too many connections"];
    err.as_db_error().is_some_and(|db| {
        *db.code() == SqlState::TOO_MANY_CONNECTIONS
            || *db.code() == SqlState::PROTOCOL_VIOLATION
                && of_pooler.iter().any(|text| db.message().contains(text))
    })
}
