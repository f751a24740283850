//! How the site is served.

use std::time::Duration;

use chrono_tz::Tz;
use iso_currency::Currency;
use url::{Host, Url};

use super::reader::Reader;
use super::{AllowedHosts, Listen, Patience, SecretKey, TrustedProxies};

/// The web site's part of the configuration.
#[derive(Debug, Clone)]
pub struct SiteConfig {
    /// `HOST` and `PORT`: where to listen.
    pub listen: Listen,
    /// `DEBUG`: development mode, in which the management endpoints are open to clients on this machine.
    pub debug: bool,
    /// `SECRET_KEY`; `None` means that a key is generated once and stored in `DATA_DIR`.
    pub secret_key: Option<SecretKey>,
    /// `ALLOWED_HOSTS`.
    pub allowed_hosts: AllowedHosts,
    /// `SITE_URL` without a trailing slash, for absolute links; `None` means `http://HOST:PORT`.
    pub site_url: Option<String>,
    /// `SITE_NAME`: the agency's name in the page header, titles, feeds and mails.
    pub name: String,
    /// `TRUSTED_PROXIES`: the proxies that are trusted to report a client's address.
    pub trusted_proxies: TrustedProxies,
    /// `CONTACT_EMAIL`.
    pub contact_email: Option<String>,
    /// `CONTACT_PHONE`.
    pub contact_phone: Option<String>,
    /// `CURRENCY`; `None` means that prices are plain numbers.
    pub currency: Option<Currency>,
    /// `AREA_UNIT`: whether areas are in square feet.
    pub area_in_feet: bool,
    /// `TIME_ZONE`: whose clocks dates are shown by, and mails are sent by.
    pub time_zone: Tz,
    /// `LOG_FORMAT`.
    pub log_format: LogFormat,
    /// `CACHE_API_TOKEN`.
    pub cache_api_token: Option<String>,
    /// `WORKERS`: the number of threads that serve requests. More threads than cores only add switching.
    pub workers: usize,
    /// `DRAIN_SECONDS`: how long the instance serves after SIGTERM while it is not ready. If it is too short, a load
    /// balancer still sends requests when the instance stops; if it is too long, a restart takes longer than the
    /// service manager waits.
    pub drain: Duration,
    /// How long slow clients are waited for.
    pub patience: Patience,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people: `[time LEVEL module] message`.
    Text,
    /// For programs: one JSON object per line.
    Json,
}

impl LogFormat {
    /// Its value in `LOG_FORMAT`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }

    fn read(reader: &mut Reader<'_>) -> Self {
        let text = reader.text("LOG_FORMAT").unwrap_or_else(|| Self::Text.name().to_owned());
        let known = [Self::Text, Self::Json].into_iter().find(|format| format.name() == text);
        known.unwrap_or_else(|| {
            reader.problem("LOG_FORMAT", &text, "must be text or json");
            Self::Text
        })
    }
}

impl SiteConfig {
    pub(super) fn read(reader: &mut Reader<'_>, database_is_private: bool) -> Self {
        let listen = Listen::read(reader);
        let debug = reader.boolean("DEBUG", database_is_private);
        let (allowed_hosts, site_url) = (read_allowed_hosts(reader), read_site_url(reader));
        let public = match &site_url {
            _ if !listen.is_local() => {
                Some((format!("HOST={}", listen.host()), " or HOST=127.0.0.1"))
            }
            Some(url) if !is_url_of_this_machine(url) => Some((format!("SITE_URL={url}"), "")),
            _ if !allowed_hosts.is_local() => Some((format!("ALLOWED_HOSTS={allowed_hosts}"), "")),
            _ => None,
        };
        if let (true, Some((public, or))) = (debug, public) {
            let shown = match reader.text("DEBUG") {
                Some(_) => "true",
                None => "true (the default without DATABASE_URL)",
            };
            let rule = format!(
                "not allowed with {public}, because development mode opens cache management; set DEBUG=false{or}"
            );
            reader.problem("DEBUG", shown, rule);
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            listen,
            debug,
            secret_key: read_secret_key(reader),
            allowed_hosts,
            site_url,
            name: read_name(reader),
            log_format: LogFormat::read(reader),
            trusted_proxies: read_trusted_proxies(reader),
            contact_email: read_line(reader, "CONTACT_EMAIL", 254),
            contact_phone: read_line(reader, "CONTACT_PHONE", 40),
            currency: read_currency(reader),
            area_in_feet: read_area_unit(reader),
            time_zone: read_time_zone(reader),
            cache_api_token: read_token(reader),
            workers: reader.number("WORKERS", cores, 1, 1024, "threads"),
            drain: Duration::from_secs(reader.number("DRAIN_SECONDS", 0, 0, 3600, "seconds")),
            patience: Patience::USUAL,
        }
    }
}

/// A text without line breaks.
fn read_line(reader: &mut Reader<'_>, name: &str, most: usize) -> Option<String> {
    let text = reader.text(name)?;
    let is_email = name != "CONTACT_EMAIL"
        || text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
    if text.chars().count() > most || text.chars().any(char::is_control) {
        reader.problem(name, &text, format!("must be one line of at most {most} characters"));
    } else if !is_email || (name == "CONTACT_EMAIL" && text.contains(char::is_whitespace)) {
        reader.problem(name, &text, "must be an email address, such as office@homes.example");
    }
    Some(text)
}

fn read_currency(reader: &mut Reader<'_>) -> Option<Currency> {
    let text = reader.text("CURRENCY")?;
    let currency = Currency::from_code(&text);
    if currency.is_none() {
        reader.problem("CURRENCY", &text, "must be a code of ISO 4217, such as GBP, EUR or USD");
    }
    currency
}

fn read_area_unit(reader: &mut Reader<'_>) -> bool {
    let text = reader.text("AREA_UNIT").unwrap_or_else(|| "m2".to_owned());
    if !["m2", "ft2"].contains(&&*text) {
        reader.problem("AREA_UNIT", &text, "must be m2 or ft2");
    }
    text == "ft2"
}

/// Whether a URL names this machine.
fn is_url_of_this_machine(url: &str) -> bool {
    match Url::parse(url).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn read_trusted_proxies(reader: &mut Reader<'_>) -> TrustedProxies {
    let text = reader.text("TRUSTED_PROXIES").unwrap_or_default();
    TrustedProxies::parse(&text).unwrap_or_else(|item| {
        let rule = format!(
            "“{item}” is not an IP address or network; separate addresses, networks such as 10.0.0.0/8, and unix: by commas"
        );
        reader.problem("TRUSTED_PROXIES", &text, rule);
        TrustedProxies::default()
    })
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

fn read_time_zone(reader: &mut Reader<'_>) -> Tz {
    let Some(text) = reader.text("TIME_ZONE") else {
        return Tz::UTC;
    };
    text.parse().unwrap_or_else(|_| {
        let rule = "must be a name of the IANA time zone database, such as Europe/London or UTC";
        reader.problem("TIME_ZONE", &text, rule);
        Tz::UTC
    })
}

fn read_name(reader: &mut Reader<'_>) -> String {
    let name = reader.text("SITE_NAME").unwrap_or_else(|| "Property Listings".to_owned());
    if name.chars().count() > 100 || name.chars().any(char::is_control) {
        reader.problem("SITE_NAME", &name, "must be 1 to 100 characters on one line");
    }
    name
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
