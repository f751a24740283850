//! `templates/listings/`

use askama::Template;
use url::form_urlencoded;

use super::filters;
use crate::domain::{FieldErrors, ListingQuery, Position, Property, Sort};
use crate::services::ListingPage;

/// How much of a description a card shows, in characters.
const EXCERPT: usize = 160;

/// A listing in a list.
struct Card<'a> {
    property: &'a Property,
    excerpt: String,
}

/// The filter form, with what was typed.
struct Filter {
    q: String,
    location: String,
    more_locations: Vec<String>,
    min_price: String,
    max_price: String,
    sort: String,
    page_size: String,
}

impl Filter {
    fn typed(query_string: &str) -> Self {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query_string.as_bytes())
            .into_owned()
            .collect();
        let last = |name: &str| {
            let value = pairs.iter().rev().find(|(found, _)| found == name);
            value.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let mut locations = pairs
            .iter()
            .filter(|(name, _)| name == "location")
            .map(|(_, value)| value.clone());
        Self {
            q: last("q"),
            location: locations.next().unwrap_or_default(),
            more_locations: locations.collect(),
            min_price: last("min_price"),
            max_price: last("max_price"),
            sort: last("sort"),
            page_size: last("page_size"),
        }
    }

    fn sorts(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> + '_ {
        Sort::ALL
            .into_iter()
            .map(|sort| (sort.name(), sort.label(), sort.name() == self.sort))
    }
}

/// The list.
#[derive(Template)]
#[template(path = "listings/list.html")]
pub(in crate::http) struct ListPage<'a> {
    filter: Filter,
    errors: FieldErrors,
    cards: Vec<Card<'a>>,
    total: i64,
    filtered: bool,
    swapped: bool,
    page: u16,
    page_count: u16,
    previous: Option<String>,
    next: Option<String>,
    canonical: String,
}

impl<'a> ListPage<'a> {
    pub(in crate::http) fn new(
        list: &'a ListingPage,
        query: &ListingQuery,
        site_url: &str,
    ) -> Self {
        let page = match query.position {
            Position::Page(page) => page,
            Position::Cursor(_) => 1,
        };
        let page_count = list.page_count(query.page_size);
        let link = |page: u16| address(&query.at(Position::Page(page)));
        Self {
            filter: Filter::typed(&query.canonical()),
            errors: FieldErrors::new(),
            cards: list.properties.iter().map(Card::new).collect(),
            total: list.total,
            filtered: !query.filter.is_empty(),
            swapped: query.filter.prices_were_swapped(),
            page,
            page_count,
            previous: (page > 1).then(|| link(page - 1)),
            next: (list.more && page < page_count).then(|| link(page + 1)),
            canonical: format!("{site_url}{}", address(query)),
        }
    }
}

impl<'a> Card<'a> {
    fn new(property: &'a Property) -> Self {
        let text = property.description.as_str();
        let mut excerpt: String = text.chars().take(EXCERPT).collect();
        if excerpt.len() < text.len() {
            let end = excerpt.rfind(char::is_whitespace).unwrap_or(excerpt.len());
            excerpt.truncate(end);
            excerpt.push('…');
        }
        Self { property, excerpt }
    }
}

/// The filter form of a query that was refused.
#[derive(Template)]
#[template(path = "listings/refused.html")]
pub(in crate::http) struct RefusedListPage {
    filter: Filter,
    errors: FieldErrors,
}

impl RefusedListPage {
    pub(in crate::http) fn new(query_string: &str, errors: FieldErrors) -> Self {
        Self {
            filter: Filter::typed(query_string),
            errors,
        }
    }

    /// Messages of fields that the form does not show.
    fn other_errors(&self) -> Vec<String> {
        let shown = ["q", "location", "min_price", "max_price", "sort"];
        let hidden = self
            .errors
            .iter()
            .filter(|(field, _)| !shown.contains(field));
        hidden
            .flat_map(|(field, list)| list.iter().map(move |text| format!("{field}: {text}")))
            .collect()
    }
}

/// One listing.
#[derive(Template)]
#[template(path = "listings/detail.html")]
pub(in crate::http) struct DetailPage<'a> {
    property: &'a Property,
    canonical: String,
    location_list: String,
    updated: bool,
}

impl<'a> DetailPage<'a> {
    pub(in crate::http) fn new(property: &'a Property, site_url: &str) -> Self {
        let location: String =
            form_urlencoded::byte_serialize(property.location.as_str().as_bytes()).collect();
        Self {
            property,
            canonical: format!("{site_url}/properties/{}/", property.id),
            location_list: format!("/properties/?location={location}"),
            updated: property.updated_at.date_naive() > property.created_at.date_naive(),
        }
    }

    fn paragraphs(&self) -> impl Iterator<Item = Vec<&str>> {
        let text = self.property.description.as_str();
        text.split("\n\n")
            .map(|part| part.lines().collect())
            .filter(|lines: &Vec<_>| !lines.is_empty())
    }
}

/// The path and query string of a list.
fn address(query: &ListingQuery) -> String {
    match query.canonical() {
        text if text.is_empty() => "/properties/".to_owned(),
        text => format!("/properties/?{text}"),
    }
}
