//! The private Redis (or Valkey): a bounded cache that keeps nothing on disk.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use super::account::Account;
use super::connect::REDIS_SOCKET;
use super::data_dir::{DataDir, first_line, private_dir, remove_stale};
use super::error::ServersError;
use super::orphan;
use super::program::Program;
use crate::app::stop::Stop;

pub(super) const NAME: &str = "Redis";
pub(super) const LOG: &str = "redis.log";

const PID_FILE: &str = "redis.pid";

/// What differs from Redis's defaults: no port, no persistence, and least recently used entries make room.
const SETTINGS: [(&str, &str); 8] = [
    ("--port", "0"),
    ("--unixsocketperm", "700"),
    ("--save", ""),
    ("--appendonly", "no"),
    ("--maxmemory", "256mb"),
    ("--maxmemory-policy", "allkeys-lru"),
    ("--daemonize", "no"),
    ("--dir", "./"),
];

/// A Redis that can be started.
pub(super) struct Store {
    binary: PathBuf,
    account: Account,
    directory: PathBuf,
    sockets: PathBuf,
    log: PathBuf,
    stop: Stop,
}

impl Store {
    /// Creates the server's working directory.
    pub(super) fn prepare(
        binary: PathBuf,
        data_dir: &DataDir,
        account: &Account,
        sockets: &Path,
        stop: &Stop,
    ) -> Result<Self, ServersError> {
        let directory = data_dir.join("redis");
        private_dir(&directory, account)?;
        Ok(Self {
            binary,
            account: account.clone(),
            directory,
            sockets: sockets.to_owned(),
            log: data_dir.log(LOG)?,
            stop: stop.clone(),
        })
    }

    /// Starts the server after ending what an earlier run may have left.
    pub(super) fn spawn(&self) -> Result<Child, ServersError> {
        self.recover()?;
        let mut command = vec![self.binary.clone().into_os_string()];
        let settings = SETTINGS.iter().flat_map(|(name, value)| [name, value]);
        command.extend(settings.map(OsString::from));
        for (name, file) in [("--unixsocket", REDIS_SOCKET), ("--pidfile", PID_FILE)] {
            command.extend([OsString::from(name), self.sockets.join(file).into_os_string()]);
        }
        let program = Program {
            command,
            variables: Vec::new(),
            signal: "TERM",
            directory: self.directory.clone(),
            log: self.log.clone(),
            account: self.account.clone(),
        };
        program.spawn()
    }

    fn recover(&self) -> Result<(), ServersError> {
        let pid_file = self.sockets.join(PID_FILE);
        let pid = first_line(&pid_file).and_then(|line| line.parse().ok());
        if let Some(pid) = pid
            && let Some(line) = orphan::command_line(pid)
            && self.is_this_server(&line)
        {
            let (polite, rude) = (Duration::from_secs(10), Duration::from_secs(5));
            orphan::end(NAME, pid, &[("TERM", polite), ("KILL", rude)], &self.stop)?;
        }
        remove_stale(&self.sockets.join(REDIS_SOCKET))?;
        remove_stale(&pid_file)
    }

    /// Since version 7 the server's title names its socket; before that moment its command line does.
    fn is_this_server(&self, line: &str) -> bool {
        let names = ["redis-server", "valkey-server"];
        let socket = self.sockets.join(REDIS_SOCKET).display().to_string();
        names.contains(&orphan::program_name(line)) && line.contains(&socket)
    }
}
