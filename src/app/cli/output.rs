//! What commands print.
//!
//! **Invariant:** everything for standard output goes through [`Out`], which notes the first failure. A command goes on
//! with its work after that; [`finish`] tells of the failure when it has ended. Only a reader that has closed the pipe
//! (`| head`) is no failure: it has seen enough.

use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::sync::OnceLock;

use clap::ValueEnum;
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::CommandError;

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
        // What is interrupted is tried again.
        if kind != ErrorKind::Interrupted {
            let _ = FAILURE.set(err);
        }
        io::Error::new(kind, text)
    })
}

/// Writes what is buffered.
///
/// # Errors
/// [`CommandError::Output`] when anything that was printed could not be written, unless the reader closed the pipe.
pub(super) fn finish() -> Result<(), CommandError> {
    // The failure is noted.
    let _ = Out.flush();
    match FAILURE.get() {
        Some(err) if err.kind() != ErrorKind::BrokenPipe => Err(CommandError::Output(err)),
        _ => Ok(()),
    }
}

/// A line of the result.
pub(super) fn line(text: &str) {
    // The failure is noted.
    let _ = writeln!(Out, "{text}");
}

/// Text of the result, shown at once.
pub(super) fn part(text: &str) {
    // The failure is noted.
    let _ = write!(Out, "{text}").and_then(|()| Out.flush());
}

/// A line that is not part of the result.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// What is wrong with an answer, as Django says it.
pub(super) fn mistake(text: &str) {
    note(&format!("Error: {text}"));
}

/// Why the command failed.
pub(super) fn error(text: &str) {
    note(&format!("error: {text}"));
}

/// A result as JSON.
pub(super) fn json(value: &Value) {
    line(&serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Rows under a header, aligned: columns of numbers to the right.
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

/// A number, with its unit perhaps; or a dash for none.
fn is_number(cell: &str) -> bool {
    cell == "–" || cell.starts_with(|c: char| c.is_ascii_digit())
}

/// A bar of work that counts rows, on a terminal only; `total` where it is known.
pub(super) fn progress(total: Option<u64>, unit: &str) -> ProgressBar {
    let template = match total {
        Some(_) => format!("{{wide_bar}} {{human_pos}}/{{human_len}} {unit}, {{eta}} left"),
        None => format!("{{spinner}} {{human_pos}} {unit}, {{elapsed}}"),
    };
    bar(total, &template)
}

/// A bar of work that goes through so many bytes, on a terminal only; its message tells how far it is otherwise.
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
