//! The kinds of facts: what a value of each may be, and how it is read and written.
//!
//! A new kind is a variant of [`FactKind`]. The compiler then names every place that has to know it: here, in
//! `db/fact_columns.rs` (the column's type) and in `http/listings/json.rs` (the schema of the API).

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::field_errors::quoted;
use super::text::parse_text;
use super::{Photos, Price};

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
    /// Photos in an order. Pages of their own show and change them.
    Photos,
}

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
            Self::Photos => Photos::parse(text).map(FactValue::Photos),
        }
    }

    /// Whether JSON may have a number for it.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Price | Self::Integer { .. })
    }

    /// Whether forms have a field for it, and lists of facts an entry.
    pub fn is_field(self) -> bool {
        self != Self::Photos
    }

    /// Whether it is a text of paragraphs.
    pub fn is_prose(self) -> bool {
        matches!(self, Self::Prose { .. })
    }

    /// The most characters of a text; `None` for other kinds.
    pub fn max_chars(self) -> Option<usize> {
        match self {
            Self::Text { max_chars } | Self::Prose { max_chars } => Some(max_chars),
            Self::Price | Self::Integer { .. } | Self::Photos => None,
        }
    }

    /// The two directions of an order, for people.
    pub fn directions(self) -> [&'static str; 2] {
        match self {
            Self::Text { .. } | Self::Prose { .. } => ["A to Z", "Z to A"],
            Self::Price | Self::Integer { .. } | Self::Photos => ["low to high", "high to low"],
        }
    }

    /// The keyboard that a form asks for, by HTML's `inputmode`; `None` for the usual one.
    pub fn keyboard(self) -> Option<&'static str> {
        match self {
            Self::Text { .. } | Self::Prose { .. } | Self::Photos => None,
            Self::Price => Some("decimal"),
            Self::Integer { .. } => Some("numeric"),
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

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FactValue<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// An amount of money.
    Price(Price),
    /// A whole number.
    Integer(i32),
    /// Photos.
    Photos(Photos),
}

impl FactValue<'_> {
    /// The same value, borrowed.
    pub fn as_ref(&self) -> FactValue<'_> {
        match self {
            Self::Text(text) => FactValue::Text(Cow::Borrowed(text)),
            Self::Price(price) => FactValue::Price(*price),
            Self::Integer(number) => FactValue::Integer(*number),
            Self::Photos(photos) => FactValue::Photos(photos.clone()),
        }
    }

    /// The same value, owned.
    pub fn into_owned(self) -> FactValue<'static> {
        match self {
            Self::Text(text) => FactValue::Text(Cow::Owned(text.into_owned())),
            Self::Price(price) => FactValue::Price(price),
            Self::Integer(number) => FactValue::Integer(number),
            Self::Photos(photos) => FactValue::Photos(photos),
        }
    }

    /// As JSON has it: a price is a string, because a number may be read as a float.
    pub fn json(&self) -> Value {
        match self {
            Self::Text(_) | Self::Price(_) => Value::String(self.to_string()),
            Self::Integer(number) => Value::from(*number),
            Self::Photos(photos) => serde_json::to_value(photos).unwrap_or_default(),
        }
    }

    /// For readers of the site.
    pub fn shown(&self) -> String {
        match self {
            Self::Price(price) => price.grouped(),
            Self::Text(_) | Self::Integer(_) | Self::Photos(_) => self.to_string(),
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
            Self::Photos(photos) => photos.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: FactKind = FactKind::Integer { min: 1000, max: 2100 };

    #[test]
    fn a_whole_number_is_read_within_its_limits() {
        for text in ["1000", " 1987\n", "2100"] {
            let value = YEAR.parse(text).expect(text);
            assert_eq!(value.to_string(), text.trim());
        }
        for text in [
            "999",
            "2101",
            "-1987",
            "+1987",
            "1987.0",
            "1,987",
            "MCMLXXXVII",
            "99999999999",
            "١٩٨٧",
        ] {
            let message = YEAR.parse(text).expect_err(text);
            assert!(message.contains(&format!("“{text}”")), "{message}");
            assert!(message.contains("from 1000 to 2100"), "{message}");
        }
        let signed = FactKind::Integer { min: -5, max: 5 };
        assert_eq!(signed.parse("-5"), Ok(FactValue::Integer(-5)));
    }

    proptest::proptest! {
        #[test]
        fn every_value_survives_its_own_text(number in 1000..=2100_i32, text in "\\PC{1,30}") {
            let number = FactValue::Integer(number);
            proptest::prop_assert_eq!(YEAR.parse(&number.to_string()), Ok(number));
            let kind = FactKind::Text { max_chars: 60 };
            if let Ok(value) = kind.parse(&text) {
                proptest::prop_assert_eq!(kind.parse(&value.to_string()), Ok(value));
            }
        }
    }
}
