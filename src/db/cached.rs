//! Statements that a connection keeps prepared.

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::{GenericClient, Result};

type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

/// What is read from each row that a statement gives.
pub(super) async fn list<T, C: FromIterator<T>>(
    client: &impl GenericClient,
    sql: &str,
    parameters: Parameters<'_>,
    read: impl Fn(&Row) -> T,
) -> Result<C> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query(&statement, parameters).await?.iter().map(read).collect())
}

/// What is read from the row that a statement gives, if it gives one.
pub(super) async fn find<T>(
    client: &impl GenericClient,
    sql: &str,
    parameters: Parameters<'_>,
    read: impl Fn(&Row) -> T,
) -> Result<Option<T>> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query_opt(&statement, parameters).await?.as_ref().map(read))
}

/// The row that a statement gives.
pub(super) async fn one(
    client: &impl GenericClient,
    sql: &str,
    parameters: Parameters<'_>,
) -> Result<Row> {
    let statement = client.prepare_cached(sql).await?;
    client.query_one(&statement, parameters).await
}

/// Runs a statement; returns how many rows it touched.
pub(super) async fn execute(
    client: &impl GenericClient,
    sql: &str,
    parameters: Parameters<'_>,
) -> Result<u64> {
    let statement = client.prepare_cached(sql).await?;
    client.execute(&statement, parameters).await
}
