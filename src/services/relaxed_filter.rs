//! Suggestions for a filter that matches nothing: the filter without one of its parts.

use crate::domain::{Count, Fact, ListingFilter};

/// A filter without one of its parts.
#[derive(Debug, Clone)]
pub struct RelaxedFilter {
    /// The part that is left out.
    pub without: FilterPart,
    /// The remaining filter.
    pub filter: ListingFilter,
    /// The number of listings that it selects; `None` if they were not counted.
    pub listings: Option<Count>,
}

/// A part of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterPart {
    /// One of several search words.
    Word(String),
    /// The whole search.
    Search,
    /// The condition on a fact.
    Fact(&'static Fact),
    /// The place on the map.
    Near,
    /// The time since which listings were added.
    Since,
    /// The locations.
    Locations,
    /// Everything but the locations.
    AllButLocations,
    /// Nothing is left out, but a word is spelled differently.
    Spelling {
        /// The search with the other spelling.
        words: String,
        /// The number of edits.
        edits: usize,
    },
}
