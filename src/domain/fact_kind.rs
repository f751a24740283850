//! The kinds of facts: what a value of each may be, and how it is read and written.
//!
//! A new kind is a variant of [`FactKind`]. The compiler then names every place that has to know it: here, in
//! `db/fact_columns.rs` (the column's type) and in `http/listings/fact_schema.rs` (the schema of the API).

use std::borrow::Cow;
use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::field_errors::{day, one_of, quoted};
use super::text::{is_absent, parse_text};
use super::{Photos, Price, area, coordinate, presentation};

/// What a fact's values may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// A text of one line.
    Text {
        /// The most Unicode characters.
        max_chars: usize,
    },
    /// A text of paragraphs.
    Prose {
        /// The most Unicode characters.
        max_chars: usize,
    },
    /// An amount of money.
    Price,
    /// A whole number.
    Integer {
        /// The smallest.
        min: i32,
        /// The largest.
        max: i32,
    },
    /// An area in square metres.
    Area,
    /// An angle in degrees, in both directions.
    Coordinate {
        /// The largest in either direction.
        most: u8,
    },
    /// A day.
    Date,
    /// One of several values, each with its label.
    Choice(&'static [(&'static str, &'static str)]),
    /// Several short texts.
    List {
        /// The most texts.
        max_items: usize,
        /// The most Unicode characters of each.
        max_chars: usize,
    },
    /// Photos in an order. Pages of their own show and change them.
    Photos,
}

/// What separates the items of a list in a text.
pub const SEPARATOR: char = '|';

impl FactKind {
    /// Reads a value as people write it.
    ///
    /// # Errors
    /// A message that says what is allowed.
    pub fn parse(self, text: &str) -> Result<FactValue<'static>, String> {
        match self {
            Self::Text { max_chars } | Self::Prose { max_chars } => parse_text(text, max_chars)
                .map(|text| FactValue::Text(Cow::Owned(text)))
                .map_err(|err| err.to_string()),
            Self::Price => Price::parse(text).map(FactValue::Price).map_err(|err| err.to_string()),
            Self::Integer { min, max } => whole_number(text, min, max).map(FactValue::Integer),
            Self::Area => area::parse(text).map(FactValue::Decimal),
            Self::Coordinate { most } => coordinate::parse(text, most).map(FactValue::Decimal),
            Self::Date => day(text.trim()).map(FactValue::Date),
            Self::Choice(options) => choice(text, options),
            Self::List { max_items, max_chars } => list(text, max_items, max_chars),
            Self::Photos => Photos::parse(text).map(FactValue::Photos),
        }
    }

    /// Whether JSON may have a number for it.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Price | Self::Integer { .. } | Self::Area | Self::Coordinate { .. })
    }

    /// Whether forms have a field for it, and lists of facts an entry.
    pub fn is_field(self) -> bool {
        self != Self::Photos
    }

    /// Whether it is a text of paragraphs.
    pub fn is_prose(self) -> bool {
        matches!(self, Self::Prose { .. })
    }

    /// Whether it is a list of texts.
    pub fn is_list(self) -> bool {
        matches!(self, Self::List { .. })
    }

    /// Whether it is a day.
    pub fn is_date(self) -> bool {
        self == Self::Date
    }

    /// Whether its field of a form is short.
    pub fn is_short(self) -> bool {
        self.is_number() || matches!(self, Self::Date | Self::Choice(_))
    }

    /// Its values with their labels, where they are a choice.
    pub fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Choice(options) => options,
            _ => &[],
        }
    }

    /// The most characters of a text; `None` for other kinds.
    pub fn max_chars(self) -> Option<usize> {
        match self {
            Self::Text { max_chars } | Self::Prose { max_chars } => Some(max_chars),
            _ => None,
        }
    }

    /// The two directions of an order, for people.
    pub fn directions(self) -> [&'static str; 2] {
        match self {
            Self::Text { .. } | Self::Prose { .. } | Self::Choice(_) | Self::List { .. } => {
                ["A to Z", "Z to A"]
            }
            Self::Date => ["earliest first", "latest first"],
            Self::Price
            | Self::Integer { .. }
            | Self::Area
            | Self::Coordinate { .. }
            | Self::Photos => ["low to high", "high to low"],
        }
    }

    /// The keyboard that a form asks for, by HTML's `inputmode`; `None` for the usual one, which also has a minus sign.
    pub fn keyboard(self) -> Option<&'static str> {
        match self {
            Self::Price | Self::Area => Some("decimal"),
            Self::Integer { .. } => Some("numeric"),
            _ => None,
        }
    }

    /// A value as JSON has it: numbers with decimals are strings, because a number may be read as a float.
    pub fn json(self, value: Option<&FactValue<'_>>) -> Value {
        match value {
            Some(FactValue::Integer(number)) => Value::from(*number),
            Some(FactValue::List(items)) => Value::from(items.to_vec()),
            Some(value) => Value::String(value.to_string()),
            None if self.is_list() => Value::Array(Vec::new()),
            None => Value::Null,
        }
    }

    /// A value for readers of the site.
    pub fn shown(self, value: &FactValue<'_>) -> String {
        match (self, value) {
            (_, FactValue::Price(price)) => presentation().price(*price),
            (Self::Area, FactValue::Decimal(area)) => presentation().area_unit.shown(*area),
            (_, FactValue::Decimal(number)) => number.normalize().to_string(),
            (_, FactValue::List(items)) => items.join(", "),
            (Self::Choice(options), FactValue::Text(text)) => {
                let found = options.iter().find(|(value, _)| value == text);
                found.map_or(&**text, |(_, label)| label).to_owned()
            }
            _ => value.to_string(),
        }
    }
}

fn whole_number(text: &str, min: i32, max: i32) -> Result<i32, String> {
    let digits = text.trim();
    let bare = digits.strip_prefix('-').unwrap_or(digits);
    let is_number = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| is_number);
    number.filter(|number| (min..=max).contains(number)).ok_or_else(|| {
        let shown = quoted(digits);
        format!("“{shown}” is not allowed. Enter a whole number from {min} to {max}.")
    })
}

/// Finds a value by itself or by its label, whatever the case.
fn choice(
    text: &str,
    options: &[(&'static str, &'static str)],
) -> Result<FactValue<'static>, String> {
    let text = text.trim();
    let is_meant = |(value, label): &&(&str, &str)| {
        value.eq_ignore_ascii_case(text) || label.eq_ignore_ascii_case(text)
    };
    let found = options.iter().find(is_meant);
    let found = found.map(|(value, _)| FactValue::Text(Cow::Borrowed(value)));
    found.ok_or_else(|| {
        let allowed = one_of(options.iter().map(|(value, _)| *value));
        format!("“{}” is not allowed. Enter {allowed}.", quoted(text))
    })
}

/// Reads the items of a list, each on a line of its own or between vertical bars. Empty and repeated ones are left out.
fn list(text: &str, max_items: usize, max_chars: usize) -> Result<FactValue<'static>, String> {
    let mut items: Vec<String> = Vec::new();
    let texts = text.split([SEPARATOR, '\n', '\r']).filter(|text| !is_absent(text));
    for text in texts {
        let item =
            parse_text(text, max_chars).map_err(|err| format!("“{}”: {err}", quoted(text)))?;
        if !items.contains(&item) {
            items.push(item);
        }
    }
    match items.len() <= max_items {
        true => Ok(FactValue::List(items.into())),
        false => Err(format!("Enter at most {max_items} (there are {}).", items.len())),
    }
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FactValue<'a> {
    /// A text, or the value of a choice.
    Text(Cow<'a, str>),
    /// An amount of money.
    Price(Price),
    /// A whole number.
    Integer(i32),
    /// An area or an angle.
    Decimal(Decimal),
    /// A day.
    Date(NaiveDate),
    /// Several texts.
    List(Cow<'a, [String]>),
    /// Photos.
    Photos(Photos),
}

impl<'a> FactValue<'a> {
    /// The value, unless it is a list without items.
    pub fn present(self) -> Option<Self> {
        match self {
            Self::List(items) if items.is_empty() => None,
            Self::Photos(photos) if photos.as_slice().is_empty() => None,
            value => Some(value),
        }
    }
}

impl FactValue<'_> {
    /// The same value, borrowed.
    pub fn as_ref(&self) -> FactValue<'_> {
        match self {
            Self::Text(text) => FactValue::Text(Cow::Borrowed(text)),
            Self::List(items) => FactValue::List(Cow::Borrowed(items)),
            Self::Price(price) => FactValue::Price(*price),
            Self::Integer(number) => FactValue::Integer(*number),
            Self::Decimal(number) => FactValue::Decimal(*number),
            Self::Date(day) => FactValue::Date(*day),
            Self::Photos(photos) => FactValue::Photos(photos.clone()),
        }
    }

    /// The same value, owned.
    pub fn into_owned(self) -> FactValue<'static> {
        match self {
            Self::Text(text) => FactValue::Text(Cow::Owned(text.into_owned())),
            Self::List(items) => FactValue::List(Cow::Owned(items.into_owned())),
            Self::Price(price) => FactValue::Price(price),
            Self::Integer(number) => FactValue::Integer(number),
            Self::Decimal(number) => FactValue::Decimal(number),
            Self::Date(day) => FactValue::Date(day),
            Self::Photos(photos) => FactValue::Photos(photos),
        }
    }
}

/// As forms, files and the history have it: parsing this text gives the value again.
impl fmt::Display for FactValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Price(price) => price.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::Decimal(number) => number.fmt(f),
            Self::Date(day) => day.fmt(f),
            Self::Photos(photos) => photos.fmt(f),
            Self::List(items) => f.write_str(&items.join(&SEPARATOR.to_string())),
        }
    }
}

#[cfg(test)]
#[path = "fact_kind_tests.rs"]
mod tests;
