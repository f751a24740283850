//! Facets: the filters whose values forms offer, each value with the number of listings that it would select.
//!
//! **Invariant:** a facet leaves its own part of a filter out of account and applies all else, so the number beside a
//! value is that of the list that choosing it leads to.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{
    Comparison, Count, Fact, FactKind, FactParameter, FactValue, ListingFilter, Status,
    StatusFilter,
};

/// The largest number of rooms that is offered as the least one.
const MOST_ROOMS: i32 = 5;

/// A filter whose values are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet {
    /// A filter by a fact.
    Fact(FactParameter),
    /// The filter by the status.
    Status,
}

impl Facet {
    /// Every facet, in the order of forms.
    pub fn all() -> impl Iterator<Item = Self> {
        let offering = FactParameter::all().filter(|parameter| !parameter.offered().is_empty());
        offering.map(Self::Fact).chain([Self::Status])
    }

    /// The name of its parameter in URLs and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fact(parameter) => parameter.name,
            Self::Status => "status",
        }
    }

    /// Each value that it offers, with a filter that has this value in the place of its own.
    pub fn choices(self, filter: &ListingFilter) -> Vec<(String, ListingFilter)> {
        match self {
            Self::Fact(parameter) => {
                let chosen = |value: FactValue<'static>| {
                    let text = value.to_string();
                    let facts = filter.facts.with(parameter, value);
                    (text, ListingFilter { facts, ..filter.clone() })
                };
                parameter.offered().into_iter().map(chosen).collect()
            }
            Self::Status => {
                let public = Status::ALL.into_iter().filter(|status| status.is_public());
                let chosen = |status: Status| {
                    let only = StatusFilter::Only(status);
                    (status.name().to_owned(), ListingFilter { status: only, ..filter.clone() })
                };
                public.map(chosen).collect()
            }
        }
    }
}

impl FactParameter {
    /// The values that forms offer: those of a choice, and the usual least numbers of rooms.
    pub fn offered(self) -> Vec<FactValue<'static>> {
        match (self.fact.kind, self.comparison) {
            (FactKind::Choice(options), _) => {
                let values = options.iter().map(|(value, _)| Cow::Borrowed(*value));
                values.map(FactValue::Text).collect()
            }
            (FactKind::Integer { min: 0, .. }, Comparison::AtLeast) => {
                (1..=MOST_ROOMS).map(FactValue::Integer).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Fact {
    /// Whether a filter by it is a facet.
    pub fn has_facet(&'static self) -> bool {
        self.parameters().any(|parameter| !parameter.offered().is_empty())
    }
}

/// The numbers of listings for the values of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetCounts {
    /// The name of its parameter.
    pub parameter: String,
    /// Its values, in their order.
    pub values: Vec<FacetCount>,
}

/// The number of listings for a value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetCount {
    /// The value, as URLs and forms have it.
    pub value: String,
    /// The number of listings; `None` if there are too many to tell those of each value apart.
    pub count: Option<Count>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(facet: &str, value: &str, query: &str) -> String {
        let filter = ListingFilter::parse(query).expect("a valid filter");
        let facet = Facet::all().find(|other| other.name() == facet).expect("a facet");
        let mut choices = facet.choices(&filter).into_iter();
        choices.find(|(text, _)| text == value).expect("a value").1.row_key()
    }

    #[test]
    fn the_facets_are_the_choices_of_the_form_and_the_least_numbers_of_rooms() {
        let names: Vec<_> = Facet::all().map(Facet::name).collect();
        let want = ["listing_type", "property_type", "min_bedrooms", "min_bathrooms", "status"];
        assert_eq!(names, want);
        let values = |facet: Facet| {
            let choices = facet.choices(&ListingFilter::default()).into_iter();
            choices.map(|(value, _)| value).collect::<Vec<_>>().join(" ")
        };
        let values: Vec<_> = Facet::all().map(values).collect();
        assert_eq!(values[0], "sale rent");
        assert_eq!(values[2..], ["1 2 3 4 5", "1 2 3 4 5", "active pending closed"]);
    }

    #[test]
    fn a_value_takes_the_place_of_those_of_its_own_facet_and_of_nothing_else() {
        let query = "q=sea&property_type=house&property_type=room&min_bedrooms=2&max_bedrooms=4&status=closed";
        for (facet, value, want) in [
            (
                "property_type",
                "land",
                "q=sea&property_type=land&min_bedrooms=2&max_bedrooms=4&status=closed",
            ),
            (
                "min_bedrooms",
                "3",
                "q=sea&property_type=house&property_type=room&min_bedrooms=3&max_bedrooms=4&status=closed",
            ),
            (
                "listing_type",
                "rent",
                "q=sea&listing_type=rent&property_type=house&property_type=room&min_bedrooms=2&max_bedrooms=4&status=closed",
            ),
            (
                "status",
                "pending",
                "q=sea&property_type=house&property_type=room&min_bedrooms=2&max_bedrooms=4&status=pending",
            ),
        ] {
            assert_eq!(chosen(facet, value, query), want);
        }
    }

    #[test]
    fn bounds_the_wrong_way_round_are_those_that_the_list_shows() {
        let want = "min_bedrooms=3&max_bedrooms=4";
        assert_eq!(chosen("min_bedrooms", "3", "min_bedrooms=4&max_bedrooms=1"), want);
        // A least number above the greatest one asks for the numbers between both.
        assert_eq!(chosen("min_bedrooms", "4", "max_bedrooms=3"), want);
    }
}
