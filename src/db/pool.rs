//! The connection pools.
//!
//! **Invariant:** no request waits for PostgreSQL without a limit: not for a connection, not in the queue for one, not
//! for an answer, even if the server is frozen. Work that takes longer uses [`Database::unhurried_client`].
//!
//! **Invariant:** a connection that is handed out has answered everything that was sent before (see `client`).

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};

use super::DbError;
use super::client::Client;
use super::connecting::{self, CHECK, CONNECT, Connector};
use super::watch::Limits;

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

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Database {
    requests: Pool,
    unhurried: Pool,
    config: Arc<tokio_postgres::Config>,
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
    /// Prepares a pool; connects only when the first client is asked for.
    pub fn new(mut config: tokio_postgres::Config, pool_size: usize) -> Result<Self, DbError> {
        config
            .application_name("property-listings")
            .connect_timeout(CONNECT)
            .keepalives_idle(SILENCE);
        if config.get_keepalives_interval().is_none() {
            config.keepalives_interval(SIGN);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        connecting::start()?;
        Ok(Self {
            requests: pool(&config, REQUESTS, pool_size)?,
            unhurried: pool(&config, UNHURRIED, pool_size)?,
            config: Arc::new(config),
        })
    }

    /// A client for a request. Its statements may take seconds: 2.5 outside of a transaction, ten in one.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when none becomes free, too many wait for one, or the server can't be reached.
    pub async fn client(&self) -> Result<Client, DbError> {
        let status = self.requests.status();
        if status.waiting >= QUEUE_PER_CONNECTION * status.max_size {
            return Err(DbError::Unavailable("too many requests wait for a connection".to_owned()));
        }
        let client = tokio::time::timeout(WAIT, self.requests.get()).await;
        let late = |_| DbError::Unavailable("no connection became free in time".to_owned());
        Ok(Client::new(client.map_err(late)??, Some(LIMITS)))
    }

    /// A client for work that takes as long as it takes: loads, dumps, maintenance.
    pub async fn unhurried_client(&self) -> Result<Client, DbError> {
        Ok(Client::new(self.unhurried.get().await?, None))
    }

    /// Closes the connections that are not in use, and gives out no more.
    pub fn close(&self) {
        self.requests.close();
        self.unhurried.close();
    }

    /// The pool of requests and that of unhurried work.
    pub fn pools(&self) -> [PoolReport; 2] {
        let pools = [("requests", &self.requests), ("unhurried", &self.unhurried)];
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
    pub(super) fn config(&self) -> &tokio_postgres::Config {
        &self.config
    }
}

fn pool(
    config: &tokio_postgres::Config,
    settings: &'static str,
    size: usize,
) -> Result<Pool, DbError> {
    // A client gives back a connection only when that is clean.
    let recycling_method = RecyclingMethod::Fast;
    let manager = Manager::from_connect(
        config.clone(),
        Connector { settings },
        ManagerConfig { recycling_method },
    );
    let check_unused = Hook::async_fn(|client, metrics| {
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
    let pool = Pool::builder(manager)
        .max_size(size)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(CONNECT))
        .pre_recycle(check_unused)
        .runtime(Runtime::Tokio1)
        .build();
    pool.map_err(|err| DbError::Configuration(err.to_string()))
}
