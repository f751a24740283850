//! Areas: exact decimals in square metres with two places, as `numeric(9,2)`, and their units for people.

use rust_decimal::Decimal;

use super::decimal;
use super::field_errors::quoted;
use super::price::grouped_digits;

/// The unit in which the site shows areas, and in which people enter them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AreaUnit {
    /// Square metres.
    #[default]
    SquareMetres,
    /// Square feet.
    SquareFeet,
}

/// A square foot in square metres, which is exact.
const SQUARE_FOOT: Decimal = Decimal::from_parts(9_290_304, 0, 0, false, 8);
/// The largest area, in hundredths of a square metre.
const MOST: i64 = 999_999_999;
const LARGEST: &str = "9,999,999.99 m²";
const PLACES: u32 = 2;

/// The ways to write square feet after a number, without spaces and in lower case.
const FEET: [&str; 6] = ["ft²", "ft2", "sqft", "sq.ft.", "sq.ft", "squarefeet"];
const METRES: [&str; 6] = ["m²", "m2", "sqm", "sq.m.", "sq.m", "squaremetres"];

/// Reads an area, in square metres unless the text names another unit.
///
/// # Errors
/// A message that says what is allowed.
pub(super) fn parse(text: &str) -> Result<Decimal, String> {
    let text = text.trim();
    let bare: String = text.split_whitespace().collect::<String>().to_lowercase();
    let ends = |units: [&str; 6]| units.into_iter().find_map(|unit| bare.strip_suffix(unit));
    let (number, unit) = match (ends(FEET), ends(METRES)) {
        (Some(number), _) => (number, AreaUnit::SquareFeet),
        (None, Some(number)) => (number, AreaUnit::SquareMetres),
        (None, None) => (&*bare, AreaUnit::SquareMetres),
    };
    let shown = || quoted(text);
    let entered = decimal::parse(number).ok_or_else(|| {
        format!("“{}” is not an area. Enter a number such as 85 or 1,234.5.", shown())
    })?;
    let limits =
        || format!("“{}” is not allowed. Enter an area above 0, up to {LARGEST}.", shown());
    let most = Decimal::from(MOST);
    if entered <= Decimal::ZERO || entered > most {
        return Err(limits());
    }
    let area = match unit {
        AreaUnit::SquareMetres => decimal::with_places(entered, PLACES)
            .ok_or_else(|| format!("“{}” has more than two decimal places.", shown()))?,
        AreaUnit::SquareFeet => from_feet(entered),
    };
    if area.is_zero() || area > Decimal::new(MOST, PLACES) {
        return Err(limits());
    }
    let nearest = in_feet(area);
    match unit == AreaUnit::SquareFeet && nearest != entered {
        true => Err(format!(
            "“{}” can’t be stored exactly. Enter a whole number of square feet, or {nearest}.",
            shown()
        )),
        false => Ok(area),
    }
}

fn from_feet(feet: Decimal) -> Decimal {
    decimal::rounded(feet * SQUARE_FOOT, PLACES)
}

/// The square feet, with the fewest decimals, that are stored as this area. So an area is shown as it was entered, and
/// saving an unedited form changes nothing.
fn in_feet(area: Decimal) -> Decimal {
    let exact = area / SQUARE_FOOT;
    let rounded = (0..4).map(|places| decimal::rounded(exact, places));
    let mut rounded = rounded.filter(|feet| from_feet(*feet) == area);
    rounded.next().unwrap_or(exact).normalize()
}

impl AreaUnit {
    /// The number of an area in this unit, with no more decimals than it needs.
    fn number(self, area: Decimal) -> Decimal {
        match self {
            Self::SquareMetres => area.normalize(),
            Self::SquareFeet => in_feet(area),
        }
    }

    /// The unit's sign, such as “m²”.
    pub fn sign(self) -> &'static str {
        match self {
            Self::SquareMetres => "m²",
            Self::SquareFeet => "ft²",
        }
    }

    /// The text for a form field from the text of a stored area; text that is not an area is unchanged.
    pub fn field(self, text: &str) -> String {
        match (self, parse(text)) {
            (_, Ok(area)) => self.number(area).to_string(),
            (Self::SquareFeet, Err(_)) => text.trim_end_matches("ft²").trim_end().to_owned(),
            (Self::SquareMetres, Err(_)) => text.to_owned(),
        }
    }

    /// The text of an area to store from the text of a form field.
    pub fn typed(self, text: &str) -> String {
        let text = text.trim();
        let is_bare = text.bytes().all(|b| b.is_ascii_digit() || b",. ".contains(&b));
        match self {
            Self::SquareFeet if is_bare && !text.is_empty() => format!("{text} ft²"),
            _ => text.to_owned(),
        }
    }

    /// An area for readers, such as “1,234.5 m²”.
    pub fn shown(self, area: Decimal) -> String {
        let text = self.number(area).to_string();
        let (whole, fraction) = text.split_once('.').map_or((&*text, ""), |parts| parts);
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{}{point}{fraction} {}", grouped_digits(whole), self.sign())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_read_in_either_unit() {
        for (text, want) in [
            ("85", "85.00"),
            ("1,234.5", "1234.50"),
            ("85 m²", "85.00"),
            ("85 sqm", "85.00"),
            ("700 ft²", "65.03"),
            ("1,000 sq ft", "92.90"),
        ] {
            assert_eq!(parse(text).map(|area| area.to_string()), Ok(want.into()), "{text}");
        }
        for text in ["0", "-5", "10000000", "85.123", "big", "", "85 acres", "1e3"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn readers_see_the_unit_of_the_site() {
        let area = parse("1234.5").expect("an area");
        assert_eq!(AreaUnit::SquareMetres.shown(area), "1,234.5 m²");
        let feet = parse("1234 ft²").expect("an area");
        assert_eq!(AreaUnit::SquareFeet.shown(feet), "1,234 ft²");
    }

    proptest::proptest! {
        #[test]
        fn square_feet_are_shown_as_they_were_entered(feet in 1..=9_999_999_i64) {
            let unit = AreaUnit::SquareFeet;
            let typed = unit.typed(&feet.to_string());
            let area = parse(&typed).expect("an area");
            proptest::prop_assert_eq!(unit.field(&area.to_string()), feet.to_string());
        }

        #[test]
        fn a_form_that_nobody_edited_changes_no_area(hundredths in 1..=MOST) {
            for unit in [AreaUnit::SquareMetres, AreaUnit::SquareFeet] {
                let area = Decimal::new(hundredths, 2);
                let field = unit.field(&area.to_string());
                proptest::prop_assert_eq!(parse(&unit.typed(&field)), Ok(area));
            }
        }
    }
}
