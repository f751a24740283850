//! What a merge of staged rows would do.

use tokio_postgres::Row;

use super::super::fact_columns::{filled, read, sql_file};
use super::super::{Result, Transaction};
use super::given::GivenFacts;
use crate::domain::{FieldChange, ImportSample, PropertyId};

/// How many staged rows a merge would do something with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Rows that it would add.
    pub added: i64,
    /// Rows that it would change.
    pub changed: i64,
    /// Rows that it would leave as they are.
    pub same: i64,
    /// Rows of those to change that have changed since the file was made, as far as the file says when that was.
    pub overtaken: i64,
}

/// Compares the `given` facts of the staged rows with those that the table has.
pub async fn compare(transaction: &Transaction<'_>, given: &GivenFacts) -> Result<Comparison> {
    // The planner knows nothing of a table that is so new.
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

/// The first staged rows that would change something, those that exist before those that are new.
pub async fn list_sample(
    transaction: &Transaction<'_>,
    given: &GivenFacts,
    limit: i64,
) -> Result<Vec<ImportSample>> {
    let sql = filled(sql_file!("sql/queries/bulk_staging_sample.sql"), given.iter());
    let rows = transaction.query(&sql, &[&limit]).await?;
    rows.iter().map(|row| sample(row, given)).collect()
}

/// Reads the number, whether the row is new, the given facts of the file, and those of the table.
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
