//! The table `import_choice`: what staff chose for the columns of files.

use serde_json::Value;

use super::{GenericClient, Result};

/// Finds the choices for files with a header, by its hash.
pub async fn find(client: &impl GenericClient, header: &[u8]) -> Result<Option<Value>> {
    let sql = "SELECT choices FROM import_choice WHERE header_hash = $1";
    let row = client.query_opt(sql, &[&header]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// Keeps the choices for files with a header.
pub async fn write(client: &impl GenericClient, header: &[u8], choices: &Value) -> Result<()> {
    let sql = include_str!("../../sql/queries/import_choice_write.sql");
    client.execute(sql, &[&header, choices]).await?;
    Ok(())
}
