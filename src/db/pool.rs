//! The connection pools.
//!
//! **Invariant:** no request waits for PostgreSQL without a limit: not for a connection, not in the queue for one, not
//! for an answer, even if the server is frozen. Work that takes longer uses [`Database::unhurried_client`].
//!
//! **Invariant:** a connection that is handed out has answered everything that was sent before (see `client`).

use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Hook, HookError};
use deadpool_postgres::ClientWrapper;

use super::DbError;
use super::client::Client;
use super::connecting::{self, CHECK, Connector};
use super::parameter_types::ParameterTypes;
use super::pooler;
use super::watch::{Limits, Shared};
use super::way::Way;
use crate::config::PostgresAddress;

/// How long a request waits for a connection, whether for a free one or for a new one, before it is refused.
const WAIT: Duration = Duration::from_secs(3);
/// How many requests may wait for each connection of the pool; further requests are refused at once.
const QUEUE_PER_CONNECTION: usize = 16;
/// How long a peer may be silent on the network, whether something is sent to it or nothing is, before its connection
/// counts as lost or is asked for a sign of life.
const SILENCE: Duration = Duration::from_secs(10);
/// How long a sign of life may take before another one is asked for; the system gives up after [`SILENCE`] or, where it
/// can't count that, a few times.
const SIGN: Duration = Duration::from_secs(5);
/// How long a connection may be unused before it is checked: a network may have forgotten it.
const UNUSED: Duration = Duration::from_secs(30);
/// How long statements may take before the server is asked to end them. Writes may wait for locks, for half as long as
/// that. A server that is silent is given up three seconds after the first statement was sent.
const LIMITS: Limits = Limits {
    reading: Duration::from_millis(2500),
    writing: Duration::from_secs(10),
    grace: Duration::from_millis(500),
};

/// The settings of a connection for unhurried work: the server soon notices that the client is gone, where it can.
const UNHURRIED: &str = "
    SELECT set_config(name, '1s', false) FROM pg_settings WHERE name = 'client_connection_check_interval';";
/// The settings of a connection for requests. The server ends a statement that takes longer than any client waits. A plan
/// is made for the values of each query, because a rare word and a frequent one need different plans. The rows of a
/// frequent word fit in memory one by one.
const REQUESTS: &str = "
    SELECT set_config(name, '1s', false) FROM pg_settings WHERE name = 'client_connection_check_interval';
    SET statement_timeout = '10s';
    SET lock_timeout = '5s';
    SET idle_in_transaction_session_timeout = '30s';
    SET plan_cache_mode = force_custom_plan;
    SELECT set_config(name, '16MB', false) FROM pg_settings
    WHERE name = 'work_mem' AND pg_size_bytes(setting || unit) < pg_size_bytes('16MB')";

type Pool = deadpool::managed::Pool<Connector>;

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Database {
    requests: (Pool, Arc<Shared>),
    unhurried: (Pool, Arc<Shared>),
    ways: Arc<Ways>,
}

/// How to connect.
struct Ways {
    /// For requests.
    requests: Way,
    /// For what needs a session: unhurried work, listening, migrations.
    direct: Way,
    /// Whether these are different addresses.
    are_two: bool,
}

/// A pool at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolReport {
    /// Its name.
    pub name: &'static str,
    /// The most connections that it may have.
    pub most: usize,
    /// Connections that are open.
    pub open: usize,
    /// Open connections that are not in use.
    pub idle: usize,
    /// How many requests wait for a connection.
    pub waiting: usize,
}

impl Database {
    /// Prepares the pools; connects only when the first client is asked for.
    ///
    /// # Errors
    /// [`DbError::Configuration`] when they can't be built.
    pub fn new(address: impl Into<PostgresAddress>, pool_size: usize) -> Result<Self, DbError> {
        Self::behind_pooler(address.into(), None, pool_size)
    }

    /// As [`Database::new`]. With a direct address, the other one may be that of a pooler in transaction mode.
    ///
    /// # Errors
    /// [`DbError::Configuration`] when they can't be built.
    pub fn behind_pooler(
        address: PostgresAddress,
        direct: Option<PostgresAddress>,
        pool_size: usize,
    ) -> Result<Self, DbError> {
        connecting::start()?;
        let are_two = direct.is_some();
        let requests = Way::new(address, set_up);
        let direct = direct.map_or_else(|| requests.clone(), |direct| Way::new(direct, set_up));
        let settings = if are_two { "" } else { REQUESTS };
        let types = are_two.then(ParameterTypes::default);
        Ok(Self {
            requests: pool(&requests, settings, pool_size, Some(LIMITS), types)?,
            unhurried: pool(&direct, UNHURRIED, pool_size, None, None)?,
            ways: Arc::new(Ways { requests, direct, are_two }),
        })
    }

    /// Refuses addresses that don't keep a session for a connection that needs one, or that lead to different databases.
    ///
    /// # Errors
    /// [`DbError::Configuration`] says which variable to change; others when a server can't be reached.
    pub async fn check_sessions(&self) -> Result<(), DbError> {
        let Ways { requests, direct, are_two } = &*self.ways;
        let refuse = |text: &str| Err(DbError::Configuration(text.to_owned()));
        if pooler::shares_sessions(direct).await? {
            return refuse(match are_two {
                true => {
                    "DATABASE_DIRECT_URL leads to a pooler in transaction mode. Set it to the address of \
                    PostgreSQL itself"
                }
                false => {
                    "DATABASE_URL leads to a pooler in transaction mode (such as PgBouncer), through which the \
                    site can't hear of changes or migrate. Set DATABASE_DIRECT_URL to the address of PostgreSQL \
                    itself, or use the pooler in session mode"
                }
            });
        }
        if *are_two && pooler::identity(requests).await? != pooler::identity(direct).await? {
            return refuse("DATABASE_URL and DATABASE_DIRECT_URL lead to different databases");
        }
        Ok(())
    }

    /// A client for a request. Its statements may take seconds: 2.5 outside of a transaction, ten in one.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when none becomes free, too many wait for one, or the server can't be reached.
    pub async fn client(&self) -> Result<Client, DbError> {
        let (pool, shared) = &self.requests;
        let status = pool.status();
        if status.waiting >= QUEUE_PER_CONNECTION * status.max_size {
            return Err(DbError::Unavailable("too many requests wait for a connection".to_owned()));
        }
        let client = tokio::time::timeout(WAIT, pool.get()).await;
        let late = |_| DbError::Unavailable("no connection became free in time".to_owned());
        Ok(Client::new(client.map_err(late)??, shared))
    }

    /// A client for work that takes as long as it takes: loads, dumps, maintenance.
    pub async fn unhurried_client(&self) -> Result<Client, DbError> {
        let (pool, shared) = &self.unhurried;
        Ok(Client::new(pool.get().await?, shared))
    }

    /// Closes the connections that are not in use, and gives out no more.
    pub fn close(&self) {
        self.requests.0.close();
        self.unhurried.0.close();
    }

    /// The pool of requests and that of unhurried work.
    pub fn pools(&self) -> [PoolReport; 2] {
        let pools = [("requests", &self.requests.0), ("unhurried", &self.unhurried.0)];
        pools.map(|(name, pool)| {
            let status = pool.status();
            PoolReport {
                name,
                most: status.max_size,
                open: status.size,
                idle: status.available.min(status.size),
                waiting: status.waiting,
            }
        })
    }

    /// How to connect, for a connection that is not of the pool.
    pub(super) fn direct(&self) -> &Way {
        &self.ways.direct
    }
}

fn set_up(config: &mut tokio_postgres::Config) {
    if config.get_application_name().is_none() {
        config.application_name("property-listings");
    }
    config.keepalives_idle(SILENCE);
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(SIGN);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
}

fn pool(
    way: &Way,
    settings: &'static str,
    size: usize,
    limits: Option<Limits>,
    types: Option<ParameterTypes>,
) -> Result<(Pool, Arc<Shared>), DbError> {
    let shared = Shared { limits, tls: way.tls.clone(), types };
    let check_unused = Hook::async_fn(|client: &mut ClientWrapper, metrics| {
        Box::pin(async move {
            if metrics.last_used() < UNUSED {
                return Ok(());
            }
            let check = tokio::time::timeout(CHECK, client.simple_query(""));
            match check.await {
                Ok(Ok(_)) => Ok(()),
                _ => Err(HookError::message("the connection is lost")),
            }
        })
    });
    let pool = Pool::builder(Connector { way: way.clone(), settings })
        .max_size(size)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(way.all))
        .pre_recycle(check_unused)
        .runtime(Runtime::Tokio1)
        .build();
    let pool = pool.map_err(|err| DbError::Configuration(err.to_string()))?;
    Ok((pool, Arc::new(shared)))
}
