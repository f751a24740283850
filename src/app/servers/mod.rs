//! Private PostgreSQL and Redis servers for a site without configured ones: started and ended with the program.
//!
//! The site, its commands and the tests use the same code. Servers of `DATABASE_URL` and `REDIS_URL` are never changed,
//! and this module does not know what is stored.
//!
//! **Invariant:** the servers end with the program however it ends, even by SIGKILL (see `program.rs`).
//! **Invariant:** a `DATA_DIR` has one owner of servers (see `lock.rs`).

mod account;
mod binaries;
mod claim;
pub(crate) mod data_dir;
mod error;
mod lock;
mod owner;
mod postgres;
mod process;
mod program;
mod ready;
mod redis;
mod server;

use std::path::PathBuf;

pub use binaries::psql;
pub use error::ServersError;
pub use lock::Role;

use crate::app::stop::Stop;
use crate::config::{Config, DatabaseChoice, PostgresAddress, RedisAddress, RedisChoice};
use claim::Claim;
use data_dir::DataDir;
use lock::{Holder, Locks};
use owner::Owner;
use process::Handle;

/// Keeps the private servers running; dropping it ends them.
pub struct Servers {
    /// `None` until the private server has started.
    database: Option<PostgresAddress>,
    redis: Option<RedisAddress>,
    hold: Hold,
}

/// How this program relates to the private servers.
enum Hold {
    /// There are no private servers.
    Nothing,
    /// Another program runs them, and doesn't stop them while these locks are held.
    Guest { _locks: Box<Locks> },
    /// This program runs them.
    Owner(Box<Owner>),
}

/// Stops a program's servers immediately, even while the program is busy.
#[derive(Clone)]
pub struct Ending(Vec<Handle>);

impl Ending {
    /// Ends the servers, and waits until they have ended.
    pub async fn run(&self) {
        self.0.iter().for_each(Handle::begin_stop);
        for server in &self.0 {
            server.ended().await;
        }
    }
}

impl Servers {
    /// Starts the private servers that `config` needs, or joins another program's on its `DATA_DIR`, and waits until
    /// they answer. The first start on a `DATA_DIR` takes seconds.
    ///
    /// Await this even if the program is to stop: it then ends what it has started, and returns soon.
    ///
    /// # Errors
    /// [`ServersError`] with the remedy. Nothing is left running.
    pub async fn start(config: &Config, role: Role, stop: &Stop) -> Result<Self, ServersError> {
        let binary = match &config.cache.redis {
            RedisChoice::Private => Some(binaries::redis()),
            _ => None,
        };
        let wants_redis = binary.is_some();
        let mut servers = Self { database: None, redis: None, hold: Hold::Nothing };
        match &config.database.choice {
            DatabaseChoice::Url(database) => {
                servers.database = Some(database.as_ref().clone());
            }
            DatabaseChoice::Private => {}
        }
        let can_redis = matches!(binary, Some(Ok(_)));
        if config.database.is_private() || can_redis {
            let data_dir = DataDir::open(&config.data_dir)?;
            match claim::claim(&data_dir, role, config.database.is_private(), stop).await? {
                Claim::Guest(locks, holder) => {
                    servers.join(config, &data_dir, locks, &holder, stop).await?
                }
                Claim::Owner(locks) => {
                    let owner = Owner::new(locks, role, data_dir, stop);
                    let binary = binary.clone().and_then(Result::ok);
                    servers.own(owner, config.database.is_private(), binary).await?;
                }
            }
        }
        match &config.cache.redis {
            RedisChoice::Url(address) => servers.redis = Some(address.as_ref().clone()),
            RedisChoice::Off => {
                log::warn!("REDIS_URL=off: pages are cached only in the memory of this program")
            }
            RedisChoice::Private if servers.redis.is_none() && wants_redis => {
                warn_of_no_redis(binary)
            }
            RedisChoice::Private => {}
        }
        Ok(servers)
    }

    /// The address of PostgreSQL: the private socket or `DATABASE_URL`.
    pub fn database(&self) -> PostgresAddress {
        self.database.clone().expect("it is started, or configured")
    }

    /// The address of Redis; `None` if it is off or not installed.
    pub fn redis(&self) -> Option<&RedisAddress> {
        self.redis.as_ref()
    }

    /// Whether Redis ends with this program.
    pub fn owns_redis(&self) -> bool {
        matches!(&self.hold, Hold::Owner(owner) if owner.runs_redis())
    }

    /// A handle that ends this program's servers when [`Servers::stop`] can't be called.
    pub fn ending(&self) -> Ending {
        match &self.hold {
            Hold::Owner(owner) => Ending(owner.handles()),
            Hold::Nothing | Hold::Guest { .. } => Ending(Vec::new()),
        }
    }

    /// Ends this program's servers after the commands that use them are done: a site waits a few seconds for them, a
    /// command without limit.
    pub async fn stop(mut self) {
        if let Hold::Owner(owner) = std::mem::replace(&mut self.hold, Hold::Nothing) {
            owner.stop().await;
        }
    }

    async fn join(
        &mut self,
        config: &Config,
        data_dir: &DataDir,
        locks: Locks,
        holder: &Holder,
        stop: &Stop,
    ) -> Result<(), ServersError> {
        if config.database.is_private() {
            self.database = Some(ready::postgres(data_dir, None, stop).await?.into());
        }
        if holder.redis && matches!(config.cache.redis, RedisChoice::Private) {
            self.redis = Some(local(&ready::redis(data_dir, None, stop).await?));
        }
        self.hold = Hold::Guest { _locks: Box::new(locks) };
        Ok(())
    }

    async fn own(
        &mut self,
        mut owner: Owner,
        postgres: bool,
        redis: Option<PathBuf>,
    ) -> Result<(), ServersError> {
        match owner.start(postgres, redis).await {
            Ok((database, redis_url)) => {
                if let Some(database) = database {
                    self.database = Some(database.into());
                }
                self.redis = redis_url.as_deref().map(local);
                self.hold = Hold::Owner(Box::new(owner));
                Ok(())
            }
            Err(err) => {
                owner.stop().await;
                Err(err)
            }
        }
    }
}

/// The address of a private Redis.
fn local(url: &str) -> RedisAddress {
    RedisAddress::parse(url, None).expect("it is that of a socket")
}

fn warn_of_no_redis(binary: Option<Result<PathBuf, String>>) {
    let reason = match binary {
        Some(Err(reason)) => reason,
        _ => "the program that uses DATA_DIR runs no Redis".to_owned(),
    };
    log::warn!(
        "no Redis ({reason}): pages are cached only in the memory of this program. Install Redis (Debian, \
        Ubuntu: apt-get install redis-server; \
         macOS: brew install redis), set REDIS_URL to a running server, or set REDIS_URL=off"
    );
}
