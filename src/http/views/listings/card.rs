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
    let (shown, more) = match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => {
            let shown = &text[..end];
            let end = shown.rfind(char::is_whitespace).unwrap_or(end);
            (&shown[..end], "…")
        }
        None => (text, ""),
    };
    let mut excerpt = String::with_capacity(shown.len() + more.len());
    for word in shown.split_whitespace() {
        if !excerpt.is_empty() {
            excerpt.push(' ');
        }
        excerpt.push_str(word);
    }
    excerpt.push_str(more);
    excerpt
}
