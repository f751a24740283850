//! The base of the site and of every command: servers, database, cache, services.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::available_parallelism;

use sha2::{Digest as _, Sha256};

use super::follower::Follower;
use super::secret_key::secret_key;
use super::servers::{Ending, Role, Servers, ServersError};
use super::stop::Stop;
use super::stoppable::Stoppable;
use super::{background, working};
use crate::cache::{Cache, CacheError, Repair};
use crate::config::{Config, DatabaseConfig, SecretKey};
use crate::db::{Database, DbError, migrations};
use crate::domain::{AreaUnit, Presentation, presentation};
use crate::events::{LogReader, Receiver};
use crate::http::Site;
use crate::mail::Mailer;
use crate::media::{Media, Store, StoreError};
use crate::services::{Loopback, ServiceError, Services};

/// The parts of the program that the site and the commands share.
pub struct Platform {
    /// The configuration that they were made from.
    pub config: Config,
    /// The database.
    pub database: Database,
    /// The cache.
    pub cache: Cache,
    /// The use cases.
    pub services: Services,
    /// The client for the site's requests to itself.
    pub loopback: Loopback,
    servers: Servers,
    follower: Option<Follower>,
    background: Option<Stoppable>,
    worker: Option<Stoppable>,
}

/// Why the program can't start or continue.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A private server failed.
    #[error(transparent)]
    Servers(#[from] ServersError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The cache's configuration can't be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The HTTP server can't listen.
    #[error("can't listen on {0}: {1}. Set HOST and PORT to a free address; PORT=0 picks one.")]
    Listen(String, #[source] std::io::Error),
    /// The HTTP server failed while it was running.
    #[error("the HTTP server failed: {0}")]
    Serve(#[source] std::io::Error),
    /// A use case failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The store of photos can't be used.
    #[error(transparent)]
    Media(#[from] StoreError),
    /// Migrations are missing from a database that is not the program's own.
    #[error(
        "{0} migration(s) are not applied to the database. Run “property-listings migrate” first."
    )]
    NotMigrated(usize),
}

impl Platform {
    /// Starts or joins the servers, and connects all parts. The cache of a site is connected later, by
    /// [`Platform::follow_events`]: the content of Redis is trusted only after the event log has been applied.
    ///
    /// Await this even if the program is to stop, like [`Servers::start`].
    ///
    /// # Errors
    /// If a server can't be started or the configuration can't be used; then nothing is left running. An unreachable
    /// Redis is not an error.
    pub async fn start(
        config: Config,
        role: Role,
        receivers: Vec<Receiver>,
        stop: &Stop,
    ) -> Result<Self, StartError> {
        let is_site = matches!(role, Role::Site);
        let servers = Servers::start(&config, role, stop).await?;
        let (database, cache, media) = match storage(&config, is_site, &servers) {
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
        let office = config.mail.enquiry_to.as_ref().map(|to| to.email.to_string());
        let mail = (mailer(&config), &*config.site.name, office);
        let (data, entries, own) = (database.clone(), cache.clone(), loopback.clone());
        let services = Services::new(data, entries, media, own, mail, receivers);
        let platform = Self {
            config,
            database,
            cache,
            services,
            loopback,
            servers,
            follower: None,
            background: None,
            worker: None,
        };
        if !is_site {
            platform.cache.connect(platform.repair(true)).await;
        }
        Ok(platform)
    }

    /// Connects the cache, applies the events of every program from now on, and samples the cache's figures. The
    /// database must be migrated.
    pub async fn follow_events(&mut self) -> Result<(), StartError> {
        // First: whatever is committed from now on is applied to everything that is read and stored later.
        self.cache.follow_log();
        let reader = LogReader::new(self.database.clone(), self.cache.clone());
        let position = reader.end().await.ok();
        self.cache.connect(self.repair(false)).await;
        self.database.reserve().await;
        let (database, cache) = (self.database.clone(), self.cache.clone());
        let follower = Follower::start(database, cache, position).await;
        self.follower = Some(follower.map_err(StartError::Serve)?);
        self.background = Some(background::start(&self.services));
        Ok(())
    }

    /// Sets the key that signs links, and the origin of absolute links.
    ///
    /// # Errors
    /// If the key can't be read or stored.
    pub fn sign_links(&self, url: &str) -> Result<(), StartError> {
        self.services.links.begin(self.secret_key()?.as_bytes(), url);
        Ok(())
    }

    /// Runs background jobs from now on. The database must be migrated, and [`Self::sign_links`] called.
    pub fn start_worker(&mut self, stop: &Stop) {
        self.worker = Some(working::start(&self.services, &self.config, stop));
    }

    /// The repair that Redis needs before use: applies the event log. A command that has just started has missed
    /// nothing.
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

    /// A handle that ends the private servers when [`Platform::stop`] can't be called.
    pub fn ending(&self) -> Ending {
        self.servers.ending()
    }

    /// Whether Redis ends with this program.
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

    /// Stops everything that was started.
    pub async fn stop(self) {
        // The servers end intentionally, so no warning is logged.
        if let Some(worker) = self.worker {
            worker.stop().await;
        }
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

/// The configured origin of absolute links.
pub(super) fn site_url(config: &Config) -> String {
    Site::origin(&config.site, &config.site.listen)
}

/// The mailer of the site; `None` if no mail is sent.
pub(super) fn mailer(config: &Config) -> Option<Mailer> {
    let url = site_url(config);
    let host = url.split_once("://").map_or(&*url, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default();
    Mailer::new(&config.mail, &config.site.name, host)
}

fn storage(
    config: &Config,
    is_site: bool,
    servers: &Servers,
) -> Result<(Database, Cache, Media), StartError> {
    let DatabaseConfig { direct, pool_size, .. } = &config.database;
    let direct = direct.as_deref().cloned();
    let mut database = Database::behind_pooler(servers.database(), direct, *pool_size)?;
    if config.database.is_private() {
        database = database.sharing(available_parallelism().map_or(1, usize::from));
    }
    let mut cache_config = config.cache.clone();
    if !is_site {
        // A command receives no events, so it would never answer from memory.
        cache_config.memory_bytes = 0;
    }
    presentation_of(config).install();
    // A page shows the name and the units of the site, so those are part of what it was built with.
    cache_config.versions.page.push_str(&fingerprint(presentation()));
    let cache = Cache::new(&cache_config, servers.redis());
    let media = Media::new(Store::open(&config.media)?);
    Ok((database, cache, media))
}

/// How a site presents itself, by its configuration.
fn presentation_of(config: &Config) -> Presentation {
    let Config { site, mail, .. } = config;
    Presentation {
        site_name: site.name.clone(),
        contact_email: site.contact_email.clone(),
        contact_phone: site.contact_phone.clone(),
        currency: site.currency,
        area_unit: match site.area_in_feet {
            true => AreaUnit::SquareFeet,
            false => AreaUnit::SquareMetres,
        },
        time_zone: site.time_zone,
        has_alerts: mail.transport.is_some(),
    }
}

/// A text that differs between presentations; empty for the default.
fn fingerprint(presentation: &Presentation) -> String {
    if *presentation == Presentation::default() {
        return String::new();
    }
    let hash = Sha256::digest(format!("{presentation:?}"));
    hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}
