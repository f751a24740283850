//! Suggestions for a list without results, or with an unknown location.

use super::links::address;
use crate::domain::{Count, Fact, FactKind, ListingQuery, Location, Position};
use crate::services::{FilterPart, RelaxedFilter, ResolvedQuery, UnknownPlace};

/// A suggested list.
pub(super) struct Offer {
    /// Its label.
    pub(super) label: String,
    /// How many listings it finds, where that is known.
    pub(super) listings: Option<Count>,
    pub(super) url: String,
}

/// The suggestions for an empty list.
pub(super) fn offers(query: &ListingQuery, looser: &[&RelaxedFilter]) -> Vec<Offer> {
    let offer = |less: &&RelaxedFilter| {
        let mut rest = query.at(Position::Page(1));
        rest.filter = less.filter.clone();
        Offer { label: label(query, &less.without), listings: less.listings, url: address(&rest) }
    };
    looser.iter().map(offer).collect()
}

/// A text that is not the name of a place, and the places that contain it.
pub(super) struct Unknown<'a> {
    pub(super) asked: &'a Location,
    /// The place that was taken for it.
    pub(super) used: Option<&'a Location>,
    pub(super) offers: Vec<Offer>,
}

/// The unknown places of a query.
pub(super) fn unknown(resolved: &ResolvedQuery) -> Vec<Unknown<'_>> {
    let offers = |unknown: &UnknownPlace| {
        let offered = unknown.offered.iter();
        let offer = offered.map(|place| Offer {
            label: place.location.to_string(),
            listings: place.listings.map(Count::exact),
            url: address(&resolved.query.with_place(&unknown.asked, &place.location)),
        });
        offer.collect()
    };
    let each = resolved.unknown.iter().map(|unknown| Unknown {
        asked: &unknown.asked,
        used: unknown.used.as_ref(),
        offers: offers(unknown),
    });
    each.collect()
}

fn label(query: &ListingQuery, without: &FilterPart) -> String {
    match without {
        FilterPart::Word(word) => format!("Without “{word}”"),
        FilterPart::Spelling { words, .. } => words.clone(),
        FilterPart::Search => "Without the search words".to_owned(),
        FilterPart::Fact(Fact { label, kind: FactKind::Price, .. }) => {
            format!("At any {}", label.to_lowercase())
        }
        FilterPart::Fact(fact) => format!("Any {}", fact.label.to_lowercase()),
        FilterPart::Near => "At any distance".to_owned(),
        FilterPart::Since => "Added at any time".to_owned(),
        FilterPart::AllButLocations => match query.filter.locations.as_slice() {
            [place] => format!("Everything in {place}"),
            _ => "Everything in these places".to_owned(),
        },
        FilterPart::Locations => match query.filter.locations.as_slice() {
            [place] => format!("All places, not only {place}"),
            _ => "All places, not only these".to_owned(),
        },
    }
}
