//! A private server: starts it, and ends one that an earlier run left behind. That happens if a program was killed
//! together with the script that ends its servers.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::data_dir::{first_line, remove_stale};
use super::error::ServersError;
use super::program::{Program, kill};
use crate::app::stop::Stop;

/// The pause between two looks at an ending process.
const POLL: Duration = Duration::from_millis(50);

/// The description of a server to start.
pub(super) struct Server {
    pub(super) name: &'static str,
    pub(super) program: Program,
    /// The first line of this file is the process id.
    pub(super) pid_file: PathBuf,
    /// The file names that the program may have.
    pub(super) program_names: [&'static str; 2],
    /// A text in its command line that distinguishes it from other servers of its kind.
    pub(super) mark: String,
    /// The signals that end it, each with the time to wait after it.
    pub(super) signals: [(&'static str, Duration); 2],
    /// Files that must be gone before it starts.
    pub(super) stale: Vec<PathBuf>,
    /// The variable that tells PostgreSQL which process id in `pid_file` is not a server's.
    pub(super) stale_pid_variable: Option<&'static str>,
    pub(super) stop: Stop,
}

impl Server {
    /// Starts the server, after ending one that an earlier run left behind.
    pub(super) async fn spawn(&self) -> Result<Child, ServersError> {
        let stale_pid = self.end_orphan().await?;
        for path in &self.stale {
            remove_stale(path)?;
        }
        self.program.spawn(self.stale_pid_variable.zip(stale_pid))
    }

    /// Sends signals, one after the other, to a server that still runs, until it has ended. Returns the process id in
    /// the file if it is not a server's.
    async fn end_orphan(&self) -> Result<Option<u32>, ServersError> {
        let pid = first_line(&self.pid_file).and_then(|line| line.parse::<i32>().ok());
        let Some(pid) = pid.map(i32::unsigned_abs) else {
            return Ok(None);
        };
        let line = command_line(pid).await.filter(|line| self.is_this(line));
        if line.is_none() {
            return Ok(Some(pid));
        }
        let server = self.name;
        log::warn!("stopping {server} (process {pid}) of an earlier run");
        for (signal, limit) in self.signals {
            kill(signal, &pid.to_string());
            let start = Instant::now();
            while start.elapsed() < limit {
                if command_line(pid).await != line {
                    return Ok(None);
                }
                tokio::select! {
                    () = sleep(POLL) => {}
                    () = self.stop.asked() => return Err(ServersError::Interrupted),
                }
            }
        }
        Err(ServersError::Orphan(server, pid))
    }

    /// Whether a command line, or a title that the program set, belongs to this server.
    fn is_this(&self, line: &str) -> bool {
        let path = line.split([' ', ':']).next().unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default();
        self.program_names.contains(&name) && line.contains(&self.mark)
    }
}

/// The command line of a running process.
async fn command_line(pid: u32) -> Option<String> {
    // Minimal containers have no `ps`; systems other than Linux have no `/proc`.
    let bytes = if Path::new("/proc/self/cmdline").exists() {
        std::fs::read(format!("/proc/{pid}/cmdline")).ok()?
    } else {
        let mut command = Command::new("ps");
        command.args(["-ww", "-o", "args=", "-p", &pid.to_string()]);
        command.stderr(Stdio::null()).output().await.ok()?.stdout
    };
    let line = String::from_utf8_lossy(&bytes).replace('\0', " ");
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}
