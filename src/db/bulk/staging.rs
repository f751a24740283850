//! Loads rows into a temporary table, and merges them into `property` with one statement.

use std::pin::Pin;

use chrono::{DateTime, Utc};
use tokio_postgres::Row;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use super::super::fact_columns::{column_type, columns, filled, sql_file, statement};
use super::super::{DbError, Result, Transaction};
use super::completion::{complete, keep_descriptions, match_references};
use super::given::{GivenFacts, bit};
use super::indexes::{DroppedIndexes, advance_sequence};
use crate::domain::{FACT_COUNT, FACTS, Fact, FactValue, FactValues, NewProperty, PropertyId};

/// A listing from a file, with its id and times if the file has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkRow {
    /// Its line in the file.
    pub line: u64,
    /// The listing's number; `None` for a new row that gets the next one.
    pub id: Option<PropertyId>,
    /// The facts, in the order of the declaration. A row of a listing that exists keeps those that are `None` here.
    pub values: FactValues<'static>,
    /// The facts that are to have no value.
    pub cleared: [bool; FACT_COUNT],
    /// When it was added; `None` for now. Kept only by a row that is new.
    pub created_at: Option<DateTime<Utc>>,
    /// When it last changed; `None` for now. Used only for new rows.
    pub updated_at: Option<DateTime<Utc>>,
}

impl BulkRow {
    /// A row with all facts of a listing.
    pub fn new(line: u64, id: Option<PropertyId>, property: &NewProperty) -> Self {
        let values = property.values().map(|value| value.map(FactValue::into_owned));
        let cleared = values.each_ref().map(Option::is_none);
        Self { line, id, values, cleared, created_at: None, updated_at: None }
    }
}

/// Pairs of facts that belong together.
const BOUND: [(&str, &str); 4] = [
    ("listing_type", "price_period"),
    ("price_period", "listing_type"),
    ("latitude", "longitude"),
    ("longitude", "latitude"),
];

/// A staged row that the table's constraints would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// Its line in the file.
    pub line: u64,
    /// The invalid fact.
    pub fact: &'static Fact,
    /// The row's reference.
    pub reference: String,
}

/// The result of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// Rows that were staged.
    pub staged: u64,
    /// Rows that were inserted, or differed from the table's.
    pub changed: u64,
    /// Rows that were inserted.
    pub added: u64,
}

/// A load in progress. Until it ends, its transaction can do nothing else; if it is dropped, no row remains.
pub struct Staging<'a> {
    transaction: &'a Transaction<'a>,
    writer: Pin<Box<BinaryCopyInWriter>>,
    rows: u64,
    /// Rows with a number or a reference, which may be of listings that exist.
    keyed: u64,
    largest_id: Option<i64>,
    ended: bool,
    /// The record of the import, for which new listings are noted.
    record: Option<i64>,
}

impl<'a> Staging<'a> {
    /// Creates the temporary table, which is dropped at the end of the transaction. One load per transaction.
    pub async fn create(transaction: &'a Transaction<'a>) -> Result<Self> {
        transaction.batch_execute(statement!("sql/queries/bulk_staging_create.sql")).await?;
        let sink = transaction.copy_in(statement!("sql/queries/bulk_staging_copy.sql")).await?;
        let mut types = vec![
            Type::INT8,
            Type::INT8,
            Type::INT8,
            Type::INT8,
            Type::TIMESTAMPTZ,
            Type::TIMESTAMPTZ,
        ];
        types.extend(FACTS.iter().map(column_type));
        Ok(Self {
            transaction,
            writer: Box::pin(BinaryCopyInWriter::new(sink, &types)),
            rows: 0,
            keyed: 0,
            largest_id: None,
            ended: false,
            record: None,
        })
    }

    /// Sends a row; buffered, so most calls don't wait.
    pub async fn add(&mut self, row: &BulkRow) -> Result<()> {
        let BulkRow { line, id, values, cleared, created_at, updated_at } = row;
        let ordinal = i64::try_from(self.rows).map_err(|_| DbError::Corrupt("ordinal"))?;
        let line = i64::try_from(*line).unwrap_or(i64::MAX);
        let id = id.map(|id| id.0);
        let has = |fact: &Fact, at: usize| fact.name == "reference" && values[at].is_some();
        let is_keyed = id.is_some() || FACTS.iter().enumerate().any(|(at, fact)| has(fact, at));
        let bits = FACTS.iter().zip(cleared).filter(|(_, cleared)| **cleared);
        let bits: i64 = bits.map(|(fact, _)| bit(fact)).sum();
        let mut facts = values.each_ref().map(|value| value.as_ref().map(FactValue::as_ref));
        if !is_keyed {
            for (fact, value) in FACTS.iter().zip(&mut facts).filter(|(_, value)| value.is_none()) {
                *value = fact.default.map(|default| FactValue::Text(default.into()));
            }
        }
        let facts = columns(facts);
        let facts = facts.iter().map(|value| value as &(dyn ToSql + Sync));
        let own: [&(dyn ToSql + Sync); 6] = [&ordinal, &line, &bits, &id, created_at, updated_at];
        let row: Vec<_> = own.into_iter().chain(facts).collect();
        self.writer.as_mut().write(&row).await?;
        self.rows += 1;
        self.keyed += u64::from(is_keyed);
        self.largest_id = self.largest_id.max(id);
        Ok(())
    }

    /// Notes the new listings of the merge in the record of an import.
    pub fn record(&mut self, import: i64) {
        self.record = Some(import);
    }

    /// Ends the sending of rows, so that they can be looked at.
    pub async fn end(&mut self) -> Result<()> {
        if !self.ended {
            self.writer.as_mut().finish().await?;
            self.ended = true;
        }
        Ok(())
    }

    /// Finds the listings of the rows, `by_reference` where they have no number, and completes the rows with what the
    /// listings have. Then takes out the rows that the table can't have, and returns them in the order of the file.
    pub async fn take_clashes(
        &mut self,
        given: &mut GivenFacts,
        by_reference: bool,
    ) -> Result<Vec<Clash>> {
        self.end().await?;
        for (fact, partner) in BOUND {
            if given.has(fact) && !given.has(partner) {
                given.add(partner);
            }
        }
        if self.keyed > 0 {
            // The planner knows nothing of a table that is so new.
            self.transaction.batch_execute("ANALYZE property_staging").await?;
            if by_reference && given.has("reference") {
                match_references(self.transaction).await?;
            }
            complete(self.transaction, given).await?;
        }
        let is_bound = BOUND.iter().any(|(fact, _)| given.has(fact));
        if self.keyed == 0 && !given.has("reference") && !is_bound {
            return Ok(Vec::new());
        }
        let sql = include_str!("../../../sql/queries/bulk_staging_clashes.sql");
        let rows = self.transaction.query(sql, &[]).await?;
        let clash = |row: &Row| {
            Some(Clash {
                line: u64::try_from(row.get::<_, i64>(0)).ok()?,
                fact: Fact::named(row.get(1))?,
                reference: row.get(2),
            })
        };
        let mut clashes: Vec<_> = rows.iter().filter_map(clash).collect();
        clashes.sort_by_key(|clash| clash.line);
        self.rows -= u64::try_from(rows.len()).unwrap_or(0).min(self.rows);
        Ok(clashes)
    }

    /// Copies the descriptions of photos that listings already have to the rows, which must be matched with listings.
    pub async fn keep_descriptions(&mut self) -> Result<()> {
        keep_descriptions(self.transaction).await
    }

    /// Merges the staged rows by id: new ones are inserted, rows without an id get one in the order of the file, and
    /// rows that the table has are updated if they differ in one of the `given` facts.
    ///
    /// # Errors
    /// [`DbError::Constraint`] when a value is out of bounds, [`DbError::Query`] when an id was added twice; otherwise
    /// when the database can't answer.
    pub async fn merge(mut self, given: &GivenFacts) -> Result<Merged> {
        self.end().await?;
        advance_sequence(self.transaction, self.largest_id).await?;
        let indexes = DroppedIndexes::drop_if_empty(self.transaction, self.rows).await?;
        let merge = filled(sql_file!("sql/queries/bulk_staging_merge.sql"), given.iter());
        let row = self.transaction.query_one(&merge, &[&self.record]).await?;
        let count = |at| u64::try_from(row.get::<_, i64>(at)).unwrap_or(0);
        let (changed, added) = (count(0), count(1));
        indexes.recreate(self.transaction).await?;
        Ok(Merged { staged: self.rows, changed, added })
    }
}
