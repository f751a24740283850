//! The address of PostgreSQL and how to connect, in libpq's terms.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use rustls::ClientConfig;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, LoadBalanceHosts};

use super::postgres_url::{Parameters, split};
use crate::tls::{self, Identity, Trusted, Verification};

/// The directories of local servers' sockets: Debian's, and PostgreSQL's default.
const SOCKETS: [&str; 2] = ["/var/run/postgresql", "/tmp"];
/// The default port.
const PORT: u16 = 5432;
/// Parameters of libpq that the site does not use.
const IGNORED: [&str; 7] = [
    "client_encoding",
    "fallback_application_name",
    "gssencmode",
    "gsslib",
    "krbsrvname",
    "sslcompression",
    "sslsni",
];

/// Which connections are encrypted (`sslmode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SslMode {
    /// None.
    Disable,
    /// Only if the server refuses unencrypted ones.
    Allow,
    /// If the server supports it.
    Prefer,
    /// All.
    Require,
    /// All, and the server's certificate is signed by a trusted authority.
    VerifyCa,
    /// All, and the certificate is also for the host.
    VerifyFull,
}

/// Which of several servers is used (`target_session_attrs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Any server.
    Any,
    /// A server that accepts writes.
    ReadWrite,
    /// A server that does not accept writes.
    ReadOnly,
    /// A server that is not a standby.
    Primary,
    /// A standby.
    Standby,
    /// A standby if there is one.
    PreferStandby,
}

const SSL_MODES: [(&str, SslMode); 6] = [
    ("disable", SslMode::Disable),
    ("allow", SslMode::Allow),
    ("prefer", SslMode::Prefer),
    ("require", SslMode::Require),
    ("verify-ca", SslMode::VerifyCa),
    ("verify-full", SslMode::VerifyFull),
];
const TARGETS: [(&str, Target); 6] = [
    ("any", Target::Any),
    ("read-write", Target::ReadWrite),
    ("read-only", Target::ReadOnly),
    ("primary", Target::Primary),
    ("standby", Target::Standby),
    ("prefer-standby", Target::PreferStandby),
];

/// One or more PostgreSQL servers, and how to connect to them.
#[derive(Clone)]
pub struct PostgresAddress {
    /// The servers; the first suitable one is used.
    pub hosts: Vec<PostgresHost>,
    /// Whether the servers are tried in random order.
    pub is_random: bool,
    /// Which connections are encrypted.
    pub ssl_mode: SslMode,
    /// Which servers are suitable.
    pub target: Target,
    /// The certificates.
    pub tls: Arc<ClientConfig>,
    /// The variable that the address was read from.
    pub variable: Option<&'static str>,
    pub(super) parameters: Parameters,
}

/// One of the servers.
#[derive(Clone)]
pub struct PostgresHost {
    /// Its name, or the directory of its socket.
    pub host: Host,
    /// Its port.
    pub port: u16,
    /// The driver's configuration for it, except encryption.
    pub config: Config,
}

impl fmt::Display for PostgresHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Tcp(name) => write!(f, "{name}, port {}", self.port),
            Host::Unix(path) => write!(f, "{}/.s.PGSQL.{}", path.display(), self.port),
        }
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresAddress(…)")
    }
}

impl PostgresAddress {
    /// Reads a URL or a list of `name=value`. `home` is the directory of libpq's own certificate files, if it exists.
    ///
    /// # Errors
    /// What is wrong and what is allowed, without the value, which contains a password.
    pub fn parse(text: &str, home: Option<&Path>) -> Result<Self, String> {
        let parameters = split(text)?;
        let ssl_mode = one_of(&parameters, "sslmode", &SSL_MODES)?;
        let target = one_of(&parameters, "target_session_attrs", &TARGETS)?.unwrap_or(Target::Any);
        let (ssl_mode, mut tls) = encryption(&parameters, ssl_mode, home)?;
        if last(&parameters, "sslnegotiation") == Some("direct") {
            tls.alpn_protocols = vec![b"postgresql".to_vec()];
        }
        let config = driver(&parameters)?;
        let is_random = config.get_load_balance_hosts() == LoadBalanceHosts::Random;
        let hosts = hosts(&config, &parameters)?;
        Ok(Self {
            hosts,
            is_random,
            ssl_mode,
            target,
            tls: Arc::new(tls),
            variable: None,
            parameters,
        })
    }

    /// The value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        last(&self.parameters, name)
    }
}

/// A server without encryption, such as a private one on its socket.
impl From<Config> for PostgresAddress {
    fn from(config: Config) -> Self {
        let host = config.get_hosts().first().cloned().unwrap_or(Host::Tcp(String::new()));
        let name = match &host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        };
        let known =
            [("host", Some(&*name)), ("user", config.get_user()), ("dbname", config.get_dbname())];
        let known = known.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let tls = tls::client(Verification::None, &Trusted::Nothing, None);
        Self {
            is_random: false,
            ssl_mode: SslMode::Disable,
            target: Target::Any,
            tls: Arc::new(tls.expect("it needs no file")),
            variable: None,
            parameters: known.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            hosts: vec![PostgresHost {
                host,
                port: config.get_ports().first().copied().unwrap_or(PORT),
                config,
            }],
        }
    }
}

impl FromStr for PostgresAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text, None)
    }
}

fn last<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    let found = parameters.iter().rev().find(|(other, _)| other == name);
    found.map(|(_, value)| &**value).filter(|value| !value.is_empty())
}

fn one_of<T: Copy>(
    parameters: &Parameters,
    name: &str,
    allowed: &[(&str, T)],
) -> Result<Option<T>, String> {
    let Some(value) = last(parameters, name) else {
        return Ok(None);
    };
    let found = allowed.iter().find(|(other, _)| *other == value);
    let names = || allowed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let (_, found) =
        found.ok_or_else(|| format!("must have one of these as {name}: {}", names()))?;
    Ok(Some(*found))
}

/// The certificates as libpq uses them: <https://www.postgresql.org/docs/current/libpq-ssl.html>.
fn encryption(
    parameters: &Parameters,
    mode: Option<SslMode>,
    home: Option<&Path>,
) -> Result<(SslMode, ClientConfig), String> {
    let in_home = |name: &str| home.map(|home| home.join(".postgresql").join(name));
    let file = |parameter: &str, default: &str| match last(parameters, parameter) {
        Some(name) => Some(PathBuf::from(name)),
        None => in_home(default).filter(|file| file.is_file()),
    };
    let is_system = last(parameters, "sslrootcert") == Some("system");
    let default = if is_system { SslMode::VerifyFull } else { SslMode::Prefer };
    let mode = mode.unwrap_or(default);
    let client = |verification, trusted: &Trusted, identity: Option<&Identity>| {
        tls::client(verification, trusted, identity).map_err(|err| format!("can't be used: {err}"))
    };
    if mode == SslMode::Disable {
        return Ok((mode, client(Verification::None, &Trusted::Nothing, None)?));
    }
    let trusted = match file("sslrootcert", "root.crt") {
        _ if is_system && mode != SslMode::VerifyFull => {
            return Err("must have sslmode=verify-full with sslrootcert=system".to_owned());
        }
        Some(_) if is_system => Trusted::System,
        Some(file) => Trusted::File(file),
        None => Trusted::Nothing,
    };
    let verification = match (mode, &trusted) {
        (SslMode::VerifyCa | SslMode::VerifyFull, Trusted::Nothing) => {
            return Err("must name the file of the trusted authority in sslrootcert, \
                or have sslrootcert=system with sslmode=verify-full"
                .to_owned());
        }
        (SslMode::VerifyFull, _) => Verification::Host,
        (_, Trusted::Nothing) => Verification::None,
        _ => Verification::Authority,
    };
    let identity = match (file("sslcert", "postgresql.crt"), file("sslkey", "postgresql.key")) {
        (Some(certificate), Some(key)) => Some(Identity { certificate, key }),
        (Some(_), None) => return Err("must have sslkey with sslcert".to_owned()),
        (None, _) => None,
    };
    Ok((mode, client(verification, &trusted, identity.as_ref())?))
}

/// Reads the parameters that the driver knows.
fn driver(parameters: &Parameters) -> Result<Config, String> {
    const READ_HERE: [&str; 8] = [
        "host",
        "hostaddr",
        "port",
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "target_session_attrs",
    ];
    let mut text = String::new();
    for (name, value) in parameters {
        let name = match &**name {
            name if READ_HERE.contains(&name) || IGNORED.contains(&name) => continue,
            "keepalives_count" => "keepalives_retries",
            name => name,
        };
        let quoted = value.replace('\\', r"\\").replace('\'', r"\'");
        text.push_str(&format!("{name}='{quoted}' "));
    }
    let config = text.parse::<Config>();
    config.map_err(|err| match std::error::Error::source(&err) {
        Some(cause) => format!("can't be used: {cause}"),
        None => format!("can't be used: {err}"),
    })
}

/// The hosts, each with the common configuration.
fn hosts(common: &Config, parameters: &Parameters) -> Result<Vec<PostgresHost>, String> {
    let list = |name| last(parameters, name).map(|text| text.split(',').collect::<Vec<_>>());
    let (names, addresses) = (list("host"), list("hostaddr"));
    let count = names.as_ref().or(addresses.as_ref()).map_or(1, Vec::len);
    let ports = list("port").unwrap_or_default();
    if ports.len() > 1 && ports.len() != count {
        return Err(format!("must have one port or as many as hosts, {count}"));
    }
    if addresses.as_ref().is_some_and(|addresses| addresses.len() != count) {
        return Err("must have as many of hostaddr as of host".to_owned());
    }
    let mut hosts = Vec::new();
    for at in 0..count {
        let port = match ports.get(at).or(ports.first()).copied().unwrap_or_default() {
            "" => PORT,
            port => match port.parse() {
                Ok(port) if port > 0 => port,
                _ => return Err("must have whole numbers from 1 to 65535 as ports".to_owned()),
            },
        };
        let mut common = common.clone();
        common.port(port);
        let address = addresses.as_ref().map_or("", |addresses| addresses[at]);
        let name = names.as_ref().map_or("", |names| names[at]);
        if !address.is_empty() {
            let address: IpAddr =
                address.parse().map_err(|_| "must have IP addresses as hostaddr")?;
            common.hostaddr(address);
        }
        let names = match (name, address) {
            ("", "") => &SOCKETS[..],
            ("", address) => &[address],
            (name, _) => &[name],
        };
        for name in names {
            let mut config = common.clone();
            config.host(*name);
            let host = config.get_hosts()[0].clone();
            hosts.push(PostgresHost { host, port, config });
        }
    }
    Ok(hosts)
}
