//! The running web site.

use actix_web::dev::{Server, ServerHandle};

use super::draining::Draining;
use super::listener::{Listener, ListenerShutdown};
use super::platform::{Platform, StartError};
use super::servers::{Role, ServersError};
use super::serving::serve;
use super::stop::Stop;
use crate::config::{Config, Listen};
use crate::db::migrations;
use crate::events::Receiver;
use crate::http::Site;

/// A site that listens, but does not serve yet.
pub struct Application {
    platform: Platform,
    server: Server,
    shutdown: ListenerShutdown,
    address: Listen,
    url: String,
}

impl Application {
    /// Starts all parts and listens. Await this even if the program is to stop, like
    /// [`crate::app::servers::Servers::start`].
    ///
    /// # Errors
    /// If something can't be started, or the program is to stop; then nothing is left running.
    pub async fn build(
        config: Config,
        migrate: bool,
        receivers: Vec<Receiver>,
        stop: &Stop,
    ) -> Result<Self, StartError> {
        let listen = config.site.listen.clone();
        let in_vain = |source| StartError::Listen(listen.to_string(), source);
        let listener = Listener::open(&listen);
        // A second site on the same DATA_DIR gets an error, even with another port.
        let mut platform = Platform::start(config, Role::Site, receivers, stop).await?;
        let listening = async {
            // An earlier run that was killed may have held the port until now.
            let listener = listener.or_else(|_| Listener::open(&listen));
            let listener = listener.map_err(in_vain)?;
            if migrate {
                for name in migrations::migrate(&platform.database).await? {
                    log::info!("applied migration {name}");
                }
            }
            platform.follow_events().await?;
            let address = listener.address().map_err(in_vain)?;
            let shutdown = listener.shutdown().map_err(in_vain)?;
            let (key, config) = (platform.secret_key()?, &platform.config.site);
            let site = Site::new(config, &key, &address);
            let url = site.url.clone();
            platform.sign_links(&url)?;
            if platform.config.worker {
                platform.start_worker(stop);
            }
            let server = serve(&platform, listener, site).map_err(in_vain)?;
            Ok((server, shutdown, address, url))
        };
        let listening = tokio::select! {
            listening = listening => listening,
            () = stop.asked() => Err(ServersError::Interrupted.into()),
        };
        match listening {
            Ok((server, shutdown, address, url)) => {
                Ok(Self { platform, server, shutdown, address, url })
            }
            Err(err) => {
                platform.stop().await;
                Err(err)
            }
        }
    }

    /// The address that it listens on.
    pub fn address(&self) -> &Listen {
        &self.address
    }

    /// The origin of its absolute links.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The servers, pools and services of this site.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// A handle that stops it from elsewhere.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// The parts that end the site without disturbing its clients.
    pub(super) fn draining(&self) -> Draining {
        Draining {
            services: self.platform.services.clone(),
            server: self.server.handle(),
            shutdown: self.shutdown.clone(),
            servers: self.platform.ending(),
            unready: self.platform.config.site.drain,
        }
    }

    /// Serves until the site is stopped, then stops the servers that it started. Requests in flight are finished.
    pub async fn run_until_stopped(self) -> Result<(), StartError> {
        let Self { platform, server, shutdown, .. } = self;
        let result = server.await.map_err(StartError::Serve);
        // Otherwise it would keep the socket open.
        drop(shutdown);
        platform.stop().await;
        result
    }
}
