//! The address of Redis: one server, the master that sentinels name, or a cluster.

use std::fs;
use std::path::PathBuf;

use deadpool_redis::redis::{
    Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _,
    RedisConnectionInfo, TlsCertificates,
};
use percent_encoding::percent_decode_str;

use crate::tls;

/// How the server is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedisServers {
    /// The named server is used.
    One,
    /// The named servers are sentinels, which know the master of this name.
    Sentinels(String),
    /// The named servers are nodes of a cluster.
    Cluster,
}

/// One or more servers, and how to connect to them.
#[derive(Clone)]
pub struct RedisAddress {
    /// How the server is found.
    pub servers: RedisServers,
    /// The servers that are named.
    pub named: Vec<ConnectionInfo>,
    /// The user, the database and the certificates.
    account: ConnectionInfo,
    url: String,
}

const FORMS: &str = "must look like redis://user:password@host:6379/0, rediss://host, redis+unix:///path, \
    redis+sentinel://host:26379,host/master/0 or redis+cluster://host:6379,host; or be “off”";
const PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;

/// The site's own parameters in a URL's query.
#[derive(Default)]
struct Own {
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    sentinel: RedisConnectionInfo,
    /// The other parameters of the query.
    rest: String,
}

impl RedisAddress {
    /// Reads a URL. `authority` is the file of a certificate authority that is trusted instead of the system's.
    ///
    /// # Errors
    /// What is wrong and what is allowed, without the value, which may contain a password.
    pub fn parse(text: &str, authority: Option<&str>) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").ok_or(FORMS)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let own = own(query)?;
        let certificates = certificates(authority, &own)?;
        let (scheme, kind) = scheme.split_once('+').unwrap_or((scheme, ""));
        let (servers, named, account) = match kind {
            "sentinel" | "cluster" => {
                let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
                let (account, hosts) = match authority.rsplit_once('@') {
                    Some((account, hosts)) => (format!("{account}@"), hosts),
                    None => (String::new(), authority),
                };
                let (master, database) = match kind {
                    "sentinel" => path.split_once('/').unwrap_or((path, "")),
                    _ => ("", path),
                };
                let master = percent_decode_str(master).decode_utf8().map_err(|_| FORMS)?;
                let servers = match kind {
                    "sentinel" if master.is_empty() => {
                        let form = "redis+sentinel://host:26379,host/master/0";
                        return Err(format!("must name the master after the sentinels: {form}"));
                    }
                    "sentinel" => RedisServers::Sentinels(master.into_owned()),
                    _ if !matches!(database, "" | "0") => {
                        return Err("must have no database but 0, because a cluster has no other"
                            .to_owned());
                    }
                    _ => RedisServers::Cluster,
                };
                let url = format!("{scheme}://{account}host/{database}");
                let account = info(&url, certificates.as_ref())?;
                let port = if kind == "sentinel" { SENTINEL_PORT } else { PORT };
                let named: Result<Vec<_>, _> = hosts
                    .split(',')
                    .map(|host| {
                        let (host, port) = host_and_port(host, port)?;
                        let named = at(&account, &host, port);
                        Ok::<_, String>(match servers {
                            RedisServers::Sentinels(_) => {
                                named.set_redis_settings(own.sentinel.clone())
                            }
                            _ => named,
                        })
                    })
                    .collect();
                (servers, named?, account)
            }
            _ => {
                let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
                let info = info(&format!("{scheme}://{rest}{}", own.rest), certificates.as_ref())?;
                (RedisServers::One, vec![info.clone()], info)
            }
        };
        Ok(Self { servers, named, account, url: text.to_owned() })
    }

    /// The URL as it was configured, with the password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The Redis user that the site logs in as.
    pub fn user(&self) -> &str {
        self.account.redis_settings().username().unwrap_or("default")
    }

    /// Whether a password is sent.
    pub fn has_password(&self) -> bool {
        self.account.redis_settings().password().is_some_and(|password| !password.is_empty())
    }

    /// Whether connections are encrypted.
    pub fn is_encrypted(&self) -> bool {
        matches!(self.account.addr(), ConnectionAddr::TcpTls { .. })
    }

    /// The connection to a server that another one has named.
    pub fn at(&self, host: &str, port: u16) -> ConnectionInfo {
        at(&self.account, host, port)
    }

    /// The host names; a socket has none.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.named.iter().filter_map(|info| match info.addr() {
            ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. } => Some(&**host),
            _ => None,
        })
    }

    /// The URL without passwords.
    pub fn shown(&self) -> String {
        let (scheme, rest) = self.url.split_once("://").unwrap_or_default();
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let authority = match authority.rsplit_once('@') {
            None => authority.to_owned(),
            Some((account, hosts)) => match account.split_once(':') {
                None => authority.to_owned(),
                Some((user, _)) => format!("{user}:hidden@{hosts}"),
            },
        };
        let query = if query.is_empty() { "" } else { "?(hidden)" };
        format!("{scheme}://{authority}{path}{query}")
    }
}

impl std::fmt::Debug for RedisAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedisAddress(…)")
    }
}

fn info(url: &str, certificates: Option<&TlsCertificates>) -> Result<ConnectionInfo, String> {
    let info = url.into_connection_info().map_err(|_| FORMS)?;
    match (info.addr(), certificates) {
        (ConnectionAddr::TcpTls { .. }, Some(certificates)) => {
            tls::install();
            let client = Client::build_with_tls(info, certificates.clone());
            let client =
                client.map_err(|err| format!("has certificates that can't be used: {err}"))?;
            Ok(client.get_connection_info().clone())
        }
        (ConnectionAddr::TcpTls { .. }, None) => {
            tls::install();
            Ok(info)
        }
        (_, Some(_)) => {
            Err("must begin with rediss:// where REDIS_CA, sslcert or sslkey is set".to_owned())
        }
        (_, None) => Ok(info),
    }
}

fn at(account: &ConnectionInfo, host: &str, port: u16) -> ConnectionInfo {
    let host = host.to_owned();
    account.clone().set_addr(match account.addr() {
        ConnectionAddr::TcpTls { insecure, tls_params, .. } => ConnectionAddr::TcpTls {
            host,
            port,
            insecure: *insecure,
            tls_params: tls_params.clone(),
        },
        _ => ConnectionAddr::Tcp(host, port),
    })
}

fn certificates(authority: Option<&str>, own: &Own) -> Result<Option<TlsCertificates>, String> {
    let read = |file: &PathBuf| {
        fs::read(file).map_err(|err| format!("the file {} can't be read: {err}", file.display()))
    };
    let root_cert = authority.map(|file| read(&PathBuf::from(file))).transpose()?;
    let client_tls = match (&own.certificate, &own.key) {
        (Some(certificate), Some(key)) => {
            Some(ClientTlsConfig { client_cert: read(certificate)?, client_key: read(key)? })
        }
        (None, None) => None,
        _ => return Err("must have both sslcert and sslkey, or neither".to_owned()),
    };
    let any = root_cert.is_some() || client_tls.is_some();
    Ok(any.then_some(TlsCertificates { client_tls, root_cert }))
}

fn own(query: &str) -> Result<Own, String> {
    let mut own = Own::default();
    let mut rest = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_decode_str(value).decode_utf8().map_err(|_| FORMS)?;
        match name {
            "sslcert" => own.certificate = Some(PathBuf::from(&*value)),
            "sslkey" => own.key = Some(PathBuf::from(&*value)),
            "sentinel_user" => own.sentinel = own.sentinel.set_username(value),
            "sentinel_password" => own.sentinel = own.sentinel.set_password(value),
            _ => rest.push(pair),
        }
    }
    if !rest.is_empty() {
        own.rest = format!("?{}", rest.join("&"));
    }
    Ok(own)
}

/// Reads `host`, `host:port`, `[::1]` or `[::1]:port`.
fn host_and_port(text: &str, default: u16) -> Result<(String, u16), String> {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let port = port.map_or(Some(default), |port| port.parse().ok().filter(|port| *port > 0));
    match port {
        Some(port) if !host.is_empty() => Ok((host.to_owned(), port)),
        _ => Err(FORMS.to_owned()),
    }
}
