//! What to ask for instead, where nothing was found.

use super::address;
use crate::domain::{ListingQuery, Position};
use crate::services::{FilterPart, Looser};

/// A way out, in words.
pub(super) struct Offer {
    /// What it does.
    pub(super) label: String,
    /// How many listings it finds, where that is known.
    pub(super) listings: Option<i64>,
    pub(super) url: String,
}

/// The ways out of a list that is empty.
pub(super) fn offers(query: &ListingQuery, looser: &[Looser]) -> Vec<Offer> {
    let offer = |less: &Looser| {
        let mut rest = query.at(Position::Page(1));
        rest.filter = less.filter.clone();
        Offer {
            label: label(query, &less.without),
            listings: less.listings,
            url: address(&rest),
        }
    };
    looser.iter().map(offer).collect()
}

fn label(query: &ListingQuery, without: &FilterPart) -> String {
    match without {
        FilterPart::Word(word) => format!("Leave out “{word}”"),
        FilterPart::Search => "Leave out the search words".to_owned(),
        FilterPart::Prices => "At any price".to_owned(),
        FilterPart::AllButLocations => match query.filter.locations.as_slice() {
            [place] => format!("Everything in {place}"),
            _ => "Everything in these places".to_owned(),
        },
        FilterPart::Locations => match query.filter.locations.as_slice() {
            [place] => format!("Anywhere, not only in {place}"),
            _ => "Anywhere, not only in these places".to_owned(),
        },
    }
}
