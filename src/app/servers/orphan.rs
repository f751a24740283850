//! Servers that an earlier run left behind, when it was killed together with the script that ends them.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::error::ServersError;
use super::program::kill;
use crate::app::stop::Stop;

/// How often an ending process is looked at.
const POLL: Duration = Duration::from_millis(50);

/// The command line of a running process.
pub(super) fn command_line(pid: u32) -> Option<String> {
    // Minimal containers have no `ps`; other systems than Linux have no `/proc`.
    let bytes = if Path::new("/proc/self/cmdline").exists() {
        std::fs::read(format!("/proc/{pid}/cmdline")).ok()?
    } else {
        let mut command = Command::new("ps");
        command.args(["-ww", "-o", "args=", "-p", &pid.to_string()]);
        command.stderr(Stdio::null()).output().ok()?.stdout
    };
    let line = String::from_utf8_lossy(&bytes).replace('\0', " ");
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// The file name of the program in a command line, without the punctuation of a title that the program gave itself.
pub(super) fn program_name(command_line: &str) -> &str {
    let path = command_line.split([' ', ':']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

/// Sends a server one signal after the other, each with its time to have effect, until it has ended. A program that is
/// to stop does not wait for that.
pub(super) fn end(
    server: &'static str,
    pid: u32,
    signals: &[(&str, Duration)],
    stop: &Stop,
) -> Result<(), ServersError> {
    let line = command_line(pid);
    log::warn!("stopping {server} (process {pid}) of an earlier run");
    for (signal, limit) in signals {
        kill(signal, &pid.to_string());
        let start = Instant::now();
        while start.elapsed() < *limit {
            if command_line(pid) != line {
                return Ok(());
            }
            if stop.is_asked() {
                return Err(ServersError::Interrupted);
            }
            std::thread::sleep(POLL);
        }
    }
    Err(ServersError::Orphan { server, pid })
}
