//! A pool of connections for one class of work, with its queue.
//!
//! **Invariant:** if the server accepts no more connections, work waits for the connections that the lane has; the lane
//! grows again when the server allows it.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Hook, HookError, Object, PoolError};
use deadpool_postgres::ClientWrapper;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use super::DbError;
use super::connecting::{CHECK, Connector, spawn};
use super::watch::Shared;

/// How long a request waits for a free or a new connection before it is refused.
const WAIT: Duration = Duration::from_secs(3);
/// How many requests may wait for each connection; further requests are refused at once.
const QUEUE_PER_CONNECTION: usize = 16;
/// An idle connection is checked after this time: the network may have dropped it.
const UNUSED: Duration = Duration::from_secs(30);
/// How long to wait before a full server is asked for a connection again.
const FULL: Duration = Duration::from_secs(1);

type Pool = deadpool::managed::Pool<Connector>;

/// The connections of a class of work.
pub(super) struct Lane {
    name: &'static str,
    pool: Pool,
    shared: Arc<Shared>,
    /// One permit per connection that the lane may have: fewer while the server accepts no more.
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// The number of requests that are taking a connection from the pool, which may have to open one.
    trying: AtomicUsize,
    /// When and why the server last refused a connection.
    refused: Mutex<Option<(Instant, String)>>,
}

/// A connection of a lane. The turn is released after the connection is returned, so the order of the fields matters.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) object: Object<Connector>,
    _turn: OwnedSemaphorePermit,
}

/// The state of a pool at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolReport {
    /// Its name.
    pub name: &'static str,
    /// The maximum number of connections.
    pub most: usize,
    /// Connections that are open.
    pub open: usize,
    /// Open connections that are not in use.
    pub idle: usize,
    /// The number of requests that wait for a connection.
    pub waiting: usize,
}

impl Lane {
    /// A lane of at most this many connections; none is open yet.
    pub(super) fn new(
        name: &'static str,
        size: usize,
        connector: Connector,
        shared: Shared,
    ) -> Result<Self, DbError> {
        let check_unused = Hook::async_fn(|client: &mut ClientWrapper, metrics| {
            Box::pin(async move {
                if metrics.last_used() < UNUSED {
                    return Ok(());
                }
                let check = timeout(CHECK, client.simple_query(""));
                match check.await {
                    Ok(Ok(_)) => Ok(()),
                    _ => Err(HookError::message("the connection is lost")),
                }
            })
        });
        let create_timeout = connector.endpoint.all;
        let pool = Pool::builder(connector)
            .max_size(size)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(create_timeout))
            .pre_recycle(check_unused)
            .runtime(Runtime::Tokio1)
            .build();
        let pool = pool.map_err(|err| DbError::Configuration(err.to_string()))?;
        let turns = Arc::new(Semaphore::new(size));
        Ok(Self {
            name,
            pool,
            shared: Arc::new(shared),
            turns,
            waiting: AtomicUsize::new(0),
            trying: AtomicUsize::new(0),
            refused: Mutex::default(),
        })
    }

    /// Waits for a connection.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] if none becomes free, too many requests wait, or the server can't be reached;
    /// [`DbError::Full`] if the lane has none and the server accepts no more.
    pub(super) async fn held(&self) -> Result<Held, DbError> {
        timeout(WAIT, self.wait()).await.unwrap_or_else(|_| Err(self.late()))
    }

    fn late(&self) -> DbError {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        match &*refused {
            Some((at, reason)) if at.elapsed() < WAIT => DbError::Full(reason.clone()),
            _ => DbError::Unavailable("no connection became free in time".to_owned()),
        }
    }

    /// The state that the connections share.
    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    async fn wait(&self) -> Result<Held, DbError> {
        loop {
            let turn = match Arc::clone(&self.turns).try_acquire_owned() {
                Ok(turn) => turn,
                Err(_) => self.turn().await?,
            };
            let (got, is_alone) = {
                let _trying = Counted::begin(&self.trying);
                (self.pool.get().await, self.trying.load(Relaxed) == 1)
            };
            match got {
                Ok(object) => return Ok(Held { object, _turn: turn }),
                // There is no connection that the caller could wait for.
                Err(PoolError::Backend(DbError::Full(reason)))
                    if is_alone && self.pool.status().size == 0 =>
                {
                    return Err(DbError::Full(reason));
                }
                Err(PoolError::Backend(DbError::Full(reason))) => self.shrink(turn, reason),
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// Gives up a connection that the server refused, until the server is asked again.
    fn shrink(&self, turn: OwnedSemaphorePermit, reason: String) {
        turn.forget();
        let turns = Arc::clone(&self.turns);
        spawn(async move {
            sleep(FULL).await;
            turns.add_permits(1);
        });
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        // Logged only when it begins.
        if refused.as_ref().is_none_or(|(at, _)| at.elapsed() > WAIT) {
            let PoolReport { name, most, open, .. } = self.report();
            log::warn!(
                "PostgreSQL takes no more connections ({reason}): the pool \"{name}\" continues with {open} of {most}"
            );
        }
        *refused = Some((Instant::now(), reason));
    }

    /// Waits for the caller's turn.
    async fn turn(&self) -> Result<OwnedSemaphorePermit, DbError> {
        let most = QUEUE_PER_CONNECTION * self.pool.status().max_size;
        let _waiting = Counted::begin(&self.waiting);
        if self.waiting.load(Relaxed) > most {
            return Err(DbError::Unavailable("too many requests wait for a connection".to_owned()));
        }
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        turn.map_err(|_| DbError::Unavailable("the program is about to stop".to_owned()))
    }

    /// Closes the idle connections, and hands out no more.
    pub(super) fn close(&self) {
        self.pool.close();
        self.turns.close();
    }

    /// The state of the lane now.
    pub(super) fn report(&self) -> PoolReport {
        let status = self.pool.status();
        PoolReport {
            name: self.name,
            most: status.max_size,
            open: status.size,
            idle: status.available.min(status.size),
            waiting: self.waiting.load(Relaxed),
        }
    }
}

/// Counts a request until it is dropped.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Relaxed);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
