//! The table `form_submission`: the results of submitted forms, by their one-time tokens.

use tokio_postgres::Row;

use super::{GenericClient, Result, cached};
use crate::domain::{PropertyId, Version};

/// The result of an earlier submission of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// The hash of the form's content.
    pub content: Vec<u8>,
    /// The saved listing.
    pub property: PropertyId,
    /// The saved version.
    pub version: Version,
}

/// Claims a form's token for this transaction; returns the result if the form was submitted before. Waits for a
/// transaction that has claimed the token and is still running.
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

/// Records the result of a form whose token this transaction has claimed.
pub async fn finish(client: &impl GenericClient, token: &[u8], earlier: &Earlier) -> Result<()> {
    let sql = include_str!("../../sql/queries/form_submission_finish.sql");
    let Earlier { content, property, version } = earlier;
    cached::execute(client, sql, &[&token, content, &property.0, &version.0]).await.map(drop)
}
