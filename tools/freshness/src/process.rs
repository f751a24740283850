//! Processes that the checker starts, signals and ends; all end with the checker, however it ends.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};

/// Starts a program, prints its process id, and ends it when standard input ends.
const SCRIPT: &str = r#"exec 3<&0 </dev/null
log=$1; signal=$2; shift 2
"$@" 3<&- >>"$log" 2>&1 & server=$!
echo $server
( read -r _ <&3; kill -s CONT $server; kill -s $signal $server ) 2>/dev/null & watcher=$!
exec 3<&- >/dev/null
wait $server; code=$?
kill -s KILL $watcher 2>/dev/null
exit $code"#;

/// How long a process may take to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a program is started.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) words: Vec<OsString>,
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) directory: PathBuf,
    pub(crate) log: PathBuf,
    /// The signal that ends it at once.
    pub(crate) signal: &'static str,
    /// The user and group to run it as, if not this process's.
    pub(crate) user: Option<(u32, u32)>,
}

/// A running program.
pub(crate) struct Process {
    pub(crate) pid: i32,
    wrapper: Child,
    _pipe: Option<ChildStdin>,
}

impl Program {
    pub(crate) async fn start(&self) -> anyhow::Result<Process> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", SCRIPT, "sh"])
            .arg(&self.log)
            .arg(self.signal)
            .args(&self.words)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.directory)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        let mut wrapper = command.spawn().context("/bin/sh can't be run")?;
        let pipe = wrapper.stdin.take();
        let out = wrapper.stdout.take().context("no pipe")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).await?;
        Ok(Process {
            pid: line.trim().parse().context("no process id was told")?,
            wrapper,
            _pipe: pipe,
        })
    }
}

impl Process {
    pub(crate) async fn signal(&self, signal: &str) -> anyhow::Result<()> {
        signal_all(signal, &[self.pid]).await
    }

    /// Waits until it has ended; kills it after a while.
    pub(crate) async fn ended(&mut self) -> anyhow::Result<()> {
        if tokio::time::timeout(PATIENCE, self.wrapper.wait()).await.is_err() {
            self.signal("KILL").await?;
            self.wrapper.wait().await?;
            bail!("process {} did not end and was killed", self.pid);
        }
        Ok(())
    }

    /// Its exit code after its end; `None` if it was killed.
    pub(crate) async fn status(&mut self) -> Option<i32> {
        self.wrapper.wait().await.ok()?.code()
    }

    pub(crate) async fn kill(mut self) -> anyhow::Result<()> {
        self.signal("KILL").await?;
        self.ended().await
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.wrapper.try_wait(), Ok(None))
    }
}

/// Sends a signal to processes; it is not an error if one has ended.
pub(crate) async fn signal_all(signal: &str, pids: &[i32]) -> anyhow::Result<()> {
    let mut kill = Command::new("/bin/sh");
    kill.args(["-c", r#"signal=$1; shift; kill -s "$signal" "$@""#, "sh", signal]);
    kill.args(pids.iter().map(i32::to_string));
    kill.stderr(Stdio::null()).status().await?;
    Ok(())
}

/// The children of a process.
pub(crate) async fn children_of(parent: i32) -> anyhow::Result<Vec<i32>> {
    let listed = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().await?;
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    let pairs = text.lines().filter_map(|line| {
        let mut numbers = line.split_whitespace().map(str::parse::<i32>);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    });
    Ok(pairs.filter(|(_, above)| *above == parent).map(|(pid, _)| pid).collect())
}

/// The user and group of an unprivileged account, if this process runs as root.
pub(crate) fn unprivileged() -> anyhow::Result<Option<(u32, u32)>> {
    let id = |words: &[&str]| -> Option<u32> {
        let output = std::process::Command::new("id").args(words).stderr(Stdio::null()).output();
        String::from_utf8(output.ok()?.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]).context("id names no user")? != 0 {
        return Ok(None);
    }
    let found = ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)));
    found.map(Some).context("PostgreSQL refuses root, and there is neither postgres nor nobody")
}

/// Finds a program on `PATH`, else in the first of some directories that has it.
pub(crate) fn find(names: &[&str], others: &[PathBuf]) -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    directories.extend_from_slice(others);
    let found = names.iter().find_map(|name| {
        let mut paths = directories.iter().map(|directory| directory.join(name));
        paths.find(|path| path.is_file())
    });
    found.with_context(|| format!("{} is not installed", names.join(" or ")))
}

/// The last lines of a log.
pub(crate) fn tail(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let lines: Vec<&str> = text.lines().rev().take(12).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
