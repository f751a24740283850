//! Filters that ask for less than one that finds nothing.

use crate::domain::{Count, Fact, ListingFilter};

/// A filter without one of its parts.
#[derive(Debug, Clone)]
pub struct Looser {
    /// What is left out.
    pub without: FilterPart,
    /// What remains.
    pub filter: ListingFilter,
    /// How many listings that selects; `None` where it was not counted.
    pub listings: Option<Count>,
}

/// A part of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterPart {
    /// One word of several that are searched for.
    Word(String),
    /// The whole search.
    Search,
    /// What is asked of a fact.
    Fact(&'static Fact),
    /// The place on the map.
    Near,
    /// The time since which listings were added.
    Since,
    /// The locations.
    Locations,
    /// Everything but the locations.
    AllButLocations,
    /// Nothing: a word is spelled otherwise.
    Spelling {
        /// The search with the other spelling.
        words: String,
        /// How many letters differ.
        edits: usize,
    },
}
