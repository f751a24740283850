//! Staged rows of listings that exist: found by their reference, and completed with what the file leaves out.
//!
//! **Invariant:** a listing keeps every fact that its row leaves out.

use super::super::fact_columns::sql_file;
use super::super::{Result, Transaction};
use super::given::{GivenFacts, bit};
use crate::domain::Fact;

/// Finds the listings of rows without a number by their references.
pub(super) async fn match_references(transaction: &Transaction<'_>) -> Result<()> {
    transaction.execute(sql_file!("sql/queries/bulk_staging_match.sql"), &[]).await?;
    Ok(())
}

/// Gives rows of listings that exist the facts that the rows leave out, and new rows the defaults.
pub(super) async fn complete(transaction: &Transaction<'_>, given: &GivenFacts) -> Result<()> {
    let facts: Vec<&Fact> = given.iter().collect();
    let names = |table: &str| {
        facts.iter().map(|fact| format!("{table}.{}", fact.name)).collect::<Vec<_>>().join(", ")
    };
    let complete = |fact: &&Fact| {
        let (name, bit) = (fact.name, bit(fact));
        format!(
            "CASE WHEN staged.cleared & {bit} = 0 THEN coalesce(staged.{name}, property.{name}) ELSE staged.{name} END"
        )
    };
    let values = facts.iter().map(complete).collect::<Vec<_>>().join(", ");
    let columns = facts.iter().map(|fact| fact.name).collect::<Vec<_>>().join(", ");
    let staged = names("staged");
    // The listings are locked, so that this does not overwrite a later change with the present values.
    let fill = format!(
        "WITH kept AS MATERIALIZED (
             SELECT property.* FROM property JOIN property_staging AS staged ON property.id = staged.id
             WHERE ROW ({values}) IS DISTINCT FROM ROW ({staged})
             ORDER BY property.id FOR UPDATE OF property
         )
         UPDATE property_staging AS staged SET ({columns}) = ROW ({values})
         FROM kept AS property WHERE property.id = staged.id"
    );
    transaction.execute(&fill, &[]).await?;
    let unpriced = "UPDATE property_staging SET price = 0
        WHERE price IS NULL AND price_qualifier = 'on_application'";
    transaction.execute(unpriced, &[]).await?;
    for (name, default) in facts.iter().filter_map(|fact| Some((fact.name, fact.default?))) {
        let fill = format!("UPDATE property_staging SET {name} = '{default}' WHERE {name} IS NULL");
        transaction.execute(&fill, &[]).await?;
    }
    Ok(())
}

/// Copies the descriptions of photos that listings already have to the staged rows.
pub(super) async fn keep_descriptions(transaction: &Transaction<'_>) -> Result<()> {
    let sql = sql_file!("sql/queries/bulk_staging_descriptions.sql");
    transaction.execute(sql, &[]).await?;
    Ok(())
}

/// New rows that look like listings that exist: how many, and the lines of the first.
pub async fn count_same(transaction: &Transaction<'_>) -> Result<(u64, Vec<u64>)> {
    let row = transaction.query_one(sql_file!("sql/queries/bulk_staging_same.sql"), &[]).await?;
    let number = |number: i64| u64::try_from(number).unwrap_or(0);
    let lines = row.get::<_, Vec<i64>>(1).into_iter().map(number).collect();
    Ok((number(row.get(0)), lines))
}

/// The number of rows of existing listings with a different time of creation.
pub async fn count_other_times(transaction: &Transaction<'_>) -> Result<u64> {
    let row = transaction.query_one(sql_file!("sql/queries/bulk_staging_times.sql"), &[]).await?;
    Ok(u64::try_from(row.get::<_, i64>(0)).unwrap_or(0))
}

/// The visible listings that the file does not have, and all visible listings.
pub async fn count_missing(transaction: &Transaction<'_>) -> Result<(u64, u64)> {
    let row = transaction.query_one(sql_file!("sql/queries/bulk_missing_count.sql"), &[]).await?;
    let number = |at| u64::try_from(row.get::<_, i64>(at)).unwrap_or(0);
    Ok((number(0), number(1)))
}

/// Marks the visible listings that the file does not have as withdrawn; returns how many. Before the merge: new rows have no
/// number yet.
pub async fn withdraw_missing(transaction: &Transaction<'_>) -> Result<u64> {
    Ok(transaction.execute(sql_file!("sql/queries/bulk_missing_withdraw.sql"), &[]).await?)
}
