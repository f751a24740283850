//! Requests of the site to itself, for load tests and warming: over the loopback interface, like other clients.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::UnixStream;
use tower_service::Service;

/// The time limit of a request of the site to itself.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The address that the server listens on.
#[derive(Debug, Clone)]
pub enum Address {
    /// An IP address and a port.
    Tcp(SocketAddr),
    /// A Unix socket.
    Unix(PathBuf),
}

/// The address that the server listens on, and a host name that it answers to.
#[derive(Clone, Default)]
pub struct Loopback {
    address: Arc<OnceLock<Address>>,
    host: String,
}

/// A client of the site.
pub(super) struct LoopbackClient {
    client: Connected,
    origin: String,
    host: String,
}

/// The client for a kind of connection.
enum Connected {
    Tcp(Client<HttpConnector, Empty<Bytes>>),
    Unix(Client<SocketConnector, Empty<Bytes>>),
}

/// Connects to a Unix socket, regardless of the URL.
#[derive(Clone)]
struct SocketConnector(PathBuf);

impl Service<hyper::Uri> for SocketConnector {
    type Response = TokioIo<UnixStream>;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: hyper::Uri) -> Self::Future {
        let path = self.0.clone();
        Box::pin(async move { UnixStream::connect(path).await.map(TokioIo::new) })
    }
}

/// The address for connecting to a listener; for one on every address, the loopback address.
fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

impl Loopback {
    /// The loopback of a server that answers to this host name.
    pub fn new(host: &str) -> Self {
        Self { address: Arc::default(), host: host.to_owned() }
    }

    /// Sets the address, once the server listens.
    pub fn listens_on(&self, address: Address) {
        // Only a test has a second server in one process; the first one stays.
        let _ = self.address.set(address);
    }

    /// The address of the server for people; `None` before it listens.
    pub(super) fn place(&self) -> Option<String> {
        Some(match self.address.get()? {
            Address::Tcp(address) => format!(":{}", address.port()),
            Address::Unix(path) => format!(" {}", path.display()),
        })
    }

    /// A client; `None` before the server listens.
    pub(super) fn client(&self) -> Option<LoopbackClient> {
        let address = self.address.get()?;
        let builder = Client::builder(TokioExecutor::new());
        let (client, origin) = match address {
            Address::Tcp(address) => {
                let mut connector = HttpConnector::new();
                connector.set_nodelay(true);
                let address = SocketAddr::new(reachable(address.ip()), address.port());
                (Connected::Tcp(builder.build(connector)), format!("http://{address}"))
            }
            Address::Unix(path) => {
                let connector = SocketConnector(path.clone());
                (Connected::Unix(builder.build(connector)), "http://localhost".to_owned())
            }
        };
        Some(LoopbackClient { client, origin, host: self.host.clone() })
    }
}

impl LoopbackClient {
    /// Requests a path. Returns the level that answered with 200, `collapsed` if the request waited for another one's
    /// load, or `computed` if the page was loaded for it; `None` for any other status or a failure.
    pub(super) async fn get(&self, path: &str) -> Option<&'static str> {
        let request = hyper::Request::get(format!("{}{path}", self.origin))
            .header("host", &self.host)
            .header("accept-encoding", "br, gzip")
            .body(Empty::new())
            .ok()?;
        let exchange = async {
            let response = match &self.client {
                Connected::Tcp(client) => client.request(request).await,
                Connected::Unix(client) => client.request(request).await,
            };
            let (head, body) = response.ok()?.into_parts();
            body.collect().await.ok()?;
            (head.status == hyper::StatusCode::OK).then_some(head.headers)
        };
        let headers = tokio::time::timeout(TIMEOUT, exchange).await.ok()??;
        let cache_status = headers.get("cache-status");
        let cache_status = cache_status.and_then(|value| value.to_str().ok());
        Some(answered_by(cache_status.unwrap_or_default()))
    }
}

/// The level that answered, from `Cache-Status`.
fn answered_by(cache_status: &str) -> &'static str {
    let levels = ["page-memory", "page-redis", "queryset"];
    let hit = levels.into_iter().find(|level| cache_status.contains(&format!("{level}; hit")));
    // A computed page may be made of queries that were waited for.
    let pages = cache_status.split(", ").filter(|member| member.starts_with("page-"));
    let collapsed = pages.into_iter().any(|member| member.contains("; collapsed"));
    hit.unwrap_or(if collapsed { "collapsed" } else { "computed" })
}

#[cfg(test)]
mod tests {
    use super::answered_by;

    #[test]
    fn who_waited_for_a_load_is_told_from_who_loaded() {
        for (cache_status, want) in [
            ("page-memory; hit; ttl=712", "page-memory"),
            ("queryset; hit, page-redis; fwd=uri-miss; stored", "queryset"),
            ("queryset; fwd=uri-miss; stored, page-redis; fwd=uri-miss; stored", "computed"),
            ("queryset; fwd=uri-miss; collapsed, page-redis; fwd=uri-miss; stored", "computed"),
            ("page-redis; fwd=uri-miss; collapsed", "collapsed"),
            ("page-redis; fwd=bypass", "computed"),
        ] {
            assert_eq!(answered_by(cache_status), want, "{cache_status}");
        }
    }
}
