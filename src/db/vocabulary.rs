//! The words of listings: their joined forms, and those that a misspelt word may stand for.

use super::{GenericClient, Result, cached};

/// Gives so many older listings the joined forms of their words; whether others still lack them, and `None` while
/// another instance does this.
pub async fn renew_search(client: &impl GenericClient, batch: i32) -> Result<Option<bool>> {
    let sql = "SELECT property_renew_search($1)";
    Ok(client.query_one(sql, &[&batch]).await?.get(0))
}

/// Reads the words of listings anew, if listings have changed.
pub async fn renew(client: &impl GenericClient) -> Result<()> {
    client.execute("SELECT property_renew_vocabulary()", &[]).await?;
    Ok(())
}

/// The words of listings that are spelled most like one; none where the extension `pg_trgm` is missing.
pub async fn list_similar(client: &impl GenericClient, to: &str) -> Result<Vec<String>> {
    cached::list(client, "SELECT property_similar_words($1)", &[&to], |row| row.get(0)).await
}
