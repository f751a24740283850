//! Prices: exact decimals with two places, never floats.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::field_errors::quoted;

/// An amount from 0.00 to 99999999.99: `numeric(10,2)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(Decimal);

/// Why a text is not a price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// The text is empty.
    #[error("This field is required.")]
    Missing,
    /// It is not a number in the usual form of prices.
    #[error("“{0}” is not a price. Enter a number such as 250000 or 1,234.50.")]
    NotANumber(String),
    /// It has more than two decimals.
    #[error("“{0}” has more than two decimal places.")]
    TooPrecise(String),
    /// A point before three digits, which may be decimals or thousands: the text, and the two prices.
    #[error("“{0}” is ambiguous: it may be {1} or {2}. Enter {1} or {2}.")]
    Ambiguous(String, String, String),
    /// Below zero.
    #[error("“{0}” is negative. A price is 0 or more.")]
    Negative(String),
    /// It is above the largest price.
    #[error("“{0}” is too large. The largest price is 99,999,999.99.")]
    TooLarge(String),
}

/// The price qualifier that hides the price from visitors.
pub const ON_APPLICATION: &str = "on_application";

/// The largest price, in hundredths.
const MAX_HUNDREDTHS: i64 = 9_999_999_999;

impl Price {
    /// Zero.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Parses a price as people write it: surrounding space, one leading `$`, `£` or `€`, and commas between
    /// groups of three digits are allowed; exponents, other scripts' digits and a third decimal are not, and neither is
    /// `250.000`, which means different prices in different countries.
    ///
    /// # Errors
    /// [`PriceError`], which quotes the text (at most 40 characters of it).
    pub fn parse(text: &str) -> Result<Self, PriceError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PriceError::Missing);
        }
        let quoted = || quoted(text);
        let (negative, rest) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let rest = rest.strip_prefix(['$', '£', '€']).unwrap_or(rest).trim_start();
        let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
        let digits = ungrouped(whole).ok_or_else(|| PriceError::NotANumber(quoted()))?;
        if !fraction.bytes().all(|b| b.is_ascii_digit()) || (rest.ends_with('.')) {
            return Err(PriceError::NotANumber(quoted()));
        }
        let is_group = (1..=3).contains(&whole.len()) && !whole.starts_with('0');
        if fraction.len() == 3 && is_group {
            let decimals = fraction.strip_suffix('0').unwrap_or(fraction);
            let readings = (format!("{whole}{fraction}"), format!("{whole}.{decimals}"));
            return Err(PriceError::Ambiguous(quoted(), readings.0, readings.1));
        }
        let significant = fraction.trim_end_matches('0');
        if significant.len() > 2 {
            return Err(PriceError::TooPrecise(quoted()));
        }
        let digits = digits.trim_start_matches('0');
        if digits.len() > 8 {
            return Err(PriceError::TooLarge(quoted()));
        }
        let hundredths: i64 = format!("{digits}{significant:0<2}")
            .parse()
            .map_err(|_| PriceError::NotANumber(quoted()))?;
        if negative && hundredths > 0 {
            return Err(PriceError::Negative(quoted()));
        }
        Ok(Self(Decimal::new(hundredths, 2)))
    }

    /// A price from hundredths; `None` outside the allowed range.
    pub fn from_hundredths(hundredths: i64) -> Option<Self> {
        (0..=MAX_HUNDREDTHS).contains(&hundredths).then(|| Self(Decimal::new(hundredths, 2)))
    }

    /// A price from the database's `numeric(10,2)`; `None` outside the allowed range.
    pub fn from_decimal(decimal: Decimal) -> Option<Self> {
        let in_range = decimal >= Decimal::ZERO && decimal <= Decimal::new(MAX_HUNDREDTHS, 2);
        let mut rescaled = decimal;
        rescaled.rescale(2);
        (in_range && rescaled == decimal).then_some(Self(rescaled))
    }

    /// The decimal, with two places.
    pub fn as_decimal(self) -> Decimal {
        self.0
    }

    /// The price for people: with thousands separated, and without zero decimals, such as `1,234.50` or `250,000`.
    pub fn grouped(self) -> String {
        let text = self.to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, "00"));
        let mut grouped = grouped_digits(whole);
        if fraction != "00" {
            grouped.push('.');
            grouped.push_str(fraction);
        }
        grouped
    }
}

/// Digits with thousands separated, such as `1,234`.
pub fn grouped_digits(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The digits of `1234` or `1,234`; `None` for anything else.
pub(super) fn ungrouped(whole: &str) -> Option<String> {
    if whole.is_empty() {
        return None;
    }
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let rest: Vec<_> = groups.collect();
    let all_digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let grouped = rest.is_empty() || (1..=3).contains(&first.len());
    let right = all_digits(first)
        && !first.is_empty()
        && grouped
        && rest.iter().all(|group| group.len() == 3 && all_digits(group));
    right.then(|| whole.replace(',', ""))
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.0)
    }
}

impl FromStr for Price {
    type Err = PriceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_reads_as_people_write_it() {
        for (text, want) in [
            ("500000", "500000.00"),
            (" $1,234.00 ", "1234.00"),
            ("£99,999,999.99", "99999999.99"),
            ("0", "0.00"),
            ("-0.00", "0.00"),
            ("1.5", "1.50"),
            ("1,234.500", "1234.50"),
            ("0.500", "0.50"),
            ("007", "7.00"),
        ] {
            assert_eq!(Price::parse(text).map(|p| p.to_string()), Ok(want.into()), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_price_is_refused_with_its_reason() {
        use PriceError::{Missing, Negative, NotANumber, TooLarge, TooPrecise};
        assert_eq!(Price::parse("  "), Err(Missing));
        for text in
            ["abc", "1e5", "1,23", ",123", "1,,234", "1.2.3", "٣", "NaN", "1.", ".5", "$", "--1"]
        {
            assert_eq!(Price::parse(text), Err(NotANumber(text.into())), "{text}");
        }
        assert_eq!(Price::parse("1.2345"), Err(TooPrecise("1.2345".into())));
        let ambiguous = Price::parse("250.000").expect_err("ambiguous").to_string();
        assert!(ambiguous.contains("250000") && ambiguous.contains("250.00"), "{ambiguous}");
        assert_eq!(Price::parse("-1"), Err(Negative("-1".into())));
        assert_eq!(Price::parse("100000000"), Err(TooLarge("100000000".into())));
    }

    #[test]
    fn people_see_groups_of_three_and_no_idle_zeros() {
        for (text, want) in
            [("1234.5", "1,234.50"), ("250000", "250,000"), ("0", "0"), ("999", "999")]
        {
            assert_eq!(Price::parse(text).map(Price::grouped), Ok(want.into()));
        }
    }

    proptest::proptest! {
        #[test]
        fn every_price_survives_its_own_text(hundredths in 0..=MAX_HUNDREDTHS) {
            let price = Price::from_hundredths(hundredths).expect("in range");
            proptest::prop_assert_eq!(Price::parse(&price.to_string()), Ok(price));
            proptest::prop_assert_eq!(Price::parse(&price.grouped()), Ok(price));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".*") {
            let _ = Price::parse(&text);
        }
    }
}
