//! Decimals as people write them. No number goes through a float.

use rust_decimal::{Decimal, RoundingStrategy};

use super::price::ungrouped;

/// Reads a number such as `-12`, `1,234.50` or `85`; `None` for anything else, and for more digits than are exact.
pub(super) fn parse(text: &str) -> Option<Decimal> {
    let (sign, digits) = match text.strip_prefix(['-', '−']) {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    let whole = ungrouped(whole).filter(|_| is_fraction)?;
    let fraction = fraction.trim_end_matches('0');
    Decimal::from_str_exact(&format!("{sign}{whole}.{fraction:0<1}")).ok()
}

/// The number rounded to `places` decimals, padded with zeros.
pub(super) fn rounded(number: Decimal, places: u32) -> Decimal {
    let mut rounded = number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    rounded
}

/// The number with exactly `places` decimals; `None` if it has more.
pub(super) fn with_places(number: Decimal, places: u32) -> Option<Decimal> {
    let mut scaled = number;
    scaled.rescale(places);
    (scaled == number).then_some(scaled)
}
