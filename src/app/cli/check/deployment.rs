//! Problems of the configuration of a public site. Makes no request to a server.

use std::net::IpAddr;

use tokio_postgres::config::Host;

use super::finding::Finding;
use super::strength;
use crate::config::{
    CacheConfig, Config, DatabaseChoice, Listen, RedisAddress, RedisChoice, SiteConfig, SslMode,
};

/// Keys and tokens with less entropy than this (in bits) are reported.
const KEY_BITS: f64 = 100.0;
const TOKEN_BITS: f64 = 70.0;

pub(super) fn findings(config: &Config, rust_log: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(site(&config.site));
    findings.extend(addresses(&config.site));
    findings.extend(database(&config.database.choice));
    findings.extend(cache(&config.cache, &config.site));
    findings.extend(logging(rust_log));
    findings
}

fn site(site: &SiteConfig) -> Vec<Finding> {
    let mut findings = Vec::new();
    if site.debug {
        findings.push(Finding::new(
            "security.W018",
            "DEBUG is true: cache management is open to every client on this machine.",
            "Set DEBUG=false.",
        ));
    }
    match &site.secret_key {
        None => findings.push(Finding::new(
            "security.W009",
            "SECRET_KEY is not set: each DATA_DIR has its own key, so instances don't share sessions.",
            "Set SECRET_KEY to at least 32 random bytes, the same for every instance: openssl rand -hex 32",
        )),
        Some(key) if strength::bits(key.as_bytes()) < KEY_BITS => findings.push(Finding::new(
            "security.W023",
            "SECRET_KEY has few different characters or is repetitive. An attacker who guesses it can log in as \
            any user.",
            "Set SECRET_KEY to random bytes: openssl rand -hex 32",
        )),
        Some(_) => {}
    }
    match &site.cache_api_token {
        None => findings.push(Finding::new(
            "cache.I002",
            "CACHE_API_TOKEN is not set: scripts can't use cache management.",
            "Set CACHE_API_TOKEN to a random token of at least 16 characters, if scripts need it.",
        )),
        Some(token) if strength::bits(token.as_bytes()) < TOKEN_BITS => {
            findings.push(Finding::new(
                "security.W024",
                "CACHE_API_TOKEN is short, has few different characters or is repetitive.",
                "Set CACHE_API_TOKEN to random characters: openssl rand -hex 32",
            ));
        }
        Some(_) => {}
    }
    findings
}

fn addresses(site: &SiteConfig) -> Vec<Finding> {
    let mut findings = Vec::new();
    let hosts = &site.allowed_hosts;
    let name_them = "Set ALLOWED_HOSTS to the host names of the site.";
    if hosts.is_any() {
        let problem = "ALLOWED_HOSTS allows every host name.";
        findings.push(Finding::new("security.W020", problem, name_them));
    }
    if hosts.is_local() {
        let problem = "ALLOWED_HOSTS names only this machine.";
        findings.push(Finding::new("security.W021", problem, name_them));
    }
    let url = site.site_url.as_deref();
    if !url.is_some_and(|url| url.starts_with("https://")) {
        findings.push(Finding::new(
            "security.W012",
            "SITE_URL is not an https URL: cookies are sent without Secure, and links are wrong behind a proxy.",
            "Set SITE_URL to the site's public https origin, and configure the TLS proxy to redirect http and \
            to send Strict-Transport-Security.",
        ));
    }
    if let Some(url) = url.filter(|url| !hosts.allows_host_of(url)) {
        findings.push(Finding::new(
            "security.W022",
            format!(
                "ALLOWED_HOSTS does not contain the host of SITE_URL: links to {url} return 400."
            ),
            name_them,
        ));
    }
    if let Listen::Tcp(address) = &site.listen
        && address.ip().is_unspecified()
    {
        findings.push(Finding::new(
            "security.I001",
            format!(
                "HOST={}: the site is reachable from every network of this machine, without TLS.",
                address.ip()
            ),
            "Set HOST to an address that only the proxy can reach, or block the port in a firewall.",
        ));
    }
    findings
}

fn database(choice: &DatabaseChoice) -> Option<Finding> {
    let DatabaseChoice::Url(address) = choice else {
        return Some(Finding::new(
            "database.W001",
            "DATABASE_URL is not set: the site uses a private database without backups or replicas.",
            "Set DATABASE_URL to a PostgreSQL server that is backed up.",
        ));
    };
    let remote = address.hosts.iter().find_map(|host| match &host.host {
        Host::Tcp(name) if !is_loopback(name) => Some(name),
        _ => None,
    })?;
    let problem = match address.ssl_mode {
        SslMode::VerifyFull => return None,
        SslMode::Disable => format!("The connection to PostgreSQL on {remote} is not encrypted."),
        SslMode::Allow | SslMode::Prefer => {
            format!("The connection to PostgreSQL on {remote} may be unencrypted.")
        }
        SslMode::Require | SslMode::VerifyCa => format!(
            "The connection to PostgreSQL on {remote} is encrypted, but another server could pose as it."
        ),
    };
    Some(Finding::new(
        "database.I001",
        problem,
        "Add sslmode=verify-full and sslrootcert to DATABASE_URL, or use a private network.",
    ))
}

fn cache(cache: &CacheConfig, site: &SiteConfig) -> Vec<Finding> {
    let mut findings = Vec::new();
    let in_memory = cache.memory_bytes > 0;
    match &cache.redis {
        RedisChoice::Private => findings.push(Finding::new(
            "cache.W001",
            "REDIS_URL is not set: instances on other machines can't share the cache.",
            "Set REDIS_URL to a Redis server that all instances reach.",
        )),
        RedisChoice::Off if in_memory => findings.push(Finding::new(
            "cache.I001",
            "REDIS_URL=off: instances share no cache, and a restart begins with an empty cache.",
            "Set REDIS_URL to a Redis server that all instances reach.",
        )),
        RedisChoice::Off => findings.push(Finding::new(
            "cache.W002",
            "REDIS_URL=off and PAGE_CACHE_MEMORY_MB=0: nothing is cached.",
            "Set REDIS_URL to a Redis server, or PAGE_CACHE_MEMORY_MB to 64.",
        )),
        RedisChoice::Url(url) => findings.extend(remote_redis(url)),
    }
    let threads = site.workers;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if threads > cores * 4 {
        findings.push(Finding::new(
            "site.I001",
            format!("WORKERS={threads} on {cores} core(s): more threads than cores cost time."),
            "Leave WORKERS unset.",
        ));
    }
    findings
}

/// Problems of the connection to Redis on another machine.
fn remote_redis(address: &RedisAddress) -> Vec<Finding> {
    let Some(host) = address.hosts().find(|host| !host.is_empty() && !is_loopback(host)) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    if !address.is_encrypted() {
        findings.push(Finding::new(
            "cache.I003",
            format!("The connection to Redis on {host} is not encrypted."),
            "Use rediss:// in REDIS_URL, or a private network.",
        ));
    }
    if !address.has_password() {
        findings.push(Finding::new(
            "cache.W009",
            format!("Redis on {host} is used without a password: anyone who can reach it can change the pages \
            of the site."),
            "Set requirepass in Redis's configuration, and REDIS_URL=redis://:password@host:6379/0.",
        ));
    }
    findings
}

fn logging(rust_log: &str) -> Option<Finding> {
    let chatty = rust_log.split(',').any(|part| {
        let level = part.rsplit('=').next().unwrap_or_default().trim();
        let level = level.to_ascii_lowercase();
        level == "debug" || level == "trace"
    });
    chatty.then(|| {
        Finding::new(
            "logging.W001",
            format!(
                "RUST_LOG={} logs every request and more, which costs time and disk space.",
                rust_log.escape_debug()
            ),
            "Set RUST_LOG=info, or leave it unset.",
        )
    })
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
#[path = "deployment_tests.rs"]
mod tests;
