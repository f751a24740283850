//! Drops indexes that are cheaper to rebuild than to maintain row by row, and advances the sequence of ids.

use super::super::{Result, Transaction};

/// For fewer rows than this, a rebuild is not worth blocking readers.
const WORTHWHILE: u64 = 20_000;

/// Indexes that were dropped in a transaction, by their definitions.
#[must_use = "indexes that are not recreated are lost at the commit"]
pub(super) struct DroppedIndexes {
    definitions: Vec<String>,
}

impl DroppedIndexes {
    /// Drops the indexes that enforce nothing, if the table is empty and many rows will be added.
    ///
    /// Readers of the table wait from here to the end of the transaction. A rollback brings the indexes back.
    pub(super) async fn drop_if_empty(transaction: &Transaction<'_>, rows: u64) -> Result<Self> {
        let mut definitions = Vec::new();
        if rows < WORTHWHILE || !is_empty(transaction).await? {
            return Ok(Self { definitions });
        }
        let lock = "LOCK TABLE property IN ACCESS EXCLUSIVE MODE";
        transaction.batch_execute(lock).await?;
        if !is_empty(transaction).await? {
            return Ok(Self { definitions });
        }
        let list = include_str!("../../../sql/queries/bulk_index_list.sql");
        for row in transaction.query(list, &[]).await? {
            let name: &str = row.get(0);
            let drop = format!("DROP INDEX {name}");
            transaction.batch_execute(&drop).await?;
            definitions.push(row.get(1));
        }
        Ok(Self { definitions })
    }

    /// Whether indexes were dropped, and the table is locked.
    pub(super) fn are_dropped(&self) -> bool {
        !self.definitions.is_empty()
    }

    /// Recreates the indexes.
    pub(super) async fn recreate(self, transaction: &Transaction<'_>) -> Result<()> {
        if self.definitions.is_empty() {
            return Ok(());
        }
        let memory = "SET LOCAL maintenance_work_mem = '256MB'";
        transaction.batch_execute(memory).await?;
        for definition in &self.definitions {
            transaction.batch_execute(definition).await?;
        }
        Ok(())
    }
}

async fn is_empty(transaction: &Transaction<'_>) -> Result<bool> {
    let sql = "SELECT NOT EXISTS (SELECT FROM property)";
    Ok(transaction.query_one(sql, &[]).await?.get(0))
}

/// Advances the sequence past `largest` and past every id in the table; never backwards.
///
/// A rollback does not undo `setval`, which at worst leaves a gap. It could overtake the `nextval` of another
/// connection and move the sequence back, so writers are blocked meanwhile; rolling back to the savepoint unblocks them
/// at once rather than at the end of a long transaction.
pub(in crate::db) async fn advance_sequence(
    transaction: &Transaction<'_>,
    largest: Option<i64>,
) -> Result<()> {
    let is_behind = include_str!("../../../sql/queries/bulk_sequence_is_behind.sql");
    let behind: Option<bool> = transaction.query_one(is_behind, &[&largest]).await?.get(0);
    if behind != Some(true) {
        return Ok(());
    }
    let lock = "SAVEPOINT sequence; LOCK TABLE property IN SHARE ROW EXCLUSIVE MODE";
    transaction.batch_execute(lock).await?;
    let set = include_str!("../../../sql/queries/bulk_sequence_advance.sql");
    transaction.execute(set, &[&largest]).await?;
    let unlock = "ROLLBACK TO SAVEPOINT sequence; RELEASE SAVEPOINT sequence";
    Ok(transaction.batch_execute(unlock).await?)
}
