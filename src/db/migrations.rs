//! The schema's migrations, compiled in from `sql/migrations`.

use super::{Database, DbError, connect};

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

/// Applies what is pending, one transaction each; returns the names of those applied.
///
/// # Errors
/// [`DbError::Migration`] when one fails (it is rolled back) or differs from what was applied under its number.
pub async fn migrate(database: &Database) -> Result<Vec<String>, DbError> {
    // A migration may take longer than any request.
    let mut client = connect(database).await?;
    client
        .execute("SELECT pg_advisory_lock($1)", &[&ADVISORY_LOCK])
        .await?;
    let report = embedded::migrations::runner().run_async(&mut client).await;
    client
        .execute("SELECT pg_advisory_unlock($1)", &[&ADVISORY_LOCK])
        .await?;
    let report = report.map_err(|err| DbError::Migration(with_causes(&err)))?;
    Ok(report.applied_migrations().iter().map(name_of).collect())
}

/// Every migration in order, with whether it has been applied.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(database: &Database) -> Result<Vec<MigrationState>, DbError> {
    let client = database.client().await?;
    let exists = "SELECT to_regclass('refinery_schema_history') IS NOT NULL";
    let has_history: bool = client.query_one(exists, &[]).await?.get(0);
    let rows = match has_history {
        true => {
            client
                .query("SELECT version FROM refinery_schema_history", &[])
                .await?
        }
        false => Vec::new(),
    };
    let applied: Vec<i32> = rows.iter().map(|row| row.get(0)).collect();
    let runner = embedded::migrations::runner();
    let mut migrations: Vec<_> = runner.get_migrations().iter().collect();
    migrations.sort_by_key(|migration| migration.version());
    let state = |migration: &&refinery::Migration| MigrationState {
        name: name_of(migration),
        applied: applied.contains(&migration.version()),
    };
    Ok(migrations.iter().map(state).collect())
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
