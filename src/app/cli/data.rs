//! `sampledata`, `loaddata` and `dumpdata`

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use indicatif::ProgressBar;

use super::replacement::Replacement;
use super::{CommandError, Result, output, problems};
use crate::app::platform::{Platform, site_url};
use crate::db::DbError;
use crate::domain::ListingQuery;
use crate::services::fixtures::{
    self, Format, Kind, LoadError, LoadOptions, LoadReport, PhotoFiles, Source, django,
};

/// Parses the name of a format that is written.
pub(super) fn format_parser() -> impl clap::builder::TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|name| name.parse::<Format>())
}

/// Parses the name of a kind of file that is read.
pub(super) fn kind_parser() -> impl clap::builder::TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(["csv", "jsonl"]).map(|name| match name.as_str() {
        "csv" => Kind::Csv,
        _ => Kind::JsonLines,
    })
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
    options: &LoadOptions,
    photos: Option<&Path>,
) -> Result<()> {
    let (mut loaded, mut changed, mut withdrawn) = (0, 0, 0);
    for path in files {
        let path = path.as_ref();
        let name = path.display().to_string();
        let report = load_file(platform, path, &name, options, photos).await?;
        problems::print(&report.skipped);
        if report.skipped_rows > 0 {
            output::note(&format!("{name}: {} row(s) skipped", report.skipped_rows));
        }
        report.notes.iter().for_each(|note| output::note(note));
        loaded += report.loaded;
        changed += report.changed;
        withdrawn += report.withdrawn;
        platform.services.editor.publish(report.events).await;
    }
    let unchanged = match loaded - changed {
        0 => String::new(),
        same => format!(" ({same} of them unchanged)"),
    };
    let withdrawn = match withdrawn {
        0 => String::new(),
        count => format!(", withdrew {count}"),
    };
    output::line(&format!(
        "Installed {loaded} object(s) from {} fixture(s){unchanged}{withdrawn}",
        files.len()
    ));
    Ok(())
}

async fn load_file(
    platform: &Platform,
    path: &Path,
    name: &str,
    options: &LoadOptions,
    photos: Option<&Path>,
) -> Result<LoadReport> {
    let database = &platform.database;
    let load = async |is_dump: bool, source: Source, options: &LoadOptions, tell: Tell<'_>| {
        match is_dump {
            true => django::load(database, source, name, options, tell).await,
            false => fixtures::load(database, source, name, options, tell).await,
        }
    };
    read(platform, path, options, photos, load).await
}

/// Receives the rows and bytes read so far.
pub(super) type Tell<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// Reads a file, with the photos of a folder or else those that it is packed with: `each` is given whether it is a dump of
/// Django's. Shows progress, and prints what is wrong with the file.
pub(super) async fn read<T>(
    platform: &Platform,
    path: &Path,
    options: &LoadOptions,
    photos: Option<&Path>,
    each: impl AsyncFnOnce(bool, Source, &LoadOptions, Tell<'_>) -> Result<T, LoadError>,
) -> Result<T> {
    let file = || path.display().to_string();
    let (source, size) =
        open(path).map_err(|source| CommandError::File { file: file(), source })?;
    let bar = bar(size);
    let options = with_photos(platform, options, photos, &bar);
    let tell = |rows: u64, bytes: u64| {
        bar.set_position(if size.is_some() { bytes } else { rows });
        bar.set_message(format!("{rows} rows"));
    };
    let source = match options.format {
        Some(_) => Ok((false, source)),
        None => django::is_one(source),
    };
    let done = match source {
        Ok((is_dump, source)) => each(is_dump, source, &options, &tell).await,
        Err(err) => Err(err),
    };
    bar.finish_and_clear();
    done.map_err(|source| {
        match &source {
            LoadError::Invalid(rows) => problems::print(rows),
            LoadError::Unclear(unclear) => problems::print_open(&file(), unclear),
            _ => {}
        }
        CommandError::Load { file: file(), source }
    })
}

/// A bar for the reading of a file.
fn bar(size: Option<u64>) -> ProgressBar {
    match size {
        Some(size) => output::progress_of_bytes(size),
        None => output::progress(None, "rows"),
    }
}

/// The options with the photos of a folder, or else those that the file is packed with.
fn with_photos(
    platform: &Platform,
    options: &LoadOptions,
    folder: Option<&Path>,
    bar: &ProgressBar,
) -> LoadOptions {
    let bar = bar.clone();
    let photos = PhotoFiles {
        media: platform.services.gallery.media().clone(),
        folder: folder.map(Path::to_owned),
        told: Arc::new(move |done, all| bar.set_message(format!("{done} of {all} photos"))),
    };
    LoadOptions { photos: Some(photos), ..options.clone() }
}

/// A file to read, with its size if it is known.
fn open(path: &Path) -> std::io::Result<(Source, Option<u64>)> {
    if path == Path::new("-") {
        return Ok((Source::of_stream(std::io::stdin())?, None));
    }
    let file = File::open(path)?;
    let meta = file.metadata()?;
    match meta.is_file() {
        true => Ok((Source::of_file(file), Some(meta.len()))),
        // A pipe is read once.
        false => Ok((Source::of_stream(file)?, None)),
    }
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
    let site_url = site_url(&platform.config);
    let written = fixtures::dump(&platform.database, sink, format, &site_url, &tell).await;
    bar.finish_and_clear();
    written
}
