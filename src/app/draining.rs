//! The end of a site on SIGTERM or Ctrl-C, so that no client notices it.
//!
//! 1. The instance is not ready, and serves for `DRAIN_SECONDS`: load balancers send their requests elsewhere.
//! 2. Responses carry `Connection: close`: clients leave by themselves.
//! 3. No new connection begins, and those that have begun are accepted. Then new ones are refused.
//! 4. Idle connections are closed, and requests in flight finish.
//!
//! A second signal skips the waiting: only requests in flight are finished. A third one ends the program at once.

use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::time::{sleep, timeout};

use super::listener::Closer;
use super::servers::Ending;
use super::stop::Stop;
use crate::services::Services;

/// How long clients have to leave by themselves.
const LEAVING: Duration = Duration::from_millis(500);
/// How long it takes at most until connections that have begun are accepted.
const ACCEPTING: Duration = Duration::from_millis(100);
/// How long it takes at most until the thread that accepts connections has paused.
const PAUSING: Duration = Duration::from_millis(2);
/// How long it takes at most until the workers read from every connection that was accepted.
const READING: Duration = Duration::from_millis(100);

/// A site's parts that are ended in steps.
pub(crate) struct Draining {
    pub(super) services: Services,
    pub(super) server: ServerHandle,
    pub(super) closer: Closer,
    pub(super) servers: Ending,
    /// `DRAIN_SECONDS`.
    pub(super) unready: Duration,
}

impl Draining {
    /// Ends the site when the program is asked to stop.
    pub(crate) async fn when_asked(self, stop: Stop) {
        stop.asked().await;
        let Self { services, server, closer, servers, unready } = self;
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
            // The second signal ends every wait.
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
        closer.hold_off();
        sleep(ACCEPTING).await;
        server.pause().await;
        sleep(PAUSING).await;
        closer.refuse();
        sleep(READING).await;
        server.stop(true).await;
    }
}
