//! The log: one line per record, even if its values contain line breaks.
//!
//! **Invariant:** nothing that a client or a server said can begin a line of its own, or hide part of one: control
//! characters, line separators and marks that change the direction of text are written as escapes.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};

use chrono::{SecondsFormat, Utc};
use env_logger::fmt::Formatter;
use env_logger::{Builder, Env};
use log::Record;

use crate::http::RequestId;

/// Of the libraries only what went wrong; that a client sends nonsense is not.
const SITE: &str = "info,actix_server=warn,actix_http=off,refinery_core=warn,tokio_postgres=warn";
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
    write!(out, "[{time} {style}{level:<5}{style:#} {}] ", record.target())?;
    write_message(out, record.args())?;
    match RequestId::current() {
        Some(id) => writeln!(out, " request={id}"),
        None => writeln!(out),
    }
}

fn write_message(out: &mut impl io::Write, message: &fmt::Arguments<'_>) -> io::Result<()> {
    let mut line = OneLine { out, failed: None };
    match line.write_fmt(*message) {
        Ok(()) => Ok(()),
        Err(fmt::Error) => {
            Err(line.failed.unwrap_or_else(|| io::Error::other("a value could not be formatted")))
        }
    }
}

/// Writes text so that it stays on its line.
struct OneLine<'a, W> {
    out: &'a mut W,
    failed: Option<io::Error>,
}

impl<W: io::Write> OneLine<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> fmt::Result {
        self.out.write_all(bytes).map_err(|err| {
            self.failed = Some(err);
            fmt::Error
        })
    }
}

impl<W: io::Write> fmt::Write for OneLine<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Nearly every line needs no escaping, and most are written while a request waits.
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return self.write(text.as_bytes());
        }
        for c in text.chars() {
            match harms(c) {
                true => self.write(c.escape_default().to_string().as_bytes())?,
                false => self.write(c.encode_utf8(&mut [0; 4]).as_bytes())?,
            }
        }
        Ok(())
    }
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
        let mut out = Vec::new();
        write_message(&mut out, &format_args!("login user=\"{value}\""))
            .expect("a vector takes all");
        String::from_utf8(out).expect("text")
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
