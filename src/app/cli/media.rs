//! The command `manage_media`.

use chrono::{TimeDelta, Utc};
use clap::Args;

use super::{CommandError, Result, output};
use crate::app::platform::Platform;

/// The maximum number of lines about single files in a report.
const LINES: usize = 20;

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct MediaAction {
    /// Compare the listings with the store; exit with 1 if a listing's photo has no file
    #[arg(long)]
    check: bool,
    /// Remove the files of photos that no listing has had for a day
    #[arg(long)]
    gc: bool,
}

pub(super) async fn run(platform: &Platform, action: &MediaAction) -> Result<()> {
    match action.check {
        true => check(platform).await,
        false => collect(platform).await,
    }
}

async fn check(platform: &Platform) -> Result<()> {
    let report = platform.services.gallery.check().await?;
    output::line(&format!(
        "{} photo(s) of {} listing(s); {} file(s), {} bytes",
        report.photos, report.listings, report.files, report.bytes
    ));
    output::line(&format!("{} stored photo(s) that no listing has", report.unused));
    for path in report.foreign.iter().take(LINES) {
        output::line(&format!("Not a file of a photo: {path}"));
    }
    for (id, file) in report.missing.iter().take(LINES) {
        output::line(&format!("Missing: {file} of listing {id}"));
    }
    match report.missing.len() {
        0 => Ok(()),
        missing => Err(CommandError::Failed(format!(
            "{missing} file(s) are missing. Upload these photos again, or restore the files from a backup."
        ))),
    }
}

async fn collect(platform: &Platform) -> Result<()> {
    let removed = platform.services.gallery.collect(Utc::now() - TimeDelta::days(1)).await?;
    output::line(&format!("Removed the files of {removed} photo(s)."));
    Ok(())
}
