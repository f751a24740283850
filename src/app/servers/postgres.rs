//! The private PostgreSQL: created once, then started from its data in `DATA_DIR`.
//!
//! **Invariant:** if `DATA_DIR/postgres` exists, it is complete: `initdb` works in another directory, which is then
//! renamed.
//!
//! `postmaster.pid` is never removed. PostgreSQL recovers from a stale one by itself, and uses it to find processes of
//! a killed server that still write to the data.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use super::account::Account;
use super::binaries::{self, Postgres};
use super::data_dir::{DataDir, private_dir};
use super::error::ServersError;
use super::program::Program;
use super::ready::{DATABASE, POSTGRES, tail};
use super::server::Server;
use crate::app::stop::Stop;

/// The settings that differ from PostgreSQL's defaults. There are connections for several commands and a site with a
/// large pool; compiling queries (`jit`) takes longer than the site's queries; and a query in several processes would be no
/// faster (measured), but take more than the share that expensive requests have of the machine.
const SETTINGS: [&str; 9] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "port=5432",
    "max_connections=200",
    "jit=off",
    "max_parallel_workers_per_gather=0",
    "logging_collector=off",
    "log_timezone=UTC",
    "timezone=UTC",
];

/// The size of PostgreSQL's own cache in MiB: an eighth of the machine's memory, as `/proc/meminfo` has it, from 128, which is
/// PostgreSQL's default, to 512. The memory is taken when it is needed.
fn buffers(meminfo: &str) -> u64 {
    let total = meminfo.strip_prefix("MemTotal:").and_then(|rest| rest.split_whitespace().next());
    let kibibytes: u64 = total.and_then(|number| number.parse().ok()).unwrap_or(0);
    (kibibytes / 1024 / 8).clamp(128, 512)
}

/// Finds the programs, and creates the data if there are none. Takes seconds the first time.
pub(super) async fn prepare(
    data_dir: &DataDir,
    account: &Account,
    sockets: &Path,
    stop: &Stop,
) -> Result<Server, ServersError> {
    let data = data_dir.postgres();
    let major = major_version(&data)?;
    let binaries = binaries::postgres(major.map(|major| (major, data.as_path())))?;
    let mut program = Program {
        command: Vec::new(),
        signal: "TERM",
        directory: sockets.to_owned(),
        log: data_dir.log(POSTGRES.1)?,
        account: account.clone(),
    };
    if major.is_none() {
        create(data_dir, &binaries, &mut program, stop).await?;
    }
    program.signal = "INT";
    program.command = vec![binaries.bin.join("postgres").into_os_string()];
    for (option, path) in [("-D", &*data), ("-k", sockets)] {
        program.command.extend([OsString::from(option), path.as_os_str().to_owned()]);
    }
    let settings = SETTINGS.iter().flat_map(|setting| ["-c", setting]);
    program.command.extend(settings.map(OsString::from));
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    program.command.extend(["-c".into(), format!("shared_buffers={}MB", buffers(&memory)).into()]);
    Ok(Server {
        name: POSTGRES.0,
        program,
        pid_file: data.join("postmaster.pid"),
        program_names: ["postgres", "postmaster"],
        mark: data.display().to_string(),
        signals: [("INT", Duration::from_secs(30)), ("QUIT", Duration::from_secs(10))],
        stale: [".s.PGSQL.5432", ".s.PGSQL.5432.lock"].map(|name| sockets.join(name)).into(),
        // Another process may have the id, or get it before PostgreSQL looks: in a container few ids are in use.
        // PostgreSQL would take it for a running server; if the id is named as its “grandparent”, PostgreSQL ignores
        // it.
        stale_pid_variable: Some("PG_GRANDPARENT_PID"),
        stop: stop.clone(),
    })
}

async fn create(
    data_dir: &DataDir,
    binaries: &Postgres,
    program: &mut Program,
    stop: &Stop,
) -> Result<(), ServersError> {
    let data = data_dir.postgres();
    log::info!("creating a private PostgreSQL {} in {}", binaries.major, data.display());
    remove_interrupted(data_dir)?;
    let new = data_dir.join(&format!("postgres.new-{}", std::process::id()));
    private_dir(&new, &program.account)?;
    initdb(&new, binaries, program, stop).await?;
    fs::rename(&new, &data).map_err(ServersError::data_dir(&data))?;
    // Without this, a crash of the machine could undo the rename after rows have been committed.
    let parent = File::open(data_dir.path()).and_then(|parent| parent.sync_all());
    parent.map_err(ServersError::data_dir(data_dir.path()))
}

/// Tries locales, from the best to one that exists everywhere.
async fn initdb(
    directory: &Path,
    binaries: &Postgres,
    program: &mut Program,
    stop: &Stop,
) -> Result<(), ServersError> {
    let builtin = ["--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8"];
    let mut locales = vec![vec!["--locale=C.UTF-8"]];
    if binaries.major >= 17 {
        locales.push(builtin.to_vec());
    }
    locales.push(vec!["--locale=C"]);
    for locale in locales {
        program.command = vec![binaries.bin.join("initdb").into_os_string()];
        let fixed =
            ["--encoding=UTF8", "--auth=trust", "--no-instructions", "--username", DATABASE];
        program.command.extend(fixed.iter().chain(&locale).map(OsString::from));
        program.command.extend([OsString::from("--pgdata"), directory.as_os_str().to_owned()]);
        let mut child = program.spawn(None)?;
        let pipe = child.stdin.take();
        let status = tokio::select! {
            status = child.wait() => status,
            () = stop.asked() => {
                drop(pipe);
                child.wait().await
            }
        };
        let status = status.map_err(|err| ServersError::Run("initdb".to_owned(), err))?;
        if stop.is_asked() {
            return Err(ServersError::Interrupted);
        }
        if status.success() {
            return Ok(());
        }
    }
    let log = &program.log;
    let output = format!("{} ends:\n{}", log.display(), tail(log));
    Err(ServersError::Initdb(directory.to_owned(), output))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgresql_gets_an_eighth_of_the_memory_within_bounds() {
        let of =
            |kibibytes: u64| buffers(&format!("MemTotal:       {kibibytes} kB\nMemFree: 1 kB\n"));
        assert_eq!([of(512 << 10), of(2 << 20), of(64 << 20)], [128, 256, 512]);
        assert_eq!(["", "MemTotal:", "MemTotal: much kB"].map(buffers), [128; 3]);
    }
}
