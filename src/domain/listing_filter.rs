//! The filter of a list.

use std::collections::BTreeSet;

use url::form_urlencoded;

use super::{FieldErrors, FoldedLocation, Location, Price, SearchText};

/// The most locations that one query may name.
pub const MAX_LOCATIONS: usize = 20;

/// The filter of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListingFilter {
    /// Words that each row must have; a number also selects the listing of that number.
    pub search: Option<SearchText>,
    /// Locations of which each row must have one; as asked for, ordered by their folded form.
    pub locations: Vec<Location>,
    /// The lowest price, as asked for.
    pub min_price: Option<Price>,
    /// The highest price, as asked for.
    pub max_price: Option<Price>,
}

impl ListingFilter {
    /// Whether every row is in the list.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The folded locations, each once.
    pub fn folded_locations(&self) -> BTreeSet<FoldedLocation> {
        self.locations.iter().map(FoldedLocation::of).collect()
    }

    /// The price bounds, the lower first even where they were asked for the other way round.
    pub fn price_range(&self) -> (Option<Price>, Option<Price>) {
        match (self.min_price, self.max_price) {
            (Some(min), Some(max)) if min > max => (Some(max), Some(min)),
            range => range,
        }
    }

    /// Whether the bounds were asked for the wrong way round.
    pub fn prices_were_swapped(&self) -> bool {
        matches!((self.min_price, self.max_price), (Some(min), Some(max)) if min > max)
    }

    /// The text that is equal exactly for filters that select the same rows.
    pub fn row_key(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        if let Some(search) = &self.search {
            text.append_pair("q", &search.text());
        }
        for location in self.folded_locations() {
            text.append_pair("location", location.as_str());
        }
        let (min, max) = self.price_range();
        min.inspect(|price| {
            text.append_pair("min_price", &price.to_string());
        });
        max.inspect(|price| {
            text.append_pair("max_price", &price.to_string());
        });
        text.finish()
    }
}

impl ListingFilter {
    /// One spelling per location, in a fixed order, and single spaces between search words.
    pub(super) fn tidy(&mut self, errors: &mut FieldErrors) {
        self.locations.sort_by_key(|location| (FoldedLocation::of(location), location.clone()));
        self.locations.dedup_by_key(|location| FoldedLocation::of(location));
        if self.locations.len() > MAX_LOCATIONS {
            errors.add("location", format!("At most {MAX_LOCATIONS} locations can be combined."));
        }
        if let Some(search) = &self.search {
            let spaced: Vec<_> = search.as_str().split_whitespace().collect();
            self.search = SearchText::parse(&spaced.join(" ")).ok();
        }
    }
}
