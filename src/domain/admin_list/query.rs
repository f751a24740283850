//! The state of the admin's list, as in its URL.
//!
//! **Invariant:** [`AdminListQuery::canonical`] parses to the query that it was made from, so a state can be passed
//! through a form or a redirect. Unknown parameters, the order of parameters and defaults are not part of it.

use url::form_urlencoded::{self, Serializer};

use super::super::field_errors::{day, whole_number};
use super::super::text::is_absent;
use super::super::{FieldErrors, Sort};
use super::{AdminFilter, AdminOrder};

/// The default number of rows per page, as Django's `list_per_page`.
pub const ADMIN_PAGE_SIZE: u16 = 100;
/// The maximum number of rows per page.
pub const MAX_ADMIN_PAGE_SIZE: u16 = 200;
/// The last page that can be requested.
pub const MAX_ADMIN_PAGE: u16 = 50_000;

/// A parsed query of the admin's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminListQuery {
    /// The filter.
    pub filter: AdminFilter,
    /// The sort order.
    pub order: AdminOrder,
    /// The page, from 1 to [`MAX_ADMIN_PAGE`].
    pub page: u16,
    /// How many rows a page has, from 1 to [`MAX_ADMIN_PAGE_SIZE`].
    pub per_page: u16,
}

impl Default for AdminListQuery {
    fn default() -> Self {
        Self {
            filter: AdminFilter::default(),
            order: AdminOrder::default(),
            page: 1,
            per_page: ADMIN_PAGE_SIZE,
        }
    }
}

impl AdminListQuery {
    /// Parses a URL's query string. Empty values count as absent; if a parameter other than `location` is repeated, the
    /// last value counts. The public list's `sort` is used if `o` is absent.
    ///
    /// # Errors
    /// All invalid parameters, each with what is allowed.
    pub fn parse(query_string: &str) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut query = Self::default();
        let (mut order, mut sort) = (None, Sort::default());
        for (name, value) in form_urlencoded::parse(query_string.as_bytes()) {
            let value = value.trim();
            if is_absent(value) {
                continue;
            }
            let filter = &mut query.filter;
            match name.as_ref() {
                "added_from" => filter.added_from = errors.check("added_from", day(value)),
                "added_to" => filter.added_to = errors.check("added_to", day(value)),
                "sort" => {
                    sort = errors.check("sort", Sort::parse(value, Sort::all())).unwrap_or_default()
                }
                "o" => order = errors.check("o", AdminOrder::parse(value)),
                "page" => {
                    let page = errors.check("page", whole_number(value, MAX_ADMIN_PAGE));
                    query.page = page.unwrap_or(1);
                }
                "per_page" => {
                    let size = errors.check("per_page", whole_number(value, MAX_ADMIN_PAGE_SIZE));
                    query.per_page = size.unwrap_or(ADMIN_PAGE_SIZE);
                }
                // Only the public list has these, and no field here would show them.
                "near" | "radius" | "since" => {}
                name => filter.listing.read(name, value, &mut errors),
            }
        }
        query.order = order.unwrap_or_else(|| AdminOrder::of_sort(sort));
        query.filter.tidy(&mut errors);
        errors.into_result(query)
    }

    /// The query string of exactly this state, without defaults.
    pub fn canonical(&self) -> String {
        let mut text = Serializer::new(String::new());
        self.filter.append(&mut text);
        let order = self.order.text();
        if !order.is_empty() {
            text.append_pair("o", &order);
        }
        if self.page != 1 {
            text.append_pair("page", &self.page.to_string());
        }
        if self.per_page != ADMIN_PAGE_SIZE {
            text.append_pair("per_page", &self.per_page.to_string());
        }
        text.finish()
    }

    /// Another page of the same list.
    pub fn at(&self, page: u16) -> Self {
        Self { page, ..self.clone() }
    }

    /// The same rows in another order, from the first page.
    pub fn ordered(&self, order: AdminOrder) -> Self {
        Self { order, ..self.at(1) }
    }

    /// Other rows in the same order, from the first page.
    pub fn filtered(&self, filter: AdminFilter) -> Self {
        Self { filter, ..self.at(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> AdminListQuery {
        AdminListQuery::parse(text).expect("a valid query")
    }

    #[test]
    fn a_state_has_one_text() {
        for (text, canonical) in [
            ("", ""),
            ("utm_source=x&page=1&per_page=100&sort=newest&q=+&o=-added", ""),
            ("sort=-price&q=a++b", "q=a+b&o=-price"),
            ("sort=-price&o=title", "o=title"),
            ("max_price=5&min_price=$9", "min_price=5.00&max_price=9.00"),
            (
                "added_to=2026-01-01&added_from=2026-02-01",
                "added_from=2026-01-01&added_to=2026-02-01",
            ),
            (
                "per_page=25&page=3&location=Leith&location=leith&location=A",
                "location=A&location=Leith&page=3&per_page=25",
            ),
        ] {
            assert_eq!(parse(text).canonical(), canonical, "{text}");
        }
    }

    #[test]
    fn every_wrong_parameter_is_named_at_once() {
        let text = "page=0&per_page=201&o=up&sort=x&min_price=a&q=%00&added_from=2026-02-30&added_to=1.1.2026";
        let errors = AdminListQuery::parse(text).expect_err("all are wrong");
        let fields: Vec<_> = errors.iter().map(|(field, _)| field).collect();
        let wrong = ["added_from", "added_to", "min_price", "o", "page", "per_page", "q", "sort"];
        assert_eq!(fields, wrong);
    }

    proptest::proptest! {
        #[test]
        fn a_canonical_text_parses_to_itself(
            q in "[a-zA-Zé '&=+%.]{0,30}", l in "[A-Za-z,é&]{0,20}", page in 1u16..=50_000, per_page in 1u16..=200,
            o in "(-?price)?(\\.-?title)?", days in 0i64..4_000,
        ) {
            let day = chrono::NaiveDate::default() + chrono::Days::new(days.unsigned_abs());
            let text = Serializer::new(String::new())
                .append_pair("q", &q).append_pair("location", &l).append_pair("o", o.trim_start_matches('.'))
                .append_pair("page", &page.to_string()).append_pair("per_page", &per_page.to_string())
                .append_pair("added_from", &day.to_string()).finish();
            let query = parse(&text);
            proptest::prop_assert_eq!(parse(&query.canonical()), query);
        }

        #[test]
        fn no_query_string_makes_the_parser_panic(text in ".*") {
            let _ = AdminListQuery::parse(&text);
        }
    }
}
