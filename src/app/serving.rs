//! The HTTP server on a listener.
//!
//! It is put together from actix's parts, because actix-web's own server gives no access to the sockets of its clients, which
//! are to be cut off when they are too slow ([`TimedStream`]).

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol};
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::App;
use actix_web::dev::{AppConfig, Server, ServiceFactory};
use actix_web::middleware::from_fn;
use actix_web::rt::net::{TcpStream, UnixStream};
use rustix::process::{Resource, getrlimit};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};

use super::listener::{Listener, Socket};
use super::patient::TimedStream;
use super::platform::Platform;
use crate::config::{Listen, Patience};
use crate::http::{self, Site};
use crate::services::{LoopbackAddress, Services};

/// How long requests in flight may take to finish when the site stops, in seconds. The private servers end after that,
/// and service managers often kill a site 10 s after they asked it to stop.
const SHUTDOWN_SECONDS: u64 = 6;
/// Files that the process needs besides its clients' connections: to PostgreSQL and Redis, photos, logs.
const OWN_FILES: u64 = 256;
/// The most connections of clients.
const MAX_CONNECTIONS: u64 = 32 * 1024;
/// How many bytes the system takes of a response beyond what the client is ready for. With more, what a slow client reads
/// becomes known too late.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 128 * 1024;

/// A server of a site on a listener, which may be another than the one that the site's links name.
pub(in crate::app) fn serve(
    platform: &Platform,
    listener: impl Into<Listener>,
    site: Site,
) -> io::Result<Server> {
    let listener = listener.into();
    let (services, config) = (platform.services.clone(), &platform.config.site);
    let (workers, patience) = (config.workers, config.patience);
    platform.loopback.listens_on(match listener.address()? {
        Listen::Tcp(address) => LoopbackAddress::Tcp(address),
        Listen::Unix(path) => LoopbackAddress::Unix(path),
    });
    let open_files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let builder = Server::build()
        .workers(workers)
        .max_concurrent_connections(connections(open_files, workers))
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals();
    let ending = builder.graceful_shutdown_signal();
    let ended = move || {
        let ending = ending.clone();
        async move { ending.notified().await }
    };
    let builder = match listener.socket {
        Socket::Tcp(listener) => builder.listen("site", listener, move || {
            fn_service(|stream: TcpStream| async move {
                let peer = stream.peer_addr().ok();
                // Otherwise the end of a response could wait until the client acknowledges what comes before.
                let _ = stream.set_nodelay(true);
                hold_little(&stream);
                Ok((stream, peer))
            })
            .and_then(answering(&services, &site, (patience, reset), ended.clone()))
        })?,
        Socket::Unix(listener) => {
            builder.listen_uds("site", listener, move || {
                fn_service(|stream: UnixStream| async move { Ok((stream, None)) })
                    .and_then(answering(&services, &site, (patience, |_| {}), ended.clone()))
            })?
        }
    };
    Ok(builder.run())
}

/// How many connections each worker has at most, for a number of files that the process may open.
fn connections(open_files: u64, workers: usize) -> usize {
    let all = open_files.saturating_sub(OWN_FILES).clamp(64, MAX_CONNECTIONS);
    usize::try_from(all).unwrap_or(usize::MAX).div_ceil(workers.max(1))
}

/// Keeps the part of a response small that the system has taken and the client has not. Where that fails, slow clients are
/// only noticed later.
fn hold_little(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    let _ = SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES);
}

/// Has the system forget a connection when it is closed, instead of sending what it holds for as long as the client likes.
fn reset(stream: &TcpStream) {
    // Where that fails, the client gets a little more.
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

/// What answers the requests of accepted connections.
fn answering<S, E, F>(
    services: &Services,
    site: &Site,
    (patience, cut): (Patience, fn(&S)),
    ended: E,
) -> impl ServiceFactory<
    (S, Option<SocketAddr>),
    Config = (),
    Response = (),
    Error = DispatchError,
    InitError = (),
> + use<S, E, F>
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
    E: Fn() -> F + 'static,
    F: Future<Output = ()> + 'static,
{
    let (services, site) = (services.clone(), site.clone());
    let app = App::new()
        .configure(|config| http::configure(config, &services, &site))
        .wrap(from_fn(http::error_pages))
        .wrap(from_fn(http::request_id))
        .wrap(http::Lane);
    let app = app.into_factory().map_err(|err: actix_web::Error| err.error_response());
    let service = HttpService::build()
        .graceful_shutdown_signal(ended)
        .client_request_timeout(patience.head)
        .client_disconnect_timeout(Duration::from_secs(1))
        .on_connect_ext(|stream: &TimedStream<S>, data| {
            data.insert(stream.progress());
        })
        .finish(map_config(app, |()| AppConfig::default()));
    let patient = move |(stream, peer)| async move {
        Ok((TimedStream::new(stream, cut, patience), Protocol::Http1, peer))
    };
    fn_service(patient).and_then(service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_everything_else() {
        assert_eq!(connections(1024, 1), 768);
        assert_eq!(connections(1024, 4), 192);
        assert_eq!(connections(100, 1), 64);
        assert_eq!(connections(u64::MAX, 2), 16 * 1024);
    }
}
