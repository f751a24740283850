//! How the site is served.

use std::net::IpAddr;

use url::Url;

use super::reader::Reader;
use super::{AllowedHosts, SecretKey};

/// The web site's part of the configuration.
#[derive(Debug, Clone)]
pub struct SiteConfig {
    /// `HOST`: the address to listen on.
    pub host: IpAddr,
    /// `PORT`; 0 picks a free one.
    pub port: u16,
    /// `DEBUG`: development mode, in which the management endpoints are open to this machine.
    pub debug: bool,
    /// `SECRET_KEY`; `None` means that one is generated once and kept under `DATA_DIR`.
    pub secret_key: Option<SecretKey>,
    /// `ALLOWED_HOSTS`.
    pub allowed_hosts: AllowedHosts,
    /// `SITE_URL` without a trailing slash, for absolute links; `None` means `http://HOST:PORT`.
    pub site_url: Option<String>,
    /// `CACHE_API_TOKEN`.
    pub cache_api_token: Option<String>,
    /// `WORKERS`: threads that serve requests. More than there are cores only adds switching.
    pub workers: usize,
}

impl SiteConfig {
    pub(super) fn read(reader: &mut Reader<'_>, database_is_private: bool) -> Self {
        let host = read_host(reader);
        let debug = reader.boolean("DEBUG", database_is_private);
        if debug && !host.is_loopback() {
            let shown = if reader.text("DEBUG").is_some() {
                "true"
            } else {
                "true (the default without DATABASE_URL)"
            };
            reader.problem(
                "DEBUG",
                shown,
                format!(
                    "not allowed with HOST={host}, because development mode opens cache management; set \
                    DEBUG=false or HOST=127.0.0.1"
                ),
            );
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            host,
            port: reader.number("PORT", 8000, 0, u16::MAX, "port number"),
            debug,
            secret_key: read_secret_key(reader),
            allowed_hosts: read_allowed_hosts(reader),
            site_url: read_site_url(reader),
            cache_api_token: read_token(reader),
            workers: reader.number("WORKERS", cores, 1, 1024, "threads"),
        }
    }
}

fn read_host(reader: &mut Reader<'_>) -> IpAddr {
    let default = IpAddr::from([127, 0, 0, 1]);
    let Some(text) = reader.text("HOST") else {
        return default;
    };
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    match bare {
        "localhost" => default,
        _ => bare.parse().unwrap_or_else(|_| {
            reader.problem("HOST", &text, "must be an IP address, e.g. 127.0.0.1, 0.0.0.0 or ::1");
            default
        }),
    }
}

fn read_secret_key(reader: &mut Reader<'_>) -> Option<SecretKey> {
    let text = reader.text("SECRET_KEY")?;
    let key = SecretKey::new(text);
    if key.is_none() {
        let rule = format!("must be at least {} bytes long", SecretKey::MIN_BYTES);
        reader.secret_problem("SECRET_KEY", rule);
    }
    key
}

fn read_allowed_hosts(reader: &mut Reader<'_>) -> AllowedHosts {
    let text = reader.text("ALLOWED_HOSTS");
    let text = text.unwrap_or_else(|| "localhost,127.0.0.1,[::1]".to_owned());
    let parsed = AllowedHosts::parse(&text);
    parsed.unwrap_or_else(|item| {
        let rule = format!(
            "“{item}” is not a host name; separate host names, [IPv6] addresses or * by commas"
        );
        reader.problem("ALLOWED_HOSTS", &text, rule);
        AllowedHosts::parse("localhost").unwrap_or_else(|_| unreachable!("a constant that parses"))
    })
}

fn read_site_url(reader: &mut Reader<'_>) -> Option<String> {
    let text = reader.text("SITE_URL")?;
    let right = Url::parse(&text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.path() == "/"
            && url.username().is_empty()
    });
    if right.is_none() {
        let rule = "must be an origin such as https://homes.example, without a path or query";
        reader.problem("SITE_URL", &text, rule);
    }
    right.map(|url| url.as_str().trim_end_matches('/').to_owned())
}

fn read_token(reader: &mut Reader<'_>) -> Option<String> {
    let token = reader.text("CACHE_API_TOKEN")?;
    let visible = token.bytes().all(|b| b.is_ascii_graphic());
    if token.len() < 16 || !visible {
        let rule = "must be at least 16 visible ASCII characters";
        reader.secret_problem("CACHE_API_TOKEN", rule);
    }
    Some(token)
}
