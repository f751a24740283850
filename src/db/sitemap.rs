//! What the site map lists of the table `property`.

use super::{DbError, GenericClient};
use crate::domain::{ListedPart, ListedProperty, PropertyId, SitemapPart};

/// Lists the parts that have rows, in order: the last ones, if there are more than an index may name. Costs a step per
/// part, however many rows each has.
pub async fn list_parts(client: &impl GenericClient) -> Result<Vec<ListedPart>, DbError> {
    let sql = include_str!("../../sql/queries/sitemap_parts.sql");
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&SitemapPart::MAX_LISTED]).await?;
    let part = |row: &tokio_postgres::Row| {
        Ok(ListedPart {
            part: SitemapPart::from_database(row.get(0)),
            updated_at: row.try_get(1).map_err(|_| DbError::Corrupt("a time"))?,
        })
    };
    rows.iter().map(part).collect()
}

/// Lists the rows of a part.
pub async fn list_part(
    client: &impl GenericClient,
    part: SitemapPart,
) -> Result<Vec<ListedProperty>, DbError> {
    let sql = include_str!("../../sql/queries/sitemap_part.sql");
    let statement = client.prepare_cached(sql).await?;
    let (first, last) = part.ids();
    let rows = client.query(&statement, &[&first.0, &last.0]).await?;
    let property = |row: &tokio_postgres::Row| {
        Ok(ListedProperty {
            id: PropertyId(row.get(0)),
            updated_at: row.try_get(1).map_err(|_| DbError::Corrupt("a time"))?,
        })
    };
    rows.iter().map(property).collect()
}
