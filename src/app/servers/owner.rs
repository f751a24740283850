//! The owner of private servers: starts them in order, announces them to other programs, and ends them.

use std::path::PathBuf;
use std::time::Duration;

use super::account::Account;
use super::data_dir::DataDir;
use super::error::ServersError;
use super::lock::{Holder, Locks, Phase, Role};
use super::process::{Handle, Supervised};
use super::{postgres, ready, redis};
use crate::app::stop::Stop;

/// How long commands may still use a site's servers after the site was asked to stop. It is limited because service
/// managers kill a site that doesn't end.
const SITE_PATIENCE: Duration = Duration::from_secs(6);

/// The servers are declared before the locks, so that a drop ends the servers before other programs can start theirs.
pub(super) struct Owner {
    postgres: Option<Supervised>,
    redis: Option<Supervised>,
    locks: Locks,
    state: Holder,
    data_dir: DataDir,
    stop: Stop,
}

impl Owner {
    /// An owner that holds the lock and has no servers yet.
    pub(super) fn new(locks: Locks, role: Role, data_dir: DataDir, stop: &Stop) -> Self {
        Self {
            postgres: None,
            redis: None,
            locks,
            state: Holder::starting(role),
            data_dir,
            stop: stop.clone(),
        }
    }

    /// Handles that end the servers from elsewhere.
    pub(super) fn handles(&self) -> Vec<Handle> {
        let running = self.postgres.iter().chain(&self.redis);
        running.map(Supervised::handle).collect()
    }

    pub(super) fn runs_redis(&self) -> bool {
        self.redis.is_some()
    }

    /// Starts PostgreSQL if it is wanted, and Redis if its program is given, and waits until they answer.
    ///
    /// Returns the address of each. Call [`Self::stop`] even after an error.
    pub(super) async fn start(
        &mut self,
        wants_postgres: bool,
        redis_binary: Option<PathBuf>,
    ) -> Result<(Option<tokio_postgres::Config>, Option<String>), ServersError> {
        let (data_dir, stop) = (&self.data_dir, &self.stop);
        let account = Account::choose(&data_dir.postgres())?;
        data_dir.admit(&account)?;
        let sockets = data_dir.create_sockets(&account)?;
        if wants_postgres {
            let server = postgres::prepare(data_dir, &account, &sockets, stop).await?;
            self.postgres = Some(Supervised::start(server).await?);
        }
        if let Some(binary) = redis_binary {
            let server = redis::prepare(binary, data_dir, &account, &sockets, stop)?;
            self.redis = Some(Supervised::start(server).await?);
        }
        let (mut database, mut redis_url) = (None, None);
        if let Some(server) = &self.postgres {
            database = Some(ready::postgres(data_dir, Some(server), stop).await?);
        }
        if let Some(server) = &self.redis {
            redis_url = Some(ready::redis(data_dir, Some(server), stop).await?);
        }
        self.state.postgres = self.postgres.is_some();
        self.state.redis = self.redis.is_some();
        self.state.phase = Phase::Ready;
        self.locks.announce(&self.state)?;
        Ok((database, redis_url))
    }

    /// Ends the servers after the commands that use them.
    pub(super) async fn stop(mut self) {
        if self.state.phase == Phase::Ready {
            self.let_commands_finish().await;
        }
        let handles = self.handles();
        handles.iter().for_each(Handle::begin_stop);
        for server in handles {
            server.ended().await;
        }
        self.data_dir.remove_outside_sockets();
    }

    async fn let_commands_finish(&mut self) {
        match self.state.role {
            Role::Site => {
                // Announced first, so that new commands wait for the end instead of delaying it.
                self.state.phase = Phase::Stopping;
                if let Err(err) = self.locks.announce(&self.state) {
                    log::warn!("{err}");
                }
                let patience = SITE_PATIENCE.saturating_sub(self.stop.elapsed());
                if !self.locks.wait_for_commands(Some(patience)).await {
                    log::warn!("stopping the private servers although a command still uses them");
                }
            }
            Role::Command => {
                self.locks.wait_for_commands(None).await;
            }
        }
    }
}
