//! The connection pools.
//!
//! **Invariant:** no request waits for PostgreSQL without a limit: not for a connection, not in the queue for one, not
//! for an answer, even if the server is frozen. Whoever has to take long says so by [`Database::unhurried_client`].
//!
//! **Invariant:** a connection that is handed out owes nobody else an answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, ObjectId, Pool, RecyclingMethod, Runtime};

use super::DbError;
use super::client::Client;
use super::connector::{Connector, noting};
use super::wire::{Due, Patience};

/// How long a request waits for a connection, whether for a free one or for a new one, before it is told to come back.
const WAIT: Duration = Duration::from_secs(3);
/// How many requests may wait for each connection of the pool; those beyond are told to come back at once.
const QUEUE_PER_CONNECTION: usize = 16;
/// How long a peer may be silent on the network, whether something is sent to it or nothing is, before its connection
/// counts as lost or is asked for a sign of life.
const SILENCE: Duration = Duration::from_secs(10);
/// How long a sign of life may take before another one is asked for; the system gives up after [`SILENCE`] or, where it
/// can't count that, a few times.
const SIGN: Duration = Duration::from_secs(5);
/// How long one attempt to connect may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long the answers to a request that was given up, or a rollback that nobody waited for, may still take before
/// the connection is replaced.
const LEFTOVERS: Duration = Duration::from_millis(100);
/// How long a connection may be unused before it is asked for a sign of life: a network may have forgotten it.
const UNUSED: Duration = Duration::from_secs(30);
/// How long the server may be silent before it is asked to end a statement. Writes may wait for locks, for half as long
/// as that.
const PATIENCE: Patience = Patience {
    reading: Duration::from_secs(3),
    writing: Duration::from_secs(10),
};

/// What every connection begins with: the server soon notices that the client is gone, where it can.
const NOTICING: &str = "
    SELECT set_config(name, '1s', false) FROM pg_settings WHERE name = 'client_connection_check_interval';";
/// What each connection for requests begins with. The server ends what takes longer than anybody waits for; a query's
/// plan is made for its values, because a rare word and a frequent one need different ones; and the rows of a frequent
/// word fit in memory one by one.
const SETTINGS: &str = "
    SET statement_timeout = '10s';
    SET lock_timeout = '5s';
    SET idle_in_transaction_session_timeout = '30s';
    SET plan_cache_mode = force_custom_plan;
    SELECT set_config(name, '16MB', false) FROM pg_settings
    WHERE name = 'work_mem' AND pg_size_bytes(setting || unit) < pg_size_bytes('16MB')";

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Database {
    requests: Connections,
    unhurried: Connections,
    config: Arc<tokio_postgres::Config>,
}

/// A pool at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolReport {
    /// Whose it is.
    pub name: &'static str,
    /// The most connections that it may have.
    pub most: usize,
    /// Connections that are open.
    pub open: usize,
    /// Those of them that nobody uses.
    pub idle: usize,
    /// How many wait for one.
    pub waiting: usize,
}

impl Database {
    /// Prepares a pool; connects only when the first client is asked for.
    ///
    /// # Errors
    /// [`DbError::Configuration`] when the pool can't be built.
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
        let site = Connector {
            settings: &[NOTICING, SETTINGS],
            patience: Some(PATIENCE),
        };
        let unhurried = Connector {
            settings: &[NOTICING],
            patience: None,
        };
        Ok(Self {
            requests: Connections::new(&config, site, pool_size)?,
            unhurried: Connections::new(&config, unhurried, pool_size)?,
            config: Arc::new(config),
        })
    }

    /// A client for a request. Its statements may take seconds: three outside of a transaction, ten in one.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when none becomes free, too many wait for one, or the server can't be reached.
    pub async fn client(&self) -> Result<Client, DbError> {
        let status = self.requests.pool.status();
        if status.waiting >= QUEUE_PER_CONNECTION * status.max_size {
            return Err(DbError::Unavailable(
                "too many requests wait for a connection".to_owned(),
            ));
        }
        let client = tokio::time::timeout(WAIT, self.requests.free_client()).await;
        let late = |_| DbError::Unavailable("no connection could be had in time".to_owned());
        Ok(Client::new(client.map_err(late)??))
    }

    /// A client for work that takes as long as it takes: loads, dumps, maintenance.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when none becomes free, or the server can't be reached.
    pub async fn unhurried_client(&self) -> Result<Client, DbError> {
        Ok(Client::new(self.unhurried.free_client().await?))
    }

    /// Closes the connections that nobody uses, and gives out no more.
    pub fn close(&self) {
        self.requests.pool.close();
        self.unhurried.pool.close();
    }

    /// The pool of requests and that of unhurried work.
    pub fn pools(&self) -> [PoolReport; 2] {
        let pools = [("requests", &self.requests), ("unhurried", &self.unhurried)];
        pools.map(|(name, connections)| {
            let status = connections.pool.status();
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

/// A pool, and what tells of each of its connections whether it is free; cheap to clone.
#[derive(Clone)]
struct Connections {
    pool: Pool,
    due: Arc<Mutex<HashMap<ObjectId, Due>>>,
}

impl Connections {
    fn new(
        config: &tokio_postgres::Config,
        connector: Connector,
        size: usize,
    ) -> Result<Self, DbError> {
        let manager_config = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_connect(config.clone(), connector, manager_config);
        let pool = Pool::builder(manager)
            .max_size(size)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(CONNECT))
            .runtime(Runtime::Tokio1)
            .build();
        Ok(Self {
            pool: pool.map_err(|err| DbError::Configuration(err.to_string()))?,
            due: Arc::default(),
        })
    }

    /// Takes connections until one is free; ends those that are not.
    async fn free_client(&self) -> Result<Object, DbError> {
        loop {
            let (client, made) = noting(self.pool.get()).await;
            let client = client?;
            let id = Object::id(&client);
            if let Some(due) = made {
                self.remember(id, due);
                return Ok(client);
            }
            let taken = Taken(Some(client));
            if let Some(due) = self.recall(id)
                && is_free(due).await
                && taken.is_alive().await
            {
                return Ok(taken.keep());
            }
        }
    }

    fn remember(&self, id: ObjectId, due: Due) {
        let mut known = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        // An error means that the connection is gone.
        known.retain(|_, due| due.has_changed().is_ok());
        known.insert(id, due);
    }

    fn recall(&self, id: ObjectId) -> Option<Due> {
        let known = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&id).cloned()
    }
}

/// A connection that is not known to be free yet; ended unless it is kept.
struct Taken(Option<Object>);

impl Taken {
    async fn is_alive(&self) -> bool {
        let Some(client) = &self.0 else {
            return false;
        };
        if client.is_closed() {
            return false;
        }
        if Object::metrics(client).last_used() < UNUSED {
            return true;
        }
        let sign = tokio::time::timeout(LEFTOVERS, client.simple_query(""));
        matches!(sign.await, Ok(Ok(_)))
    }

    fn keep(mut self) -> Object {
        self.0.take().expect("it is kept once")
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        // Its driver ends with it; the server then gives up what it still does for it.
        self.0.take().map(Object::take);
    }
}

/// Whether no answer is due on a connection, now or in a moment.
async fn is_free(mut due: Due) -> bool {
    let free = tokio::time::timeout(LEFTOVERS, due.wait_for(|due| *due == 0));
    matches!(free.await, Ok(Ok(_)))
}
