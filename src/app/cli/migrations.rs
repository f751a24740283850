//! `migrate` and `showmigrations`

use super::{CommandError, output};
use crate::app::platform::Platform;
use crate::db::migrations;

pub(super) async fn migrate(platform: &Platform) -> Result<(), CommandError> {
    let applied = migrations::migrate(&platform.database).await?;
    if applied.is_empty() {
        output::line("No migrations to apply.");
    }
    for name in applied {
        output::line(&format!("Applying {name}... OK"));
    }
    Ok(())
}

pub(super) async fn show(platform: &Platform) -> Result<(), CommandError> {
    output::line("property_listings");
    for migration in migrations::list(&platform.database).await? {
        let mark = if migration.applied { 'X' } else { ' ' };
        output::line(&format!(" [{mark}] {}", migration.name));
    }
    Ok(())
}
