//! The connection pools.
//!
//! **Invariant:** no request waits for PostgreSQL without a limit: not for a connection, not in its queue, not for an
//! answer, even if the server is frozen. Longer work uses [`Database::unhurried_client`].
//!
//! **Invariant:** a connection that is handed out has no unanswered statements (see `client`).

use std::iter;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::DbError;
use super::client::Client;
use super::connecting::{self, Connector};
use super::endpoint::Endpoint;
use super::lane::{Lane, PoolReport};
use super::parameter_types::ParameterTypes;
use super::pooler;
use super::watch::{Limits, Shared};
use crate::config::PostgresAddress;

/// How long a connection may be without network traffic from the server before it counts as lost (if data was sent) or
/// is probed (if not).
const SILENCE: Duration = Duration::from_secs(10);
/// The interval of probes (TCP keepalives). The system gives up after [`SILENCE`] or, if it does not support that,
/// after a few probes.
const SIGN: Duration = Duration::from_secs(5);
/// The time limits of statements, after which the server is asked to cancel them. Writes may wait for locks for half of
/// their limit. The connection to a silent server is given up three seconds after the first statement was sent.
const LIMITS: Limits = Limits {
    reading: Duration::from_millis(2500),
    writing: Duration::from_secs(10),
    grace: Duration::from_millis(500),
};
/// Connections that are opened at the start, so that each class has some if the server accepts no more later.
const RESERVED: [Class; 4] = [Class::Staff, Class::Staff, Class::Public, Class::Expensive];
/// Connections of an instance outside its pools: one listens, one reads the event log, one may migrate.
const BESIDE_THE_POOLS: usize = 3;

/// The settings of a connection for long work: the server soon notices, if it can, that the client is gone.
const UNHURRIED: &str = "
    SELECT set_config(name, '1s', false) FROM pg_settings WHERE name = 'client_connection_check_interval';";
/// The settings of a connection for requests. The server cancels a statement that takes longer than any client waits.
/// Each query is planned for its values, because rare and frequent words need different plans. The row positions of a
/// frequent word fit in `work_mem`. Compiling a query (`jit`) takes longer than the query.
const REQUESTS: &str = "
    SELECT set_config(name, '1s', false) FROM pg_settings WHERE name = 'client_connection_check_interval';
    SET statement_timeout = '10s';
    SET lock_timeout = '5s';
    SET idle_in_transaction_session_timeout = '30s';
    SET plan_cache_mode = force_custom_plan;
    SET jit = off;
    SELECT set_config(name, '16MB', false) FROM pg_settings
    WHERE name = 'work_mem' AND pg_size_bytes(setting || unit) < pg_size_bytes('16MB')";

/// A class of work. Each class has its own connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Readiness and staff.
    Staff,
    /// Public pages whose cost is bounded.
    Public,
    /// Public pages whose cost depends on the client's input: searches, filters, pages far down a list.
    Expensive,
    /// Work without a time limit.
    Unhurried,
}

impl Class {
    const ALL: [Self; 4] = [Self::Staff, Self::Public, Self::Expensive, Self::Unhurried];

    /// The maximum number of connections of the class, for a `DATABASE_POOL_SIZE`.
    pub fn connections(self, pool_size: usize) -> usize {
        match self {
            Self::Public => pool_size,
            // With more connections, the server's processors would be no faster.
            Self::Staff | Self::Expensive => (pool_size / 4).max(4),
            Self::Unhurried => pool_size.div_ceil(2),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Public => "requests",
            Self::Expensive => "expensive",
            Self::Unhurried => "unhurried",
        }
    }
}

/// The maximum number of connections of an instance.
pub fn connections_of_instance(pool_size: usize) -> usize {
    let pools = Class::ALL.map(|class| class.connections(pool_size));
    pools.iter().sum::<usize>() + BESIDE_THE_POOLS
}

/// A handle to the database for a class of work; cheap to clone.
#[derive(Clone)]
pub struct Database {
    lanes: Arc<[Lane; 4]>,
    class: Class,
    endpoints: Arc<Endpoints>,
    expensive_at_once: usize,
}

/// The addresses to connect to.
struct Endpoints {
    /// For requests.
    requests: Endpoint,
    /// For work that needs a session: long work, listening, migrations.
    direct: Endpoint,
    /// Whether the two addresses differ.
    are_two: bool,
}

impl Database {
    /// Prepares the pools; connects only when the first client is requested.
    ///
    /// # Errors
    /// [`DbError::Configuration`] if they can't be built.
    pub fn new(address: impl Into<PostgresAddress>, pool_size: usize) -> Result<Self, DbError> {
        Self::behind_pooler(address.into(), None, pool_size)
    }

    /// Does the same as [`Database::new`]. If there is a direct address, the other one may be a pooler in transaction
    /// mode.
    ///
    /// # Errors
    /// [`DbError::Configuration`] if they can't be built.
    pub fn behind_pooler(
        address: PostgresAddress,
        direct: Option<PostgresAddress>,
        pool_size: usize,
    ) -> Result<Self, DbError> {
        connecting::start()?;
        let are_two = direct.is_some();
        let requests = Endpoint::new(address, set_up);
        let direct =
            direct.map_or_else(|| requests.clone(), |direct| Endpoint::new(direct, set_up));
        let lane = |class: Class| {
            let (endpoint, settings, limits) = match class {
                Class::Unhurried => (&direct, UNHURRIED, None),
                Class::Staff | Class::Public | Class::Expensive => {
                    (&requests, REQUESTS, Some(LIMITS))
                }
            };
            let is_pooled = are_two && class != Class::Unhurried;
            let types = is_pooled.then(ParameterTypes::default);
            let settings = if is_pooled { "" } else { settings };
            let connector = Connector { endpoint: endpoint.clone(), settings };
            let shared = Shared { limits, tls: endpoint.tls.clone(), types };
            Lane::new(class.name(), class.connections(pool_size), connector, shared)
        };
        let [staff, public, expensive, unhurried] = Class::ALL.map(lane);
        Ok(Self {
            lanes: Arc::new([staff?, public?, expensive?, unhurried?]),
            class: Class::Public,
            endpoints: Arc::new(Endpoints { requests, direct, are_two }),
            expensive_at_once: Class::Expensive.connections(pool_size),
        })
    }

    /// The same database on the site's own machine: expensive requests get half of the processors, so that the other half
    /// serves pages from memory, staff and writes.
    #[must_use]
    pub fn sharing(self, processors: usize) -> Self {
        let share = (processors / 2).max(1);
        Self { expensive_at_once: self.expensive_at_once.min(share), ..self }
    }

    /// How many expensive requests the database may work on at once.
    pub fn expensive_at_once(&self) -> usize {
        self.expensive_at_once
    }

    /// The same database for another class of work.
    #[must_use]
    pub fn of(&self, class: Class) -> Self {
        Self { class, ..self.clone() }
    }

    /// Opens the reserved connections of each class. If that fails, they are opened when they are needed.
    pub async fn reserve(&self) {
        drop(join_all(RESERVED.map(|class| self.client_of(class))).await);
    }

    async fn client_of(&self, class: Class) -> Result<Client, DbError> {
        let mut full = None;
        // A class that has no connection when the server accepts no more borrows one.
        let lent = [Class::Public, Class::Expensive].into_iter();
        let lent = lent.filter(|lender| *lender != class && class != Class::Unhurried);
        for class in iter::once(class).chain(lent) {
            let lane = &self.lanes[class as usize];
            match lane.held().await {
                Err(err @ DbError::Full(_)) => full = full.or(Some(err)),
                held => return Ok(Client::new(held?, lane.shared())),
            }
        }
        Err(full.expect("the first class had none"))
    }

    /// Refuses an address that does not keep sessions where one is needed, and addresses of different databases.
    ///
    /// # Errors
    /// [`DbError::Configuration`] says which variable to change; other errors if a server can't be reached.
    pub async fn check_sessions(&self) -> Result<(), DbError> {
        let Endpoints { requests, direct, are_two } = &*self.endpoints;
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

    /// A client for a request of this class. Its statements may take 2.5 seconds outside a transaction, ten within one.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] if none becomes free, too many requests wait, or the server can't be reached.
    pub async fn client(&self) -> Result<Client, DbError> {
        self.client_of(self.class).await
    }

    /// A client for work without a time limit: loads, dumps, maintenance.
    pub async fn unhurried_client(&self) -> Result<Client, DbError> {
        self.client_of(Class::Unhurried).await
    }

    /// The maximum number of connections of a class.
    pub fn connections(&self, class: Class) -> usize {
        self.lanes[class as usize].report().most
    }

    /// Closes the idle connections, and hands out no more.
    pub fn close(&self) {
        self.lanes.iter().for_each(Lane::close);
    }

    /// The state of each class's pool.
    pub fn pools(&self) -> [PoolReport; 4] {
        self.lanes.each_ref().map(Lane::report)
    }

    /// How to connect outside the pools.
    pub(super) fn direct(&self) -> &Endpoint {
        &self.endpoints.direct
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
