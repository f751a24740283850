//! What a merge of staged rows would do.

use rust_decimal::Decimal;
use tokio_postgres::Row;

use super::super::{DbError, Transaction};
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

/// Compares the staged rows with those that the table has.
///
/// # Errors
/// When the database can't answer.
pub async fn compare(transaction: &Transaction<'_>) -> Result<Comparison, DbError> {
    // The planner knows nothing of a table that is so new.
    transaction
        .batch_execute("ANALYZE property_staging")
        .await?;
    let sql = include_str!("../../../sql/queries/bulk_staging_compare.sql");
    let row = transaction.query_one(sql, &[]).await?;
    Ok(Comparison {
        added: row.get(0),
        changed: row.get(1),
        same: row.get(2),
        overtaken: row.get(3),
    })
}

/// The first staged rows that would change something, those that exist before those that are new.
///
/// # Errors
/// When the database can't answer.
pub async fn list_sample(
    transaction: &Transaction<'_>,
    limit: i64,
) -> Result<Vec<ImportSample>, DbError> {
    let sql = include_str!("../../../sql/queries/bulk_staging_sample.sql");
    let rows = transaction.query(sql, &[&limit]).await?;
    Ok(rows.iter().map(sample).collect())
}

/// The fields in the order of the statement's columns: those of the file from 1, those of the table from 5.
const FIELDS: [&str; 4] = ["title", "description", "price", "location"];

fn sample(row: &Row) -> ImportSample {
    let text = |at: usize| match FIELDS[(at - 1) % 4] {
        "price" => row
            .get::<_, Option<Decimal>>(at)
            .map(|price| price.to_string()),
        _ => row.get(at),
    };
    let texts: Vec<Option<String>> = (1..9).map(text).collect();
    let fields = FIELDS.into_iter().zip(&texts).zip(&texts[4..]);
    let changes = fields.filter(|((_, new), old)| new != old);
    ImportSample {
        id: row.get::<_, Option<i64>>(0).map(PropertyId),
        title: texts[0].clone().unwrap_or_default(),
        is_new: texts[4].is_none(),
        changes: changes
            .map(|((field, new), old)| FieldChange {
                field,
                before: old.clone().unwrap_or_default(),
                after: new.clone().unwrap_or_default(),
            })
            .collect(),
    }
}
