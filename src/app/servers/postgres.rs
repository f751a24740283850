//! The private PostgreSQL: created once, then started from what is below `DATA_DIR`.
//!
//! **Invariant:** `DATA_DIR/postgres` is complete whenever it exists: `initdb` works beside it, and its result is renamed.
//!
//! `postmaster.pid` is never removed. PostgreSQL recovers from a stale one by itself, and finds by it whether processes of
//! a killed server still write to the data.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::time::Duration;

use super::account::Account;
use super::binaries::{self, Postgres};
use super::connect::DATABASE;
use super::data_dir::{DataDir, first_line, private_dir, remove_stale};
use super::error::ServersError;
use super::orphan;
use super::program::Program;
use super::ready;
use crate::app::stop::Stop;

pub(super) const NAME: &str = "PostgreSQL";
pub(super) const LOG: &str = "postgres.log";
/// How often a running `initdb` is looked at.
const POLL: Duration = Duration::from_millis(20);

/// What differs from PostgreSQL's defaults. The connections are for several commands beside a site with a large pool;
/// compiling queries (`jit`) takes longer than the site's queries run.
const SETTINGS: [&str; 9] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "port=5432",
    "max_connections=200",
    "shared_buffers=128MB",
    "jit=off",
    "logging_collector=off",
    "log_timezone=UTC",
    "timezone=UTC",
];

/// A data directory with the programs that fit it.
pub(super) struct Cluster {
    binaries: Postgres,
    account: Account,
    data: PathBuf,
    sockets: PathBuf,
    log: PathBuf,
    stop: Stop,
}

impl Cluster {
    /// Finds the programs and creates the data where there are none. Takes seconds the first time.
    pub(super) fn prepare(
        data_dir: &DataDir,
        account: &Account,
        sockets: &Path,
        stop: &Stop,
    ) -> Result<Self, ServersError> {
        let data = data_dir.postgres();
        let major = major_version(&data)?;
        let cluster = Self {
            binaries: binaries::postgres(major.map(|major| (major, data.as_path())))?,
            account: account.clone(),
            data,
            sockets: sockets.to_owned(),
            log: data_dir.log(LOG)?,
            stop: stop.clone(),
        };
        if major.is_none() {
            cluster.create(data_dir)?;
        }
        Ok(cluster)
    }

    fn create(&self, data_dir: &DataDir) -> Result<(), ServersError> {
        log::info!(
            "creating a private PostgreSQL {} in {}",
            self.binaries.major,
            self.data.display()
        );
        remove_interrupted(data_dir)?;
        let new = data_dir.join(&format!("postgres.new-{}", std::process::id()));
        private_dir(&new, &self.account)?;
        self.initdb(&new)?;
        fs::rename(&new, &self.data).map_err(ServersError::data_dir(&self.data))?;
        // Without this a crash of the machine could undo the rename, after rows have been committed.
        let parent = File::open(data_dir.path()).and_then(|parent| parent.sync_all());
        parent.map_err(ServersError::data_dir(data_dir.path()))
    }

    /// Tries locales from the best to one that exists everywhere.
    fn initdb(&self, directory: &Path) -> Result<(), ServersError> {
        let builtin = ["--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8"];
        let mut locales = vec![vec!["--locale=C.UTF-8"]];
        if self.binaries.major >= 17 {
            locales.push(builtin.to_vec());
        }
        locales.push(vec!["--locale=C"]);
        for locale in locales {
            let mut command = vec![self.binaries.bin.join("initdb").into_os_string()];
            let fixed =
                ["--encoding=UTF8", "--auth=trust", "--no-instructions", "--username", DATABASE];
            command.extend(fixed.iter().chain(&locale).map(OsString::from));
            command.extend([OsString::from("--pgdata"), directory.as_os_str().to_owned()]);
            let child = self.program(command, "TERM", Vec::new()).spawn()?;
            let status = self
                .wait(child)
                .map_err(|source| ServersError::Run { program: "initdb".to_owned(), source })?;
            if self.stop.is_asked() {
                return Err(ServersError::Interrupted);
            }
            if status.success() {
                return Ok(());
            }
        }
        Err(ServersError::Initdb {
            directory: directory.to_owned(),
            output: format!("{} ends:\n{}", self.log.display(), ready::tail(&self.log)),
        })
    }

    /// Waits for the end of a program, which is told to end when this one is to stop.
    fn wait(&self, mut child: Child) -> std::io::Result<ExitStatus> {
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            if self.stop.is_asked() {
                drop(child.stdin.take());
            }
            std::thread::sleep(POLL);
        }
    }

    /// Starts the server after ending what an earlier run may have left.
    pub(super) fn spawn(&self) -> Result<Child, ServersError> {
        let variables = self.recover()?.map(|pid| ("PG_GRANDPARENT_PID", pid.to_string()));
        let mut command = vec![self.binaries.bin.join("postgres").into_os_string()];
        command.extend([OsString::from("-D"), self.data.clone().into_os_string()]);
        command.extend([OsString::from("-k"), self.sockets.clone().into_os_string()]);
        command.extend(SETTINGS.iter().flat_map(|setting| ["-c", setting]).map(OsString::from));
        self.program(command, "INT", variables.into_iter().collect()).spawn()
    }

    fn program(
        &self,
        command: Vec<OsString>,
        signal: &'static str,
        variables: Vec<(&'static str, String)>,
    ) -> Program {
        Program {
            command,
            variables,
            signal,
            directory: self.sockets.clone(),
            log: self.log.clone(),
            account: self.account.clone(),
        }
    }

    /// Ends a server that still runs on the data, and removes stale sockets.
    ///
    /// Returns the process id in `postmaster.pid`, which is now no server's. Another process may have it, or get it before
    /// PostgreSQL looks, as in a container, where few ids are in use. PostgreSQL would take that for a running server; named
    /// as its “grandparent” it is known not to be one.
    fn recover(&self) -> Result<Option<u32>, ServersError> {
        let first_line = first_line(&self.data.join("postmaster.pid"));
        let mut pid = first_line.and_then(|line| line.parse::<i32>().ok().map(i32::unsigned_abs));
        if let Some((id, line)) = pid.and_then(|id| Some((id, orphan::command_line(id)?))) {
            let name = orphan::program_name(&line);
            let data = self.data.display().to_string();
            if ["postgres", "postmaster"].contains(&name) && line.contains(&data) {
                let (polite, rude) = (Duration::from_secs(30), Duration::from_secs(10));
                let signals = [("INT", polite), ("QUIT", rude)];
                orphan::end(NAME, id, &signals, &self.stop)?;
                pid = None;
            }
        }
        for name in [".s.PGSQL.5432", ".s.PGSQL.5432.lock"] {
            remove_stale(&self.sockets.join(name))?;
        }
        Ok(pid)
    }
}

fn major_version(data: &Path) -> Result<Option<u32>, ServersError> {
    let path = data.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.trim().split('.').next().and_then(|major| major.parse().ok())),
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(err) => Err(ServersError::data_dir(path)(err)),
    }
}

fn remove_interrupted(data_dir: &DataDir) -> Result<(), ServersError> {
    let entries = fs::read_dir(data_dir.path()).map_err(ServersError::data_dir(data_dir.path()))?;
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with("postgres.new-") {
            let path = entry.path();
            fs::remove_dir_all(&path).map_err(ServersError::data_dir(&path))?;
        }
    }
    Ok(())
}
