//! Parameters of requests, as precisely as schemas allow.

use serde_json::Value;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{
    ArrayBuilder, ArrayItems, Object, ObjectBuilder, OneOfBuilder, Schema, Type,
};
use utoipa::openapi::{KnownFormat, Required, SchemaFormat};

use crate::domain::{
    Comparison, FactKind, FactParameter, Location, MAX_PAGE, MAX_PAGE_SIZE, MAX_SINCE, Photo,
    PropertyId, Radius, SearchText, SitemapPart, Sort, Status,
};

/// White space, which is removed at both ends of a value.
const SPACE: &str =
    r"[\u0009-\u000d \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*";
/// At most eight digits before the decimal point, apart from leading zeros.
const WHOLE: &str = "(0*[0-9]{1,8}|[0-9]{1,3},[0-9]{3}|0?[0-9]{1,2},[0-9]{3},[0-9]{3}\
    |0{1,3},(000,)*([0-9]{3}(,[0-9]{3})?|0[0-9]{2},[0-9]{3},[0-9]{3}))";
/// A character that is not a control and does not change the direction of text; newline and tab are allowed.
const CHARACTER: &str =
    r"[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]";

/// Filters by a fact.
fn fact(parameter: FactParameter) -> Parameter {
    let FactParameter { name, fact, comparison } = parameter;
    let (schema, example): (Schema, _) = match fact.kind {
        FactKind::Text { max_chars } | FactKind::Prose { max_chars } => {
            (text(max_chars).into(), "")
        }
        FactKind::List { max_chars, .. } => (text(max_chars).into(), ""),
        FactKind::Choice(options) => {
            let values = options.iter().map(|(value, _)| Value::from(*value));
            let choice = ObjectBuilder::new().schema_type(Type::String);
            (or_empty(choice.enum_values(Some(values))).into(), "")
        }
        FactKind::Photos => (Schema::default(), ""),
        FactKind::Area | FactKind::Coordinate { .. } | FactKind::Date => {
            (ObjectBuilder::new().schema_type(Type::String).into(), "")
        }
        FactKind::Price => (price().into(), ", such as 250000 or 1,234.50"),
        FactKind::Integer { min, max } => (or_empty(number(min.into(), max.into())).into(), ""),
    };
    let label = fact.label.to_lowercase();
    let about = match comparison {
        Comparison::AtLeast => format!("The lowest {label}{example}."),
        Comparison::AtMost => format!("The highest {label}."),
        Comparison::Is => format!("The {label}."),
        Comparison::AnyOf => format!("The {label}; repeat it to accept any of several."),
        Comparison::AllOf => {
            "A feature; repeat it for several, all of which a listing must have. Case does not matter.".to_owned()
        }
    };
    match parameter.is_repeated() {
        true => repeated(query(name, &about, ArrayBuilder::new().items(items(schema)))),
        false => query(name, &about, schema),
    }
}

fn items(schema: Schema) -> ArrayItems {
    ArrayItems::RefOrSchema(Box::new(schema.into()))
}

/// A parameter that is repeated for each value.
fn repeated(parameter: Parameter) -> Parameter {
    ParameterBuilder::from(parameter).style(Some(ParameterStyle::Form)).explode(Some(true)).build()
}

/// A price as people write it, or an empty value.
fn price() -> ObjectBuilder {
    let cents = r"(\.[0-9]{1,2}0*)?";
    let zero = r"(0+|0{1,3}(,000)+)(\.0+)?";
    let sign = format!("[$£€]?{SPACE}");
    // 250.000 may be either of two prices.
    let ambiguous = format!(r"(?![1-9][0-9]{{0,2}}\.[0-9]{{3}}{SPACE}$)");
    let pattern = format!("^{SPACE}(({sign}{ambiguous}{WHOLE}{cents}|[-−]{sign}{zero}){SPACE})?$");
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern))
}

/// The parameters that filter listings.
pub(super) fn filter() -> Vec<Parameter> {
    // A schema can't count distinct values.
    let location = ArrayBuilder::new().items(text(Location::MAX_CHARS));
    let locations = query(
        "location",
        "A location; repeat it for several, at most 20 different ones. Case and accents do not matter. If the \
        text is not the name of a location, and exactly one location contains it, that one is used; if several \
        contain it, the response offers them.",
        location,
    );
    let mut parameters = vec![
        query(
            "q",
            "Words that a listing must contain in its title, description, location, address, postcode, reference, features, \
            type or number of bedrooms. The last word also matches as a prefix, and neighbouring words also match joined. \
            A number also finds the listing with this id.",
            text(SearchText::MAX_CHARS),
        ),
        repeated(locations),
    ];
    parameters.extend(FactParameter::all().map(fact));
    // Degrees and kilometres are read as decimals of any length.
    let decimals = || ObjectBuilder::new().schema_type(Type::String);
    parameters.extend([
        query(
            "near",
            "A latitude and a longitude in degrees, such as 55.953252,-3.188267: only listings around this place.",
            decimals(),
        ),
        query(
            "radius",
            &format!(
                "The radius in kilometres around the place, up to {}, such as 2.5; default: {}. Without `near` it has no effect.",
                Radius::MAX_KM,
                Radius::default()
            ),
            decimals(),
        ),
        query(
            "since",
            "Only listings that were added within this number of days.",
            or_empty(number(1, i64::from(MAX_SINCE))),
        ),
    ]);
    let statuses = Status::ALL.into_iter().filter(|status| status.is_public());
    let status = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(statuses.map(Status::name)));
    let about = "The status of the listings. Without it: active and pending listings.";
    parameters.push(query("status", about, or_empty(status)));
    parameters
}

/// The parameters of the list: filter, order and page.
pub(super) fn list() -> Vec<Parameter> {
    let sort = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(Sort::of_list(true).map(Sort::name)))
        .default(Some(Value::from(Sort::default().name())));
    let mut parameters = filter();
    parameters.extend([
        query(
            "sort",
            "The sort order; equal listings are sorted by id. Listings that do not show the value come last. `distance` \
            needs `near`.",
            or_empty(sort),
        ),
        query(
            "page",
            "The page number. A page after the last one or after page 200 is not found.",
            or_empty(number(1, i64::from(MAX_PAGE))),
        ),
        query(
            "page_size",
            "The number of listings per page.",
            or_empty(number(1, i64::from(MAX_PAGE_SIZE))),
        ),
        // A schema can't describe a valid cursor.
        query(
            "cursor",
            "A position in a list with these filters and this order, from `next` or `previous`; overrides `page`.",
            Object::with_type(Type::String),
        ),
        format(),
    ]);
    parameters
}

/// The parameters of the places: the filter, and a part of the name.
pub(super) fn places() -> Vec<Parameter> {
    let mut parameters = filter();
    parameters.retain(|parameter| parameter.name != "location");
    let about = "Text that the names of the places contain; case and accents do not matter. All listings are \
    then counted.";
    parameters.extend([query("name", about, text(Location::MAX_CHARS)), format()]);
    parameters
}

/// The listings of a shortlist.
pub(super) fn shortlist() -> [Parameter; 2] {
    let about = "The ids of the listings, separated by commas, at most 50 different ones.";
    let pattern = "^([1-9][0-9]{0,14}(,[1-9][0-9]{0,14}){0,49})?$";
    let ids = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern));
    [query("ids", about, ids), format()]
}

/// An address of the site.
pub(super) fn address() -> Parameter {
    let about = "A path or a full URL of this site; default: /properties/.";
    query("url", about, example("/properties/?location=Leith"))
}

/// The parameter that requests JSON without a header.
pub(super) fn format() -> Parameter {
    query("format", "The response format; overrides the header Accept.", example("json"))
}

/// The number of a listing.
pub(super) fn id() -> Parameter {
    path("id", "The id of the listing.", number(1, PropertyId::MAX.0))
}

/// The number of a part of the sitemap.
pub(super) fn part() -> Parameter {
    let (_, last) = SitemapPart::of(PropertyId::MAX).ids();
    let about = "The number of the part; 0 has the pages that are not listings.";
    path("part", about, number(0, last.0 / SitemapPart::IDS))
}

/// A file of a photo.
pub(super) fn photo() -> [Parameter; 2] {
    let [.., widest] = Photo::WIDTHS;
    let name = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9a-f]{32}$"));
    let about = "The width: 320, 640, 960, 1280 or 1920, or that of a narrower picture.";
    [path("hash", "The name of the photo.", name), path("width", about, number(1, widest.into()))]
}

/// The validator of the client's copy.
pub(super) fn if_none_match() -> Parameter {
    let about = "The ETag of the client's copy; if it is current, the response is 304.";
    let schema = Object::with_type(Type::String);
    parameter("If-None-Match", ParameterIn::Header, about, schema)
}

fn query(name: &str, about: &str, schema: impl Into<Schema>) -> Parameter {
    parameter(name, ParameterIn::Query, about, schema)
}

fn path(name: &str, about: &str, schema: impl Into<Schema>) -> Parameter {
    parameter(name, ParameterIn::Path, about, schema)
}

/// A parameter; it is required only in the path.
fn parameter(name: &str, place: ParameterIn, about: &str, schema: impl Into<Schema>) -> Parameter {
    let required = match place {
        ParameterIn::Path => Required::True,
        _ => Required::False,
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(about))
        .schema(Some(schema.into()))
        .build()
}

fn example(value: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).examples([value])
}

/// A text of limited length, without white space at its ends.
fn text(max_chars: usize) -> ObjectBuilder {
    let pattern = format!("^{SPACE}{CHARACTER}{{0,{max_chars}}}{SPACE}$");
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern))
}

/// A whole number.
fn number(min: i64, max: i64) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(min as f64))
        .maximum(Some(max as f64))
}

/// A value or an empty text.
fn or_empty(schema: ObjectBuilder) -> OneOfBuilder {
    let empty = ObjectBuilder::new().schema_type(Type::String).pattern(Some(format!("^{SPACE}$")));
    OneOfBuilder::new().item(schema).item(empty)
}
