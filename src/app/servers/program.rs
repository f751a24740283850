//! A child process that ends with this program, however the program ends.
//!
//! A small shell script runs it. The script's standard input is a pipe from this program. When the pipe closes, because
//! the program closed it or was killed, the script ends the child. Nothing is written to the pipe.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tokio::process::Child;

use super::account::Account;
use super::error::ServersError;

/// Runs `$2…`, and sends it the signal `$1` when standard input ends.
///
/// The script ignores the signals of terminals and service managers; the program ends the server after answering its
/// last request. The signal is repeated because a server that has just started may not handle it yet. `exec 3<&0` is
/// needed because a shell gives background processes an empty standard input. The watcher is killed with SIGKILL
/// because it ignores the other signals too; it can leave behind only a `sleep` of a second.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
signal=$1
shift
exec 3<&0 </dev/null
( trap - HUP INT TERM; exec "$@" 3<&- ) &
server=$!
( read -r _ <&3; while kill -s "$signal" "$server"; do sleep 1; done ) 2>/dev/null &
watcher=$!
exec 3<&-
wait "$server"
status=$?
kill -s KILL "$watcher" 2>/dev/null
exit "$status"
"#;

/// The environment variables that a server gets: no secrets, and none that would change PostgreSQL's behaviour.
const PASSED_ON: [&str; 5] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TZ"];

/// A program to run as a child.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) command: Vec<OsString>,
    /// The signal that asks it to end, without `SIG`.
    pub(super) signal: &'static str,
    pub(super) directory: PathBuf,
    /// The file for its output.
    pub(super) log: PathBuf,
    pub(super) account: Account,
}

impl Program {
    /// Starts it, with one more variable if given; dropping the child's standard input ends it.
    pub(super) fn spawn(&self, variable: Option<(&str, u32)>) -> Result<Child, ServersError> {
        let mut options = OpenOptions::new();
        let log = options.append(true).create(true).mode(0o600).open(&self.log);
        let log = log.map_err(ServersError::data_dir(&self.log))?;
        let errors = log.try_clone().map_err(ServersError::data_dir(&self.log))?;
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SCRIPT, "sh", self.signal]).args(&self.command);
        command.env_clear().env("LC_ALL", "C");
        let passed_on = PASSED_ON.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        command.envs(passed_on).envs(variable.map(|(name, value)| (name, value.to_string())));
        command.current_dir(&self.directory).process_group(0);
        command.stdin(Stdio::piped()).stdout(log).stderr(errors);
        self.account.apply(&mut command);
        tokio::process::Command::from(command)
            .spawn()
            .map_err(|err| ServersError::Run(self.command[0].display().to_string(), err))
    }
}

/// Sends a signal with the shell's own `kill`: the standard library can't, and not every machine has the program.
pub(super) fn kill(signal: &str, target: &str) {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", r#"kill -s "$1" -- "$2""#, "sh", signal, target]);
    let status = command.stdin(Stdio::null()).stderr(Stdio::null()).status();
    if let Err(err) = status {
        log::warn!("can't run /bin/sh to send SIG{signal} to {target}: {err}");
    }
}
