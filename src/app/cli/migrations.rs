//! `migrate` and `showmigrations`

use serde_json::json;

use super::CommandError;
use super::output::{self, OutputFormat};
use crate::app::platform::Platform;
use crate::db::migrations::{self, MigrationState, Step};

/// Options for pending migrations.
#[derive(Debug, Clone, Copy)]
pub(super) struct MigrateOptions {
    /// Only list them.
    pub(super) plan: bool,
    /// Only fail if there are any.
    pub(super) check: bool,
}

pub(super) async fn migrate(
    platform: &Platform,
    options: MigrateOptions,
) -> Result<(), CommandError> {
    if options.plan || options.check {
        return plan(platform, options).await;
    }
    let tell = |step: Step<'_>| match step {
        Step::Begun(name) => output::part(&format!("Applying {name}...")),
        Step::Done => output::line(" OK"),
    };
    let applied = migrations::migrate_with(&platform.database, &tell).await?;
    if applied.is_empty() {
        output::line("No migrations to apply.");
    }
    Ok(())
}

async fn plan(platform: &Platform, options: MigrateOptions) -> Result<(), CommandError> {
    let mut pending = migrations::list(&platform.database).await?;
    pending.retain(|migration| !migration.applied);
    if options.plan {
        output::line("Planned operations:");
        if pending.is_empty() {
            output::line("  No planned migration operations.");
        }
        for migration in &pending {
            output::line(&format!("property_listings.{}", migration.name));
        }
    }
    match pending.len() {
        1.. if options.check => {
            Err(CommandError::Failed(format!("{} migration(s) are not applied.", pending.len())))
        }
        _ => Ok(()),
    }
}

pub(super) async fn show(
    platform: &Platform,
    plan: bool,
    format: OutputFormat,
) -> Result<(), CommandError> {
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
