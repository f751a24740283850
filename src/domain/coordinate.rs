//! Latitudes and longitudes: exact decimals with six places, as `numeric(9,6)`.

use rust_decimal::Decimal;

use super::decimal;
use super::field_errors::quoted;

/// The number of decimal places: the last is about 11 cm.
const PLACES: u32 = 6;

/// Reads degrees. Maps give more decimals than are significant, so further ones are rounded.
///
/// # Errors
/// A message that says what is allowed.
pub(super) fn parse(text: &str, most: u8) -> Result<Decimal, String> {
    let text = text.trim();
    let number = decimal::parse(text).filter(|_| !text.contains(','));
    let rounded = number.map(|number| decimal::rounded(number, PLACES));
    rounded.filter(|number| number.abs() <= Decimal::from(most)).ok_or_else(|| {
        let text = quoted(text);
        format!("“{text}” is not allowed. Enter degrees from -{most} to {most}, such as 12.345678.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_exact_to_six_places_and_within_their_limits() {
        for (text, want) in [
            ("55.953252", "55.953252"),
            ("-3.1", "-3.100000"),
            (" 90 ", "90.000000"),
            ("−0.0000005", "-0.000001"),
            ("55.9532524999", "55.953252"),
        ] {
            assert_eq!(parse(text, 90).map(|number| number.to_string()), Ok(want.into()), "{text}");
        }
        for text in ["90.000001", "-91", "N55", "55,9", "1,000", "5e1", "55.", "", "55° 57′"] {
            let message = parse(text, 90).expect_err(text);
            assert!(message.contains("from -90 to 90"), "{message}");
        }
    }
}
