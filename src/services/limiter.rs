//! A limit on how many requests do expensive work at once.
//!
//! **Invariant:** the number of requests at work, of those that wait, and the time that each waits are bounded, in all
//! and for each client: one client can't use up the permits of the others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::{Result, ServiceError};
use crate::db::Database;
use crate::domain::network_of;

/// The limits of a kind of work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// How many at once.
    pub(super) at_once: usize,
    /// How many of one client at once.
    pub(super) of_client: usize,
    /// How many may be at work or wait for it. Of one client, half as many.
    pub(super) in_line: usize,
    /// How long each waits.
    pub(super) patience: Duration,
}

impl Bounds {
    /// As many pages as the database may work on. The line is long, because a refused client that asks again at once takes
    /// more of the processors than one that waits; each waits for less than a statement may take.
    pub(super) fn of_pages(database: &Database) -> Self {
        let at_once = database.expensive_at_once();
        let patience = Duration::from_secs(2);
        Self { at_once, of_client: at_once.div_ceil(2), in_line: 256, patience }
    }

    /// Attempts to log in that are counted at once, each with a connection of staff: one of these is left for readiness and
    /// pages. Attempts from one address wait for each other, so more of them at once would only hold connections.
    pub(super) fn of_logins() -> Self {
        Self { at_once: 3, of_client: 2, in_line: 128, patience: Duration::from_secs(3) }
    }
}

/// Gives the permits out; cheap to clone.
#[derive(Debug, Clone)]
pub struct Limiter(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bounds: Bounds,
    permits: Arc<Semaphore>,
    /// Only clients that are in line.
    clients: Mutex<HashMap<String, Client>>,
    admitted: AtomicU64,
    /// By [`Refused`].
    refused: [AtomicU64; 3],
}

#[derive(Debug)]
struct Client {
    permits: Arc<Semaphore>,
    in_line: usize,
}

/// Why there was no permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    /// The client has its share of the line already.
    Client,
    /// The line is full.
    Line,
    /// The permit did not come in time.
    Late,
}

/// A permit, which lasts until it is dropped.
#[derive(Debug)]
pub struct Permit {
    _permit: OwnedSemaphorePermit,
    _of_client: OwnedSemaphorePermit,
    _place: Place,
}

/// The figures of a kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimiterReport {
    /// How many requests may be at work at once.
    pub limit: usize,
    /// How many are at work.
    pub running: usize,
    /// How many wait.
    pub waiting: usize,
    /// How many got a permit.
    pub admitted: u64,
    /// How many were refused, by the reason.
    pub refused: [(&'static str, u64); 3],
}

impl Limiter {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self(Arc::new(Inner {
            bounds,
            permits: Arc::new(Semaphore::new(bounds.at_once)),
            clients: Mutex::default(),
            admitted: AtomicU64::new(0),
            refused: Default::default(),
        }))
    }

    /// A permit for a client's request, when it comes. An IPv6 network counts as one client.
    ///
    /// # Errors
    /// [`ServiceError::Busy`] where too many wait, or the permit does not come in time.
    pub async fn take(&self, client: Option<IpAddr>) -> Result<Permit> {
        self.take_as(client.map(network_of).unwrap_or_default()).await
    }

    pub(super) async fn take_as(&self, client: String) -> Result<Permit> {
        let waited = match self.line_up(client) {
            Ok((place, of_client)) => {
                let permits = self.0.permits.clone();
                let waiting = async {
                    let _of_client = of_client.acquire_owned().await.ok()?;
                    Some(Permit {
                        _permit: permits.acquire_owned().await.ok()?,
                        _of_client,
                        _place: place,
                    })
                };
                let waited = timeout(self.0.bounds.patience, waiting).await;
                waited.ok().flatten().ok_or(Refused::Late)
            }
            Err(refused) => Err(refused),
        };
        match &waited {
            Ok(_) => self.0.admitted.fetch_add(1, Relaxed),
            Err(refused) => self.0.refused[*refused as usize].fetch_add(1, Relaxed),
        };
        waited.map_err(|_| ServiceError::Busy)
    }

    fn line_up(&self, client: String) -> Result<(Place, Arc<Semaphore>), Refused> {
        let Bounds { of_client, in_line, .. } = self.0.bounds;
        let mut clients = self.0.clients();
        if clients.values().map(|client| client.in_line).sum::<usize>() >= in_line {
            return Err(Refused::Line);
        }
        let entry = clients
            .entry(client.clone())
            .or_insert_with(|| Client { permits: Arc::new(Semaphore::new(of_client)), in_line: 0 });
        if entry.in_line >= in_line.div_ceil(2) {
            return Err(Refused::Client);
        }
        entry.in_line += 1;
        Ok((Place { of: self.0.clone(), client }, entry.permits.clone()))
    }

    /// The figures now.
    pub fn report(&self) -> LimiterReport {
        let Inner { bounds, permits, admitted, refused, .. } = &*self.0;
        let in_line: usize = self.0.clients().values().map(|client| client.in_line).sum();
        let running = bounds.at_once - permits.available_permits().min(bounds.at_once);
        let [client, line, late] = refused.each_ref().map(|count| count.load(Relaxed));
        LimiterReport {
            limit: bounds.at_once,
            running,
            waiting: in_line.saturating_sub(running),
            admitted: admitted.load(Relaxed),
            refused: [("client", client), ("line", line), ("late", late)],
        }
    }
}

impl Inner {
    fn clients(&self) -> MutexGuard<'_, HashMap<String, Client>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the line, for as long as the request is at work or waits.
#[derive(Debug)]
struct Place {
    of: Arc<Inner>,
    client: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut clients = self.of.clients();
        if let Some(client) = clients.get_mut(&self.client) {
            client.in_line -= 1;
            if client.in_line == 0 {
                clients.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use futures_util::future::join_all;

    use super::*;

    fn permits(at_once: usize, in_line: usize) -> Limiter {
        let patience = Duration::from_millis(50);
        Limiter::new(Bounds { at_once, of_client: at_once.div_ceil(2), in_line, patience })
    }

    fn now(permits: &Limiter, client: &str) -> bool {
        match permits.take(client.parse().ok()).now_or_never() {
            Some(permit) => {
                // It is kept.
                std::mem::forget(permit.expect("there is room in line"));
                true
            }
            None => false,
        }
    }

    #[tokio::test]
    async fn a_client_has_half_of_the_permits_and_another_one_gets_the_rest() {
        let permits = permits(4, 100);
        let taken = ["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2"];
        let taken = taken.map(|client| now(&permits, client));
        assert_eq!(taken, [true, true, false, true, true]);
    }

    #[tokio::test]
    async fn addresses_of_a_network_are_one_client() {
        let permits = permits(4, 100);
        let taken =
            ["2001:db8::1", "2001:db8::2", "2001:db8::3"].map(|client| now(&permits, client));
        assert_eq!(taken, [true, true, false]);
    }

    #[tokio::test]
    async fn a_permit_that_ends_is_the_next_ones() {
        let permits = permits(1, 10);
        let first = permits.take_as("a".to_owned()).await.expect("free");
        let second = permits.take_as("b".to_owned());
        drop(first);
        drop(second.await.expect("free again"));
        let LimiterReport { running, waiting, admitted, .. } = permits.report();
        assert_eq!((running, waiting, admitted), (0, 0, 2));
        assert!(permits.0.clients().is_empty());
    }

    #[tokio::test]
    async fn a_full_line_refuses_at_once_and_a_wait_ends() {
        let permits = permits(1, 4);
        let _first = permits.take_as("a".to_owned()).await.expect("free");
        let clients = ["a", "a", "b", "b", "c"].map(|client| permits.take_as(client.to_owned()));
        let refused = join_all(clients).await;
        assert!(refused.iter().all(|permit| matches!(permit, Err(ServiceError::Busy))));
        assert_eq!(permits.report().refused, [("client", 1), ("line", 1), ("late", 3)]);
        assert_eq!(permits.report().running, 1);
    }
}
