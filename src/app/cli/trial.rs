//! `loaddata --dry-run`: what a load would do.

use std::path::Path;

use super::data::{Tell, read};
use super::{CommandError, Result, output, problems};
use crate::app::platform::Platform;
use crate::domain::{FactKind, FieldChange, ImportSample, Photos, beginning};
use crate::services::fixtures::{Found, LoadError, LoadOptions, Missing, try_out};

/// Characters of a value that are shown.
const SHOWN_CHARS: usize = 60;

/// Previews files one by one, each against the current listings.
pub(super) async fn run(
    platform: &Platform,
    files: &[impl AsRef<Path>],
    options: &LoadOptions,
    photos: Option<&Path>,
) -> Result<()> {
    let mut refused = 0;
    for path in files {
        let path = path.as_ref();
        let name = path.display().to_string();
        let try_out = async |is_dump: bool, source, options: &LoadOptions, tell: Tell<'_>| {
            if is_dump {
                return Err(LoadError::Other(
                    "--dry-run can’t be used with a Django dump.".to_owned(),
                ));
            }
            try_out(&platform.database, source, &name, options, tell).await
        };
        let found = read(platform, path, options, photos, try_out).await?;
        print(&name, &found, options.missing);
        refused += found.refused.rows;
    }
    match refused {
        0 => Ok(()),
        _ => Err(CommandError::Failed(format!("{refused} row(s) are invalid"))),
    }
}

fn print(name: &str, found: &Found, missing: Missing) {
    problems::print(&found.refused.errors);
    found.notes.iter().for_each(|note| output::note(note));
    let counts = &found.comparison;
    let more = if found.refused.stopped { "more than " } else { "" };
    output::line(&format!(
        "{name}: would add {}, change {} and leave {} unchanged; {more}{} invalid row(s)",
        counts.added, counts.changed, counts.same, found.refused.rows
    ));
    if missing != Missing::Keep {
        let (count, all) = found.missing;
        let refusal = match missing {
            _ if found.refused.rows > 0 => ": refused because rows are invalid",
            Missing::Withdraw if count * 2 > all => ": refused without --force",
            _ => "",
        };
        output::line(&format!("would withdraw {count} of {all} visible listings{refusal}"));
    }
    found.samples.iter().for_each(print_sample);
}

fn print_sample(sample: &ImportSample) {
    let title = shown(&sample.title);
    match (sample.is_new, sample.id) {
        (false, Some(id)) => {
            output::line(&format!("Changed: {title} (number {id})"));
            sample.changes.iter().for_each(print_change);
        }
        _ => output::line(&format!("Added: {title}")),
    }
}

fn print_change(change: &FieldChange) {
    let (before, after) = match change.fact.kind {
        FactKind::Photos => Photos::compared(&change.before, &change.after),
        _ => (shown(&change.before), shown(&change.after)),
    };
    let before = if before.is_empty() { "nothing" } else { &before };
    let after = if after.is_empty() { "nothing" } else { &after };
    output::line(&format!("  {}: {before} → {after}", change.fact.name));
}

/// The beginning of a value, on one line.
fn shown(text: &str) -> String {
    beginning(text, SHOWN_CHARS).replace(char::is_control, " ")
}
