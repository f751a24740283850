//! `templates/listings/`

use askama::Template;
use url::form_urlencoded;

use super::filters;
use super::pager::Pager;
use crate::domain::{FieldErrors, ListingFilter, ListingQuery, Position, Price, Property, Sort};
use crate::services::ListingPage;

/// How much of a description a card shows, in characters.
const EXCERPT: usize = 160;

/// The fields of the filter form.
const SHOWN: [&str; 5] = ["q", "location", "min_price", "max_price", "sort"];

/// A listing in a list.
struct Card<'a> {
    property: &'a Property,
    excerpt: String,
}

/// A filter that is in use, with the address of the list without it.
struct Chip {
    label: String,
    url: String,
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
    beyond: bool,
    chips: Vec<Chip>,
    pager: Pager,
    canonical: String,
}

/// The list as HTML.
///
/// # Errors
/// When the template can't be rendered.
pub fn list_html(
    list: &ListingPage,
    query: &ListingQuery,
    site_url: &str,
) -> askama::Result<String> {
    ListPage::new(list, query, site_url).render()
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
        let own = query.clone();
        let count = list.page_count(query.page_size);
        let pager = Pager::new(page, count, list.more, move |page| {
            address(&own.at(Position::Page(page)))
        });
        let (min, max) = query.filter.price_range();
        let for_people = |price: Option<Price>| price.map_or_else(String::new, Price::grouped);
        Self {
            filter: Filter {
                min_price: for_people(min),
                max_price: for_people(max),
                ..Filter::typed(&query.canonical())
            },
            errors: FieldErrors::new(),
            cards: list.properties.iter().map(Card::new).collect(),
            total: list.total,
            filtered: !query.filter.is_empty(),
            swapped: query.filter.prices_were_swapped(),
            beyond: pager.ends_early(),
            chips: chips(query),
            pager,
            canonical: format!("{site_url}{}", address(query)),
        }
    }

    /// The filters in use, in a row of words.
    fn wanted(&self) -> String {
        let labels: Vec<_> = self.chips.iter().map(|chip| chip.label.as_str()).collect();
        labels.join(", ")
    }
}

/// Each filter that is in use.
fn chips(query: &ListingQuery) -> Vec<Chip> {
    let chip = |label: String, remove: &dyn Fn(&mut ListingFilter)| {
        let mut rest = query.at(Position::Page(1));
        remove(&mut rest.filter);
        let url = address(&rest);
        Chip { label, url }
    };
    let (min, max) = query.filter.price_range();
    let mut chips = Vec::new();
    if let Some(search) = &query.filter.search {
        let label = format!("“{}”", search.as_str());
        chips.push(chip(label, &|filter| filter.search = None));
    }
    for location in &query.filter.locations {
        let remove =
            |filter: &mut ListingFilter| filter.locations.retain(|other| other != location);
        chips.push(chip(location.to_string(), &remove));
    }
    // Of bounds that were asked for the wrong way round, the other one must end up on its own side.
    if let Some(price) = min {
        let label = format!("from {}", price.grouped());
        chips.push(chip(label, &|filter| {
            (filter.min_price, filter.max_price) = (None, max);
        }));
    }
    if let Some(price) = max {
        let label = format!("up to {}", price.grouped());
        chips.push(chip(label, &|filter| {
            (filter.min_price, filter.max_price) = (min, None);
        }));
    }
    chips
}

impl<'a> Card<'a> {
    fn new(property: &'a Property) -> Self {
        let excerpt = excerpt(property);
        Self { property, excerpt }
    }
}

/// The beginning of a description, on one line.
fn excerpt(property: &Property) -> String {
    let text = property.description.as_str();
    let mut excerpt: String = text.chars().take(EXCERPT).collect();
    if excerpt.len() < text.len() {
        let end = excerpt.rfind(char::is_whitespace).unwrap_or(excerpt.len());
        excerpt.truncate(end);
        excerpt.push('…');
    }
    excerpt.split_whitespace().collect::<Vec<_>>().join(" ")
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

    /// Each mistake: the field, its name for people, and what is wrong.
    fn mistakes(&self) -> Vec<(&'static str, String, &str)> {
        let mut mistakes = Vec::new();
        for (field, list) in self.errors.iter() {
            for text in list {
                mistakes.push((field, filters::label_of(field), text.as_str()));
            }
        }
        // In the order of the form; what it does not show comes last.
        let place = |field| SHOWN.iter().position(|shown| *shown == field);
        mistakes.sort_by_key(|(field, ..)| place(*field).unwrap_or(SHOWN.len()));
        mistakes
    }

    /// Whether the form has the field.
    fn is_shown(&self, field: &str) -> bool {
        SHOWN.contains(&field)
    }
}

/// One listing.
#[derive(Template)]
#[template(path = "listings/detail.html")]
pub(in crate::http) struct DetailPage<'a> {
    property: &'a Property,
    canonical: String,
    location_list: String,
    summary: String,
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
            summary: excerpt(property),
            updated: property.updated_at.date_naive() > property.created_at.date_naive(),
        }
    }

    fn paragraphs(&self) -> impl Iterator<Item = Vec<&str>> {
        let text = self.property.description.as_str();
        let parts = text.split("\n\n").map(|part| part.trim_matches('\n'));
        parts
            .filter(|part| !part.trim().is_empty())
            .map(|part| part.lines().collect())
    }
}

/// The path and query string of a list.
fn address(query: &ListingQuery) -> String {
    match query.canonical() {
        text if text.is_empty() => "/properties/".to_owned(),
        text => format!("/properties/?{text}"),
    }
}
