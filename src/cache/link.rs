//! The link to Redis: one multiplexed connection for the hot path, others for everything else, and the reaction to
//! outages.
//!
//! **Invariant:** after any failure, Redis is not read until it has been repaired, because invalidations may have been
//! missed. Invalidations are sent again from the start of the repair, so none is lost between the repair and the first
//! read.

use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use deadpool_redis::redis;
use deadpool_redis::redis::aio::MultiplexedConnection;
use tokio::sync::Notify;

use super::asking::{Asking, Refusals};
use super::error::CacheError;
use super::refusal::Refusal;
use super::way::connect;
use super::worker_connections::WorkerConnections;
use crate::config::RedisAddress;

/// The time limit of a command on the hot path. If it is too short, a busy moment counts as an outage; if it is too
/// long, each request waits that long before the outage is noticed.
const COMMAND: Duration = Duration::from_millis(500);
/// The time limit of an operator's command (a scan, a clear).
const SLOW_COMMAND: Duration = Duration::from_secs(10);
/// The time between two attempts to reach a server that is gone.
const PROBE: Duration = Duration::from_millis(250);

/// Brings Redis up to date before it is used: called when the link is first made and after every failure. It
/// invalidates through the cache's own methods.
pub type Repair =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), RepairError>> + Send>> + Send + Sync>;
/// Why a repair failed. The link tries it again.
pub type RepairError = Box<dyn std::error::Error + Send + Sync>;

/// Whether Redis may be used.
enum State {
    /// Reads, stores and invalidations are sent; reads and stores use the worker thread's own connection.
    Up(MultiplexedConnection, Arc<WorkerConnections>),
    /// Invalidations are sent; nothing is read or stored yet.
    Repairing(MultiplexedConnection),
    /// Nothing is sent.
    Down,
}

impl LinkState {
    /// The state's name: `up`, `repairing` or `down`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Repairing => "repairing",
            Self::Down => "down",
        }
    }
}

/// Whether Redis may be used, for operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// Reads, stores and invalidations are sent.
    Up,
    /// Invalidations are sent; the missed ones are being applied.
    Repairing,
    /// Nothing is sent.
    Down,
}

/// The state of the link at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkReport {
    /// Whether Redis may be used.
    pub state: LinkState,
    /// How often Redis was taken into use since the program started: each time after the first follows an outage.
    pub connections: u64,
    /// Whether Redis answered the last request, even if it can't be used yet.
    pub answers: bool,
    /// Why Redis is not in use, if that is known.
    pub problem: Option<Arc<str>>,
    /// The commands that Redis refuses although it answers.
    pub refusals: Vec<Refusal>,
    /// How often Redis refused each command, by command and error code.
    pub refused: Vec<(String, String, u64)>,
}

struct Inner {
    address: RedisAddress,
    /// One of the site's keys: all of them are in the same slot.
    key: String,
    condition: RwLock<Condition>,
    lost: Notify,
    refusals: Arc<Refusals>,
}

/// The state of the connection.
struct Condition {
    /// The number of the current connection: a late failure of an old connection must not close the new one.
    number: u64,
    state: State,
    /// How often a repair has succeeded.
    repaired: u64,
    answers: bool,
    problem: Option<Arc<str>>,
}

/// A handle to Redis; cheap to clone.
#[derive(Clone)]
pub struct Link(Arc<Inner>);

/// A connection with its number.
pub(super) struct Connection {
    pub(super) redis: Asking<MultiplexedConnection>,
    number: u64,
}

impl Link {
    /// Prepares a link to the server that holds the keys of a prefix; `Link::keep` connects it.
    pub fn new(address: &RedisAddress, prefix: &str) -> Self {
        let condition =
            Condition { number: 0, state: State::Down, repaired: 0, answers: false, problem: None };
        Self(Arc::new(Inner {
            address: address.clone(),
            key: prefix.to_owned(),
            condition: RwLock::new(condition),
            lost: Notify::new(),
            refusals: Arc::new(Refusals::of_account(address.user())),
        }))
    }

    /// Whether Redis is in use.
    pub fn is_up(&self) -> bool {
        matches!(self.condition().state, State::Up(..))
    }

    /// The state of the link.
    pub(super) fn report(&self) -> LinkReport {
        let condition = self.condition();
        let state = match condition.state {
            State::Up(..) => LinkState::Up,
            State::Repairing(_) => LinkState::Repairing,
            State::Down => LinkState::Down,
        };
        LinkReport {
            state,
            connections: condition.repaired,
            answers: condition.answers,
            problem: condition.problem.clone(),
            refusals: match condition.answers {
                true => self.0.refusals.current(),
                false => Vec::new(),
            },
            refused: self.0.refusals.counts(),
        }
    }

    /// A connection for reading and storing.
    pub(super) fn connection(&self) -> Option<Connection> {
        let condition = self.condition();
        let State::Up(redis, workers) = &condition.state else {
            return None;
        };
        let inner = &self.0;
        let own = workers.of_this_thread(|| {
            let inner = Arc::clone(inner);
            async move { connect(&inner.address, &inner.key, COMMAND).await }
        });
        let redis = own.unwrap_or_else(|| redis.clone());
        Some(Connection { redis: Asking::over(redis, &self.0.refusals), number: condition.number })
    }

    /// A connection for invalidating.
    pub(super) fn connection_for_invalidation(&self) -> Option<Connection> {
        let condition = self.condition();
        match &condition.state {
            State::Up(redis, _) | State::Repairing(redis) => Some(Connection {
                redis: Asking::over(redis.clone(), &self.0.refusals),
                number: condition.number,
            }),
            State::Down => None,
        }
    }

    /// A new connection with a longer time limit, for everything that is not on the hot path.
    pub(super) async fn unhurried(&self) -> Result<Asking<MultiplexedConnection>, CacheError> {
        self.open(SLOW_COMMAND).await
    }

    async fn open(&self, command: Duration) -> Result<Asking<MultiplexedConnection>, CacheError> {
        let Inner { address, key, refusals, .. } = &*self.0;
        let connection = connect(address, key, command).await;
        let connection = connection.map_err(|err| refusals.connecting(err))?;
        Ok(Asking::over(connection, refusals))
    }

    /// Notes that a command failed. A refusal by the server concerns only that command, unless another server has
    /// replaced it; any other failure closes the link until it is repaired.
    pub(super) fn failed(&self, connection: u64, err: &CacheError) {
        if !answered(err) || is_displaced(err) {
            self.close(connection, err, answered(err));
        }
    }

    /// Notes that an invalidation failed. Whatever the reason, entries that should be invalid may still be valid.
    pub(super) fn missed(&self, connection: u64, err: &CacheError) {
        self.close(connection, err, answered(err));
    }

    /// Marks the content of Redis as doubtful: it is repaired before it is used again.
    pub fn mark_unreliable(&self, reason: &str) {
        let number = self.condition().number;
        self.close(number, &reason, true);
    }

    fn close(&self, connection: u64, reason: &dyn std::fmt::Display, answers: bool) {
        let mut condition = self.change();
        if condition.number != connection {
            return;
        }
        match condition.state {
            State::Up(..) => {
                log::warn!("redis is bypassed until missed events are applied: {reason}");
                self.0.lost.notify_one();
            }
            // A repair in progress finds the link closed and starts again.
            State::Repairing(_) => log::debug!("redis failed during the repair: {reason}"),
            State::Down => return,
        }
        condition.state = State::Down;
        condition.answers &= answers;
        condition.problem = Some(reason.to_string().into());
    }

    /// Connects and repairs, again after every loss of the link; never returns. `repair` runs before each use.
    pub(super) async fn keep(self, ready: Arc<Notify>, repair: Repair) {
        let (mut told, mut told_of_repair) = (false, false);
        loop {
            match self.restore(&repair).await {
                Ok(()) => {
                    if told {
                        log::info!("redis is back in use");
                    }
                    (told, told_of_repair) = (true, false);
                    ready.notify_one();
                    self.0.lost.notified().await;
                }
                Err(err) => {
                    let answers = self.not_restored(&err);
                    if !told {
                        log::warn!("redis can't be used yet; pages are computed without it: {err}");
                    } else if answers && !told_of_repair {
                        log::warn!("redis responds, but missed events can't be applied: {err}");
                    }
                    (told, told_of_repair) = (true, told_of_repair || answers);
                    ready.notify_one();
                    tokio::time::sleep(PROBE).await;
                }
            }
        }
    }

    async fn restore(&self, repair: &Repair) -> Result<(), RepairError> {
        let reached = self.reach().await;
        let (number, mut redis) = {
            let mut condition = self.change();
            condition.answers = reached.as_ref().map_or_else(answered, |_| true);
            let redis = reached?;
            condition.number += 1;
            condition.state = State::Repairing(redis.clone());
            (condition.number, redis)
        };
        let workers = WorkerConnections::beside(&mut redis).await;
        let repaired = repair().await;
        let mut condition = self.change();
        // An invalidation that failed meanwhile has closed the link again.
        let untouched =
            condition.number == number && matches!(condition.state, State::Repairing(_));
        if repaired.is_ok() && untouched {
            condition.state = State::Up(redis, workers);
            condition.repaired += 1;
            condition.problem = None;
            self.0.refusals.forget();
            return Ok(());
        }
        condition.state = State::Down;
        repaired?;
        let reason = condition.problem.as_deref();
        Err(reason.unwrap_or("the connection was lost").into())
    }

    /// Records why Redis can't be used; returns whether it answers nevertheless.
    fn not_restored(&self, err: &RepairError) -> bool {
        let mut condition = self.change();
        condition.problem = Some(err.to_string().into());
        condition.answers
    }

    /// Opens a connection to a server that answers.
    async fn reach(&self) -> Result<MultiplexedConnection, CacheError> {
        let mut asking = self.open(COMMAND).await?;
        asking.ask::<()>(&redis::cmd("PING")).await?;
        Ok(asking.into_connection())
    }

    fn condition(&self) -> RwLockReadGuard<'_, Condition> {
        self.0.condition.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, Condition> {
        self.0.condition.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// The connection's number, for [`Link::failed`].
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

/// Whether the server answered, even with an error or an unexpected value.
fn answered(err: &CacheError) -> bool {
    match err {
        CacheError::Refused(_) => true,
        CacheError::Redis(err) => matches!(err.kind(), redis::ErrorKind::UnexpectedReturnType),
        CacheError::Unavailable => false,
    }
}

/// Whether another server has replaced the one that answered.
fn is_displaced(err: &CacheError) -> bool {
    let codes = ["READONLY", "MOVED", "ASK", "CLUSTERDOWN", "MASTERDOWN"];
    matches!(err, CacheError::Refused(refusal) if codes.contains(&&*refusal.code))
}
