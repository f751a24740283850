//! How the site reaches itself, for load tests and warming: over the loopback interface, as any reader would.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, HOST, HeaderMap, HeaderValue};

use super::ServiceError;

/// The address that the server listens on, and a host name that it answers to.
#[derive(Clone, Default)]
pub struct Loopback {
    address: Arc<OnceLock<SocketAddr>>,
    host: String,
}

/// A client of the site.
pub(super) struct LoopbackClient {
    client: reqwest::Client,
    origin: String,
}

impl Loopback {
    /// A way to a server that will answer to a host name.
    pub fn new(host: &str) -> Self {
        Self {
            address: Arc::default(),
            host: host.to_owned(),
        }
    }

    /// Notes the address, once the server listens.
    pub fn listens_on(&self, address: SocketAddr) {
        // A second server in one process would be a test's; the first stays.
        let _ = self.address.set(address);
    }

    /// A client; `None` while the server doesn't listen.
    pub(super) fn client(&self) -> Result<Option<LoopbackClient>, ServiceError> {
        let Some(address) = self.address.get() else {
            return Ok(None);
        };
        let ip = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        let mut headers = HeaderMap::new();
        let host = HeaderValue::from_str(&self.host);
        headers.insert(HOST, host.unwrap_or(HeaderValue::from_static("localhost")));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("br, gzip"));
        let client = reqwest::Client::builder()
            .default_headers(headers)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .build()?;
        let origin = format!("http://{}", SocketAddr::new(ip, address.port()));
        Ok(Some(LoopbackClient { client, origin }))
    }
}

impl LoopbackClient {
    /// Gets a path; returns which level answered it with 200, `collapsed` if it waited for another request's load,
    /// `computed` if it was loaded for it, and `None` for anything else.
    pub(super) async fn get(&self, path: &str) -> Option<&'static str> {
        let response = self
            .client
            .get(format!("{}{path}", self.origin))
            .send()
            .await
            .ok()?;
        let status = response.status();
        let cache_status = response.headers().get("cache-status").cloned();
        response.bytes().await.ok()?;
        if status != reqwest::StatusCode::OK {
            return None;
        }
        let cache_status = cache_status
            .as_ref()
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        Some(answered_by(cache_status))
    }
}

/// The level that answered, from `Cache-Status`.
fn answered_by(cache_status: &str) -> &'static str {
    let levels = ["page-memory", "page-redis", "queryset"];
    let hit = levels
        .into_iter()
        .find(|level| cache_status.contains(&format!("{level}; hit")));
    // A page that was computed may be made of queries that were waited for.
    let pages = cache_status
        .split(", ")
        .filter(|member| member.starts_with("page-"));
    let collapsed = pages
        .into_iter()
        .any(|member| member.contains("; collapsed"));
    hit.unwrap_or(if collapsed { "collapsed" } else { "computed" })
}

#[cfg(test)]
mod tests {
    use super::answered_by;

    #[test]
    fn who_waited_for_a_load_is_told_from_who_loaded() {
        for (cache_status, want) in [
            ("page-memory; hit; ttl=712", "page-memory"),
            (
                "queryset; hit, page-redis; fwd=uri-miss; stored",
                "queryset",
            ),
            (
                "queryset; fwd=uri-miss; stored, page-redis; fwd=uri-miss; stored",
                "computed",
            ),
            (
                "queryset; fwd=uri-miss; collapsed, page-redis; fwd=uri-miss; stored",
                "computed",
            ),
            ("page-redis; fwd=uri-miss; collapsed", "collapsed"),
            ("page-redis; fwd=bypass", "computed"),
        ] {
            assert_eq!(answered_by(cache_status), want, "{cache_status}");
        }
    }
}
