//! The query of a list: filters, order and position, parsed from a query string.
//!
//! **Invariant:** two query strings that ask for the same page have the same [`ListingQuery::canonical`] text, and
//! two that have the same text get the same page; it is what cache keys are made of. Unknown parameters, their
//! order and defaults are not part of it.

use url::form_urlencoded;

use super::field_errors::{quoted, whole_number};
use super::text::is_absent;
use super::{Cursor, FieldErrors, ListingFilter, Location, Sort, SortKey};

/// Rows per page when nothing else is asked for.
pub const DEFAULT_PAGE_SIZE: u16 = 24;
/// The most rows on a page.
pub const MAX_PAGE_SIZE: u16 = 100;
/// The last page that may be asked for by number; a cursor walks on without limit.
pub const MAX_PAGE: u16 = 200;
/// How many rows before a page cost little.
const SHALLOW: u32 = 1000;

/// How many pages are near the beginning of a list.
const NEAR: u16 = 10;

/// The message for a cursor that does not belong to the list.
const NOT_A_CURSOR: &str =
    "This cursor does not belong to this list and order. Use a cursor from `next` or `previous`.";

/// The position of the requested rows in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// A numbered page, from 1. No list has a page after [`MAX_PAGE`].
    Page(u16),
    /// The rows next to a cursor.
    Cursor(Cursor),
}

/// Whether `cursor` is a parameter (of the list) or an unknown word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursors {
    /// Cursors are read.
    Accepted,
    /// Cursors are ignored, like any unknown parameter.
    Ignored,
}

/// A parsed query of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingQuery {
    /// The filter.
    pub filter: ListingFilter,
    /// The sort order.
    pub sort: Sort,
    /// The position in the list.
    pub position: Position,
    /// How many rows, from 1 to [`MAX_PAGE_SIZE`].
    pub page_size: u16,
}

impl Default for ListingQuery {
    fn default() -> Self {
        Self {
            filter: ListingFilter::default(),
            sort: Sort::default(),
            position: Position::Page(1),
            page_size: DEFAULT_PAGE_SIZE,
        }
    }
}

impl ListingQuery {
    /// Parses a URL's query string. Values without anything to see count as absent; of a repeated parameter other than `location`
    /// the last value counts.
    ///
    /// # Errors
    /// All wrong parameters at once, each with what is allowed.
    pub fn parse(query_string: &str, cursors: Cursors) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut query = Self::default();
        let (mut token, mut sort) = (None, None);
        for (name, value) in form_urlencoded::parse(query_string.as_bytes()) {
            let value = value.trim();
            if is_absent(value) {
                continue;
            }
            match name.as_ref() {
                "sort" => sort = Some(value.to_owned()),
                "page" => {
                    let page = errors.check("page", page_number(value));
                    query.position = Position::Page(page.unwrap_or(1));
                }
                "page_size" => {
                    let size = errors.check("page_size", whole_number(value, MAX_PAGE_SIZE));
                    query.page_size = size.unwrap_or(DEFAULT_PAGE_SIZE);
                }
                "cursor" if cursors == Cursors::Accepted => token = Some(value.to_owned()),
                name => query.filter.read(name, value, &mut errors),
            }
        }
        query.filter.tidy(&mut errors);
        if let Some(sort) = sort {
            let orders = Sort::of_list(query.filter.near.is_some());
            query.sort = errors.check("sort", Sort::parse(&sort, orders)).unwrap_or_default();
        }
        if let Some(token) = token {
            match Cursor::parse(&token, query.sort, &query.list_key()) {
                Some(cursor) => query.position = Position::Cursor(cursor),
                None => errors.add("cursor", NOT_A_CURSOR),
            }
        }
        errors.into_result(query)
    }

    /// The query string that asks for exactly this, defaults left out: for URLs and page-cache keys.
    pub fn canonical(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        self.filter.append(&mut text);
        self.append_place(&mut text);
        text.finish()
    }

    /// The text that is equal exactly for queries that get the same rows: for queryset-cache keys.
    pub fn row_key(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(self.filter.row_key());
        self.append_place(&mut text);
        text.finish()
    }

    /// The text that is equal exactly for queries of the same list in the same order, wherever in it and however many
    /// rows at a time: what a cursor is bound to.
    fn list_key(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(self.filter.row_key());
        text.append_pair("sort", self.order().name()).finish()
    }

    /// The sort order; the default where the place is gone that it was by the distance from.
    fn order(&self) -> Sort {
        match (self.sort.key, self.filter.near) {
            (SortKey::Distance, None) => Sort::default(),
            _ => self.sort,
        }
    }

    /// Whether its rows may cost much more than those of the lists that most readers see: because of the filter, or far
    /// down the list, where all rows before the page are read.
    pub fn is_costly(&self) -> bool {
        let before = match self.position {
            Position::Page(page) => u32::from(page.saturating_sub(1)) * u32::from(self.page_size),
            Position::Cursor(_) => 0,
        };
        before > SHALLOW || self.filter.is_costly()
    }

    /// Whether it is one of the few pages that most readers request: the first pages of the list of all listings.
    pub fn is_usual(&self) -> bool {
        let is_near = matches!(self.position, Position::Page(page) if page <= NEAR);
        is_near && self.page_size == DEFAULT_PAGE_SIZE && self.filter.is_empty()
    }

    /// Whether it asks for a page after the last that can be asked for by number.
    pub fn is_past_numbers(&self) -> bool {
        matches!(self.position, Position::Page(page) if page > MAX_PAGE)
    }

    /// The list of a filter, in the usual order, from its beginning.
    pub fn of(filter: ListingFilter) -> Self {
        Self { filter, ..Self::default() }
    }

    /// The list that a listing was found in: the same rows in the same order, from their beginning.
    pub fn result(&self) -> Self {
        Self { position: Position::Page(1), page_size: DEFAULT_PAGE_SIZE, ..self.clone() }
    }

    /// The same list from its beginning, with one location in the place of another.
    pub fn with_place(&self, instead_of: &Location, location: &Location) -> Self {
        let mut query = self.at(Position::Page(1));
        let locations = &mut query.filter.locations;
        locations.retain(|other| other != instead_of && other != location);
        locations.push(location.clone());
        query
    }

    /// The same list at another place.
    pub fn at(&self, position: Position) -> Self {
        Self { position, ..self.clone() }
    }

    fn append_place(&self, text: &mut form_urlencoded::Serializer<'_, String>) {
        if self.order() != Sort::default() {
            text.append_pair("sort", self.order().name());
        }
        match &self.position {
            Position::Page(1) => {}
            Position::Page(page) => {
                text.append_pair("page", &page.to_string());
            }
            Position::Cursor(cursor) => {
                text.append_pair("cursor", &cursor.token(&self.list_key()));
            }
        }
        if self.page_size != DEFAULT_PAGE_SIZE {
            text.append_pair("page_size", &self.page_size.to_string());
        }
    }
}

/// Reads a page's number. One that is after every list's last page is a number too.
fn page_number(text: &str) -> Result<u16, String> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let is_zero = text.bytes().all(|b| b == b'0');
    match digits && !is_zero {
        true => Ok(text.parse().unwrap_or(u16::MAX).min(MAX_PAGE + 1)),
        false => {
            Err(format!("“{}” is not a page number. Enter a whole number from 1.", quoted(text)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> ListingQuery {
        ListingQuery::parse(text, Cursors::Ignored).expect("a valid query")
    }

    #[test]
    fn unknown_parameters_order_and_defaults_do_not_matter() {
        let plain = parse("location=Malindi&min_price=100");
        for same in [
            "min_price=100.00&location=Malindi&utm_source=x&fbclid=1",
            "location=Malindi&min_price=$100&page=1&page_size=24&sort=newest&q=&max_price=",
            "location=%4Dalindi&location=Malindi&min_price=5&min_price=100",
        ] {
            assert_eq!(parse(same).canonical(), plain.canonical(), "{same}");
        }
        assert_eq!(parse("utm_source=x").canonical(), "");
    }

    #[test]
    fn the_case_of_a_location_is_kept_in_the_page_and_folded_for_the_rows() {
        let (upper, lower) = (parse("location=Leith"), parse("location=leith"));
        assert_ne!(upper.canonical(), lower.canonical());
        assert_eq!(upper.row_key(), lower.row_key());
    }

    #[test]
    fn every_wrong_parameter_is_named_at_once() {
        let errors =
            ListingQuery::parse("page=0&page_size=101&sort=x&min_price=a&q=%00", Cursors::Ignored)
                .expect_err("all are wrong");
        let fields: Vec<_> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["min_price", "page", "page_size", "q", "sort"]);
        let errors =
            ListingQuery::parse("min_price=250.000", Cursors::Ignored).expect_err("ambiguous");
        assert!(errors.get("min_price")[0].contains("may be 250000 or 250.00"));
    }

    #[test]
    fn prices_asked_for_the_wrong_way_round_select_the_same_rows() {
        let swapped = parse("min_price=500&max_price=100");
        assert_eq!(swapped.filter.facts.swapped().count(), 1);
        assert_eq!(swapped.row_key(), parse("min_price=100&max_price=500").row_key());
    }

    #[test]
    fn only_locations_and_pages_near_the_beginning_are_cheap() {
        for (query, costly) in [
            ("", false),
            ("location=Leith&location=Joppa&sort=-price&page=3", false),
            ("page=11&page_size=100", false),
            ("page=12&page_size=100", true),
            ("page=200", true),
            ("q=sea", true),
            ("location=Leith&min_price=5", true),
        ] {
            assert_eq!(parse(query).is_costly(), costly, "{query}");
        }
        let token = Cursor {
            direction: crate::domain::Direction::Forward,
            value: crate::domain::SortValue::CreatedAt(chrono::DateTime::UNIX_EPOCH),
            id: crate::domain::PropertyId(1),
        };
        assert!(!parse("").at(Position::Cursor(token)).is_costly());
    }

    #[test]
    fn only_the_first_pages_of_the_whole_list_are_usual() {
        for (query, usual) in [
            ("", true),
            ("sort=-price&page=10", true),
            ("page=11", false),
            ("page_size=25", false),
            ("location=Leith", false),
            ("max_price=5", false),
        ] {
            assert_eq!(parse(query).is_usual(), usual, "{query}");
        }
    }

    #[test]
    fn a_cursor_is_a_parameter_of_the_list_only() {
        assert!(ListingQuery::parse("cursor=junk", Cursors::Ignored).is_ok());
        assert!(ListingQuery::parse("cursor=junk", Cursors::Accepted).is_err());
    }

    proptest::proptest! {
        #[test]
        fn a_canonical_text_parses_to_itself(q in "[a-zA-Zé '&=+%]{0,30}", l in "[A-Za-z,é&]{0,20}", page in 1u16..=200) {
            let text = form_urlencoded::Serializer::new(String::new())
                .append_pair("q", &q).append_pair("location", &l).append_pair("page", &page.to_string()).finish();
            let query = parse(&text);
            proptest::prop_assert_eq!(parse(&query.canonical()), query);
        }

        #[test]
        fn no_query_string_makes_the_parser_panic(text in ".*") {
            let _ = ListingQuery::parse(&text, Cursors::Accepted);
        }
    }
}
