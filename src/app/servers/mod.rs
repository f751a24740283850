//! The private PostgreSQL and Redis of a site that was given neither: started with the program and ended with it.
//!
//! One implementation serves the site, its commands and the tests. What `DATABASE_URL` and `REDIS_URL` name is never
//! touched, and nothing here knows what is stored.
//!
//! **Invariant:** the servers end with the program however it ends, SIGKILL included (see `program.rs`).
//! **Invariant:** on a `DATA_DIR` there is one owner of servers (see `lock.rs`).

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
use crate::config::{Config, DatabaseChoice, RedisChoice};
use claim::Claim;
use data_dir::DataDir;
use lock::{Holder, Locks};
use owner::Owner;
use process::Handle;

/// Keeps the servers alive that the configuration left to the program; dropping it ends them.
pub struct Servers {
    database: tokio_postgres::Config,
    redis_url: Option<String>,
    hold: Hold,
}

/// How this program keeps the private servers running.
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
    /// Ends them, and waits until they have ended.
    pub async fn run(&self) {
        self.0.iter().for_each(Handle::begin_stop);
        for server in &self.0 {
            server.ended().await;
        }
    }
}

impl Servers {
    /// Starts what `config` leaves to private servers, or joins those that another program runs on its `DATA_DIR`, and
    /// waits until they answer. The first start on a `DATA_DIR` takes seconds.
    ///
    /// It is to be waited for even when the program is to stop: it then ends what it has started, and soon returns.
    ///
    /// # Errors
    /// [`ServersError`] says what to do. Nothing is left running.
    pub async fn start(config: &Config, role: Role, stop: &Stop) -> Result<Self, ServersError> {
        let binary = match &config.cache.redis {
            RedisChoice::Private => Some(binaries::redis()),
            _ => None,
        };
        let wants_redis = binary.is_some();
        let mut servers =
            Self { database: tokio_postgres::Config::new(), redis_url: None, hold: Hold::Nothing };
        match &config.database.choice {
            DatabaseChoice::Url(database) => servers.database = database.as_ref().clone(),
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
            RedisChoice::Url(url) => servers.redis_url = Some(url.clone()),
            RedisChoice::Off => {
                log::warn!("REDIS_URL=off: pages are cached only in the memory of this program")
            }
            RedisChoice::Private if servers.redis_url.is_none() && wants_redis => {
                warn_of_no_redis(binary)
            }
            RedisChoice::Private => {}
        }
        Ok(servers)
    }

    /// How to connect to PostgreSQL: by the private socket or as `DATABASE_URL` says.
    pub fn database(&self) -> tokio_postgres::Config {
        self.database.clone()
    }

    /// Where Redis is; `None` when it is off or not installed.
    pub fn redis_url(&self) -> Option<String> {
        self.redis_url.clone()
    }

    /// Whether Redis ends with this program.
    pub fn owns_redis(&self) -> bool {
        matches!(&self.hold, Hold::Owner(owner) if owner.runs_redis())
    }

    /// What ends the servers that this program owns, where [`Servers::stop`] can't be called.
    pub fn ending(&self) -> Ending {
        match &self.hold {
            Hold::Owner(owner) => Ending(owner.handles()),
            Hold::Nothing | Hold::Guest { .. } => Ending(Vec::new()),
        }
    }

    /// Ends the servers that this program owns, after the commands that use them are done: a site waits some seconds for them,
    /// a command as long as it takes.
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
            self.database = ready::postgres(data_dir, None, stop).await?;
        }
        if holder.redis && config.cache.redis == RedisChoice::Private {
            self.redis_url = Some(ready::redis(data_dir, None, stop).await?);
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
                    self.database = database;
                }
                self.redis_url = redis_url;
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
