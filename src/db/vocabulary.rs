//! The words of listings: their joined forms, and suggestions for misspelt words.

use super::{GenericClient, Result, cached};

/// Adds the joined forms of words to a batch of older listings. Returns whether other listings still lack them; `None`
/// while another instance does this.
pub async fn renew_search(client: &impl GenericClient, batch: i32) -> Result<Option<bool>> {
    let sql = "SELECT property_renew_search($1)";
    Ok(client.query_one(sql, &[&batch]).await?.get(0))
}

/// Refreshes the list of words, if listings have changed.
pub async fn renew(client: &impl GenericClient) -> Result<()> {
    client.execute("SELECT property_renew_vocabulary()", &[]).await?;
    Ok(())
}

/// The listings' words that are spelled most like one; none if the extension `pg_trgm` is missing.
pub async fn list_similar(client: &impl GenericClient, to: &str) -> Result<Vec<String>> {
    cached::list(client, "SELECT property_similar_words($1)", &[&to], |row| row.get(0)).await
}
