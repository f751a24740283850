//! The entries of the sitemap, from the table `property`.

use serde_json::Value;
use tokio_postgres::Row;

use super::{DbError, GenericClient, Result, cached};
use crate::domain::{ListedPart, ListedProperty, Photo, Photos, PropertyId, SitemapPart};

/// Lists the parts that have rows, in order; only the last ones if there are more than an index may have. Costs one
/// step per part, however many rows each has.
pub async fn list_parts(client: &impl GenericClient) -> Result<Vec<ListedPart>> {
    let sql = include_str!("../../sql/queries/sitemap_parts.sql");
    let part = |row: &Row| {
        Ok(ListedPart {
            part: SitemapPart::from_database(row.get(0)),
            updated_at: row.try_get(1).map_err(|_| DbError::Corrupt("a time"))?,
        })
    };
    cached::list(client, sql, &[&SitemapPart::MAX_LISTED], part).await?
}

/// Lists the rows of a part.
pub async fn list_part(
    client: &impl GenericClient,
    part: SitemapPart,
) -> Result<Vec<ListedProperty>> {
    let sql = include_str!("../../sql/queries/sitemap_part.sql");
    let (first, last) = part.ids();
    let property = |row: &Row| {
        Ok(ListedProperty {
            id: PropertyId(row.get(0)),
            updated_at: row.try_get(1).map_err(|_| DbError::Corrupt("a time"))?,
            photo: row.get::<_, Option<Value>>(2).and_then(Photos::from_json).and_then(main),
        })
    };
    cached::list(client, sql, &[&first.0, &last.0], property).await?
}

fn main(photos: Photos) -> Option<Photo> {
    photos.into_vec().into_iter().next()
}
