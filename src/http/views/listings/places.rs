//! All places that listings are in.

use askama::Template;

use super::{address, filters};
use crate::domain::{ListingFilter, ListingQuery, Place, PlaceQuery};

/// A place, with the address of its listings.
struct Entry {
    name: String,
    listings: Option<i64>,
    url: String,
}

/// The places, by their first letters.
#[derive(Template)]
#[template(path = "listings/places.html")]
pub(in crate::http) struct PlacesPage {
    name: String,
    groups: Vec<(String, Vec<Entry>)>,
    count: usize,
    /// The list that the places are those of; `None` for all listings.
    within: Option<String>,
    canonical: String,
}

impl PlacesPage {
    pub(in crate::http) fn new(places: &[Place], query: &PlaceQuery, site_url: &str) -> Self {
        let list = |locations| ListingQuery {
            filter: ListingFilter {
                locations,
                ..query.filter.clone()
            },
            ..ListingQuery::default()
        };
        let mut entries: Vec<(String, Entry)> = places
            .iter()
            .map(|place| {
                let name = place.location.to_string();
                let entry = Entry {
                    url: address(&list(vec![place.location.clone()])),
                    listings: place.listings,
                    name,
                };
                (entry.name.to_lowercase(), entry)
            })
            .collect();
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut groups: Vec<(String, Vec<Entry>)> = Vec::new();
        for (_, entry) in entries {
            let letter: String = initial(&entry.name);
            match groups.last_mut().filter(|(last, _)| *last == letter) {
                Some((_, group)) => group.push(entry),
                None => groups.push((letter, vec![entry])),
            }
        }
        Self {
            name: query
                .name
                .as_ref()
                .map_or(String::new(), ToString::to_string),
            groups,
            count: places.len(),
            within: (!query.filter.is_empty()).then(|| address(&list(Vec::new()))),
            canonical: format!("{site_url}/properties/places/"),
        }
    }
}

/// The letter that a name is found under.
fn initial(name: &str) -> String {
    let first = name.chars().find(|c| c.is_alphanumeric());
    match first {
        Some(letter) if letter.is_alphabetic() => letter.to_uppercase().collect(),
        _ => "0–9".to_owned(),
    }
}
