//! The program ends in order at any time, as an ordinary process and as the first process of a container.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use property_listings::app::servers::Role;

use crate::support::{Check, Directory, eventually, execute, kill};

/// What appears in this order during the first start of a site: a file, or a line of its log.
const STEPS: [(&str, &str); 8] = [
    ("", "lock"),
    ("", "postgres.new-"),
    ("postgres", "PG_VERSION"),
    ("postgres", "postmaster.pid"),
    ("run", ".s.PGSQL.5432.lock"),
    ("run", "redis.sock"),
    ("log", "applied migration"),
    ("log", "listening on "),
];
/// How long the program may take to end.
const LIMIT: Duration = Duration::from_secs(8);

/// The program, which serves a directory's site.
struct Site {
    child: Child,
    /// The program's process id, which differs from the child's if it is the first process of a namespace.
    pid: u32,
}

impl Site {
    async fn begin(directory: &Directory, is_first: bool) -> Self {
        let program = env!("CARGO_BIN_EXE_property-listings");
        let mut command = match is_first {
            true => Command::new("unshare"),
            false => Command::new(program),
        };
        if is_first {
            command.args(["--pid", "--fork", "--mount-proc", program]);
        }
        let log = File::create(directory.join("log")).expect("a log");
        command
            .arg("serve")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("DATA_DIR", &directory.0)
            .env("PORT", "0")
            .current_dir("/tmp")
            .stdin(Stdio::null())
            .stderr(log);
        let child = command.spawn().expect("it runs");
        let pid = match is_first {
            true => {
                eventually("the namespace's first process", async || child_of(child.id())).await
            }
            false => child.id(),
        };
        Self { child, pid }
    }

    /// Waits for its end; returns the status and how long that took.
    fn wait(&mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        let status = self.child.wait().expect("it is this process's own");
        (status, start.elapsed())
    }
}

/// The forked child of a process, once it runs the program.
fn child_of(pid: u32) -> Option<u32> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    let child = children.split_whitespace().next()?.parse().ok()?;
    let line = fs::read_to_string(format!("/proc/{child}/cmdline")).ok()?;
    line.starts_with(env!("CARGO_BIN_EXE_property-listings")).then_some(child)
}

/// Whether a process has a handler for SIGTERM.
fn heeds_signals(pid: u32) -> Option<()> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"))?;
    let caught = u64::from_str_radix(caught.trim(), 16).ok()?;
    (caught & 1 << 14 != 0).then_some(())
}

/// Whether this machine allows a process to be the first one of a namespace.
fn can_be_first() -> bool {
    let mut unshare = Command::new("unshare");
    unshare.args(["--pid", "--fork", "--mount-proc", "true"]);
    let can = unshare.stderr(Stdio::null()).status();
    let can = can.is_ok_and(|status| status.success());
    if !can {
        let skipped = "skipped as the first process: unshare --pid is not permitted here";
        writeln!(std::io::stderr(), "{skipped}").expect("told");
    }
    can
}

fn appears(directory: &Directory, (below, name): (&str, &str)) -> Option<()> {
    if below == "log" {
        let log = fs::read_to_string(directory.join("log")).ok()?;
        return log.contains(name).then_some(());
    }
    let entries = fs::read_dir(directory.join(below)).ok()?.flatten();
    let mut names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.any(|other| other.starts_with(name)).then_some(())
}

fn assert_ended_in_order(directory: &Directory, what: &str) {
    assert_eq!(directory.processes(), [], "{what}");
    assert!(!directory.join("postgres/postmaster.pid").exists(), "{what}");
}

async fn ends_in_order_at_every_step(is_first: bool) -> Check {
    let directory = Directory::new();
    // Each run gets further than the previous one; then all steps again, with an existing database.
    for step in STEPS.iter().chain(&STEPS[3..]) {
        let mut site = Site::begin(&directory, is_first).await;
        // As early as possible: before that, the system itself ends a program.
        eventually("it heeds signals", async || heeds_signals(site.pid)).await;
        let what = format!("TERM at {step:?}, first process: {is_first}");
        let reached = async || {
            let ended = fs::read_to_string(directory.join("log"))
                .is_ok_and(|log| log.contains("listening on "));
            appears(&directory, *step).or(ended.then_some(()))
        };
        eventually(&what, reached).await;
        kill("TERM", site.pid);
        let (status, took) = site.wait();
        let log = fs::read_to_string(directory.join("log"))?;
        assert_eq!(status.code(), Some(0), "{what}: {log}");
        assert!(took < LIMIT, "{what}: {took:?}");
        assert_ended_in_order(&directory, &what);
    }
    no_recovery_was_needed(&directory.join("postgres.log"))?;
    let servers = directory.start(Role::Site).await?;
    assert_eq!(execute(&servers, "SELECT 1").await?, ["1"]);
    servers.stop().await;
    no_recovery_was_needed(&directory.join("postgres.log"))
}

fn no_recovery_was_needed(log: &Path) -> Check {
    let log = fs::read_to_string(log)?;
    for sign in ["not properly shut down", "was interrupted", "FATAL:  lock file"] {
        assert!(!log.contains(sign), "{log}");
    }
    Ok(())
}

#[tokio::test]
async fn a_site_that_is_stopped_while_it_starts_ends_its_servers_in_order() -> Check {
    ends_in_order_at_every_step(false).await
}

#[tokio::test]
async fn the_first_process_of_a_container_that_is_stopped_while_it_starts_ends_its_servers_in_order()
-> Check {
    match can_be_first() {
        true => ends_in_order_at_every_step(true).await,
        false => Ok(()),
    }
}

#[tokio::test]
async fn a_site_cuts_off_a_command_that_uses_its_servers_in_time() -> Check {
    let directory = Directory::new();
    let mut site = Site::begin(&directory, false).await;
    let listens = async || appears(&directory, STEPS[7]);
    eventually("the site listens", listens).await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_property-listings"));
    command
        .args(["loaddata", "--format", "csv", "-"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DATA_DIR", &directory.0)
        .current_dir("/tmp")
        .stdin(Stdio::piped())
        .stderr(Stdio::null());
    let mut command = command.spawn()?;
    // A guest: it starts nothing, and can only be asked about its servers.
    let guest = directory.start(Role::Command).await?;
    let loads =
        "SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE '%COPY%'
        OR state = 'idle in transaction'";
    eventually("the command uses the servers", async || {
        let found = execute(&guest, loads).await;
        found.ok().filter(|rows| !rows.is_empty())
    })
    .await;
    guest.stop().await;
    kill("TERM", site.pid);
    let (status, took) = site.wait();
    assert_eq!(status.code(), Some(0));
    assert!(took < LIMIT, "{took:?}");
    assert!(!directory.join("postgres/postmaster.pid").exists());
    drop(command.stdin.take());
    assert_eq!(command.wait()?.code(), Some(1));
    Ok(())
}
