//! The connection that applies migrations.
//!
//! **Invariant:** no other connection applies migrations at the same time, because it would need the same lock.
//!
//! **Invariant:** while it waits for that lock, it has no snapshot. `CREATE INDEX CONCURRENTLY` on the connection with
//! the lock waits for older snapshots to end, so it would wait for this one.
//!
//! **Invariant:** requests wait at most [`Patience::lock`] behind a lock that a migration waits for.

use std::error::Error;
use std::pin::pin;
use std::time::Duration;

use refinery::{Migration, Runner, Target};
use tokio::time::{sleep, timeout};
use tokio_postgres::error::SqlState;

use super::index_statements::{self, IndexStatement};
use super::{Connection, Database, DbError, GenericClient as _, connect};

/// The number of the advisory lock; no other program on the server should use it.
const ADVISORY_LOCK: i64 = 0x7072_6f70_6d69_6772;
/// The pause between two requests for the lock.
const POLL: Duration = Duration::from_millis(100);
/// Removes the role's time limits, because a migration may take long. The server checks that the program is still
/// connected.
const SETTINGS: &str = "
    SET statement_timeout = 0;
    SET idle_in_transaction_session_timeout = 0;
    SELECT set_config(name, '1s', false) FROM pg_settings WHERE name = 'client_connection_check_interval';";

/// How long migrations wait for the locks of other transactions.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How long a statement waits for a lock; requests may wait behind it.
    pub lock: Duration,
    /// How often a migration is tried if it can't get a lock.
    pub attempts: u32,
    /// The pause between two attempts, in which waiting requests continue.
    pub pause: Duration,
}

impl Patience {
    /// The program's values.
    pub const USUAL: Self =
        Self { lock: Duration::from_secs(5), attempts: 6, pause: Duration::from_secs(1) };
}

/// A connection that holds the migrations' lock.
pub(super) struct Session<'a> {
    database: &'a Database,
    client: Connection,
    pid: i32,
    patience: Patience,
}

/// A part of a migration that succeeds or fails as a whole.
enum Part<'a> {
    Transaction(&'a Runner),
    Index(&'a IndexStatement),
}

/// Why an attempt failed, and whether another transaction's lock caused it.
struct Failure {
    reason: String,
    is_locked: bool,
}

impl<'a> Session<'a> {
    /// Connects, and waits until no other connection applies migrations.
    pub(super) async fn begin(database: &'a Database, patience: Patience) -> Result<Self, DbError> {
        let client = connect(database).await?;
        client.batch_execute(SETTINGS).await?;
        let limit = patience.lock.as_millis();
        client.batch_execute(&format!("SET lock_timeout = {limit}")).await?;
        let pid = client.query_one("SELECT pg_backend_pid()", &[]).await?.get(0);
        let lock = "SELECT pg_try_advisory_lock($1)";
        let mut is_told = false;
        while !client.query_one(lock, &[&ADVISORY_LOCK]).await?.get::<_, bool>(0) {
            if !is_told {
                log::info!("another program applies migrations; waiting until it is done");
                is_told = true;
            }
            sleep(POLL).await;
        }
        Ok(Self { database, client, pid, patience })
    }

    pub(super) fn client(&self) -> &Connection {
        &self.client
    }

    /// Applies a migration and records it.
    pub(super) async fn apply(
        &mut self,
        runner: Runner,
        migration: &Migration,
    ) -> Result<(), DbError> {
        let statements = index_statements::parse(migration.sql().unwrap_or_default());
        let refused = |sql| {
            let reason = "a file with the word CONCURRENTLY may only have index statements that can be repeated";
            DbError::Migration(format!("{migration}: {reason}, not “{sql}”"))
        };
        let target = match statements.map_err(refused)? {
            None => Target::Version(migration.version()),
            Some(statements) => {
                for statement in &statements {
                    self.run(migration, Part::Index(statement)).await?;
                }
                // Only records the migration.
                Target::FakeVersion(migration.version())
            }
        };
        self.run(migration, Part::Transaction(&runner.set_target(target))).await
    }

    /// Compares the applied migrations with the program's.
    pub(super) async fn verify(&mut self, runner: &Runner) -> Result<(), DbError> {
        let verified = attempt(&mut self.client, &Part::Transaction(runner)).await;
        verified.map_err(|failure| DbError::Migration(failure.reason))
    }

    async fn run(&mut self, migration: &Migration, part: Part<'_>) -> Result<(), DbError> {
        let Patience { lock, attempts, pause } = self.patience;
        let mut number = 1;
        loop {
            let attempt = attempt(&mut self.client, &part);
            let (done, waited) = watched(self.database, self.pid, lock / 4, attempt).await;
            let Failure { mut reason, is_locked } = match done {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            };
            if let (true, Some(waited)) = (is_locked, waited) {
                reason = waited;
            }
            if !is_locked {
                return Err(DbError::Migration(format!("{migration}: {reason}")));
            }
            if number == attempts {
                return Err(DbError::Migration(format!(
                    "{migration} gave up after it had waited {attempts} times for {lock:?}: {reason}. End that transaction, \
                     or run “property-listings migrate” again later; it continues where it stopped",
                )));
            }
            log::warn!("{migration} tries again, because it waited for {lock:?}: {reason}");
            number += 1;
            sleep(pause).await;
        }
    }
}

async fn attempt(client: &mut Connection, part: &Part<'_>) -> Result<(), Failure> {
    match part {
        Part::Transaction(runner) => {
            runner.run_async(client).await.map_err(|err| Failure::of(&err))?;
        }
        Part::Index(statement) => {
            build(client, statement).await.map_err(|err| Failure::of(&err))?;
        }
    }
    Ok(())
}

/// Runs a statement, after dropping an index that an interrupted run left unfinished.
async fn build(
    client: &Connection,
    statement: &IndexStatement,
) -> Result<(), tokio_postgres::Error> {
    if let Some(index) = &statement.creates {
        let unfinished =
            "SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid";
        if client.query_opt(unfinished, &[index]).await?.is_some() {
            let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {index}");
            client.batch_execute(&drop).await?;
        }
    }
    client.batch_execute(&statement.sql).await
}

/// Runs some work of a server process; also returns what the process was last seen waiting for.
async fn watched<T>(
    database: &Database,
    pid: i32,
    interval: Duration,
    work: impl Future<Output = T>,
) -> (T, Option<String>) {
    let mut work = pin!(work);
    let mut seen = None;
    loop {
        tokio::select! {
            done = &mut work => return (done, seen),
            () = sleep(interval) => {
                if let Ok(Ok(Some(waited))) = timeout(interval, waited_for(database, pid)).await {
                    seen = Some(waited);
                }
            }
        }
    }
}

async fn waited_for(database: &Database, pid: i32) -> Result<Option<String>, DbError> {
    let client = database.client().await?;
    let sql = include_str!("../../sql/queries/lock_waited_for.sql");
    let row = client.query_opt(sql, &[&pid]).await?;
    Ok(row.map(|row| {
        let what = match row.get::<_, Option<&str>>(0) {
            Some(relation) => format!("a lock on “{relation}”"),
            None => "an older state of the database".to_owned(),
        };
        let [program, state, query] = [2, 3, 5].map(|at| row.get::<_, &str>(at));
        let (pid, seconds): (i32, i64) = (row.get(1), row.get(4));
        format!(
            "{what} is held by process {pid} ({program}, {state}, in a transaction for {seconds} s, last statement “{query}”)"
        )
    }))
}

impl Failure {
    fn of(err: &(dyn Error + 'static)) -> Self {
        let mut failure = Self { reason: err.to_string(), is_locked: false };
        let mut cause = Some(err);
        while let Some(err) = cause {
            let code = err.downcast_ref::<tokio_postgres::Error>().and_then(|err| err.code());
            let locked = [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED];
            failure.is_locked |= code.is_some_and(|code| locked.contains(code));
            cause = err.source();
            if let Some(cause) = cause {
                failure.reason.push_str(": ");
                failure.reason.push_str(&cause.to_string());
            }
        }
        failure
    }
}
