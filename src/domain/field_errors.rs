//! Error messages about input, by field.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;

/// How many messages a field has at most: a parameter that is repeated a thousand times is not answered a thousand times.
const MOST: usize = 5;
/// How many characters of a value a message quotes.
const QUOTED: usize = 40;
/// How many characters of a value a form shows again. No field that is sent in an address may have as many.
const SHOWN: usize = 300;

/// What is wrong with each field of an input; empty when nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FieldErrors(BTreeMap<&'static str, Vec<String>>);

impl FieldErrors {
    /// No errors.
    pub fn new() -> Self {
        Self::default()
    }

    /// One error, of one field.
    pub fn of(field: &'static str, message: impl Into<String>) -> Self {
        let mut errors = Self::new();
        errors.add(field, message);
        errors
    }

    /// Adds a message to a field, unless it has several already.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        let messages = self.0.entry(field).or_default();
        if messages.len() < MOST {
            messages.push(message.into());
        }
    }

    /// Returns the value of a successful parse; records the error of a failed one.
    pub fn check<T, E: ToString>(
        &mut self,
        field: &'static str,
        parsed: Result<T, E>,
    ) -> Option<T> {
        parsed.map_err(|err| self.add(field, err.to_string())).ok()
    }

    /// The value, if every field is valid.
    ///
    /// # Errors
    /// These errors, if there are any.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }

    /// Whether every field is valid.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages of one field.
    pub fn get(&self, field: &str) -> &[String] {
        self.0.get(field).map_or(&[], Vec::as_slice)
    }

    /// Fields with their messages, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.0.iter().map(|(field, list)| (*field, list.as_slice()))
    }
}

/// A day in the format that forms send; no other format is accepted.
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    let shape = text.len() == 10 && text.is_ascii();
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    day.filter(|day| shape && (1..=9999).contains(&day.year())).ok_or_else(|| {
        format!("“{}” is not a date. Enter a date such as 2026-01-31.", quoted(text))
    })
}

/// Reads a number from 1 to a largest.
pub(super) fn whole_number(text: &str, max: u16) -> Result<u16, String> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse::<u16>().ok().filter(|n| digits && (1..=max).contains(n));
    number.ok_or_else(|| {
        format!("“{}” is not allowed. Enter a whole number from 1 to {max}.", quoted(text))
    })
}

/// The values that are allowed, as a message names them: `a, b or c`.
pub(super) fn one_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}

/// The first of some names, and how many more there are: `a, b and 3 more`.
pub fn first_of(names: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let shown = names.take(most).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

/// As much of a text as a message quotes, with an ellipsis if that is not all.
pub(super) fn quoted(text: &str) -> String {
    beginning(text, QUOTED)
}

/// As much of a value as a form shows again that was sent in an address, with an ellipsis if that is not all.
pub fn shown_again(text: &str) -> String {
    beginning(text, SHOWN)
}

/// As much of a text as so many characters, with an ellipsis if that is not all.
pub fn beginning(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_quotes_the_beginning_of_a_long_value() {
        assert_eq!(quoted(&"é".repeat(QUOTED)), "é".repeat(QUOTED));
        assert_eq!(quoted(&"é".repeat(QUOTED + 1)), format!("{}…", "é".repeat(QUOTED)));
        assert_eq!(shown_again(&"a".repeat(100_000)).chars().count(), SHOWN + 1);
    }

    #[test]
    fn a_field_has_a_bounded_number_of_messages() {
        let mut errors = FieldErrors::new();
        (0..1000).for_each(|number| errors.add("page", format!("{number}")));
        assert_eq!(errors.get("page"), ["0", "1", "2", "3", "4"]);
    }
}
