//! An opaque position between two rows of a sorted list, from which a client continues.
//!
//! **Invariant:** a token belongs to one list in one order. It contains a checksum of that list and of itself, so a
//! token of another list, or a damaged one, is refused and does not lead to wrong rows. The checksum needs no secret:
//! the rows are public, and a client that forges a cursor gets rows that it may see anyway. So every instance accepts
//! the tokens of the others, even with another SECRET_KEY.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike as _, Utc};
use sha2::{Digest as _, Sha256};

use super::{Coordinates, FactValue, Property, PropertyId, Sort, SortKey};

/// The bytes of a token's checksum.
const CHECKSUM: usize = 8;

/// The direction in which a client reads from the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The rows after it, in the order of the list.
    Forward,
    /// The rows before it.
    Backward,
}

/// The value by which the list is sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SortValue {
    /// The time, for `newest` and `oldest`.
    CreatedAt(DateTime<Utc>),
    /// For the orders by a fact; `None` for a listing that does not show it.
    Fact(Option<FactValue<'static>>),
    /// For the order by distance: the place of the listing; `None` for one without a place, which is after all others.
    Place(Option<Coordinates>),
}

/// A keyset position: the sort value and id of a row.
///
/// Rows that are added or removed elsewhere don't move it, so reading the list neither repeats nor misses a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The direction.
    pub direction: Direction,
    /// The sort value of the row.
    pub value: SortValue,
    /// The number of the row, which breaks ties.
    pub id: PropertyId,
}

impl Cursor {
    /// The cursor at a row of a list with this order.
    pub fn at(property: &Property, sort: Sort, direction: Direction) -> Self {
        let value = match sort.key {
            SortKey::Added => SortValue::CreatedAt(property.created_at),
            SortKey::Fact(fact) => {
                SortValue::Fact(property.public_value(fact).map(FactValue::into_owned))
            }
            SortKey::Distance => SortValue::Place(Coordinates::of_facts(&property.facts)),
        };
        Self { direction, value, id: property.id }
    }

    /// Reads a token that [`Cursor::token`] made for this list; `None` for any other text or list.
    pub fn parse(token: &str, sort: Sort, list: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (sum, text) = bytes.split_at_checked(CHECKSUM)?;
        let text = std::str::from_utf8(text).ok()?;
        if sum != checksum(list, text) {
            return None;
        }
        let (direction, rest) = text.split_once('|')?;
        let (value, id) = rest.rsplit_once('|')?;
        let direction = match direction {
            "f" => Direction::Forward,
            "b" => Direction::Backward,
            _ => return None,
        };
        let value = match sort.key {
            SortKey::Added => {
                let micros = value.strip_prefix('t')?.parse().ok()?;
                let at = DateTime::from_timestamp_micros(micros)?;
                // The years that the table allows; the database can't store times far outside them.
                (1..=9999).contains(&at.year()).then_some(SortValue::CreatedAt(at))?
            }
            SortKey::Fact(fact) => match value.strip_prefix('p')? {
                "" if fact.is_shown_always() => return None,
                "" => SortValue::Fact(None),
                value => SortValue::Fact(fact.parse(value).ok()?),
            },
            SortKey::Distance => match value.strip_prefix('d')? {
                "" => SortValue::Place(None),
                place => SortValue::Place(Some(Coordinates::parse(place).ok()?)),
            },
        };
        let cursor = Self { direction, value, id: PropertyId(id.parse().ok()?) };
        (cursor.token(list) == token).then_some(cursor)
    }

    /// The token for URLs of a list; `list` is a text that identifies the list.
    pub fn token(&self, list: &str) -> String {
        let direction = match self.direction {
            Direction::Forward => 'f',
            Direction::Backward => 'b',
        };
        let value = match &self.value {
            SortValue::CreatedAt(at) => format!("t{}", at.timestamp_micros()),
            SortValue::Fact(Some(value)) => format!("p{value}"),
            SortValue::Fact(None) => "p".to_owned(),
            SortValue::Place(Some(place)) => format!("d{place}"),
            SortValue::Place(None) => "d".to_owned(),
        };
        let text = format!("{direction}|{value}|{}", self.id);
        URL_SAFE_NO_PAD.encode([&checksum(list, &text), text.as_bytes()].concat())
    }
}

fn checksum(list: &str, text: &str) -> [u8; CHECKSUM] {
    let digest = Sha256::new().chain_update(list).chain_update([0]).chain_update(text).finalize();
    std::array::from_fn(|at| digest[at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Fact, Price};

    fn by(name: &str, descending: bool) -> Sort {
        Sort { key: SortKey::Fact(Fact::named(name).expect("a fact")), descending }
    }

    fn cursor() -> Cursor {
        let price = FactValue::Price(Price::parse("12.50").expect("a price"));
        let value = SortValue::Fact(Some(price));
        Cursor { direction: Direction::Backward, value, id: PropertyId(7) }
    }

    #[test]
    fn a_token_reads_back_as_the_cursor_that_made_it() {
        let token = cursor().token("leith");
        assert_eq!(Cursor::parse(&token, by("price", false), "leith"), Some(cursor()));
        for value in [Some(FactValue::Integer(1987)), None] {
            let cursor = Cursor { value: SortValue::Fact(value), ..cursor() };
            let token = cursor.token("leith");
            assert_eq!(Cursor::parse(&token, by("year_built", true), "leith"), Some(cursor));
        }
        for place in [Coordinates::parse("55.95,-3.188267").ok(), None] {
            let cursor = Cursor { value: SortValue::Place(place), ..cursor() };
            let token = cursor.token("leith");
            assert_eq!(Cursor::parse(&token, Sort::NEAREST, "leith"), Some(cursor));
        }
    }

    #[test]
    fn a_cursor_at_a_row_without_a_fact_that_every_row_shows_is_refused() {
        let absent = Cursor { value: SortValue::Fact(None), ..cursor() };
        assert_eq!(Cursor::parse(&absent.token(""), by("location", false), ""), None);
        assert_eq!(Cursor::parse(&absent.token(""), by("price", false), ""), Some(absent));
    }

    #[test]
    fn a_token_of_another_list_or_sort_is_refused() {
        let token = cursor().token("leith");
        assert_eq!(Cursor::parse(&token, Sort::default(), "leith"), None);
        assert_eq!(Cursor::parse(&token, by("price", false), "joppa"), None);
        assert_eq!(Cursor::parse(&token, by("price", true), "joppa"), None);
    }

    #[test]
    fn a_token_with_any_letter_changed_added_or_missing_is_refused() {
        let token = cursor().token("leith");
        let parse = |token: &str| Cursor::parse(token, by("price", false), "leith");
        for at in 0..token.len() {
            let (before, after) = token.split_at(at);
            assert_eq!(parse(&format!("{before}{}", &after[1..])), None, "{at}");
            for letter in ["A", "b", "7", "-", "_"] {
                let changed = format!("{before}{letter}{}", &after[1..]);
                assert_eq!(parse(&changed).is_some(), changed == token, "{changed}");
                assert_eq!(parse(&format!("{before}{letter}{after}")), None, "{at}");
            }
        }
        assert_eq!(parse(&format!("{token}A")), None);
    }

    #[test]
    fn a_time_that_no_row_can_have_is_refused() {
        for micros in ["-300000000000000000", "253402300800000000", "-62135596800000001"] {
            let text = format!("f|t{micros}|1");
            let bytes = [&checksum("", &text), text.as_bytes()].concat();
            let token = URL_SAFE_NO_PAD.encode(bytes);
            assert_eq!(Cursor::parse(&token, Sort::default(), ""), None, "{micros}");
        }
    }

    proptest::proptest! {
        #[test]
        fn junk_is_refused_without_a_panic(token in ".*") {
            proptest::prop_assert_eq!(Cursor::parse(&token, Sort::default(), ""), None);
        }
    }
}
