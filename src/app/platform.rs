//! The base of the site and of every command: servers, database, cache, services.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::background::Background;
use super::follower::Follower;
use super::secret_key::secret_key;
use super::servers::{Ending, Role, Servers, ServersError};
use super::stop::Stop;
use crate::cache::{Cache, CacheError, Repair};
use crate::config::{Config, DatabaseConfig, SecretKey};
use crate::db::{Database, DbError, migrations};
use crate::events::{LogReader, Receiver};
use crate::services::{Loopback, ServiceError, Services};

/// The started parts of the program.
pub struct Platform {
    /// The configuration that they were made from.
    pub config: Config,
    /// The database.
    pub database: Database,
    /// The cache.
    pub cache: Cache,
    /// The use cases.
    pub services: Services,
    /// The client for requests of the site to itself.
    pub loopback: Loopback,
    servers: Servers,
    follower: Option<Follower>,
    background: Option<Background>,
}

/// Why the program can't start or continue.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A private server.
    #[error(transparent)]
    Servers(#[from] ServersError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The cache's configuration.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The HTTP server.
    #[error("can't listen on {0}: {1}. Set HOST and PORT to a free address; PORT=0 picks one.")]
    Listen(String, #[source] std::io::Error),
    /// The HTTP server, while it was running.
    #[error("the HTTP server failed: {0}")]
    Serve(#[source] std::io::Error),
    /// A use case.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// Migrations are missing from a database that is not the program's own.
    #[error(
        "{0} migration(s) are not applied to the database. Run “property-listings migrate” first."
    )]
    NotMigrated(usize),
}

impl Platform {
    /// Starts or joins the servers, and wires everything. A site's cache is connected later, by
    /// [`Platform::follow_events`]: what Redis holds can only be trusted once the event log has been applied.
    ///
    /// It is to be waited for even when the program is to stop, like [`Servers::start`].
    ///
    /// # Errors
    /// When a server can't be started or the configuration can't be used; then nothing is left running. An unreachable
    /// Redis is no error.
    pub async fn start(
        config: Config,
        role: Role,
        receivers: Vec<Receiver>,
        stop: &Stop,
    ) -> Result<Self, StartError> {
        let is_site = matches!(role, Role::Site);
        let servers = Servers::start(&config, role, stop).await?;
        let (database, cache) = match storage(&config, is_site, &servers) {
            Ok(storage) => storage,
            Err(err) => {
                servers.stop().await;
                return Err(err);
            }
        };
        if !config.database.is_private()
            && let Err(err @ DbError::Configuration(_)) = Box::pin(database.check_sessions()).await
        {
            database.close();
            servers.stop().await;
            return Err(err.into());
        }
        let loopback = Loopback::new(config.site.allowed_hosts.any_name());
        let services = Services::new(database.clone(), cache.clone(), loopback.clone(), receivers);
        let platform = Self {
            config,
            database,
            cache,
            services,
            loopback,
            servers,
            follower: None,
            background: None,
        };
        if !is_site {
            platform.cache.connect(platform.repair(true)).await;
        }
        Ok(platform)
    }

    /// Connects the cache, applies the events of every program from now on, and keeps the cache's history. The database
    /// has to be migrated.
    pub async fn follow_events(&mut self) -> Result<(), StartError> {
        // Before anything is read that may be kept: what is committed from now on is applied to it.
        self.cache.follow_log();
        let reader = LogReader::new(self.database.clone(), self.cache.clone());
        let position = reader.end().await.ok();
        self.cache.connect(self.repair(false)).await;
        self.database.reserve().await;
        let (database, cache) = (self.database.clone(), self.cache.clone());
        let follower = Follower::start(database, cache, position).await;
        self.follower = Some(follower.map_err(StartError::Serve)?);
        let retention = self.config.database.event_retention_days;
        self.background = Some(Background::start(&self.services, retention));
        Ok(())
    }

    /// The repair of Redis before its use: applies the event log. A command that has only just started has missed nothing.
    fn repair(&self, skip_first: bool) -> Repair {
        let reader = LogReader::new(self.database.clone(), self.cache.clone());
        let skip = Arc::new(AtomicBool::new(skip_first));
        Arc::new(move || {
            let (reader, skip) = (reader.clone(), skip.clone());
            Box::pin(async move {
                match skip.swap(false, Ordering::Relaxed) {
                    true => Ok(()),
                    false => Ok(reader.repair().await?),
                }
            })
        })
    }

    /// A handle that ends the private servers if [`Platform::stop`] can't be called.
    pub fn ending(&self) -> Ending {
        self.servers.ending()
    }

    /// Whether Redis, and what it holds, ends with this program.
    pub fn owns_redis(&self) -> bool {
        self.servers.owns_redis()
    }

    /// The key that signs sessions.
    pub fn secret_key(&self) -> Result<SecretKey, StartError> {
        Ok(secret_key(&self.config)?)
    }

    /// Migrates a private database; for any other database, checks that it is migrated.
    pub async fn require_migrated(&self) -> Result<(), StartError> {
        if self.config.database.is_private() {
            migrations::migrate(&self.database).await?;
            return Ok(());
        }
        let list = migrations::list(&self.database).await?;
        match list.iter().filter(|migration| !migration.applied).count() {
            0 => Ok(()),
            missing => Err(StartError::NotMigrated(missing)),
        }
    }

    /// Stops what was started.
    pub async fn stop(self) {
        // The shutdown of the servers is intended, so no warning is logged.
        if let Some(follower) = self.follower {
            follower.stop().await;
        }
        if let Some(background) = self.background {
            background.stop().await;
        }
        self.database.close();
        self.servers.stop().await;
    }
}

fn storage(
    config: &Config,
    is_site: bool,
    servers: &Servers,
) -> Result<(Database, Cache), StartError> {
    let DatabaseConfig { direct, pool_size, .. } = &config.database;
    let direct = direct.as_deref().cloned();
    let database = Database::behind_pooler(servers.database(), direct, *pool_size)?;
    let mut cache_config = config.cache.clone();
    if !is_site {
        // A command receives no events, so it would never answer from memory.
        cache_config.memory_bytes = 0;
    }
    let cache = Cache::new(&cache_config, servers.redis(), env!("BUILD_ID"));
    Ok((database, cache))
}
