//! The private Redis (or Valkey): a cache of limited size without files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::account::Account;
use super::data_dir::{DataDir, private_dir};
use super::error::ServersError;
use super::program::Program;
use super::ready::{REDIS, REDIS_SOCKET};
use super::server::Server;
use crate::app::stop::Stop;

/// The settings that differ from Redis's defaults: no port, no persistence, and the least recently used entries are
/// evicted.
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

/// Prepares a server, and creates its working directory.
pub(super) fn prepare(
    binary: PathBuf,
    data_dir: &DataDir,
    account: &Account,
    sockets: &Path,
    stop: &Stop,
) -> Result<Server, ServersError> {
    let directory = data_dir.join("redis");
    private_dir(&directory, account)?;
    let (socket, pid_file) = (sockets.join(REDIS_SOCKET), sockets.join("redis.pid"));
    let mut command = vec![binary.into_os_string()];
    command.extend(SETTINGS.iter().flat_map(|(name, value)| [name, value]).map(OsString::from));
    for (name, file) in [("--unixsocket", &socket), ("--pidfile", &pid_file)] {
        command.extend([OsString::from(name), file.clone().into_os_string()]);
    }
    Ok(Server {
        name: REDIS.0,
        program: Program {
            command,
            signal: "TERM",
            directory,
            log: data_dir.log(REDIS.1)?,
            account: account.clone(),
        },
        program_names: ["redis-server", "valkey-server"],
        // Since version 7 the server's title contains its socket; before the title is set, its command line does.
        mark: socket.display().to_string(),
        signals: [("TERM", Duration::from_secs(10)), ("KILL", Duration::from_secs(5))],
        stale: vec![socket, pid_file.clone()],
        pid_file,
        stale_pid_variable: None,
        stop: stop.clone(),
    })
}
