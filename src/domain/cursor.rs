//! An opaque place between two rows of a sorted list, from which a client walks on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike as _, Utc};

use super::{Price, Property, PropertyId, Sort};

/// Which way a client walks from the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the rows after it, in the order of the list.
    Forward,
    /// To the rows before it.
    Backward,
}

/// The value that the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortValue {
    /// Of `newest` and `oldest`.
    CreatedAt(DateTime<Utc>),
    /// Of `price` and `-price`.
    Price(Price),
}

/// A keyset position: the sort value and id of the row at its edge.
///
/// Rows that come or go elsewhere don't move it, so a walk neither repeats nor loses a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Which way to walk.
    pub direction: Direction,
    /// The edge row's sort value.
    pub value: SortValue,
    /// The edge row's number, which breaks ties.
    pub id: PropertyId,
}

impl Cursor {
    /// The cursor at a row of a list that is sorted so.
    pub fn at(property: &Property, sort: Sort, direction: Direction) -> Self {
        let value = match sort {
            Sort::Newest | Sort::Oldest => SortValue::CreatedAt(property.created_at),
            Sort::Price | Sort::PriceDescending => SortValue::Price(property.price),
        };
        Self {
            direction,
            value,
            id: property.id,
        }
    }

    /// Reads a token that [`Cursor::token`] made; `None` for anything else, and for another sort's token.
    pub fn parse(token: &str, sort: Sort) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (direction, rest) = text.split_once('|')?;
        let (value, id) = rest.split_once('|')?;
        let direction = match direction {
            "f" => Direction::Forward,
            "b" => Direction::Backward,
            _ => return None,
        };
        let value = match sort {
            Sort::Newest | Sort::Oldest => {
                let micros = value.strip_prefix('t')?.parse().ok()?;
                let at = DateTime::from_timestamp_micros(micros)?;
                // The years that the table allows; the database knows no time much before or after.
                (1..=9999)
                    .contains(&at.year())
                    .then_some(SortValue::CreatedAt(at))?
            }
            Sort::Price | Sort::PriceDescending => {
                SortValue::Price(Price::parse(value.strip_prefix('p')?).ok()?)
            }
        };
        let cursor = Self {
            direction,
            value,
            id: PropertyId(id.parse().ok()?),
        };
        (cursor.token() == token).then_some(cursor)
    }

    /// The token that stands for it in URLs.
    pub fn token(&self) -> String {
        let direction = match self.direction {
            Direction::Forward => 'f',
            Direction::Backward => 'b',
        };
        let value = match self.value {
            SortValue::CreatedAt(at) => format!("t{}", at.timestamp_micros()),
            SortValue::Price(price) => format!("p{price}"),
        };
        URL_SAFE_NO_PAD.encode(format!("{direction}|{value}|{}", self.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        let value = SortValue::Price(Price::parse("12.50").expect("a price"));
        Cursor {
            direction: Direction::Backward,
            value,
            id: PropertyId(7),
        }
    }

    #[test]
    fn a_token_reads_back_as_the_cursor_that_made_it() {
        assert_eq!(
            Cursor::parse(&cursor().token(), Sort::Price),
            Some(cursor())
        );
    }

    #[test]
    fn a_token_of_another_sort_is_refused() {
        assert_eq!(Cursor::parse(&cursor().token(), Sort::Newest), None);
    }

    #[test]
    fn a_time_that_no_row_can_have_is_refused() {
        for micros in [
            "-300000000000000000",
            "253402300800000000",
            "-62135596800000001",
        ] {
            let token = URL_SAFE_NO_PAD.encode(format!("f|t{micros}|1"));
            assert_eq!(Cursor::parse(&token, Sort::Newest), None, "{micros}");
        }
    }

    proptest::proptest! {
        #[test]
        fn junk_is_refused_without_a_panic(token in ".*") {
            proptest::prop_assert_eq!(Cursor::parse(&token, Sort::Newest), None);
        }
    }
}
