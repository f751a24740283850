//! The commands `migrate` and `showmigrations`.

use serde_json::json;

use super::output::{self, OutputFormat};
use super::{CommandError, Result};
use crate::app::platform::Platform;
use crate::db::migrations::{self, MigrationState, Patience, Step};

/// Applies the pending migrations; with `plan` only lists them, with `check` only fails if there are any.
pub(super) async fn migrate(platform: &Platform, plan: bool, check: bool) -> Result<()> {
    if plan || check {
        return show_pending(platform, plan, check).await;
    }
    let tell = |step: Step<'_>| match step {
        Step::Begun(name) => output::part(&format!("Applying {name}...")),
        Step::Done => output::line(" OK"),
    };
    let applied =
        migrations::apply(&platform.database, &migrations::all(), Patience::USUAL, &tell).await?;
    if applied.is_empty() {
        output::line("No migrations to apply.");
    }
    Ok(())
}

async fn show_pending(platform: &Platform, plan: bool, check: bool) -> Result<()> {
    let mut pending = migrations::list(&platform.database).await?;
    pending.retain(|migration| !migration.applied);
    if plan {
        output::line("Planned operations:");
        if pending.is_empty() {
            output::line("  No planned migration operations.");
        }
        for migration in &pending {
            output::line(&format!("property_listings.{}", migration.name));
        }
    }
    match pending.len() {
        1.. if check => {
            Err(CommandError::Failed(format!("{} migration(s) are not applied.", pending.len())))
        }
        _ => Ok(()),
    }
}

pub(super) async fn show(platform: &Platform, plan: bool, format: OutputFormat) -> Result<()> {
    let migrations = migrations::list(&platform.database).await?;
    if format == OutputFormat::Json {
        let rows = migrations.iter().map(|MigrationState { name, applied }| {
            json!({"app": "property_listings", "name": name, "applied": applied})
        });
        output::json(&rows.collect());
        return Ok(());
    }
    if !plan {
        output::line("property_listings");
    }
    for migration in migrations {
        let mark = if migration.applied { 'X' } else { ' ' };
        let name = &migration.name;
        output::line(&match plan {
            true => format!("[{mark}]  property_listings.{name}"),
            false => format!(" [{mark}] {name}"),
        });
    }
    Ok(())
}
