//! The connection pools.
//!
//! **Invariant:** no request waits for PostgreSQL without a limit: not for a connection, not in the queue for one, not
//! for an answer, even if the server is frozen. Work that takes longer uses [`Database::unhurried_client`].
//!
//! **Invariant:** a connection that is handed out has answered everything that was sent before (see `client`).

use std::iter;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::DbError;
use super::client::Client;
use super::connecting::{self, Connector};
use super::lane::{Lane, PoolReport};
use super::parameter_types::ParameterTypes;
use super::pooler;
use super::watch::{Limits, Shared};
use super::way::Way;
use crate::config::PostgresAddress;

/// How long a peer may be silent on the network, whether something is sent to it or nothing is, before its connection
/// counts as lost or is asked for a sign of life.
const SILENCE: Duration = Duration::from_secs(10);
/// How long a sign of life may take before another one is asked for; the system gives up after [`SILENCE`] or, where it
/// can't count that, a few times.
const SIGN: Duration = Duration::from_secs(5);
/// How long statements may take before the server is asked to end them. Writes may wait for locks, for half as long as
/// that. A server that is silent is given up three seconds after the first statement was sent.
const LIMITS: Limits = Limits {
    reading: Duration::from_millis(2500),
    writing: Duration::from_secs(10),
    grace: Duration::from_millis(500),
};
/// Connections that are opened at the start, so that each class has some when the server takes no more.
const RESERVED: [Class; 4] = [Class::Staff, Class::Staff, Class::Public, Class::Expensive];
/// Connections of an instance beside those of its pools: one listens, one may migrate.
const BESIDE_THE_POOLS: usize = 2;

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

/// A class of work, whose connections no other class takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Readiness and staff.
    Staff,
    /// Public pages whose cost is bounded.
    Public,
    /// Public pages whose cost depends on what a client makes up: searches, filters, pages far down a list.
    Expensive,
    /// Work that takes as long as it takes.
    Unhurried,
}

impl Class {
    const ALL: [Self; 4] = [Self::Staff, Self::Public, Self::Expensive, Self::Unhurried];

    /// How many connections it may have, of a `DATABASE_POOL_SIZE`.
    pub fn connections(self, pool_size: usize) -> usize {
        match self {
            Self::Public => pool_size,
            // The processors of the server would be no faster with more.
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

/// The most connections of an instance.
pub fn connections_of_instance(pool_size: usize) -> usize {
    let pools = Class::ALL.map(|class| class.connections(pool_size));
    pools.iter().sum::<usize>() + BESIDE_THE_POOLS
}

/// A handle to the database, for a class of work; cheap to clone.
#[derive(Clone)]
pub struct Database {
    lanes: Arc<[Lane; 4]>,
    class: Class,
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
        let lane = |class: Class| {
            let (way, settings, limits) = match class {
                Class::Unhurried => (&direct, UNHURRIED, None),
                Class::Staff | Class::Public | Class::Expensive => {
                    (&requests, REQUESTS, Some(LIMITS))
                }
            };
            let is_pooled = are_two && class != Class::Unhurried;
            let types = is_pooled.then(ParameterTypes::default);
            let settings = if is_pooled { "" } else { settings };
            let connector = Connector { way: way.clone(), settings };
            let shared = Shared { limits, tls: way.tls.clone(), types };
            Lane::new(class.name(), class.connections(pool_size), connector, shared)
        };
        let [staff, public, expensive, unhurried] = Class::ALL.map(lane);
        Ok(Self {
            lanes: Arc::new([staff?, public?, expensive?, unhurried?]),
            class: Class::Public,
            ways: Arc::new(Ways { requests, direct, are_two }),
        })
    }

    /// The same database for another class of work.
    #[must_use]
    pub fn of(&self, class: Class) -> Self {
        Self { class, ..self.clone() }
    }

    /// Opens the connections that each class has when the server takes no more; those that can't be opened are opened
    /// when they are needed.
    pub async fn reserve(&self) {
        drop(join_all(RESERVED.map(|class| self.client_of(class))).await);
    }

    async fn client_of(&self, class: Class) -> Result<Client, DbError> {
        let mut full = None;
        // A class that has no connection when the server takes no more borrows one.
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

    /// A client for a request of the handle's class. Its statements may take seconds: 2.5 outside of a transaction, ten in
    /// one.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when none becomes free, too many wait for one, or the server can't be reached.
    pub async fn client(&self) -> Result<Client, DbError> {
        self.client_of(self.class).await
    }

    /// A client for work that takes as long as it takes: loads, dumps, maintenance.
    pub async fn unhurried_client(&self) -> Result<Client, DbError> {
        self.client_of(Class::Unhurried).await
    }

    /// How many connections a class may have.
    pub fn connections(&self, class: Class) -> usize {
        self.lanes[class as usize].report().most
    }

    /// Closes the connections that are not in use, and gives out no more.
    pub fn close(&self) {
        self.lanes.iter().for_each(Lane::close);
    }

    /// The pool of each class.
    pub fn pools(&self) -> [PoolReport; 4] {
        self.lanes.each_ref().map(Lane::report)
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
