//! The tables `import_record` and `import_row`: what imports changed, so that they can be undone.

use super::bulk::{GivenFacts, Merged};
use super::fact_columns::{filled, sql_file, statement};
use super::{GenericClient, Result, Transaction};
use crate::domain::ImportRecord;

/// Begins the record of an import. Records that are too old to be undone are removed.
pub async fn insert(transaction: &Transaction<'_>, actor: &str, file_name: &str) -> Result<i64> {
    let old = "DELETE FROM import_record WHERE at < now() - interval '30 days'";
    transaction.execute(old, &[]).await?;
    let sql = "INSERT INTO import_record (actor, file_name) VALUES ($1, $2) RETURNING id";
    Ok(transaction.query_one(sql, &[&actor, &file_name]).await?.get(0))
}

/// Notes the listings that the staged rows will change, and those that will be withdrawn.
pub async fn note_before(
    transaction: &Transaction<'_>,
    id: i64,
    given: &GivenFacts,
    withdraws: bool,
) -> Result<()> {
    let changed = filled(sql_file!("sql/queries/import_row_changed.sql"), given.iter());
    transaction.execute(&changed, &[&id]).await?;
    if withdraws {
        transaction.execute(sql_file!("sql/queries/import_row_missing.sql"), &[&id]).await?;
    }
    Ok(())
}

/// Ends the record of an import, after its rows were merged.
pub async fn finish(
    transaction: &Transaction<'_>,
    id: i64,
    merged: &Merged,
    withdrawn: u64,
) -> Result<()> {
    transaction.execute(sql_file!("sql/queries/import_row_versions.sql"), &[&id]).await?;
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let (added, changed) = (count(merged.added), count(merged.changed - merged.added));
    let sql = "UPDATE import_record SET added = $2, changed = $3, withdrawn = $4 WHERE id = $1";
    transaction.execute(sql, &[&id, &added, &changed, &count(withdrawn)]).await?;
    Ok(())
}

/// The latest imports that can be undone, the newest first.
pub async fn list(client: &impl GenericClient) -> Result<Vec<ImportRecord>> {
    let sql = include_str!("../../sql/queries/import_record_list.sql");
    let rows = client.query(sql, &[]).await?;
    let record = |row: &tokio_postgres::Row| ImportRecord {
        id: row.get(0),
        at: row.get(1),
        actor: row.get(2),
        file_name: row.get(3),
        added: row.get(4),
        changed: row.get(5),
        withdrawn: row.get(6),
    };
    Ok(rows.iter().map(record).collect())
}

/// Undoes an import: deletes what it added and gives the others their facts back, but for listings that have changed since.
/// Returns how many listings are as they were, and how many were left; `None` if there is no such import to undo.
pub async fn undo(transaction: &Transaction<'_>, id: i64) -> Result<Option<(u64, u64)>> {
    let sql = "UPDATE import_record SET undone_at = now() WHERE id = $1 AND undone_at IS NULL";
    if transaction.execute(sql, &[&id]).await? == 0 {
        return Ok(None);
    }
    let added = transaction.execute(sql_file!("sql/queries/import_undo_added.sql"), &[&id]).await?;
    let changed =
        transaction.execute(statement!("sql/queries/import_undo_changed.sql"), &[&id]).await?;
    let sql = "SELECT count(*) FROM import_row WHERE import_id = $1";
    let all: i64 = transaction.query_one(sql, &[&id]).await?.get(0);
    let undone = added + changed;
    Ok(Some((undone, u64::try_from(all).unwrap_or(0).saturating_sub(undone))))
}
