//! Listings side by side.

use askama::Template;

use super::card::Card;
use super::filters;
use super::links::with_query;
use crate::domain::{Fact, Property, PropertyId, Shortlist, optional_facts, presentation};

/// A listing of the shortlist.
struct Column<'a> {
    card: Card<'a>,
    /// The same page without it.
    without: String,
}

/// A row of the table: what is compared, and the value of each listing; empty where it has none.
struct Row {
    label: &'static str,
    values: Vec<String>,
}

/// A reader's shortlist.
#[derive(Template)]
#[template(path = "listings/shortlist.html")]
pub(in crate::http) struct ShortlistPage<'a> {
    columns: Vec<Column<'a>>,
    rows: Vec<Row>,
    /// The listings that are not public any more.
    gone: Vec<PropertyId>,
    /// The page without these.
    without_gone: String,
    /// The link to share.
    share: String,
}

impl<'a> ShortlistPage<'a> {
    pub(in crate::http) fn new(
        shortlist: &Shortlist,
        listings: &'a [Property],
        site_url: &str,
    ) -> Self {
        let gone = shortlist.gone(listings);
        let rest = shortlist.without(gone.ids());
        let column = |property: &'a Property| Column {
            card: Card::new(property, ""),
            without: address(&shortlist.without(&[property.id])),
        };
        Self {
            columns: listings.iter().map(column).collect(),
            rows: rows(listings),
            without_gone: address(&rest),
            share: format!("{site_url}{}", address(&rest)),
            gone: gone.ids().to_vec(),
        }
    }
}

fn address(shortlist: &Shortlist) -> String {
    with_query("/shortlist/", &shortlist.canonical())
}

/// The facts that any of the listings has, in the order of their declaration.
fn rows(listings: &[Property]) -> Vec<Row> {
    let row = |label, value: &dyn Fn(&Property) -> String| Row {
        label,
        values: listings.iter().map(value).collect(),
    };
    // Price, status and place are in the head of each column.
    let mut rows = Vec::new();
    let shown: Vec<Vec<_>> =
        listings.iter().map(|property| property.shown_facts().collect()).collect();
    for fact in optional_facts() {
        let value = |facts: &Vec<(&Fact, String)>| {
            let found = facts.iter().find(|(other, _)| *other == fact);
            found.map_or_else(String::new, |(_, value)| value.clone())
        };
        rows.push(Row { label: fact.label, values: shown.iter().map(value).collect() });
    }
    rows.push(row("Features", &|property| property.features().join(", ")));
    let listed = |property: &Property| {
        presentation().local(property.created_at).format("%-d %B %Y").to_string()
    };
    rows.push(row("Listed", &listed));
    rows.retain(|row| row.values.iter().any(|value| !value.is_empty()));
    rows
}
