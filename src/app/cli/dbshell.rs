//! `dbshell`

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio_postgres::config::{Host, SslMode};

use super::CommandError;
use crate::app::servers::{Role, Servers, psql};
use crate::app::stop::Stop;
use crate::config::Config;

/// Runs `psql` on the site's database, with further arguments of its own. A private server is started for as long.
pub(super) async fn run(
    config: Config,
    arguments: Vec<OsString>,
    stop: &Stop,
) -> Result<(), CommandError> {
    let Some(program) = psql() else {
        return Err(CommandError::Failed(
            "You appear not to have the “psql” program installed or on your path. \
             Debian, Ubuntu: apt-get install postgresql-client; macOS: brew install libpq."
                .into(),
        ));
    };
    let servers = Servers::start(&config, Role::Command, stop).await?;
    let result = shell(&program, &servers.database(), arguments).await;
    servers.stop().await;
    result
}

async fn shell(
    program: &Path,
    database: &tokio_postgres::Config,
    arguments: Vec<OsString>,
) -> Result<(), CommandError> {
    // Ctrl-C is for psql, which cancels a query by it.
    let mut terminated = signal(SignalKind::terminate()).map_err(CommandError::Runtime)?;
    let mut command = Command::new(program);
    command.args(arguments).envs(variables(database));
    command
        .stdin(Stdio::inherit())
        .stdout(Stdio::inherit())
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    let status = tokio::select! {
        status = command.status() => status,
        _ = terminated.recv() => return Err(CommandError::Interrupted),
    };
    let status = status
        .map_err(|source| CommandError::File { file: program.display().to_string(), source })?;
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(CommandError::Shell(u8::try_from(code).unwrap_or(1))),
        // The pipe was closed (`| head`).
        None if status.signal() == Some(SignalKind::pipe().as_raw_value()) => Ok(()),
        None => Err(CommandError::Interrupted),
    }
}

/// The environment variables for `psql`. The password is passed this way, because every user of the machine can see
/// arguments.
fn variables(database: &tokio_postgres::Config) -> Vec<(&'static str, OsString)> {
    let hosts = database.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    });
    let ports = database.get_ports().iter().map(u16::to_string);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let ssl = match database.get_ssl_mode() {
        SslMode::Disable => Some("disable"),
        _ => None,
    };
    [
        ("PGHOST", Some(joined(hosts))),
        ("PGPORT", Some(joined(ports))),
        ("PGUSER", database.get_user().map(str::to_owned)),
        ("PGDATABASE", database.get_dbname().map(str::to_owned)),
        ("PGPASSWORD", database.get_password().map(text)),
        ("PGOPTIONS", database.get_options().map(str::to_owned)),
        ("PGSSLMODE", ssl.map(str::to_owned)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, OsString::from(value.filter(|v| !v.is_empty())?))))
    .collect()
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn psql_connects_as_the_site_does() {
        let url = "postgres://eve:s%20ecret@db.example:5433/homes?sslmode=disable";
        let config: tokio_postgres::Config = url.parse().expect("valid");
        let variables = variables(&config);
        for (name, value) in [
            ("PGHOST", "db.example"),
            ("PGPORT", "5433"),
            ("PGUSER", "eve"),
            ("PGPASSWORD", "s ecret"),
            ("PGDATABASE", "homes"),
            ("PGSSLMODE", "disable"),
        ] {
            let found = variables.iter().find(|(other, _)| *other == name);
            assert_eq!(found.map(|(_, value)| value.clone()), Some(value.into()), "{name}");
        }
    }

    #[test]
    fn what_is_not_configured_is_left_to_psql() {
        let config: tokio_postgres::Config = "host=/run/postgresql".parse().expect("valid");
        let names: Vec<_> = variables(&config).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["PGHOST"]);
    }
}
