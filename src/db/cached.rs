//! Runs statements that each connection keeps prepared.

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::{GenericClient, Result};

type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Runs a query and reads every row.
pub(super) async fn list<T, C: FromIterator<T>>(
    client: &impl GenericClient,
    sql: &str,
    parameters: Parameters<'_>,
    read: impl Fn(&Row) -> T,
) -> Result<C> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query(&statement, parameters).await?.iter().map(read).collect())
}

/// Runs a query and reads its row, if there is one.
pub(super) async fn find<T>(
    client: &impl GenericClient,
    sql: &str,
    parameters: Parameters<'_>,
    read: impl Fn(&Row) -> T,
) -> Result<Option<T>> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query_opt(&statement, parameters).await?.as_ref().map(read))
}

/// Runs a query that always returns one row.
pub(super) async fn one(
    client: &impl GenericClient,
    sql: &str,
    parameters: Parameters<'_>,
) -> Result<Row> {
    let statement = client.prepare_cached(sql).await?;
    client.query_one(&statement, parameters).await
}

/// Runs a statement; returns the number of affected rows.
pub(super) async fn execute(
    client: &impl GenericClient,
    sql: &str,
    parameters: Parameters<'_>,
) -> Result<u64> {
    let statement = client.prepare_cached(sql).await?;
    client.execute(&statement, parameters).await
}
