//! The connection pool.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use tokio_postgres::NoTls;

use super::DbError;

/// How long a request waits for a free connection before it is told to come back.
const WAIT: Duration = Duration::from_secs(5);
/// How long a peer may be silent on the network before its connection counts as lost.
const SILENCE: Duration = Duration::from_secs(10);
/// How long one attempt to connect may take.
const CONNECT: Duration = Duration::from_secs(3);

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    config: Arc<tokio_postgres::Config>,
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
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        let manager_config = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_config(config.clone(), NoTls, manager_config);
        let pool = Pool::builder(manager)
            .max_size(pool_size)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(CONNECT))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|err| DbError::Configuration(err.to_string()))?;
        Ok(Self {
            pool,
            config: Arc::new(config),
        })
    }

    /// A client, waiting for a free one.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when none becomes free, or the server can't be reached.
    pub async fn client(&self) -> Result<Object, DbError> {
        Ok(self.pool.get().await?)
    }

    /// Closes the connections that nobody uses, and gives out no more.
    pub fn close(&self) {
        self.pool.close();
    }

    /// How to connect, for a connection that is not of the pool.
    pub(super) fn config(&self) -> &tokio_postgres::Config {
        &self.config
    }
}
