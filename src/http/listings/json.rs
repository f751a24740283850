//! Listings as data, in the shape of Django REST framework.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type,
};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::{
    FACTS, Fact, FactKind, FactsJson, ListingFilter, ListingQuery, Photo, PhotoFormat, Photos,
    Place, PlaceQuery, Price, Property, PropertyId,
};
use crate::http::views::picture::{address, largest};
use crate::services::{ListingPage, Meant};

/// One listing.
#[derive(Debug, Serialize)]
pub(in crate::http) struct PropertyJson<'a> {
    id: PropertyId,
    title: &'a str,
    description: &'a str,
    /// A string with two decimals, because a number may be read as a float.
    price: Price,
    location: &'a str,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// The optional facts; absent ones are `null`.
    #[serde(flatten)]
    facts: FactsJson<'a>,
    /// The photos in their order, the main one first.
    photos: Vec<PhotoJson<'a>>,
    /// The listing's page.
    url: String,
}

/// A photo.
#[derive(Debug, Serialize)]
struct PhotoJson<'a> {
    /// The largest file that every program reads.
    url: String,
    alt: &'a str,
    width: u32,
    height: u32,
    sources: Vec<SourceJson>,
}

/// A file of a photo.
#[derive(Debug, Serialize)]
struct SourceJson {
    url: String,
    #[serde(rename = "type")]
    media_type: &'static str,
    width: u32,
}

impl<'a> PhotoJson<'a> {
    fn new(photo: &'a Photo, site_url: &str) -> Self {
        let source = |width, format: PhotoFormat| SourceJson {
            url: format!("{site_url}{}", address(photo, width, format)),
            media_type: format.media_type(),
            width,
        };
        let files = PhotoFormat::ALL.into_iter();
        let files = files.flat_map(|format| photo.widths().map(move |width| (width, format)));
        Self {
            url: format!("{site_url}{}", largest(photo)),
            alt: &photo.alt,
            width: photo.width,
            height: photo.height,
            sources: files.map(|(width, format)| source(width, format)).collect(),
        }
    }
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
        for fact in FACTS.iter().filter(|fact| fact.kind.is_field()) {
            object = object.property(fact.name, fact_schema(fact)).required(fact.name);
        }
        for name in ["created_at", "updated_at"] {
            object = object.property(name, time()).required(name);
        }
        let url = string()
            .description(Some("The listing's page."))
            .format(Some(SchemaFormat::Custom("uri".to_owned())));
        let photos = ArrayBuilder::new().items(photo_schema()).max_items(Some(Photos::MAX));
        let object = object.property("photos", photos).required("photos");
        object.property("url", url).required("url").into()
    }
}

fn photo_schema() -> ObjectBuilder {
    let uri = || string().format(Some(SchemaFormat::Custom("uri".to_owned())));
    let pixels = |most| {
        let number = ObjectBuilder::new().schema_type(Type::Integer);
        number.minimum(Some(1)).maximum(Some(most))
    };
    let [.., widest] = Photo::WIDTHS;
    let formats = PhotoFormat::ALL.map(PhotoFormat::media_type);
    let source = ObjectBuilder::new()
        .property("url", uri())
        .required("url")
        .property("type", string().enum_values(Some(formats)))
        .required("type")
        .property("width", pixels(widest))
        .required("width");
    ObjectBuilder::new()
        .description(Some("A photo; `url` is its largest JPEG file, of `width` and `height`."))
        .property("url", uri())
        .required("url")
        .property("alt", string().max_length(Some(Photo::MAX_ALT)))
        .required("alt")
        .property("width", pixels(widest))
        .required("width")
        .property("height", pixels(Photo::MAX_HEIGHT))
        .required("height")
        .property("sources", ArrayBuilder::new().items(source))
        .required("sources")
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// What the values of a fact are; an optional one may be `null`.
fn fact_schema(fact: &Fact) -> ObjectBuilder {
    let (kind, schema) = match fact.kind {
        FactKind::Text { max_chars } | FactKind::Prose { max_chars } => {
            let text = ObjectBuilder::new().min_length(Some(1));
            (Type::String, text.max_length(Some(max_chars)))
        }
        FactKind::Price => {
            let amount = ObjectBuilder::new()
                .description(Some("An amount with two decimals: never a float."))
                .pattern(Some(r"^[0-9]{1,8}\.[0-9]{2}$"))
                .examples(["500000.00"]);
            (Type::String, amount)
        }
        FactKind::Integer { min, max } => {
            let number = ObjectBuilder::new().minimum(Some(min)).maximum(Some(max));
            (Type::Integer, number)
        }
        FactKind::Photos => (Type::Array, ObjectBuilder::new()),
    };
    let schema = match fact.is_required() {
        true => schema.schema_type(kind),
        false => schema.schema_type(SchemaType::from_iter([kind, Type::Null])),
    };
    let reso = fact.reso.map(|name| format!("{}. RESO Data Dictionary 2.0: {name}.", fact.label));
    schema.title(reso)
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
    #[schema(required = false, nullable = false)]
    count_is_exact: Option<bool>,
    /// The page after this one.
    #[schema(format = "uri")]
    next: Option<String>,
    /// The page before this one.
    #[schema(format = "uri")]
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
        let results = page.properties.iter().map(|p| PropertyJson::new(p, site_url)).collect();
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
            url: format!("{site_url}/properties/?{}", query(&place.location).canonical()),
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
    #[schema(minimum = 1)]
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
        Self { count: places.len(), results: places.iter().map(result).collect() }
    }
}
