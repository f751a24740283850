//! The owner of private servers: starts them in order, tells others of them, and ends them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::account::Account;
use super::connect;
use super::data_dir::DataDir;
use super::error::ServersError;
use super::lock::{Holder, Locks, Phase, Role};
use super::postgres::{self, Cluster};
use super::process::{Handle, Supervised};
use super::ready;
use super::redis::{self, Store};
use crate::app::stop::Stop;

/// How long after a site was asked to stop commands may use its servers. They are cut off then, because service managers
/// kill a site that doesn't end.
const SITE_PATIENCE: Duration = Duration::from_secs(6);

/// The servers are declared before the locks, so that a drop ends them before others may start theirs.
pub(super) struct Owner {
    postgres: Option<Supervised>,
    redis: Option<Supervised>,
    locks: Locks,
    state: Holder,
    data_dir: DataDir,
    stop: Stop,
}

impl Owner {
    /// An owner of no servers yet, who holds the lock.
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

    /// What ends the servers from elsewhere.
    pub(super) fn handles(&self) -> Vec<Handle> {
        let running = self.postgres.iter().chain(&self.redis);
        running.map(Supervised::handle).collect()
    }

    pub(super) fn runs_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    pub(super) fn runs_redis(&self) -> bool {
        self.redis.is_some()
    }

    /// Starts PostgreSQL if it is wanted and Redis if its program is given, and waits until they answer.
    ///
    /// Returns the directory of their sockets. After an error [`Self::stop`] is still to be called.
    pub(super) async fn start(
        &mut self,
        postgres: bool,
        redis: Option<PathBuf>,
    ) -> Result<PathBuf, ServersError> {
        let (data_dir, stop) = (self.data_dir.clone(), self.stop.clone());
        let prepared = blocking(move || prepare(&data_dir, postgres, redis, &stop)).await??;
        let sockets = prepared.sockets;
        if let Some(cluster) = prepared.cluster {
            self.postgres = Some(supervise(postgres::NAME, cluster, Cluster::spawn).await?);
        }
        if let Some(store) = prepared.store {
            self.redis = Some(supervise(redis::NAME, store, Store::spawn).await?);
        }
        if self.runs_postgres() {
            let config = connect::postgres(&sockets);
            let (log, answer) = (self.data_dir.join(postgres::LOG), async || {
                connect::postgres_answers(&config).await
            });
            let server = self.postgres.as_ref();
            ready::wait(postgres::NAME, &log, server, &self.stop, answer).await?;
        }
        if self.runs_redis() {
            let url = connect::redis(&sockets);
            let (log, answer) =
                (self.data_dir.join(redis::LOG), async || connect::redis_answers(&url).await);
            let server = self.redis.as_ref();
            ready::wait(redis::NAME, &log, server, &self.stop, answer).await?;
        }
        self.state.postgres = self.runs_postgres();
        self.state.redis = self.runs_redis();
        self.state.phase = Phase::Ready;
        self.locks.announce(&self.state)?;
        Ok(sockets)
    }

    /// Ends the servers after the commands that use them.
    pub(super) async fn stop(mut self) {
        if self.state.phase == Phase::Ready {
            self.let_commands_finish().await;
        }
        let running: Vec<Supervised> =
            self.postgres.take().into_iter().chain(self.redis.take()).collect();
        running.iter().for_each(Supervised::begin_stop);
        for server in running {
            server.stop().await;
        }
        self.data_dir.remove_outside_sockets();
    }

    async fn let_commands_finish(&mut self) {
        match self.state.role {
            Role::Site => {
                // Said first, so that new commands wait for the end instead of prolonging it.
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

struct Prepared {
    sockets: PathBuf,
    cluster: Option<Cluster>,
    store: Option<Store>,
}

fn prepare(
    data_dir: &DataDir,
    postgres: bool,
    redis: Option<PathBuf>,
    stop: &Stop,
) -> Result<Prepared, ServersError> {
    let account = Account::choose(&data_dir.postgres())?;
    data_dir.admit(&account)?;
    let sockets = data_dir.create_sockets(&account)?;
    let cluster = postgres.then(|| Cluster::prepare(data_dir, &account, &sockets, stop));
    let store = redis.map(|binary| Store::prepare(binary, data_dir, &account, &sockets, stop));
    Ok(Prepared { cluster: cluster.transpose()?, store: store.transpose()?, sockets })
}

async fn supervise<T: Send + Sync + 'static>(
    name: &'static str,
    server: T,
    spawn: fn(&T) -> Result<std::process::Child, ServersError>,
) -> Result<Supervised, ServersError> {
    let server = Arc::new(server);
    blocking(move || Supervised::start(name, move || spawn(&server))).await?
}

/// Runs what waits for files and processes where it holds up no other task.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ServersError> {
    tokio::task::spawn_blocking(work).await.map_err(|err| ServersError::Run {
        program: "the start of the private servers".to_owned(),
        source: std::io::Error::other(err),
    })
}
