//! The way to Redis: one multiplexed connection for the hot path, a pool for everything else, and what happens when
//! the server goes away and comes back.
//!
//! **Invariant:** after any failure Redis is not read until it has been repaired, because invalidations may have been
//! missed meanwhile. From the moment that the repair begins, invalidations go through again, so none falls between
//! the repair and the first read.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{self, AsyncConnectionConfig, Client, RedisError, RedisResult};
use deadpool_redis::{Pool, Runtime};
use tokio::sync::Notify;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(1);
/// How long a command of the hot path may take. Too short, and a busy moment counts as an outage; too long, and each
/// request waits so long before the outage is noticed.
const COMMAND: Duration = Duration::from_millis(500);
/// How long a command of an operator (a scan, a clear) may take.
const SLOW_COMMAND: Duration = Duration::from_secs(10);
/// Time between two attempts to reach a server that is gone.
const PROBE: Duration = Duration::from_millis(250);

/// Brings Redis up to date before it is used: called when the link is first made and after every failure. It reaches
/// Redis through the cache's own methods for invalidating.
pub type Repair =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), RepairError>> + Send>> + Send + Sync>;
/// Why a repair failed; it is tried again.
pub type RepairError = Box<dyn std::error::Error + Send + Sync>;

/// Whether Redis may be used.
enum State {
    /// Reads, stores and invalidations go through.
    Up(MultiplexedConnection),
    /// Invalidations go through; nothing is read or stored yet.
    Repairing(MultiplexedConnection),
    /// Nothing goes through.
    Down,
}

impl LinkState {
    /// Its name: `up`, `repairing` or `down`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Repairing => "repairing",
            Self::Down => "down",
        }
    }
}

/// Whether Redis may be used, as operators see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// Reads, stores and invalidations go through.
    Up,
    /// Invalidations go through; what was missed is being applied.
    Repairing,
    /// Nothing goes through.
    Down,
}

/// The way to Redis at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkReport {
    /// Whether Redis may be used.
    pub state: LinkState,
    /// How many connections were made since the program started: each after the first follows an outage.
    pub connections: u64,
}

struct Inner {
    client: Client,
    pool: Pool,
    /// The state, and a number that grows with every connection: a late failure of an old connection must not
    /// condemn the new one.
    state: RwLock<(u64, State)>,
    lost: Notify,
    refusal_told: AtomicBool,
}

/// A handle to Redis; cheap to clone.
#[derive(Clone)]
pub struct Link(Arc<Inner>);

/// A connection, and which one it is.
pub(super) struct Connection {
    pub(super) redis: MultiplexedConnection,
    number: u64,
}

impl Link {
    /// Prepares a link; `keep` connects it.
    ///
    /// # Errors
    /// When the URL can't be used.
    pub fn new(url: &str) -> RedisResult<Self> {
        let client = Client::open(url)?;
        let pool = deadpool_redis::Config::from_url(url)
            .builder()
            .map_err(|err| invalid(err.to_string()))?
            .max_size(8)
            .wait_timeout(Some(CONNECT))
            .create_timeout(Some(CONNECT))
            .recycle_timeout(Some(CONNECT))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|err| invalid(err.to_string()))?;
        let state = RwLock::new((0, State::Down));
        Ok(Self(Arc::new(Inner {
            client,
            pool,
            state,
            lost: Notify::new(),
            refusal_told: AtomicBool::new(false),
        })))
    }

    /// Whether Redis is in use.
    pub fn is_up(&self) -> bool {
        matches!(self.state().1, State::Up(_))
    }

    /// Whether Redis may be used, and how many connections were made for that.
    pub(super) fn report(&self) -> LinkReport {
        let (connections, state) = &*self.state();
        let state = match state {
            State::Up(_) => LinkState::Up,
            State::Repairing(_) => LinkState::Repairing,
            State::Down => LinkState::Down,
        };
        LinkReport {
            state,
            connections: *connections,
        }
    }

    /// A connection for reading and storing.
    pub(super) fn connection(&self) -> Option<Connection> {
        match &*self.state() {
            (number, State::Up(redis)) => Some(Connection {
                redis: redis.clone(),
                number: *number,
            }),
            _ => None,
        }
    }

    /// A connection for invalidating.
    pub(super) fn connection_for_invalidation(&self) -> Option<Connection> {
        match &*self.state() {
            (number, State::Up(redis) | State::Repairing(redis)) => Some(Connection {
                redis: redis.clone(),
                number: *number,
            }),
            (_, State::Down) => None,
        }
    }

    /// A pooled connection for what is not on the hot path, with a longer time limit.
    pub(super) async fn pooled(&self) -> RedisResult<deadpool_redis::Connection> {
        let pooled = tokio::time::timeout(SLOW_COMMAND, self.0.pool.get()).await;
        let pooled = pooled
            .map_err(|_| RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut)))?;
        pooled.map_err(|err| match err {
            deadpool_redis::PoolError::Backend(err) => err,
            other => RedisError::from(std::io::Error::other(other.to_string())),
        })
    }

    /// Notes that a command failed. What the server itself refused is only that command's problem; anything else
    /// closes the link until it is repaired.
    pub(super) fn failed(&self, connection: u64, err: &RedisError) {
        if matches!(
            err.kind(),
            redis::ErrorKind::Server(_) | redis::ErrorKind::UnexpectedReturnType
        ) {
            // A full server refuses every store: once is enough to know.
            if !self.0.refusal_told.swap(true, Ordering::Relaxed) {
                log::warn!("redis refused a command: {err}");
            }
            return;
        }
        self.close(connection, err);
    }

    /// Notes that an invalidation failed: whatever the reason, what should be dead may not be.
    pub(super) fn missed(&self, connection: u64, err: &RedisError) {
        self.close(connection, err);
    }

    /// Treats what Redis holds as doubtful: it is repaired before it is used again.
    pub fn distrust(&self, reason: &str) {
        let number = self.state().0;
        self.close(number, &reason);
    }

    fn close(&self, connection: u64, reason: &dyn std::fmt::Display) {
        let mut state = self.0.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.0 == connection && !matches!(state.1, State::Down) {
            log::warn!("redis is bypassed until it is repaired: {reason}");
            state.1 = State::Down;
            self.0.lost.notify_one();
        }
    }

    /// Connects, repairs, and does so again whenever the link is lost; never returns. `repair` runs before each use.
    pub(super) async fn keep(self, ready: Arc<Notify>, repair: Repair) {
        let mut told = false;
        loop {
            match self.restore(&repair).await {
                Ok(()) => {
                    if told {
                        log::info!("redis is back in use");
                    }
                    told = true;
                    self.0.refusal_told.store(false, Ordering::Relaxed);
                    ready.notify_one();
                    self.0.lost.notified().await;
                }
                Err(err) => {
                    if !told {
                        log::warn!("redis can't be used yet, pages are computed without it: {err}");
                        told = true;
                    }
                    ready.notify_one();
                    tokio::time::sleep(PROBE).await;
                }
            }
        }
    }

    async fn restore(&self, repair: &Repair) -> Result<(), RepairError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(COMMAND));
        let mut redis = self
            .0
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        redis::cmd("PING").query_async::<()>(&mut redis).await?;
        let number = {
            let mut state = self.0.state.write().unwrap_or_else(PoisonError::into_inner);
            *state = (state.0 + 1, State::Repairing(redis.clone()));
            state.0
        };
        let repaired = repair().await;
        let mut state = self.0.state.write().unwrap_or_else(PoisonError::into_inner);
        // An invalidation that failed meanwhile has closed the link again.
        let untouched = state.0 == number && matches!(state.1, State::Repairing(_));
        state.1 = match repaired.is_ok() && untouched {
            true => State::Up(redis),
            false => State::Down,
        };
        repaired?;
        match untouched {
            true => Ok(()),
            false => Err("the connection was lost during the repair".into()),
        }
    }

    fn state(&self) -> std::sync::RwLockReadGuard<'_, (u64, State)> {
        self.0.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// Which connection it is, for [`Link::failed`].
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

fn invalid(message: String) -> RedisError {
    RedisError::from((
        redis::ErrorKind::InvalidClientConfig,
        "unusable link",
        message,
    ))
}
