//! The log: one line per record, even if its values contain line breaks.
//!
//! **Invariant:** nothing that a client or a server said can begin a line of its own, or hide part of one: control
//! characters, line separators and marks that change the direction of text are written as escapes.

use std::io::{self, Write as _};

use chrono::{SecondsFormat, Utc};
use env_logger::fmt::Formatter;
use env_logger::{Builder, Env};
use log::Record;

use crate::http::RequestId;

/// Of the libraries only what went wrong; that a client sends nonsense is not.
/// A newer release may have applied migrations that this one does not have.
const SITE: &str = "info,actix_server=warn,actix_http=off,refinery_core=warn,\
    refinery_core::traits::missing=off,tokio_postgres=warn";
/// What would hide the first lines from a developer: the steps of the first start, and a line for each hit.
const ROUTINE: [&str; 4] =
    ["app::site", "app::servers::postgres", "cache::facade", "events::log_reader"];

/// The filter of a running site unless `RUST_LOG` is set. In development mode routine is left out.
pub(super) fn of_site(is_development: bool) -> String {
    let mut filter = SITE.to_owned();
    if is_development {
        for module in ROUTINE {
            filter.push_str(&format!(",property_listings::{module}=warn"));
        }
    }
    filter
}

/// Starts logging to standard error. `filter` holds unless `RUST_LOG` is set.
pub(super) fn start(filter: &str) {
    let environment = Env::default().default_filter_or(filter);
    Builder::from_env(environment).format(write_record).init();
}

/// `[time LEVEL module] message request=number`; the number only where the line is about a request.
fn write_record(out: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    let (level, time) = (record.level(), Utc::now());
    let time = time.to_rfc3339_opts(SecondsFormat::Millis, true);
    let style = out.default_level_style(level);
    let message = on_one_line(record.args().to_string());
    write!(out, "[{time} {style}{level:<5}{style:#} {}] {message}", record.target())?;
    match RequestId::current() {
        Some(id) => writeln!(out, " request={id}"),
        None => writeln!(out),
    }
}

/// A message without what would end its line or hide a part of it.
fn on_one_line(message: String) -> String {
    // Nearly every message needs no escaping, and most are written while a request waits.
    if message.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return message;
    }
    let mut line = String::with_capacity(message.len());
    for c in message.chars() {
        match harms(c) {
            true => line.extend(c.escape_default()),
            false => line.push(c),
        }
    }
    line
}

/// Control characters, separators of lines and paragraphs, and marks of direction.
fn harms(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str) -> String {
        on_one_line(format!("login user=\"{value}\""))
    }

    #[test]
    fn a_value_stays_on_its_line() {
        let forged = "eve\r\n[2026-01-01T00:00:00Z INFO x] login user=\"ada\"";
        let line = written(forged);
        assert!(!line.contains(['\r', '\n']), "{line}");
        assert!(line.contains(r"eve\r\n[2026"), "{line}");
    }

    #[test]
    fn terminals_are_not_commanded_and_text_keeps_its_direction() {
        for c in ['\u{1b}', '\0', '\u{7f}', '\u{85}', '\u{9b}', '\u{2028}', '\u{202e}', '\u{2066}']
        {
            let line = written(&format!("a{c}b"));
            assert!(!line.contains(c) && line.contains(r"\u{"), "{line:?}");
        }
    }

    #[test]
    fn other_text_is_as_it_was() {
        for text in ["plain", "Zürich 🏠", "“quoted”", r"back\slash"] {
            assert_eq!(written(text), format!("login user=\"{text}\""));
        }
    }
}
