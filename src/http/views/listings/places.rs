//! All places that listings are in.

use std::collections::BTreeMap;

use askama::Template;
use url::form_urlencoded;

use super::chips::chips;
use super::filters;
use super::links::address;
use crate::domain::{FieldErrors, ListingFilter, ListingQuery, Place, PlaceQuery, shown_again};
use crate::services::MAX_PLACES;

/// A place, with the address of its listings.
struct Entry {
    name: String,
    listings: Option<i64>,
    url: String,
}

/// The places, by their first letters.
#[derive(Default, Template)]
#[template(path = "listings/places.html")]
pub(in crate::http) struct PlacesPage {
    name: String,
    errors: FieldErrors,
    groups: Vec<(String, Vec<Entry>)>,
    count: usize,
    /// Whether there are more than are shown.
    more: bool,
    /// Whether the listings are not counted by place, so that some places may have none that match.
    uncounted: bool,
    /// The list whose places are shown; `None` for all listings.
    within: Option<String>,
    /// The filters of that list, in words.
    wanted: String,
    canonical: String,
    /// Shown where the query was refused.
    request_id: String,
}

impl PlacesPage {
    pub(in crate::http) fn new(places: &[Place], query: &PlaceQuery, site_url: &str) -> Self {
        let list =
            |locations| ListingQuery::of(ListingFilter { locations, ..query.filter.clone() });
        let entry = |place: &Place| Entry {
            url: address(&list(vec![place.location.clone()])),
            listings: place.listings,
            name: place.location.to_string(),
        };
        let wanted = chips(&list(Vec::new())).into_iter();
        let wanted: Vec<_> = wanted.map(|chip| chip.label).collect();
        Self {
            name: query.name.as_ref().map_or(String::new(), ToString::to_string),
            groups: by_letter(places.iter().map(entry)),
            count: places.len(),
            more: places.len() >= MAX_PLACES,
            uncounted: places.iter().any(|place| place.listings.is_none()),
            within: (!query.filter.is_empty()).then(|| address(&list(Vec::new()))),
            wanted: wanted.join(", "),
            canonical: format!("{site_url}/properties/places/"),
            ..Self::default()
        }
    }

    /// The page of a query that was refused.
    pub(in crate::http) fn refused(
        query_string: &str,
        errors: FieldErrors,
        request_id: String,
    ) -> Self {
        let pairs = form_urlencoded::parse(query_string.as_bytes());
        let name = pairs.filter(|(field, _)| field == "name").last();
        Self {
            name: name.map_or(String::new(), |(_, name)| shown_again(&name)),
            errors,
            request_id,
            ..Self::default()
        }
    }

    /// Each mistake with the field's name for people.
    fn mistakes(&self) -> Vec<(String, &str)> {
        let fields = self.errors.iter();
        let mistakes = fields.flat_map(|(field, list)| {
            list.iter().map(move |text| (filters::label_of(field), text.as_str()))
        });
        mistakes.collect()
    }
}

/// Entries under their first letters, digits and signs first.
fn by_letter(entries: impl Iterator<Item = Entry>) -> Vec<(String, Vec<Entry>)> {
    let mut groups: BTreeMap<String, BTreeMap<String, Entry>> = BTreeMap::new();
    for entry in entries {
        let group = groups.entry(initial(&entry.name)).or_default();
        group.insert(entry.name.to_lowercase(), entry);
    }
    let groups = groups.into_iter();
    groups.map(|(letter, entries)| (letter, entries.into_values().collect())).collect()
}

/// The letter that a name is found under.
fn initial(name: &str) -> String {
    let first = name.chars().find(|c| c.is_alphanumeric());
    match first {
        Some(letter) if letter.is_alphabetic() => letter.to_uppercase().collect(),
        _ => "0–9".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_is_one_group_whatever_signs_names_begin_with() {
        let names = ["Stow", "'s-Hertogenbosch", "Abbeyhill", "(Old) Town", "9 Elms", "old Town"];
        let entries =
            names.map(|name| Entry { name: name.to_owned(), listings: None, url: String::new() });
        let groups = by_letter(entries.into_iter());
        let letters: Vec<_> =
            groups.iter().map(|(letter, list)| (letter.as_str(), list.len())).collect();
        assert_eq!(letters, [("0–9", 1), ("A", 1), ("O", 2), ("S", 2)]);
    }
}
