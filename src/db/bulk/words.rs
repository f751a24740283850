//! Computes the words that a search finds listings by, on connections besides the one that copies the listings: a connection
//! uses one processor, and computing the words takes longer than everything else.

use std::error::Error;
use std::pin::pin;

use bytes::BytesMut;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::super::fact_columns::{column_type, columns, statement};
use super::super::{Client, GenericClient as _, Result, Transaction};
use crate::domain::{FACTS, NewProperty};

/// The words of a listing, as PostgreSQL sends a `tsvector`. The default has none: then the trigger computes them.
#[derive(Debug, Clone)]
pub struct SearchWords(Box<[u8]>);

impl Default for SearchWords {
    fn default() -> Self {
        // The number of words.
        Self(Box::new(0_i32.to_be_bytes()))
    }
}

impl<'a> FromSql<'a> for SearchWords {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw.into()))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TS_VECTOR
    }
}

impl ToSql for SearchWords {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TS_VECTOR
    }

    to_sql_checked!();
}

/// A connection that computes words.
pub struct WordWorker<'a> {
    transaction: Transaction<'a>,
}

impl<'a> WordWorker<'a> {
    /// Creates a table with the facts, whose trigger is the one of `property`; it exists until the end of the transaction. It
    /// is not made from `property`, which may be locked.
    pub async fn begin(client: &'a mut Client) -> Result<Self> {
        let transaction = client.transaction().await?;
        let columns =
            FACTS.iter().map(|fact| format!("{} {}", fact.name, column_type(fact).name()));
        let create = format!(
            "CREATE TEMPORARY TABLE words ({}, search tsvector) ON COMMIT DROP;
             CREATE TRIGGER property_words BEFORE INSERT ON words
                 FOR EACH ROW EXECUTE FUNCTION property_fill_search()",
            columns.collect::<Vec<_>>().join(", ")
        );
        transaction.batch_execute(&create).await?;
        Ok(Self { transaction })
    }

    /// The words of listings, in their order.
    pub async fn compute(
        &self,
        listings: impl Iterator<Item = &NewProperty>,
    ) -> Result<Vec<SearchWords>> {
        let copy = statement!("sql/queries/bulk_words_copy.sql");
        let sink = self.transaction.copy_in(copy).await?;
        let types: Vec<_> = FACTS.iter().map(column_type).collect();
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
        for new in listings {
            let values = columns(new.values());
            let values = values.iter().map(|value| value as &(dyn ToSql + Sync));
            writer.as_mut().write_raw(values).await?;
        }
        writer.finish().await?;
        let rows = self.transaction.query("SELECT search FROM words ORDER BY ctid", &[]).await?;
        self.transaction.batch_execute("TRUNCATE words").await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}
