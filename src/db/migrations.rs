//! The schema's migrations, compiled in from `sql/migrations`.

use refinery::{Migration, Runner, Target};

pub use super::migration_session::Patience;
use super::migration_session::Session;
use super::{Connection, Database, DbError};

mod embedded {
    refinery::embed_migrations!("sql/migrations");
}

/// A migration, and whether it was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// Its number and name, such as `0001_property`.
    pub name: String,
    /// Whether it has been applied.
    pub applied: bool,
}

/// The progress of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// The migration of this name is being applied.
    Begun(&'a str),
    /// It is applied.
    Done,
}

/// The program's migrations, in order.
pub fn all() -> Vec<Migration> {
    let mut migrations = embedded::migrations::runner().get_migrations().clone();
    migrations.sort_by_key(Migration::version);
    migrations
}

/// Applies the pending migrations of the program; returns their names.
///
/// # Errors
/// The errors of [`apply`].
pub async fn migrate(database: &Database) -> Result<Vec<String>, DbError> {
    apply(database, &all(), Patience::USUAL, &|_| {}).await
}

/// Applies the pending ones among some migrations and reports each; returns their names. Each runs in a transaction,
/// unless its file contains the word `CONCURRENTLY` (see `index_statements`).
///
/// # Errors
/// [`DbError::Migration`] if one fails (its transaction is rolled back), can't get a lock, or differs from the one that
/// was applied under its number.
pub async fn apply(
    database: &Database,
    migrations: &[Migration],
    patience: Patience,
    tell: &(dyn Fn(Step<'_>) + Sync),
) -> Result<Vec<String>, DbError> {
    let mut session = Session::begin(database, patience).await?;
    let last = applied_versions(session.client()).await?.last().copied().unwrap_or(0);
    // A newer release may have migrated the database: an older one may run at the same time, or be started again.
    let is_behind = migrations.last().is_none_or(|newest| newest.version() < last);
    let runner = || Runner::new(migrations).set_abort_missing(!is_behind);
    session.verify(&runner().set_target(Target::Version(last))).await?;
    let mut applied = Vec::new();
    for migration in migrations.iter().filter(|migration| migration.version() > last) {
        let name = name_of(migration);
        tell(Step::Begun(&name));
        session.apply(runner(), migration).await?;
        tell(Step::Done);
        applied.push(name);
    }
    Ok(applied)
}

/// Every migration in order, and whether it was applied.
pub async fn list(database: &Database) -> Result<Vec<MigrationState>, DbError> {
    let client = database.client().await?;
    let applied = applied_versions(&client).await?;
    let state = |migration: &Migration| MigrationState {
        name: name_of(migration),
        applied: applied.contains(&migration.version()),
    };
    Ok(all().iter().map(state).collect())
}

/// The numbers of the applied migrations, in order.
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

fn name_of(migration: &Migration) -> String {
    format!("{:04}_{}", migration.version(), migration.name())
}
