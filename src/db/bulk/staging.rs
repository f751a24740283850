//! Loads rows into a temporary table, and merges them into `property` with one statement.

use std::pin::Pin;

use chrono::{DateTime, Utc};
use tokio_postgres::Row;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use super::super::fact_columns::{column_type, columns, filled, sql_file, statement};
use super::super::{DbError, Result, Transaction};
use super::indexes::{DroppedIndexes, advance_sequence};
use crate::domain::{FACTS, Fact, NewProperty, PropertyId, REQUIRED};

/// A listing from a file, with its id and times if the file has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkRow {
    /// Its line in the file.
    pub line: u64,
    /// The listing's number; `None` for a new row that gets the next one.
    pub id: Option<PropertyId>,
    /// The facts of the listing.
    pub property: NewProperty,
    /// When it was added; `None` for now. Used only for new rows.
    pub created_at: Option<DateTime<Utc>>,
    /// When it last changed; `None` for now. Used only for new rows.
    pub updated_at: Option<DateTime<Utc>>,
}

/// The facts that the rows of a file have. Listings keep their other facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFacts([bool; FACTS.len()]);

impl GivenFacts {
    /// Adds the facts that a row has, in the order of the declaration.
    pub fn note(&mut self, has: [bool; FACTS.len()]) {
        for (given, has) in self.0.iter_mut().zip(has) {
            *given |= has;
        }
    }

    /// Whether any row has a fact.
    fn has(&self, name: &str) -> bool {
        self.iter().any(|fact| fact.name == name)
    }

    fn add(&mut self, name: &str) {
        for (fact, given) in FACTS.iter().zip(&mut self.0) {
            *given |= fact.name == name;
        }
    }

    /// The facts, in the order of the declaration.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'static Fact> + Clone {
        let facts = FACTS.iter().zip(&self.0);
        facts.filter(|(_, given)| **given).map(|(fact, _)| fact)
    }
}

/// The facts that every listing has.
impl Default for GivenFacts {
    fn default() -> Self {
        Self(std::array::from_fn(|at| at < REQUIRED))
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
    largest_id: Option<i64>,
    ended: bool,
}

impl<'a> Staging<'a> {
    /// Creates the temporary table, which is dropped at the end of the transaction. One load per transaction.
    pub async fn create(transaction: &'a Transaction<'a>) -> Result<Self> {
        transaction.batch_execute(statement!("sql/queries/bulk_staging_create.sql")).await?;
        let sink = transaction.copy_in(statement!("sql/queries/bulk_staging_copy.sql")).await?;
        let mut types =
            vec![Type::INT8, Type::INT8, Type::INT8, Type::TIMESTAMPTZ, Type::TIMESTAMPTZ];
        types.extend(FACTS.iter().map(column_type));
        Ok(Self {
            transaction,
            writer: Box::pin(BinaryCopyInWriter::new(sink, &types)),
            rows: 0,
            largest_id: None,
            ended: false,
        })
    }

    /// Sends a row; buffered, so most calls don't wait.
    pub async fn add(&mut self, row: &BulkRow) -> Result<()> {
        let BulkRow { line, id, property, created_at, updated_at } = row;
        let ordinal = i64::try_from(self.rows).map_err(|_| DbError::Corrupt("ordinal"))?;
        let line = i64::try_from(*line).unwrap_or(i64::MAX);
        let id = id.map(|id| id.0);
        let values = columns(property.values());
        let values = values.iter().map(|value| value as &(dyn ToSql + Sync));
        let own: [&(dyn ToSql + Sync); 5] = [&ordinal, &line, &id, created_at, updated_at];
        let row: Vec<_> = own.into_iter().chain(values).collect();
        self.writer.as_mut().write(&row).await?;
        self.rows += 1;
        self.largest_id = self.largest_id.max(id);
        Ok(())
    }

    /// Ends the sending of rows, so that they can be queried.
    pub async fn end(&mut self) -> Result<()> {
        if !self.ended {
            self.writer.as_mut().finish().await?;
            self.ended = true;
        }
        Ok(())
    }

    /// Completes pairs of facts from the table if the file has only one of them. Then removes the rows that the table
    /// would refuse, and returns them in the order of the file.
    pub async fn take_clashes(&mut self, given: &mut GivenFacts) -> Result<Vec<Clash>> {
        self.end().await?;
        for (fact, partner) in BOUND {
            if given.has(fact) && !given.has(partner) {
                let fill = format!(
                    "UPDATE property_staging AS staged SET {partner} = property.{partner}
                     FROM property WHERE property.id = staged.id AND property.{partner} IS NOT NULL"
                );
                self.transaction.execute(&fill, &[]).await?;
                given.add(partner);
            }
        }
        if !given.has("reference") && !BOUND.iter().any(|(fact, _)| given.has(fact)) {
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
        let row = self.transaction.query_one(&merge, &[]).await?;
        let count = |at| u64::try_from(row.get::<_, i64>(at)).unwrap_or(0);
        let (changed, added) = (count(0), count(1));
        indexes.recreate(self.transaction).await?;
        Ok(Merged { staged: self.rows, changed, added })
    }
}
