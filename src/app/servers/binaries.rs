//! Finds the servers' programs on this machine.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::ServersError;

/// The oldest PostgreSQL with every feature that the site uses.
const LEAST_POSTGRES: u32 = 15;

/// The oldest Redis with every feature that the site uses. Every Valkey is newer.
const LEAST_REDIS: u32 = 7;

/// A PostgreSQL installation: a directory with `initdb` and `postgres`.
#[derive(Debug, Clone)]
pub(super) struct Postgres {
    pub(super) bin: PathBuf,
    pub(super) major: u32,
}

/// Finds PostgreSQL: the version that wrote `data` (its major version and its directory) if there is data, else the
/// first on `PATH` that is new enough, else the newest one installed elsewhere.
pub(super) fn postgres(data: Option<(u32, &Path)>) -> Result<Postgres, ServersError> {
    let mut found: Vec<Postgres> = Vec::new();
    for bin in postgres_directories() {
        let complete = ["initdb", "postgres"].iter().all(|name| bin.join(name).is_file());
        if !complete || found.iter().any(|other| other.bin == bin) {
            continue;
        }
        if let Some(major) = version(&bin.join("postgres"), "(PostgreSQL) ") {
            found.push(Postgres { bin, major });
        }
    }
    let newest = found.iter().map(|postgres| postgres.major).max();
    let usable = |postgres: &Postgres| match data {
        Some((major, _)) => postgres.major == major,
        None => postgres.major >= LEAST_POSTGRES,
    };
    match (found.into_iter().find(usable), data, newest) {
        (Some(postgres), ..) => Ok(postgres),
        (None, Some((data, directory)), Some(installed)) => {
            Err(ServersError::OtherMajor { directory: directory.to_owned(), data, installed })
        }
        (None, _, found) => Err(ServersError::NoPostgres(LEAST_POSTGRES, found)),
    }
}

/// Finds `redis-server` or `valkey-server`; `Err` says why there is none.
pub(super) fn redis() -> Result<PathBuf, String> {
    let mut directories = path_directories();
    directories.extend(["/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"].map(PathBuf::from));
    let candidates = ["redis-server", "valkey-server"]
        .into_iter()
        .flat_map(|name| directories.iter().map(move |directory| directory.join(name)));
    let mut reason = "no redis-server or valkey-server is installed".to_owned();
    for path in candidates.filter(|path| path.is_file()) {
        match version(&path, "v=") {
            Some(major) if major >= LEAST_REDIS => return Ok(path),
            Some(major) => reason = format!("{} is too old (version {major})", path.display()),
            None => reason = format!("{} does not report its version", path.display()),
        }
    }
    Err(reason)
}

fn path_directories() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).filter(|path| path.is_absolute()).collect()
}

fn postgres_directories() -> Vec<PathBuf> {
    let mut directories = path_directories();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        directories.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    let mut versioned: Vec<(u32, PathBuf)> = [
        ("/usr/lib/postgresql", ""),
        ("/opt/homebrew/opt", "postgresql@"),
        ("/usr/local/opt", "postgresql@"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql@"),
        ("/usr", "pgsql-"),
    ]
    .into_iter()
    .flat_map(|(parent, prefix)| versions_in(Path::new(parent), prefix))
    .collect();
    versioned.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    directories.extend(versioned.into_iter().map(|(_, path)| path.join("bin")));
    directories.extend(["/usr/local/pgsql/bin", "/opt/homebrew/bin"].map(PathBuf::from));
    directories
}

/// The entries of `parent` whose names are `prefix` and a version number.
fn versions_in(parent: &Path, prefix: &str) -> Vec<(u32, PathBuf)> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let versioned = entries.filter_map(|entry| {
        let name = entry.file_name();
        let major = OsStr::to_str(&name)?.strip_prefix(prefix)?.parse().ok()?;
        Some((major, entry.path()))
    });
    versioned.collect()
}

/// The major version that `program --version` prints after `marker`.
fn version(program: &Path, marker: &str) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let (_, after) = text.split_once(marker)?;
    let digits = after.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// Finds `psql`: the first on `PATH`, else the newest one installed elsewhere.
pub fn psql() -> Option<PathBuf> {
    let candidates = postgres_directories().into_iter().map(|bin| bin.join("psql"));
    candidates.into_iter().find(|path| path.is_file())
}
