//! The locks of a `DATA_DIR`: one program owns its private servers, others use them.
//!
//! Two files in `DATA_DIR` are locked with `flock`, so that the kernel unlocks them however a program ends:
//!
//! * `lock`: the owner holds it exclusively. Its content tells other programs about the owner, see [`Holder`].
//! * `commands.lock`: every command that uses the owner's servers holds it, shared. The owner takes it exclusively
//!   before it stops them.
//!
//! **Invariant:** servers run on a `DATA_DIR` only under its `lock`; a process that holds the lock may end servers that
//! it didn't start.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::Duration;

use super::data_dir::DataDir;
use super::error::ServersError;

/// The pause between two attempts to take a lock.
pub(super) const POLL: Duration = Duration::from_millis(50);

/// Whether a program must own the private servers or may use a running owner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A site: it owns its servers, and a `DATA_DIR` has only one site.
    Site,
    /// A command: it uses the servers of a running owner, and owns them only if there is none.
    Command,
}

/// The state of an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Its servers don't answer yet.
    Starting,
    /// Its servers may be used.
    Ready,
    /// The owner ends its servers as soon as no command uses them.
    Stopping,
}

/// The content of `lock`: its holder. A reader may see a previous holder for a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) pid: u32,
    pub(super) role: Role,
    pub(super) phase: Phase,
    /// Whether it runs a private PostgreSQL.
    pub(super) postgres: bool,
    /// Whether it runs a private Redis.
    pub(super) redis: bool,
}

const ROLES: [(Role, &str); 2] = [(Role::Site, "site"), (Role::Command, "command")];
const PHASES: [(Phase, &str); 3] =
    [(Phase::Starting, "starting"), (Phase::Ready, "ready"), (Phase::Stopping, "stopping")];

fn name_of<T: PartialEq>(names: &[(T, &'static str)], value: &T) -> &'static str {
    let found = names.iter().find(|(other, _)| other == value);
    found.map_or("", |(_, name)| name)
}

fn named<T: Copy>(names: &[(T, &str)], text: &str) -> Option<T> {
    let found = names.iter().find(|(_, name)| *name == text);
    found.map(|(value, _)| *value)
}

impl Holder {
    /// This process, before it starts its servers.
    pub(super) fn starting(role: Role) -> Self {
        Self {
            pid: std::process::id(),
            role,
            phase: Phase::Starting,
            postgres: false,
            redis: false,
        }
    }

    /// Whether a second site must not wait until this holder ends.
    pub(super) fn refuses_sites(&self) -> bool {
        self.role == Role::Site && self.phase != Phase::Stopping
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.strip_suffix('\n')?.split(' ');
        let pid = words.next()?.parse().ok()?;
        let role = named(&ROLES, words.next()?)?;
        let phase = named(&PHASES, words.next()?)?;
        let servers: Vec<&str> = words.collect();
        Some(Self {
            pid,
            role,
            phase,
            postgres: servers.contains(&"postgres"),
            redis: servers.contains(&"redis"),
        })
    }

    fn text(&self) -> String {
        let mut words = vec![
            self.pid.to_string(),
            name_of(&ROLES, &self.role).to_owned(),
            name_of(&PHASES, &self.phase).to_owned(),
        ];
        words.extend(self.postgres.then(|| "postgres".to_owned()));
        words.extend(self.redis.then(|| "redis".to_owned()));
        words.join(" ") + "\n"
    }
}

/// The two files.
#[derive(Debug)]
pub(super) struct Locks {
    owner: File,
    commands: File,
    path: PathBuf,
    commands_path: PathBuf,
}

impl Locks {
    /// Opens both files without locking them.
    pub(super) fn open(data_dir: &DataDir) -> Result<Self, ServersError> {
        let open = |path: &PathBuf| {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).mode(0o600);
            options.open(path).map_err(ServersError::data_dir(path))
        };
        let (path, commands_path) = (data_dir.join("lock"), data_dir.join("commands.lock"));
        Ok(Self { owner: open(&path)?, commands: open(&commands_path)?, path, commands_path })
    }

    /// Tries to become the owner.
    pub(super) fn try_own(&mut self, role: Role) -> Result<bool, ServersError> {
        let owned = taken(self.owner.try_lock()).map_err(ServersError::data_dir(&self.path))?;
        if owned {
            self.announce(&Holder::starting(role))?;
        }
        Ok(owned)
    }

    /// Writes the owner's state for other programs.
    pub(super) fn announce(&mut self, holder: &Holder) -> Result<(), ServersError> {
        let text = holder.text();
        let write = self
            .owner
            .rewind()
            .and_then(|()| self.owner.set_len(0))
            .and_then(|()| self.owner.write_all(text.as_bytes()));
        write.map_err(ServersError::data_dir(&self.path))
    }

    /// Reads who owns the directory; `None` if the file does not say.
    pub(super) fn holder(&mut self) -> Result<Option<Holder>, ServersError> {
        let mut text = String::new();
        let read = self.owner.rewind().and_then(|()| self.owner.read_to_string(&mut text));
        match read {
            Err(err) if err.kind() != std::io::ErrorKind::InvalidData => {
                Err(ServersError::data_dir(&self.path)(err))
            }
            _ => Ok(Holder::parse(&text)),
        }
    }

    /// For a command: prevents the owner from stopping its servers until [`Self::leave`] or until this is dropped.
    pub(super) fn try_join(&self) -> Result<bool, ServersError> {
        taken(self.commands.try_lock_shared()).map_err(ServersError::data_dir(&self.commands_path))
    }

    /// Undoes [`Self::try_join`].
    pub(super) fn leave(&self) -> Result<(), ServersError> {
        let unlocked = self.commands.unlock();
        unlocked.map_err(ServersError::data_dir(&self.commands_path))
    }

    /// For the owner: waits at most `limit` until no command uses the servers, and prevents new ones from joining.
    pub(super) async fn wait_for_commands(&self, limit: Option<Duration>) -> bool {
        let start = tokio::time::Instant::now();
        let mut told = false;
        loop {
            match taken(self.commands.try_lock()) {
                Ok(true) => return true,
                Ok(false) => {}
                Err(err) => {
                    log::warn!("can't lock {}: {err}", self.commands_path.display());
                    return false;
                }
            }
            if limit.is_some_and(|limit| start.elapsed() >= limit) {
                return false;
            }
            if !told && start.elapsed() > Duration::from_secs(1) {
                told = true;
                log::info!("waiting for commands that still use the private servers");
            }
            tokio::time::sleep(POLL).await;
        }
    }
}

fn taken(outcome: Result<(), TryLockError>) -> std::io::Result<bool> {
    match outcome {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(err)) => Err(err),
    }
}
