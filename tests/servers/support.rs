//! A directory and programs for tests of the servers.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use property_listings::app::servers::{Role, Servers, ServersError};
use property_listings::app::stop::Stop;
use property_listings::config::Config;
use tokio_postgres::NoTls;

use crate::temporary::temporary_directory;

pub(crate) type Check = Result<(), Box<dyn std::error::Error>>;

const PATIENCE: Duration = Duration::from_secs(60);

/// A data directory for a test, removed afterwards.
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        Self::below(&temporary_directory())
    }

    pub(crate) fn below(parent: &Path) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("pl-test-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("the directory for temporary files is writable");
        Self(path.canonicalize().expect("the directory was just created"))
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn config(&self) -> Config {
        self.config_with(&[])
    }

    pub(crate) fn config_with(&self, variables: &[(&str, &str)]) -> Config {
        let data_dir = self.0.display().to_string();
        Config::from_variables(|name| match name {
            "DATA_DIR" => Some(data_dir.clone()),
            _ => variables
                .iter()
                .find(|(other, _)| *other == name)
                .map(|(_, value)| (*value).to_owned()),
        })
        .expect("the configuration is right")
    }

    pub(crate) async fn start(&self, role: Role) -> Result<Servers, ServersError> {
        Servers::start(&self.config(), role, &Stop::never()).await
    }

    /// The processes whose command line or title names this directory, except the test's child processes.
    pub(crate) fn processes(&self) -> Vec<(u32, String)> {
        let name = self.0.display().to_string();
        let all = processes().into_iter();
        all.filter(|(_, line)| line.contains(&name)).collect()
    }

    pub(crate) fn postmaster(&self) -> u32 {
        let text = fs::read_to_string(self.join("postgres/postmaster.pid"));
        let text = text.expect("PostgreSQL runs");
        let pid = text.lines().next().and_then(|line| line.parse().ok());
        pid.expect("postmaster.pid begins with a process id")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            fs::remove_dir_all(&self.0).expect("nothing writes to the directory any more");
        }
    }
}

pub(crate) fn processes() -> Vec<(u32, String)> {
    let mut command = Command::new("ps");
    let output = command.args(["-A", "-ww", "-o", "pid=,args="]).output();
    let output = output.expect("ps is installed (Debian: procps)");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let parse = |line: &str| {
        let (pid, args) = line.trim().split_once(' ')?;
        Some((pid.parse().ok()?, args.to_owned()))
    };
    text.lines().filter_map(parse).collect()
}

pub(crate) fn kill(signal: &str, pid: u32) {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", r#"kill -s "$1" "$2""#, "sh", signal, &pid.to_string()]);
    assert!(command.status().expect("sh runs").success(), "kill -s {signal} {pid}");
}

/// Repeats `probe` until it returns something.
pub(crate) async fn eventually<T>(what: &str, probe: impl AsyncFn() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = probe().await {
            return value;
        }
        assert!(start.elapsed() < PATIENCE, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) async fn all_processes_end(directory: &Directory) {
    let start = Instant::now();
    while !directory.processes().is_empty() {
        let left = directory.processes();
        assert!(start.elapsed() < PATIENCE, "still running: {left:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) async fn execute(
    servers: &Servers,
    sql: &str,
) -> Result<Vec<String>, tokio_postgres::Error> {
    let (client, connection) = servers.database().hosts[0].config.connect(NoTls).await?;
    let driver = tokio::spawn(connection);
    let messages = client.simple_query(sql).await?;
    drop(client);
    driver.abort();
    let values = messages.iter().filter_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    Ok(values.collect())
}

pub(crate) async fn ping(servers: &Servers) -> Option<String> {
    let client = deadpool_redis::redis::Client::open(servers.redis()?.url()).ok()?;
    let mut connection = client.get_multiplexed_async_connection().await.ok()?;
    let pong = deadpool_redis::redis::cmd("PING").query_async(&mut connection).await;
    pong.ok()
}

/// A child process that is this test binary, running [`a_program_that_holds_servers`].
pub(crate) struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Program {
    /// Starts a program and waits until its servers are ready. `end` is the action when its input ends.
    pub(crate) fn start(directory: &Directory, role: &str, end: &str) -> Self {
        let mut program = Self::begin(directory, role, end);
        let mut line = String::new();
        while !line.contains("servers are ready") {
            line.clear();
            let read = program.output.read_line(&mut line);
            assert_ne!(
                read.expect("the output is text"),
                0,
                "the program ended before its servers were ready"
            );
        }
        program
    }

    pub(crate) fn begin(directory: &Directory, role: &str, end: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("a test runs from a file"));
        command.args([
            "--exact",
            "support::a_program_that_holds_servers",
            "--ignored",
            "--nocapture",
        ]);
        command.env("HOLD_DATA_DIR", &directory.0).env("HOLD_ROLE", role).env("HOLD_END", end);
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        if end == "panic" {
            command.stderr(Stdio::null());
        }
        let mut child = command.spawn().expect("this test binary runs");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { child, output }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&mut self, signal: &str) {
        kill(signal, self.pid());
        self.wait();
    }

    /// Closes the program's input, so that it continues, and waits for its end.
    pub(crate) fn wait(&mut self) {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("the output is text");
        self.child.wait().expect("the child is this process's own");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.kill().expect("the child is this process's own");
        self.child.wait().expect("the child is this process's own");
    }
}

#[tokio::test]
#[ignore = "the child process of other tests"]
async fn a_program_that_holds_servers() -> Check {
    let Some(path) = std::env::var_os("HOLD_DATA_DIR") else {
        return Ok(());
    };
    let text = path.display().to_string();
    let config = Config::from_variables(|name| (name == "DATA_DIR").then(|| text.clone()))?;
    let role = match std::env::var("HOLD_ROLE")?.as_str() {
        "site" => Role::Site,
        _ => Role::Command,
    };
    let servers = Servers::start(&config, role, &Stop::never()).await?;
    writeln!(std::io::stdout(), "servers are ready")?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    match std::env::var("HOLD_END")?.as_str() {
        "panic" => panic!("as told"),
        "exit" => std::process::exit(3),
        _ => servers.stop().await,
    }
    Ok(())
}
