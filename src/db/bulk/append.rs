//! Copies new rows directly into `property`.

use std::pin::Pin;

use chrono::{DateTime, Utc};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use super::super::fact_columns::{column_type, columns, statement};
use super::super::{Result, Transaction};
use super::indexes::{DroppedIndexes, advance_sequence};
use crate::domain::{FACTS, NewProperty};

/// A copy in progress. Until it ends, its transaction can do nothing else.
pub struct Append<'a> {
    transaction: &'a Transaction<'a>,
    writer: Pin<Box<BinaryCopyInWriter>>,
    indexes: DroppedIndexes,
}

impl<'a> Append<'a> {
    /// Begins to copy about `rows` rows. If the table is empty and the rows are many, its indexes are dropped first:
    /// readers of the table then wait until the transaction ends.
    pub async fn begin(transaction: &'a Transaction<'a>, rows: u64) -> Result<Self> {
        advance_sequence(transaction, None).await?;
        let indexes = DroppedIndexes::drop_if_empty(transaction, rows).await?;
        let sink = transaction.copy_in(statement!("sql/queries/bulk_append_copy.sql")).await?;
        let mut types = vec![Type::TIMESTAMPTZ; 2];
        types.extend(FACTS.iter().map(column_type));
        Ok(Self { transaction, writer: Box::pin(BinaryCopyInWriter::new(sink, &types)), indexes })
    }

    /// Sends a row with `at` as its time of change; buffered, so most calls don't wait.
    pub async fn add(&mut self, new: &NewProperty, at: DateTime<Utc>) -> Result<()> {
        let values = columns(new.values());
        let values = values.iter().map(|value| value as &(dyn ToSql + Sync));
        let times: [&(dyn ToSql + Sync); 2] = [&at, &at];
        let row: Vec<_> = times.into_iter().chain(values).collect();
        self.writer.as_mut().write(&row).await?;
        Ok(())
    }

    /// Ends the copy and builds the indexes; returns the number of rows.
    pub async fn finish(mut self) -> Result<u64> {
        let rows = self.writer.as_mut().finish().await?;
        self.indexes.recreate(self.transaction).await?;
        Ok(rows)
    }
}
