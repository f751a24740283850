//! The filters in use, each with the list without it.

use super::links::address;
use crate::domain::{ListingFilter, ListingQuery, Position, StatusFilter, since_words};

/// A filter that is in use, with the address of the list without it.
pub(super) struct Chip {
    pub(super) label: String,
    pub(super) url: String,
}

/// Each filter that is in use.
pub(super) fn chips(query: &ListingQuery) -> Vec<Chip> {
    let chip = |label: String, remove: &dyn Fn(&mut ListingFilter)| {
        let mut rest = query.at(Position::Page(1));
        remove(&mut rest.filter);
        let url = address(&rest);
        Chip { label, url }
    };
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
    for asked in query.filter.facts.straightened() {
        let remove = |filter: &mut ListingFilter| filter.facts = filter.facts.without(&asked);
        chips.push(chip(asked.words(), &remove));
    }
    if query.filter.near.is_some() {
        let label = format!("within {} km", query.filter.radius);
        chips.push(chip(label, &|filter| filter.near = None));
    }
    if let Some(days) = query.filter.since {
        chips.push(chip(since_words(days), &|filter| filter.since = None));
    }
    if let Some(status) = query.filter.status.only() {
        let label = format!("Status: {}", status.label());
        chips.push(chip(label, &|filter| filter.status = StatusFilter::Listed));
    }
    chips
}
