//! The schema's migrations, compiled in from `sql/migrations`.

use super::{Connection, Database, DbError, connect};

mod embedded {
    refinery::embed_migrations!("sql/migrations");
}

/// Any number that no other program on the server locks: two instances that start together migrate in turn.
const ADVISORY_LOCK: i64 = 0x7072_6f70_6d69_6772;

/// A migration, and whether the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// Its number and name, e.g. `0001_property`.
    pub name: String,
    /// Whether it has been applied.
    pub applied: bool,
}

/// How far a migration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// The one of this name is being applied.
    Begun(&'a str),
    /// It is applied.
    Done,
}

/// Applies what is pending, one transaction each; returns the names of those applied.
///
/// # Errors
/// [`DbError::Migration`] when one fails (it is rolled back) or differs from what was applied under its number.
pub async fn migrate(database: &Database) -> Result<Vec<String>, DbError> {
    migrate_with(database, &|_| {}).await
}

/// As [`migrate`], and tells of each.
pub async fn migrate_with(
    database: &Database,
    tell: &(dyn Fn(Step<'_>) + Sync),
) -> Result<Vec<String>, DbError> {
    // A migration may take longer than any request.
    let mut client = connect(database).await?;
    client.execute("SELECT pg_advisory_lock($1)", &[&ADVISORY_LOCK]).await?;
    let applied = apply(&mut client, tell).await;
    client.execute("SELECT pg_advisory_unlock($1)", &[&ADVISORY_LOCK]).await?;
    applied
}

async fn apply(
    client: &mut Connection,
    tell: &(dyn Fn(Step<'_>) + Sync),
) -> Result<Vec<String>, DbError> {
    let mut applied = Vec::new();
    let known = applied_versions(client).await?;
    let runner = embedded::migrations::runner();
    // What is applied already is compared with what it should be, even if nothing is pending.
    let last = known.last().copied().unwrap_or(0);
    let pending = in_order(&runner).into_iter().filter(|migration| migration.version() > last);
    let targets: Vec<_> = pending.collect();
    if targets.is_empty() {
        run(client, runner).await?;
    }
    for migration in targets {
        let name = name_of(&migration);
        tell(Step::Begun(&name));
        let target = refinery::Target::Version(migration.version());
        run(client, embedded::migrations::runner().set_target(target)).await?;
        tell(Step::Done);
        applied.push(name);
    }
    Ok(applied)
}

async fn run(client: &mut Connection, runner: refinery::Runner) -> Result<(), DbError> {
    let report = runner.run_async(client).await;
    report.map_err(|err| DbError::Migration(with_causes(&err)))?;
    Ok(())
}

/// Every migration in order, with whether it has been applied.
pub async fn list(database: &Database) -> Result<Vec<MigrationState>, DbError> {
    let client = database.client().await?;
    let applied = applied_versions(&client).await?;
    let state = |migration: &refinery::Migration| MigrationState {
        name: name_of(migration),
        applied: applied.contains(&migration.version()),
    };
    let migrations = in_order(&embedded::migrations::runner());
    Ok(migrations.iter().map(state).collect())
}

/// The numbers of what has been applied, in order.
async fn applied_versions(client: &Connection) -> Result<Vec<i32>, DbError> {
    let exists = "SELECT to_regclass('refinery_schema_history') IS NOT NULL";
    let has_history: bool = client.query_one(exists, &[]).await?.get(0);
    if !has_history {
        return Ok(Vec::new());
    }
    let versions = "SELECT version FROM refinery_schema_history ORDER BY version";
    let rows = client.query(versions, &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

fn in_order(runner: &refinery::Runner) -> Vec<refinery::Migration> {
    let mut migrations = runner.get_migrations().clone();
    migrations.sort_by_key(refinery::Migration::version);
    migrations
}

fn name_of(migration: &refinery::Migration) -> String {
    format!("{:04}_{}", migration.version(), migration.name())
}

fn with_causes(err: &dyn std::error::Error) -> String {
    let mut text = err.to_string();
    let mut source = err.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
