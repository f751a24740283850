//! The log: one line per record, even if its values contain line breaks.
//!
//! **Invariant:** text from a client or a server can't begin a new line or hide part of one: control characters, line
//! separators and marks that change the direction of text are written as escapes.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use chrono::{SecondsFormat, Utc};
use env_logger::fmt::Formatter;
use env_logger::{Builder, Env};
use log::Record;
use log::kv::{self, Key, Value, VisitSource};
use serde_json::Map;

use crate::config::LogFormat;
use crate::http::RequestId;

/// Libraries log only failures; malformed requests are not logged. Migrations that a newer release has applied, and
/// this one does not have, are not reported.
const SITE: &str = "info,actix_server=warn,actix_http=off,refinery_core=warn,\
    refinery_core::traits::missing=off,tokio_postgres=warn";
/// The modules whose information would hide the first lines from a developer: the steps of the first start, and a line
/// for each hit.
const ROUTINE: [&str; 4] =
    ["app::site", "app::servers::postgres", "cache::facade", "events::log_reader"];

/// The filter of a running site unless `RUST_LOG` is set. In development mode, the lines of [`ROUTINE`] are omitted.
pub(super) fn of_site(is_development: bool) -> String {
    let mut filter = SITE.to_owned();
    if is_development {
        for module in ROUTINE {
            filter.push_str(&format!(",property_listings::{module}=warn"));
        }
    }
    filter
}

/// Starts logging to standard error. `filter` applies unless `RUST_LOG` is set.
pub(super) fn start(filter: &str, format: LogFormat) {
    let mut builder = Builder::from_env(Env::default().default_filter_or(filter));
    match format {
        LogFormat::Text => builder.format(write_text),
        LogFormat::Json => builder.format(|out, record| writeln!(out, "{}", json(record))),
    };
    builder.init();
}

/// Writes `[time LEVEL module] message key=value request=id`; the id only if the line is about a request.
fn write_text(out: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    let (level, time) = (record.level(), now());
    let style = out.default_level_style(level);
    let mut message = record.args().to_string();
    // Writing to a string does not fail.
    let _ = record.key_values().visit(&mut Pairs(&mut message));
    let message = on_one_line(message);
    write!(out, "[{time} {style}{level:<5}{style:#} {}] {message}", record.target())?;
    match RequestId::current() {
        Some(id) => writeln!(out, " request={id}"),
        None => writeln!(out),
    }
}

/// A record as a JSON object: `timestamp`, `level`, `target`, `message`, `request_id` if the line is about a request,
/// and the record's own fields.
fn json(record: &Record<'_>) -> String {
    let mut fields = Map::new();
    fields.insert("timestamp".to_owned(), now().into());
    fields.insert("level".to_owned(), record.level().as_str().into());
    fields.insert("target".to_owned(), record.target().into());
    fields.insert("message".to_owned(), record.args().to_string().into());
    if let Some(id) = RequestId::current() {
        fields.insert("request_id".to_owned(), id.to_string().into());
    }
    // Reading the fields of a record does not fail.
    let _ = record.key_values().visit(&mut Fields(&mut fields));
    let text = serde_json::Value::Object(fields).to_string();
    // JSON has such characters only in strings, where an escape means the same.
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match harms(c) {
            true => line.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => line.push(c),
        }
    }
    line
}

fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Appends fields to a message as `key=value`; a value that is empty or has spaces is quoted.
struct Pairs<'a>(&'a mut String);

impl<'kvs> VisitSource<'kvs> for Pairs<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), kv::Error> {
        let value = value.to_string();
        let is_word = !value.is_empty() && !value.contains([' ', '"']);
        let quote = if is_word { "" } else { "\"" };
        Ok(write!(self.0, " {key}={quote}{value}{quote}")?)
    }
}

/// Adds fields to a JSON object.
struct Fields<'a>(&'a mut Map<String, serde_json::Value>);

impl<'kvs> VisitSource<'kvs> for Fields<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), kv::Error> {
        let number = value.to_u64().map(serde_json::Value::from);
        let number = number.or_else(|| value.to_f64().map(serde_json::Value::from));
        let value = number.unwrap_or_else(|| value.to_string().into());
        self.0.insert(key.to_string(), value);
        Ok(())
    }
}

/// Replaces the characters of a message that would end its line or hide part of it.
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

/// Whether a character is a control character, a line or paragraph separator, or a mark of direction.
fn harms(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_line_holds_hostile_text_unchanged() {
        for hostile in [
            "a\"b\\",
            "x\r\n{\"level\":\"INFO\"}",
            "\u{1b}[2J\0\u{7f}\u{9b}",
            "\u{2028}\u{202e}é🏠",
        ] {
            let kvs = [("path", hostile), ("cache", "")];
            let args = format_args!("said {hostile}");
            let record = Record::builder().args(args).target("x").key_values(&kvs).build();
            let line = json(&record);
            assert!(!line.chars().any(harms), "{line:?}");
            let read: serde_json::Value = serde_json::from_str(&line).expect("JSON");
            assert_eq!(read["message"], format!("said {hostile}"));
            assert_eq!((&read["path"], &read["cache"]), (&hostile.into(), &"".into()));
        }
    }

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
