//! `sampledata`, `loaddata` and `dumpdata`

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::time::Instant;

use super::{CommandError, DataFormat, output};
use crate::app::platform::Platform;
use crate::services::fixtures::{
    self, DumpError, FileKind, Format, LoadError, LoadOptions, LoadReport,
};

impl From<DataFormat> for Format {
    fn from(format: DataFormat) -> Self {
        match format {
            DataFormat::Csv => Self::Csv,
            DataFormat::Jsonl => Self::JsonLines,
        }
    }
}

pub(super) async fn sample(platform: &Platform, count: u64) -> Result<(), CommandError> {
    let started = Instant::now();
    let bar = output::progress(Some(count), "listings");
    let events =
        fixtures::sample(&platform.database, count, &|rows| bar.set_position(rows)).await?;
    bar.finish_and_clear();
    platform.services.editor.publish(events).await;
    output::line(&format!(
        "Added {count} listing(s) in {:.1} s.",
        started.elapsed().as_secs_f64()
    ));
    Ok(())
}

pub(super) async fn load(
    platform: &Platform,
    files: &[impl AsRef<Path>],
    skip_invalid: bool,
    format: Option<DataFormat>,
) -> Result<(), CommandError> {
    let options = LoadOptions { skip_invalid };
    let (mut loaded, mut changed) = (0, 0);
    for path in files {
        let path = path.as_ref();
        let name = path.display().to_string();
        let report = load_file(platform, path, &name, options, format).await?;
        report
            .skipped
            .iter()
            .for_each(|row| output::note(&row.to_string()));
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
    format: Option<DataFormat>,
) -> Result<LoadReport, CommandError> {
    let bar = output::progress(None, "rows");
    let source = open(path, name)?;
    let known = format.map(Format::from).or_else(|| Format::of_name(name));
    let tell = |rows: u64, _: u64| bar.set_position(rows);
    let database = &platform.database;
    let result = match known {
        Some(format) => fixtures::load(database, source, name, format, options, &tell).await,
        None => {
            let sniffed = FileKind::sniff(source);
            let (kind, source) = sniffed.map_err(|source| CommandError::File {
                file: name.to_owned(),
                source,
            })?;
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
        CommandError::Load {
            file: name.to_owned(),
            source,
        }
    })
}

fn open(path: &Path, name: &str) -> Result<Box<dyn Read + Send>, CommandError> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    let file = File::open(path).map_err(|source| CommandError::File {
        file: name.to_owned(),
        source,
    })?;
    Ok(Box::new(file))
}

pub(super) async fn dump(
    platform: &Platform,
    format: DataFormat,
    path: &Path,
) -> Result<(), CommandError> {
    let sink: Box<dyn Write + Send> = match path == Path::new("-") {
        true => Box::new(std::io::stdout()),
        false => {
            let file = path.display().to_string();
            Box::new(File::create(path).map_err(|source| CommandError::File { file, source })?)
        }
    };
    let bar = output::progress(None, "listings");
    let sink = std::io::BufWriter::with_capacity(1 << 16, sink);
    let written = fixtures::dump(&platform.database, sink, format.into(), &|rows| {
        bar.set_position(rows)
    })
    .await;
    bar.finish_and_clear();
    let rows = match written {
        // A reader that has seen enough (`| head`) is no failure.
        Err(DumpError::Write(err)) if err.kind() == ErrorKind::BrokenPipe => return Ok(()),
        written => written?,
    };
    output::note(&format!("{rows} listing(s) written"));
    Ok(())
}
