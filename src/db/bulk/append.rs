//! Copies new rows directly into `property`.

use std::pin::Pin;

use chrono::{DateTime, Utc};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use super::super::fact_columns::{column_type, columns, statement};
use super::super::{GenericClient as _, Result, Transaction};
use super::indexes::{DroppedIndexes, advance_sequence};
use super::words::SearchWords;
use crate::domain::{FACTS, NewProperty};

/// A copy in progress. Until it ends, its transaction can do nothing else.
pub struct Append<'a> {
    transaction: &'a Transaction<'a>,
    writer: Pin<Box<BinaryCopyInWriter>>,
    indexes: DroppedIndexes,
    /// The definition of the trigger that computes the words to search for, while it leaves words as they are.
    trigger: Option<String>,
}

impl<'a> Append<'a> {
    /// Begins to copy about `rows` rows. If the table is empty and the rows are many, its indexes are dropped first:
    /// readers of the table then wait until the transaction ends.
    pub async fn begin(transaction: &'a Transaction<'a>, rows: u64) -> Result<Self> {
        advance_sequence(transaction, None).await?;
        let indexes = DroppedIndexes::drop_if_empty(transaction, rows).await?;
        let trigger = match indexes.are_dropped() {
            true => Some(keep_supplied_words(transaction).await?),
            false => None,
        };
        let sink = transaction.copy_in(statement!("sql/queries/bulk_append_copy.sql")).await?;
        let mut types = vec![Type::TIMESTAMPTZ, Type::TIMESTAMPTZ, Type::TS_VECTOR];
        types.extend(FACTS.iter().map(column_type));
        let writer = Box::pin(BinaryCopyInWriter::new(sink, &types));
        Ok(Self { transaction, writer, indexes, trigger })
    }

    /// Whether words that are added with a row are kept. Otherwise the database computes them.
    pub fn takes_words(&self) -> bool {
        self.trigger.is_some()
    }

    /// Sends a row with `at` as its time of change; buffered, so most calls don't wait.
    pub async fn add(
        &mut self,
        new: &NewProperty,
        at: DateTime<Utc>,
        words: &SearchWords,
    ) -> Result<()> {
        let values = columns(new.values());
        let values = values.iter().map(|value| value as &(dyn ToSql + Sync));
        let own: [&(dyn ToSql + Sync); 3] = [&at, &at, words];
        let row: Vec<_> = own.into_iter().chain(values).collect();
        self.writer.as_mut().write(&row).await?;
        Ok(())
    }

    /// Ends the copy and builds the indexes; returns the number of rows.
    pub async fn finish(mut self) -> Result<u64> {
        let rows = self.writer.as_mut().finish().await?;
        if let Some(definition) = self.trigger {
            let sql = format!(
                "DROP TRIGGER property_words ON property; {definition};
                 ALTER TABLE property ENABLE ALWAYS TRIGGER property_words"
            );
            self.transaction.batch_execute(&sql).await?;
        }
        self.indexes.recreate(self.transaction).await?;
        Ok(rows)
    }
}

/// Lets the trigger compute words only for rows that come without any; returns its definition. The table is locked, so no
/// other transaction adds rows meanwhile, and a rollback brings the trigger back.
async fn keep_supplied_words(transaction: &Transaction<'_>) -> Result<String> {
    let definition = "SELECT pg_get_triggerdef(oid) FROM pg_trigger
                      WHERE tgrelid = 'property'::regclass AND tgname = 'property_words'";
    let definition = transaction.query_one(definition, &[]).await?.try_get(0)?;
    let replace = "DROP TRIGGER property_words ON property;
                   CREATE TRIGGER property_words BEFORE INSERT ON property
                   FOR EACH ROW WHEN (NEW.search = '') EXECUTE FUNCTION property_fill_search()";
    transaction.batch_execute(replace).await?;
    Ok(definition)
}
