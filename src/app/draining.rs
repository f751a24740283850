//! Ends a site on SIGTERM or Ctrl-C so that no client notices.
//!
//! 1. The instance reports that it is not ready, and serves for `DRAIN_SECONDS`: load balancers send their requests
//!    elsewhere.
//! 2. Responses carry `Connection: close`, so clients disconnect.
//! 3. New connections are refused, after connections that had begun have been accepted.
//! 4. Idle connections are closed, and requests in flight are finished.
//!
//! A second signal skips the waiting: only requests in flight are finished. A third signal ends the program at once.

use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::time::{sleep, timeout};

use super::listener::ListenerShutdown;
use super::servers::Ending;
use super::stop::Stop;
use crate::services::Services;

/// How long clients have to disconnect.
const LEAVING: Duration = Duration::from_millis(500);
/// How long accepting connections that have begun may take.
const ACCEPTING: Duration = Duration::from_millis(100);
/// How long pausing the thread that accepts connections may take.
const PAUSING: Duration = Duration::from_millis(2);
/// How long the workers may take to read from every accepted connection.
const READING: Duration = Duration::from_millis(100);

/// The parts of a site that are ended in steps.
pub(crate) struct Draining {
    pub(super) services: Services,
    pub(super) server: ServerHandle,
    pub(super) shutdown: ListenerShutdown,
    pub(super) servers: Ending,
    /// `DRAIN_SECONDS`.
    pub(super) unready: Duration,
}

impl Draining {
    /// Ends the site when the program is asked to stop.
    pub(crate) async fn when_asked(self, stop: Stop) {
        stop.asked().await;
        let Self { services, server, shutdown, servers, unready } = self;
        tokio::spawn({
            let stop = stop.clone();
            async move {
                stop.asked_times(3).await;
                log::warn!("ending at once, because of a third signal");
                servers.run().await;
                std::process::exit(130);
            }
        });
        let wait = async |time| {
            // A second signal ends every wait.
            let _ = timeout(time, stop.asked_twice()).await;
        };
        services.drain.begin();
        if !unready.is_zero() {
            log::info!("not ready; serving for {} s before it stops", unready.as_secs());
            wait(unready).await;
        }
        services.drain.close_connections();
        if !unready.is_zero() {
            wait(LEAVING).await;
        }
        log::info!("stopping after the requests in progress");
        services.streams.end();
        shutdown.drop_new_connections();
        sleep(ACCEPTING).await;
        server.pause().await;
        sleep(PAUSING).await;
        shutdown.refuse();
        sleep(READING).await;
        server.stop(true).await;
    }
}
