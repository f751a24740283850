//! Computes what a merge of the staged rows would do.

use tokio_postgres::Row;

use super::super::fact_columns::{filled, read, sql_file};
use super::super::{Result, Transaction};
use super::given::GivenFacts;
use crate::domain::{FieldChange, ImportSample, PropertyId};

/// The number of staged rows by what a merge would do with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Rows to add.
    pub added: i64,
    /// Rows to change.
    pub changed: i64,
    /// Rows that are the same in the table.
    pub same: i64,
    /// Rows to change that have changed since the file was made, if the file says when that was.
    pub overtaken: i64,
}

/// Compares the `given` facts of the staged rows with the table's.
pub async fn compare(transaction: &Transaction<'_>, given: &GivenFacts) -> Result<Comparison> {
    // The planner has no statistics of such a new table.
    transaction.batch_execute("ANALYZE property_staging").await?;
    let sql = filled(sql_file!("sql/queries/bulk_staging_compare.sql"), given.iter());
    let row = transaction.query_one(&sql, &[]).await?;
    Ok(Comparison {
        added: row.get(0),
        changed: row.get(1),
        same: row.get(2),
        overtaken: row.get(3),
    })
}

/// The first staged rows that would change something, existing ones before new ones.
pub async fn list_sample(
    transaction: &Transaction<'_>,
    given: &GivenFacts,
    limit: i64,
) -> Result<Vec<ImportSample>> {
    let sql = filled(sql_file!("sql/queries/bulk_staging_sample.sql"), given.iter());
    let rows = transaction.query(&sql, &[&limit]).await?;
    rows.iter().map(|row| sample(row, given)).collect()
}

/// Reads the row number, whether the row is new, the given facts of the file, and those of the table.
fn sample(row: &Row, given: &GivenFacts) -> Result<ImportSample> {
    let count = given.iter().count();
    let mut title = String::new();
    let mut changes = Vec::new();
    for (at, fact) in given.iter().enumerate() {
        let text = |at| read(row, at, fact).map(|value| value.map(|value| value.to_string()));
        let (after, before) = (text(2 + at)?, text(2 + count + at)?);
        if at == 0 {
            title = after.clone().unwrap_or_default();
        }
        if before != after {
            changes.push(FieldChange {
                fact,
                before: before.unwrap_or_default(),
                after: after.unwrap_or_default(),
            });
        }
    }
    Ok(ImportSample {
        id: row.get::<_, Option<i64>>(0).map(PropertyId),
        is_new: row.get(1),
        title,
        changes,
    })
}
