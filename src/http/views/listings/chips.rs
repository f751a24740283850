//! The filters in use, each with the list without it.

use super::links::address;
use crate::domain::{ListingFilter, ListingQuery, Position};

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
