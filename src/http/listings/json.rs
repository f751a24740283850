//! Listings as JSON, in the format of Django REST framework.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use super::fact_schema::fact_schema;
use super::photos::PhotoJson;
use crate::domain::{
    FACTS, FactsJson, ListingFilter, ListingQuery, Place, PlaceQuery, Price, Property, PropertyId,
    Shortlist, presentation,
};
use crate::services::{ListingPage, ResolvedQuery};

/// One listing.
#[derive(Debug, Serialize)]
pub(in crate::http) struct PropertyJson<'a> {
    id: PropertyId,
    title: &'a str,
    description: &'a str,
    /// A string with two decimals, because clients may read a number as a float; `null` if the price is on application.
    price: Option<Price>,
    location: &'a str,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// The optional facts; absent ones are `null`.
    #[serde(flatten)]
    facts: FactsJson<'a>,
    /// The photos in their order, the main one first.
    photos: Vec<PhotoJson<'a>>,
    /// The code of the currency.
    currency: Option<&'static str>,
    /// The listing's page.
    url: String,
}

impl ToSchema for PropertyJson<'_> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Property")
    }
}

impl PartialSchema for PropertyJson<'_> {
    fn schema() -> RefOr<Schema> {
        let time = || string().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        let id = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(1))
            .maximum(Some(PropertyId::MAX.0));
        let mut object = ObjectBuilder::new()
            .description(Some("One listing."))
            .property("id", id)
            .required("id");
        for fact in FACTS {
            object = object.property(fact.name, fact_schema(fact)).required(fact.name);
        }
        for name in ["created_at", "updated_at"] {
            object = object.property(name, time()).required(name);
        }
        let currency = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some(
                "The currency of the price by its ISO 4217 code, if the site has one.",
            ))
            .pattern(Some("^[A-Z]{3}$"));
        object = object.property("currency", currency).required("currency");
        let url = string()
            .description(Some("The listing's page."))
            .format(Some(SchemaFormat::Custom("uri".to_owned())));
        object.property("url", url).required("url").into()
    }
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PropertyList)]
pub(in crate::http) struct ListJson<'a> {
    /// The number of listings in the whole list; 10,000 if a search or price range finds more.
    #[schema(minimum = 0)]
    count: i64,
    /// False if the list has more listings than `count`; otherwise absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    count_is_exact: Option<bool>,
    /// The next page.
    #[schema(format = "uri")]
    next: Option<String>,
    /// The previous page.
    #[schema(format = "uri")]
    previous: Option<String>,
    #[schema(max_items = 100)]
    results: Vec<PropertyJson<'a>>,
    /// If a `location` of the query is not the name of a location: the locations that contain it, those with the most
    /// matching listings first. If only one contains it, that one is used, and `next` contains it. Otherwise absent.
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
            price: property.public_price(),
            currency: presentation().currency_code(),
            location: property.location.as_str(),
            facts: property.facts.json(|fact| fact.kind.is_field()),
            photos: property
                .facts
                .photos()
                .iter()
                .map(|photo| PhotoJson::new(photo, site_url))
                .collect(),
            created_at: property.created_at,
            updated_at: property.updated_at,
            url: format!("{site_url}/properties/{}/", property.id),
        }
    }
}

impl<'a> ListJson<'a> {
    pub(in crate::http) fn new(
        page: &'a ListingPage,
        resolved: &'a ResolvedQuery,
        site_url: &str,
    ) -> Self {
        let query = &resolved.query;
        let [next, previous] = page.neighbours(query).map(|position| {
            let query = query.at(position?).canonical();
            Some(
                format!("{site_url}/properties/?format=json&{query}")
                    .trim_end_matches('&')
                    .to_owned(),
            )
        });
        let results = page.properties.iter().map(|p| PropertyJson::new(p, site_url)).collect();
        Self {
            count: page.total.number,
            count_is_exact: (!page.total.is_exact).then_some(false),
            next,
            previous,
            results,
            locations: locations(resolved, site_url),
        }
    }
}

/// The locations that a query may mean, each with its list.
fn locations<'a>(resolved: &'a ResolvedQuery, site_url: &str) -> Vec<PlaceJson<'a>> {
    let offered = resolved.unknown.iter().flat_map(|unknown| {
        let query = |place| resolved.query.with_place(&unknown.asked, place);
        unknown.offered.iter().map(move |place| PlaceJson {
            location: place.location.as_str(),
            listings: place.listings,
            url: format!("{site_url}/properties/?{}", query(&place.location).canonical()),
        })
    });
    offered.collect()
}

/// Listings that are compared.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Shortlist)]
pub(in crate::http) struct ShortlistJson<'a> {
    /// How many listings follow.
    #[schema(minimum = 0, maximum = 50)]
    count: usize,
    /// The listings, in the order of the request.
    #[schema(max_items = 50)]
    results: Vec<PropertyJson<'a>>,
    /// The ids of the request that are no longer, or not yet, public listings.
    #[schema(max_items = 50, value_type = Vec<i64>)]
    gone: Vec<PropertyId>,
}

impl<'a> ShortlistJson<'a> {
    pub(in crate::http) fn new(
        shortlist: &Shortlist,
        listings: &'a [Property],
        site_url: &str,
    ) -> Self {
        Self {
            count: listings.len(),
            results: listings.iter().map(|p| PropertyJson::new(p, site_url)).collect(),
            gone: shortlist.gone(listings).ids().to_vec(),
        }
    }
}

/// The places that listings are in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaceList)]
pub(in crate::http) struct PlacesJson<'a> {
    /// The number of places in this response.
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
    /// The number of listings; null if there are too many to count for each place.
    #[schema(minimum = 1)]
    listings: Option<i64>,
    /// The list of its listings.
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
        Self { count: places.len(), results: places.iter().map(result).collect() }
    }
}
