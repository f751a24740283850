//! The places of listings, and the query for them.

use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::text::is_absent;
use super::{FieldErrors, ListingFilter, Location};

/// A location that at least one listing has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The location, spelled as in its newest listing.
    pub location: Location,
    /// The number of listings; `None` if there are too many to count for each place.
    pub listings: Option<i64>,
}

/// A parsed query for places: those of the listings that a filter selects, or those whose name contains a text. If a
/// query has both, the name is used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlaceQuery {
    /// The filter of the listings to count; it has no locations.
    pub filter: ListingFilter,
    /// The text that each place's name contains.
    pub name: Option<Location>,
}

impl PlaceQuery {
    /// Parses a URL's query string: the list's filter without its locations, and `name`.
    ///
    /// # Errors
    /// All invalid parameters, each with what is allowed.
    pub fn parse(query_string: &str) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut query = Self::default();
        for (field, value) in form_urlencoded::parse(query_string.as_bytes()) {
            match field.as_ref() {
                "location" => {}
                "name" if is_absent(&value) => {}
                "name" => query.name = errors.check("name", Location::parse(&value)),
                field => query.filter.read(field, &value, &mut errors),
            }
        }
        query.filter.tidy(&mut errors);
        if query.name.is_some() {
            query.filter = ListingFilter::default();
        }
        errors.into_result(query)
    }

    /// The query string of exactly this query, for URLs and page-cache keys.
    pub fn canonical(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        self.filter.append(&mut text);
        if let Some(name) = &self.name {
            text.append_pair("name", name.as_str());
        }
        text.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_selects_places_is_read() {
        let rest = "location=Leith&sort=price&page=7&q=sea&utm_x=1";
        let query = PlaceQuery::parse(rest).expect("valid");
        assert_eq!(query.canonical(), "q=sea");
        let query = PlaceQuery::parse(&format!("{rest}&name=+shore")).expect("valid");
        assert_eq!(query.canonical(), "name=shore");
    }

    #[test]
    fn every_wrong_parameter_is_named_at_once() {
        let errors = PlaceQuery::parse("name=%00&min_price=a").expect_err("both are wrong");
        let fields: Vec<_> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["min_price", "name"]);
    }
}
