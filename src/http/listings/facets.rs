//! The facets of a list as JSON.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{FacetCount, FacetCounts};

/// The facets of a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FacetList)]
pub(in crate::http) struct FacetsJson<'a> {
    facets: Vec<FacetJson<'a>>,
}

/// A filter whose values are offered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Facet)]
struct FacetJson<'a> {
    /// The name of the parameter.
    parameter: &'a str,
    values: Vec<FacetValueJson<'a>>,
}

/// A value, with the number of listings in the list that has it in the place of the parameter's own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FacetValue)]
struct FacetValueJson<'a> {
    value: &'a str,
    /// The `count` of that list; null if it is not known, because too many listings have the words or features of the
    /// filter.
    #[schema(minimum = 0)]
    count: Option<i64>,
    /// False if the list has more listings than `count`, or `count` is not known.
    count_is_exact: bool,
}

impl<'a> FacetsJson<'a> {
    pub(in crate::http) fn new(facets: &'a [FacetCounts]) -> Self {
        let value = |FacetCount { value, count }: &'a FacetCount| FacetValueJson {
            value,
            count: count.map(|count| count.number),
            count_is_exact: count.is_some_and(|count| count.is_exact),
        };
        let facet = |FacetCounts { parameter, values }: &'a FacetCounts| FacetJson {
            parameter,
            values: values.iter().map(value).collect(),
        };
        Self { facets: facets.iter().map(facet).collect() }
    }
}
