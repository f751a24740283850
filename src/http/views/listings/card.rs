//! A listing in a list.

use super::facade::Facade;
use super::links::with_query;
use crate::domain::Property;

/// How much of a description a card shows, in characters.
const EXCERPT: usize = 160;

/// What a card shows.
pub(super) struct Card<'a> {
    pub(super) property: &'a Property,
    pub(super) excerpt: String,
    pub(super) facade: Facade,
    /// The listing's page.
    pub(super) url: String,
}

impl<'a> Card<'a> {
    /// A card whose link leads to the listing within a result, which is told by its query string.
    pub(super) fn new(property: &'a Property, result: &str) -> Self {
        Self {
            property,
            excerpt: excerpt(property),
            facade: Facade::of(property),
            url: with_query(&format!("/properties/{}/", property.id), result),
        }
    }
}

/// The beginning of a description, on one line.
pub(super) fn excerpt(property: &Property) -> String {
    let text = property.description.as_str();
    let mut excerpt: String = text.chars().take(EXCERPT).collect();
    if excerpt.len() < text.len() {
        let end = excerpt.rfind(char::is_whitespace).unwrap_or(excerpt.len());
        excerpt.truncate(end);
        excerpt.push('…');
    }
    excerpt.split_whitespace().collect::<Vec<_>>().join(" ")
}
