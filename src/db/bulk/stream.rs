//! Every row, one after the other.

use futures_util::{Stream, StreamExt as _};
use tokio_postgres::types::ToSql;

use super::super::fact_columns::COLUMNS;
use super::super::{Client, DbError, properties};
use crate::domain::Property;

/// All listings of one snapshot, in the order of their ids, as the server sends them.
pub async fn stream(
    client: &Client,
) -> Result<impl Stream<Item = Result<Property, DbError>> + Send + use<>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM property ORDER BY id");
    let no_parameters = std::iter::empty::<&(dyn ToSql + Sync)>();
    let rows = client.query_raw(&sql, no_parameters).await?;
    Ok(rows.map(|row| properties::property(&row?)))
}
