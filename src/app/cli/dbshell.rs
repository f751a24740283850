//! The command `dbshell`.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

use super::CommandError;
use crate::app::servers::{Role, Servers, psql};
use crate::app::stop::Stop;
use crate::config::{Config, PostgresAddress};

/// Runs `psql` on the site's database with the given arguments. A private server is started for this time.
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
    database: &PostgresAddress,
    arguments: Vec<OsString>,
) -> Result<(), CommandError> {
    // Ctrl-C is for psql, which cancels a query with it.
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

/// The parameters of an address that `psql` reads from environment variables.
const VARIABLES: [(&str, &str); 16] = [
    ("host", "PGHOST"),
    ("hostaddr", "PGHOSTADDR"),
    ("port", "PGPORT"),
    ("user", "PGUSER"),
    ("dbname", "PGDATABASE"),
    ("password", "PGPASSWORD"),
    ("options", "PGOPTIONS"),
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("sslnegotiation", "PGSSLNEGOTIATION"),
    ("channel_binding", "PGCHANNELBINDING"),
    ("target_session_attrs", "PGTARGETSESSIONATTRS"),
    ("load_balance_hosts", "PGLOADBALANCEHOSTS"),
];

/// The environment variables for `psql`. The password is passed this way, because every user of the machine can see
/// arguments.
fn variables(database: &PostgresAddress) -> Vec<(&'static str, OsString)> {
    let set = VARIABLES.into_iter();
    set.filter_map(|(name, variable)| Some((variable, database.parameter(name)?.into()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn psql_connects_as_the_site_does() {
        let url = "postgres://eve:s%20ecret@db.example:5433/homes?sslmode=disable";
        let config: PostgresAddress = url.parse().expect("valid");
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
        let config: PostgresAddress = "host=/run/postgresql".parse().expect("valid");
        let names: Vec<_> = variables(&config).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["PGHOST"]);
    }
}
