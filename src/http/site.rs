//! The settings that handlers and middleware need.

use std::net::SocketAddr;

use actix_web::cookie::Key;
use actix_web::dev::ServiceRequest;
use actix_web::http::header;

use crate::config::{AllowedHosts, Listen, Patience, SecretKey, SiteConfig, TrustedProxies};

/// The site's URL, hosts, proxies and keys.
#[derive(Clone)]
pub struct Site {
    /// The origin of absolute links, without a trailing slash.
    pub url: String,
    /// Whether the site is in development mode.
    pub debug: bool,
    /// The host names that it answers to.
    pub allowed_hosts: AllowedHosts,
    /// The proxies that are trusted to report a client's address.
    pub trusted_proxies: TrustedProxies,
    /// The bearer token of the management endpoints.
    pub cache_api_token: Option<String>,
    /// The key that signs and encrypts cookies.
    pub cookie_key: Key,
    /// How long slow clients are waited for.
    pub patience: Patience,
}

impl Site {
    /// The settings of a site, whose address is `listening`.
    pub fn new(config: &SiteConfig, secret: &SecretKey, listening: &Listen) -> Self {
        Self {
            url: Self::origin(config, listening),
            debug: config.debug,
            allowed_hosts: config.allowed_hosts.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
            cache_api_token: config.cache_api_token.clone(),
            cookie_key: Key::derive_from(secret.as_bytes()),
            patience: config.patience,
        }
    }

    /// The origin of absolute links: `SITE_URL`, or else the address on which the site listens.
    pub fn origin(config: &SiteConfig, listening: &Listen) -> String {
        let own = || match listening {
            Listen::Tcp(address) => {
                let ip = match &config.listen {
                    Listen::Tcp(configured) => configured.ip(),
                    Listen::Unix(_) => address.ip(),
                };
                format!("http://{}", SocketAddr::new(ip, address.port()))
            }
            Listen::Unix(_) => "http://localhost".to_owned(),
        };
        config.site_url.clone().unwrap_or_else(own)
    }

    /// Whether clients reach the site by HTTPS.
    pub fn is_https(&self) -> bool {
        self.url.starts_with("https://")
    }

    /// Whether a request names one of the site's hosts.
    pub(super) fn is_named_by(&self, request: &ServiceRequest) -> bool {
        let host = request.headers().get(header::HOST);
        let host = host.and_then(|value| value.to_str().ok());
        // An absolute request target overrides the header (RFC 9112, section 3.2.2).
        let target = request.uri().authority();
        let host = target.map(|authority| authority.as_str()).or(host);
        host.is_some_and(|host| self.allowed_hosts.allows(host))
    }
}
