//! The filter of a list.

use std::collections::BTreeSet;

use url::form_urlencoded::{self, Serializer};

use super::field_errors::whole_number;
use super::text::is_absent;
use super::{
    Asked, Coordinates, FactFilter, FieldErrors, FoldedLocation, Location, Radius, SearchText,
    Status, StatusFilter,
};

/// The most locations that one query may name.
pub const MAX_LOCATIONS: usize = 20;
/// The most days that `since` may reach back.
pub const MAX_SINCE: u16 = 3_650;

/// A time since which listings were added, in words.
pub fn since_words(days: u16) -> String {
    match days {
        1 => "added in the last 24 hours".to_owned(),
        days => format!("added in the last {days} days"),
    }
}

/// The filter of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListingFilter {
    /// Words that each row must have; a number also selects the listing of that number.
    pub search: Option<SearchText>,
    /// Locations of which each row must have one; as asked for, ordered by their folded form.
    pub locations: Vec<Location>,
    /// What the facts of each row must be.
    pub facts: FactFilter,
    /// A place on the map, around which each row must be.
    pub near: Option<Coordinates>,
    /// How far around it; the default where there is no place.
    pub radius: Radius,
    /// Within how many days each row must have been added.
    pub since: Option<u16>,
    /// The statuses of the rows.
    pub status: StatusFilter,
}

impl ListingFilter {
    /// Parses the parameters of a URL's query string that filter; the others, right or wrong, are ignored.
    ///
    /// # Errors
    /// All wrong parameters at once, each with what is allowed.
    pub fn parse(query_string: &str) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut filter = Self::default();
        for (name, value) in form_urlencoded::parse(query_string.as_bytes()) {
            filter.read(&name, &value, &mut errors);
        }
        filter.tidy(&mut errors);
        errors.into_result(filter)
    }

    /// Reads a parameter, if it is a filter and not blank. After the last one, call [`Self::tidy`].
    pub(super) fn read(&mut self, name: &str, value: &str, errors: &mut FieldErrors) {
        let value = value.trim();
        if is_absent(value) {
            return;
        }
        match name {
            "q" => self.search = errors.check("q", SearchText::parse(value)),
            "location" => self.locations.extend(errors.check("location", Location::parse(value))),
            "status" => {
                let may = |status| self.status == StatusFilter::Any || Status::is_public(status);
                let status = errors.check("status", Status::parse(value, may));
                self.status = status.map_or(self.status, StatusFilter::Only);
            }
            "near" => self.near = errors.check("near", Coordinates::parse(value)),
            "radius" => {
                self.radius = errors.check("radius", Radius::parse(value)).unwrap_or_default();
            }
            "since" => self.since = errors.check("since", whole_number(value, MAX_SINCE)),
            _ => self.facts.read(name, value, errors),
        }
    }

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
        if self.near.is_none() {
            self.radius = Radius::default();
        }
    }

    /// The filter in words, without the statuses; nothing for the list of all rows.
    pub fn words(&self) -> Vec<String> {
        let mut words: Vec<_> =
            self.search.iter().map(|search| format!("“{}”", search.as_str())).collect();
        words.extend(self.locations.iter().map(ToString::to_string));
        words.extend(self.facts.straightened().iter().map(Asked::words));
        words.extend(self.near.map(|place| format!("within {} km of {place}", self.radius)));
        words.extend(self.since.map(since_words));
        words
    }

    /// Whether every row is in the list.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a client can make it arbitrarily expensive: any condition other than locations may match few rows, or
    /// most of the table.
    pub fn is_costly(&self) -> bool {
        *self != Self { locations: self.locations.clone(), ..Self::default() }
    }

    /// Whether the best way to find its rows depends on how many there are: whether it asks for more than locations and a
    /// status.
    pub fn is_found_by_total(&self) -> bool {
        let Self { search, locations: _, facts, near, radius: _, since, status: _ } = self;
        search.is_some() || !facts.is_empty() || near.is_some() || since.is_some()
    }

    /// The folded locations, each once.
    pub fn folded_locations(&self) -> BTreeSet<FoldedLocation> {
        self.locations.iter().map(FoldedLocation::of).collect()
    }

    /// Adds the parameters that ask for exactly this to a query string.
    pub(super) fn append(&self, text: &mut Serializer<'_, String>) {
        if let Some(search) = &self.search {
            text.append_pair("q", search.as_str());
        }
        for location in &self.locations {
            text.append_pair("location", location.as_str());
        }
        self.facts.append(text);
        self.append_rest(text);
    }

    fn append_rest(&self, text: &mut Serializer<'_, String>) {
        if let Some(near) = &self.near {
            text.append_pair("near", &near.to_string());
        }
        if self.near.is_some() && self.radius != Radius::default() {
            text.append_pair("radius", &self.radius.to_string());
        }
        if let Some(days) = self.since {
            text.append_pair("since", &days.to_string());
        }
        if let Some(status) = self.status.only() {
            text.append_pair("status", status.name());
        }
    }

    /// The text that is equal exactly for filters that select the same rows.
    pub fn row_key(&self) -> String {
        let mut text = Serializer::new(String::new());
        if let Some(search) = &self.search {
            text.append_pair("q", &search.text());
        }
        for location in self.folded_locations() {
            text.append_pair("location", location.as_str());
        }
        self.facts.straightened().append(&mut text);
        self.append_rest(&mut text);
        text.finish()
    }
}
