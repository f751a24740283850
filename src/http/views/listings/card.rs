//! A listing in a list.

use super::facade::Facade;
use super::links::with_query;
use super::picture::Picture;
use crate::domain::Property;

/// How much of a description a card and a search engine show, in characters.
const EXCERPT: usize = 110;
pub(super) const SUMMARY: usize = 160;

/// How wide a card's photo is, and the widest file that is of use there: on a screen with three pixels for one.
const SIZES: &str = "(max-width: 36rem) 92vw, 20rem";
const WIDEST: u32 = 960;

/// What a card shows.
pub(super) struct Card<'a> {
    pub(super) property: &'a Property,
    pub(super) excerpt: String,
    /// The main photo.
    pub(super) picture: Option<Picture<'a>>,
    /// The drawing, where there is no photo.
    pub(super) facade: Facade,
    /// The listing's page.
    pub(super) url: String,
}

impl<'a> Card<'a> {
    /// A card whose link leads to the listing within a result, which is told by its query string.
    pub(super) fn new(property: &'a Property, result: &str) -> Self {
        let main = property.facts.photos().first();
        Self {
            picture: main.map(|photo| Picture::new(photo, SIZES, WIDEST, false)),
            property,
            excerpt: excerpt(property, EXCERPT),
            facade: Facade::of(property),
            url: with_query(&format!("/properties/{}/", property.id), result),
        }
    }

    /// Loads the photo of the first card at once: it is seen as soon as the page is.
    pub(super) fn first(mut cards: Vec<Self>) -> Vec<Self> {
        if let Some(picture) = cards.first_mut().and_then(|card| card.picture.as_mut()) {
            picture.is_first = true;
        }
        cards
    }
}

/// The beginning of a description, on one line.
pub(super) fn excerpt(property: &Property, characters: usize) -> String {
    let text = property.description.as_str();
    let (shown, more) = match text.char_indices().nth(characters) {
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
