//! The sequence that ids come from.

use super::super::{DbError, Transaction};

/// Moves the sequence past `largest` and past every id in the table; never backwards.
///
/// `setval` is not undone by a rollback, which at worst leaves a gap. It could overtake a `nextval` of another
/// connection and move the sequence back, so writers are kept out meanwhile; rolling back to the savepoint lets them
/// in again at once rather than at the end of a long transaction.
pub(in crate::db) async fn advance(
    transaction: &Transaction<'_>,
    largest: Option<i64>,
) -> Result<(), DbError> {
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
