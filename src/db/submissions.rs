//! The table `form_submission`: what came of forms that were sent, by their one-time tokens.

use tokio_postgres::Row;

use super::{GenericClient, Result, cached};
use crate::domain::{PropertyId, Version};

/// What came of a form when it was sent before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// The hash of what it held.
    pub content: Vec<u8>,
    /// The listing that it saved.
    pub property: PropertyId,
    /// The version that it saved.
    pub version: Version,
}

/// Claims a form's token for this transaction; returns what came of the form if it was sent before. Waits for another
/// transaction that has claimed the token and is not done.
pub async fn claim(
    client: &impl GenericClient,
    token: &[u8],
    content: &[u8],
) -> Result<Option<Earlier>> {
    let sql = include_str!("../../sql/queries/form_submission_claim.sql");
    if cached::execute(client, sql, &[&token, &content]).await? > 0 {
        return Ok(None);
    }
    let sql = include_str!("../../sql/queries/form_submission_find.sql");
    let earlier = |row: &Row| {
        Some(Earlier {
            content: row.get(0),
            property: PropertyId(row.get::<_, Option<i64>>(1)?),
            version: Version(row.get::<_, Option<i64>>(2)?),
        })
    };
    Ok(cached::find(client, sql, &[&token], earlier).await?.flatten())
}

/// Notes what came of a form whose token this transaction has claimed.
pub async fn finish(client: &impl GenericClient, token: &[u8], earlier: &Earlier) -> Result<()> {
    let sql = include_str!("../../sql/queries/form_submission_finish.sql");
    let Earlier { content, property, version } = earlier;
    cached::execute(client, sql, &[&token, content, &property.0, &version.0]).await.map(drop)
}
