//! The output of commands.
//!
//! **Invariant:** all standard output goes through [`Out`], which records the first failure. The command continues
//! after that, and [`finish`] reports the failure at the end. A closed pipe (`| head`) is not a failure.

use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::sync::OnceLock;

use clap::ValueEnum;
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::{CommandError, Result};

/// How a command prints its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    Text,
    Json,
}

/// The first failure to write to standard output.
static FAILURE: OnceLock<io::Error> = OnceLock::new();

/// Standard output.
pub(super) struct Out;

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        noted(io::stdout().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        noted(io::stdout().flush())
    }
}

fn noted<T>(result: io::Result<T>) -> io::Result<T> {
    result.map_err(|err| {
        let (kind, text) = (err.kind(), err.to_string());
        // An interrupted write is retried.
        if kind != ErrorKind::Interrupted {
            let _ = FAILURE.set(err);
        }
        io::Error::new(kind, text)
    })
}

/// Flushes standard output.
///
/// # Errors
/// [`CommandError::Output`] if anything could not be written, unless the reader closed the pipe.
pub(super) fn finish() -> Result<()> {
    // `Out` records the failure.
    let _ = Out.flush();
    match FAILURE.get() {
        Some(err) if err.kind() != ErrorKind::BrokenPipe => Err(CommandError::Output(err)),
        _ => Ok(()),
    }
}

/// Prints a line of the result.
pub(super) fn line(text: &str) {
    // `Out` records the failure.
    let _ = writeln!(Out, "{text}");
}

/// Prints text of the result immediately.
pub(super) fn part(text: &str) {
    // `Out` records the failure.
    let _ = write!(Out, "{text}").and_then(|()| Out.flush());
}

/// Prints a line that is not part of the result.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints an error about a typed answer, as Django does.
pub(super) fn mistake(text: &str) {
    note(&format!("Error: {text}"));
}

/// Prints the error of the command.
pub(super) fn error(text: &str) {
    note(&format!("error: {text}"));
}

/// Prints a result as JSON.
pub(super) fn json(value: &Value) {
    line(&serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Prints an aligned table, with numbers aligned to the right.
pub(super) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header);
    for (at, column) in table.column_iter_mut().enumerate() {
        let mut cells = rows.iter().filter_map(|row| row.get(at));
        if !rows.is_empty() && cells.all(|cell| is_number(cell)) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.add_rows(rows);
    line(&table.trim_fmt());
}

/// Whether a cell is a number, possibly with a unit, or a dash.
fn is_number(cell: &str) -> bool {
    cell == "–" || cell.starts_with(|c: char| c.is_ascii_digit())
}

/// A progress bar that counts rows, only on a terminal; `total` if it is known.
pub(super) fn progress(total: Option<u64>, unit: &str) -> ProgressBar {
    let template = match total {
        Some(_) => format!("{{wide_bar}} {{human_pos}}/{{human_len}} {unit}, {{eta}} left"),
        None => format!("{{spinner}} {{human_pos}} {unit}, {{elapsed}}"),
    };
    bar(total, &template)
}

/// A progress bar that counts bytes, only on a terminal; its message counts rows.
pub(super) fn progress_of_bytes(total: u64) -> ProgressBar {
    let template = "{wide_bar} {bytes}/{total_bytes}, {msg}, {eta} left";
    bar(Some(total), template)
}

fn bar(total: Option<u64>, template: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
