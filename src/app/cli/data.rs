//! `sampledata`, `loaddata` and `dumpdata`

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::time::Instant;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::replacement::Replacement;
use super::{CommandError, Result, output};
use crate::app::platform::Platform;
use crate::db::DbError;
use crate::domain::ListingQuery;
use crate::services::fixtures::{self, FileKind, Format, LoadError, LoadOptions, LoadReport};

/// Parses the name of a format.
pub(super) fn format_parser() -> impl clap::builder::TypedValueParser<Value = Format> {
    PossibleValuesParser::new(["csv", "jsonl"]).try_map(|name| name.parse::<Format>())
}

pub(super) async fn sample(platform: &Platform, count: u64) -> Result<()> {
    let started = Instant::now();
    let bar = output::progress(Some(count), "listings");
    let events =
        fixtures::sample(&platform.database, count, &|rows| bar.set_position(rows)).await?;
    bar.finish_and_clear();
    platform.services.editor.publish(events).await;
    output::line(&format!("Added {count} listing(s) in {:.1} s.", started.elapsed().as_secs_f64()));
    Ok(())
}

pub(super) async fn load(
    platform: &Platform,
    files: &[impl AsRef<Path>],
    options: LoadOptions,
    format: Option<Format>,
) -> Result<()> {
    let (mut loaded, mut changed) = (0, 0);
    for path in files {
        let path = path.as_ref();
        let name = path.display().to_string();
        let report = load_file(platform, path, &name, options, format).await?;
        report.skipped.iter().for_each(|row| output::note(&row.to_string()));
        if !report.skipped.is_empty() {
            let rows: BTreeSet<u64> = report.skipped.iter().map(|row| row.line).collect();
            output::note(&format!("{name}: {} row(s) skipped", rows.len()));
        }
        report.notes.iter().for_each(|note| output::note(note));
        loaded += report.loaded;
        changed += report.changed;
        platform.services.editor.publish(report.events).await;
    }
    let unchanged = match loaded - changed {
        0 => String::new(),
        same => format!(" ({same} of them unchanged)"),
    };
    output::line(&format!(
        "Installed {loaded} object(s) from {} fixture(s){unchanged}",
        files.len()
    ));
    Ok(())
}

async fn load_file(
    platform: &Platform,
    path: &Path,
    name: &str,
    options: LoadOptions,
    format: Option<Format>,
) -> Result<LoadReport> {
    let (source, size) = open(path, name)?;
    let bar = match size {
        Some(size) => output::progress_of_bytes(size),
        None => output::progress(None, "rows"),
    };
    let known = format.or_else(|| Format::of_name(name));
    let tell = |rows: u64, bytes: u64| {
        bar.set_position(if size.is_some() { bytes } else { rows });
        bar.set_message(format!("{rows} rows"));
    };
    let database = &platform.database;
    let result = match known {
        Some(format) => fixtures::load(database, source, name, format, options, &tell).await,
        None => {
            let sniffed = FileKind::sniff(source);
            let (kind, source) =
                sniffed.map_err(|source| CommandError::File { file: name.to_owned(), source })?;
            match kind {
                FileKind::Django => {
                    fixtures::django::load(database, source, name, options, &tell).await
                }
                FileKind::Listings(format) => {
                    fixtures::load(database, source, name, format, options, &tell).await
                }
            }
        }
    };
    bar.finish_and_clear();
    result.map_err(|source| {
        if let LoadError::Invalid(rows) = &source {
            rows.iter().for_each(|row| output::note(&row.to_string()));
        }
        CommandError::Load { file: name.to_owned(), source }
    })
}

/// A file to read, with its size if it is known.
type Source = (Box<dyn Read + Send>, Option<u64>);

fn open(path: &Path, name: &str) -> Result<Source> {
    if path == Path::new("-") {
        return Ok((Box::new(std::io::stdin()), None));
    }
    let file =
        File::open(path).map_err(|source| CommandError::File { file: name.to_owned(), source })?;
    let meta = file.metadata().ok().filter(|meta| meta.is_file());
    Ok((Box::new(file), meta.map(|meta| meta.len())))
}

/// Writes every listing. A file is replaced when all are written, and is as it was if that fails.
pub(super) async fn dump(platform: &Platform, format: Format, path: &Path) -> Result<()> {
    let failed = |source| CommandError::File { file: path.display().to_string(), source };
    let replacement = match path == Path::new("-") {
        true => None,
        false => Some(Replacement::begin(path).map_err(failed)?),
    };
    let written = match &replacement {
        None => write(platform, format, output::Out).await,
        Some(replacement) => write(platform, format, replacement.file()).await,
    };
    let rows = match written {
        // A closed pipe (`| head`) is not an error.
        Err(DbError::Io(err)) if err.kind() == ErrorKind::BrokenPipe => return Ok(()),
        written => written?,
    };
    if let Some(replacement) = replacement {
        replacement.finish().map_err(failed)?;
    }
    output::note(&format!("{rows} listing(s) written"));
    Ok(())
}

async fn write(
    platform: &Platform,
    format: Format,
    sink: impl Write + Send,
) -> Result<u64, DbError> {
    let first = ListingQuery::default();
    let list = platform.services.listings.list_uncached(&first).await;
    let bar = output::progress(
        list.ok().and_then(|(list, _)| u64::try_from(list.total.number).ok()),
        "listings",
    );
    let sink = std::io::BufWriter::with_capacity(1 << 16, sink);
    let tell = |rows| bar.set_position(rows);
    let written = fixtures::dump(&platform.database, sink, format, &tell).await;
    bar.finish_and_clear();
    written
}
