//! Listings as data, in the shape of Django REST framework.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{ListingFilter, ListingQuery, Place, PlaceQuery, Price, Property, PropertyId};
use crate::services::{ListingPage, Meant};

/// One listing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Property)]
pub(in crate::http) struct PropertyJson<'a> {
    #[schema(value_type = i64, minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    id: PropertyId,
    #[schema(min_length = 1, max_length = 200)]
    title: &'a str,
    #[schema(min_length = 1, max_length = 20_000)]
    description: &'a str,
    /// An amount with two decimals: never a float.
    #[schema(value_type = String, pattern = r"^[0-9]{1,8}\.[0-9]{2}$", example = "500000.00")]
    price: Price,
    #[schema(min_length = 1, max_length = 100)]
    location: &'a str,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// The listing's page.
    #[schema(format = "uri")]
    url: String,
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PropertyList)]
pub(in crate::http) struct ListJson<'a> {
    /// How many listings the whole list has; 10,000 where a search or price range finds more.
    #[schema(minimum = 0)]
    count: i64,
    /// False where the list has more listings than `count`; otherwise absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    count_is_exact: Option<bool>,
    /// The page after this one.
    #[schema(required = true, format = "uri")]
    next: Option<String>,
    /// The page before this one.
    #[schema(required = true, format = "uri")]
    previous: Option<String>,
    #[schema(max_items = 100)]
    results: Vec<PropertyJson<'a>>,
    /// Locations that contain a `location` of the query, where that is not the name of one: those with the most listings
    /// of the query. Where only one contains it, that one is used, and `next` names it. Absent otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 160)]
    locations: Vec<PlaceJson<'a>>,
}

impl<'a> PropertyJson<'a> {
    pub(in crate::http) fn new(property: &'a Property, site_url: &str) -> Self {
        Self {
            id: property.id,
            title: property.title.as_str(),
            description: property.description.as_str(),
            price: property.price,
            location: property.location.as_str(),
            created_at: property.created_at,
            updated_at: property.updated_at,
            url: format!("{site_url}/properties/{}/", property.id),
        }
    }
}

impl<'a> ListJson<'a> {
    pub(in crate::http) fn new(page: &'a ListingPage, meant: &'a Meant, site_url: &str) -> Self {
        let query = &meant.query;
        let [next, previous] = page.neighbours(query).map(|position| {
            let query = query.at(position?).canonical();
            Some(
                format!("{site_url}/properties/?format=json&{query}")
                    .trim_end_matches('&')
                    .to_owned(),
            )
        });
        let results = page
            .properties
            .iter()
            .map(|p| PropertyJson::new(p, site_url))
            .collect();
        Self {
            count: page.total.number,
            count_is_exact: (!page.total.is_exact).then_some(false),
            next,
            previous,
            results,
            locations: locations(meant, site_url),
        }
    }
}

/// The places that a query may mean, each with its list.
fn locations<'a>(meant: &'a Meant, site_url: &str) -> Vec<PlaceJson<'a>> {
    let offered = meant.unknown.iter().flat_map(|unknown| {
        let query = |place| meant.query.with_place(&unknown.asked, place);
        unknown.offered.iter().map(move |place| PlaceJson {
            location: place.location.as_str(),
            listings: place.listings,
            url: format!(
                "{site_url}/properties/?{}",
                query(&place.location).canonical()
            ),
        })
    });
    offered.collect()
}

/// The places that listings are in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaceList)]
pub(in crate::http) struct PlacesJson<'a> {
    /// How many places follow.
    #[schema(minimum = 0, maximum = 1000)]
    count: usize,
    #[schema(max_items = 1000)]
    results: Vec<PlaceJson<'a>>,
}

/// One place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Place)]
struct PlaceJson<'a> {
    #[schema(min_length = 1, max_length = 100)]
    location: &'a str,
    /// How many listings it has; null where they are too many to be counted for each place.
    #[schema(required = true, minimum = 1)]
    listings: Option<i64>,
    /// Its listings.
    #[schema(format = "uri")]
    url: String,
}

impl<'a> PlacesJson<'a> {
    pub(in crate::http) fn new(places: &'a [Place], query: &PlaceQuery, site_url: &str) -> Self {
        let result = |place: &'a Place| {
            let list = ListingQuery::of(ListingFilter {
                locations: vec![place.location.clone()],
                ..query.filter.clone()
            });
            PlaceJson {
                location: place.location.as_str(),
                listings: place.listings,
                url: format!("{site_url}/properties/?{}", list.canonical()),
            }
        };
        Self {
            count: places.len(),
            results: places.iter().map(result).collect(),
        }
    }
}
