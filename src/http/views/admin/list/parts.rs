//! The active filters, in words.

use crate::domain::{AdminFilter, AdminListQuery, StatusFilter};
use crate::http::views::list_address::list_of;

/// The number of places that a form suggests before the user types.
pub(in crate::http) const SUGGESTED: usize = 200;

/// An active filter, with the URL of the list without it.
pub(in crate::http) struct FilterPart {
    pub(in crate::http) name: String,
    pub(in crate::http) value: String,
    pub(in crate::http) url: String,
}

/// Each active filter.
pub(in crate::http) fn parts(query: &AdminListQuery) -> Vec<FilterPart> {
    let mut parts = Vec::new();
    let mut part = |name: &str, value: String, remove: &dyn Fn(&mut AdminFilter)| {
        let mut rest = query.filter.clone();
        remove(&mut rest);
        let url = list_of(&query.filtered(rest));
        parts.push(FilterPart { name: name.to_owned(), value, url });
    };
    let AdminFilter { listing, added_from, added_to } = &query.filter;
    if let Some(search) = &listing.search {
        let words = format!("“{}”", search.as_str());
        part("Search", words, &|rest| rest.listing.search = None);
    }
    for location in &listing.locations {
        part("Location", location.to_string(), &|rest| {
            rest.listing.locations.retain(|other| other != location);
        });
    }
    for asked in listing.facts.iter() {
        part(&asked.parameter.label(), asked.shown(), &|rest| {
            rest.listing.facts = rest.listing.facts.without(asked);
        });
    }
    if let Some(status) = listing.status.only() {
        part("Status", status.label().to_owned(), &|rest| {
            rest.listing.status = StatusFilter::Any;
        });
    }
    if let Some(day) = added_from {
        part("Added from", day.to_string(), &|rest| rest.added_from = None);
    }
    if let Some(day) = added_to {
        part("Added to", day.to_string(), &|rest| rest.added_to = None);
    }
    parts
}
