//! PostgreSQL and Redis for a whole run, however many processes it has.
//!
//! The first test starts this binary again as the *keeper*, which runs the servers in a directory that is named after
//! the binary. Every process of the run holds a lock on a file there while it lives. When the keeper can take that lock
//! for a while, the run has ended in some way: the keeper ends the servers and removes the directory. The keeper is in
//! its own process group, so Ctrl-C gives it time to clean up; the servers end with the keeper even if it is killed.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use property_listings::app::servers::{Role, Servers};
use property_listings::app::stop::Stop;
use property_listings::config::Config;

use super::DriverOnDemand;
use super::database::make_template;
use super::temporary::temporary_directory;

/// How long the servers outlive the last process: longer than the gap between two tests of a run.
const LINGER: Duration = Duration::from_secs(2);
/// How long a first start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(20);

const DIRECTORY: &str = "KEEPER_DIRECTORY";
const PREFIX: &str = "pl-tests-";

/// The run's servers.
pub(crate) struct Shared {
    /// The directory of this run's files; removed after the run.
    pub(crate) directory: PathBuf,
    /// The directory of PostgreSQL's socket.
    pub(crate) postgres: String,
    /// The URL of Redis.
    pub(crate) redis: String,
    _in_use: File,
}

/// The run's servers, started if this is the first test, which blocks for some seconds.
pub(crate) fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(join)
}

fn join() -> Shared {
    let directory = directory();
    let in_use = hold(&directory);
    let start = Instant::now();
    let mut spawned: Option<Instant> = None;
    loop {
        let kept = is_kept(&directory);
        if kept && let Ok(text) = fs::read_to_string(directory.join("ready")) {
            let (postgres, redis) = text.split_once('\n').expect("two lines");
            return Shared {
                postgres: postgres.to_owned(),
                redis: redis.to_owned(),
                directory,
                _in_use: in_use,
            };
        }
        if !kept && spawned.is_none_or(|at| at.elapsed() > Duration::from_secs(2)) {
            spawn_keeper(&directory);
            spawned = Some(Instant::now());
        }
        assert!(
            start.elapsed() < PATIENCE,
            "no servers; see {}",
            directory.join("keeper.log").display()
        );
        std::thread::sleep(POLL);
    }
}

/// A directory per build of this binary, so that a run of another build has its own servers.
fn directory() -> PathBuf {
    let program = std::env::current_exe().expect("a test runs from a file");
    let modified = fs::metadata(&program).and_then(|meta| meta.modified());
    let mut hasher = DefaultHasher::new();
    (program, modified.expect("a time"), std::env::home_dir()).hash(&mut hasher);
    temporary_directory().join(format!("{PREFIX}{:016x}", hasher.finish()))
}

/// Marks the directory as used by this process until it ends.
fn hold(directory: &Path) -> File {
    loop {
        fs::create_dir_all(directory).expect("the temporary directory is writable");
        let path = directory.join("users.lock");
        let Ok(file) = open(&path) else { continue };
        file.lock_shared().expect("files can be locked");
        // A keeper may have removed the directory meanwhile.
        let inode = |meta: fs::Metadata| (meta.dev(), meta.ino());
        let same = fs::metadata(&path).map(inode).ok() == file.metadata().map(inode).ok();
        if same {
            return file;
        }
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).open(path)
}

fn is_kept(directory: &Path) -> bool {
    let file = open(&directory.join("keeper.lock")).expect("the directory is there");
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

fn spawn_keeper(directory: &Path) {
    let log = File::create(directory.join("keeper.log")).expect("the directory is there");
    let mut command = Command::new(std::env::current_exe().expect("a test runs from a file"));
    command.args(["--exact", "harness::keeper::the_servers_are_kept"]);
    command.args(["--ignored", "--nocapture"]);
    command.env(DIRECTORY, directory).current_dir("/");
    command.process_group(0).stdin(Stdio::null());
    command.stdout(log.try_clone().expect("a second handle")).stderr(log);
    let mut keeper = command.spawn().expect("this binary runs");
    // A keeper that is not needed ends before this process does.
    std::thread::spawn(move || keeper.wait());
}

#[tokio::test]
#[ignore = "the process that keeps the servers of a run"]
async fn the_servers_are_kept() {
    let Some(directory) = std::env::var_os(DIRECTORY).map(PathBuf::from) else {
        return;
    };
    let lock = open(&directory.join("keeper.lock")).expect("the directory is there");
    if lock.try_lock().is_err() {
        return;
    }
    remove_leftovers(&directory);
    let data = directory.join("data").display().to_string();
    let config = Config::from_variables(|name| (name == "DATA_DIR").then(|| data.clone()));
    let config = config.expect("a configuration");
    let servers = Servers::start(&config, Role::Site, &Stop::never()).await;
    let servers = servers.expect("servers");
    make_template(servers.database().hosts[0].config.clone()).await;
    announce(&directory, &servers);
    let in_use = wait_for_the_end(&directory).await;
    let gone = directory.with_extension(format!("gone-{}", std::process::id()));
    servers.stop().await;
    fs::rename(&directory, &gone).expect("it is this process's own");
    drop(in_use);
    fs::remove_dir_all(&gone).expect("nothing uses it any more");
}

fn announce(directory: &Path, servers: &Servers) {
    let config = servers.database().hosts[0].config.clone();
    let [tokio_postgres::config::Host::Unix(sockets)] = config.get_hosts() else {
        panic!("a private PostgreSQL has a socket");
    };
    let redis = servers.redis().expect("a Redis is installed").url();
    let text = format!("{}\n{redis}", sockets.display());
    fs::write(directory.join("ready.new"), text).expect("writable");
    fs::rename(directory.join("ready.new"), directory.join("ready")).expect("writable");
}

/// Returns when no process has used the servers for a while, with the lock that prevents others from joining.
async fn wait_for_the_end(directory: &Path) -> File {
    let users = open(&directory.join("users.lock")).expect("the first test created it");
    let mut driver = DriverOnDemand::below(directory);
    let mut idle_since: Option<Instant> = None;
    loop {
        driver.look();
        if users.try_lock().is_ok() {
            let since = *idle_since.get_or_insert_with(Instant::now);
            if since.elapsed() > LINGER {
                return users;
            }
            users.unlock().expect("it is held");
        } else {
            idle_since = None;
        }
        tokio::time::sleep(5 * POLL).await;
    }
}

/// Removes directories whose keepers were killed.
fn remove_leftovers(own: &Path) {
    let entries = fs::read_dir(own.parent().expect("it has one")).into_iter();
    for path in entries.flatten().flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with(PREFIX) || path == own {
            continue;
        }
        let idle = |name: &str| {
            let lock = File::open(path.join(name));
            lock.map_or(true, |lock| lock.try_lock().is_ok())
        };
        let old = fs::metadata(&path).and_then(|meta| meta.modified());
        let old = old.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > PATIENCE));
        if old && idle("users.lock") && idle("keeper.lock") {
            // A directory that can't be removed belongs to another user.
            let _ = fs::remove_dir_all(&path);
        }
    }
}
