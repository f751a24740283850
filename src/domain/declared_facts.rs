//! The declarations of the facts, in the order of the form.

use super::fact::{Fact, FilterKind, fact};
use super::{Description, FactKind, Location, ON_APPLICATION, Status, Title};

/// How many facts there are. It is a literal because types need it: a type whose size needs the evaluation of
/// functions is a cycle for the compiler in an optimised build.
pub const FACT_COUNT: usize = 21;

/// How many facts every listing has: the first ones.
pub const REQUIRED: usize = 4;

/// The groups of the form, each with its facts in their order. The last also has the facts that no group names.
pub const GROUPS: [(&str, &[&str]); 5] = [
    ("Listing", &["title", "description", "listing_type", "property_type", "status", "reference"]),
    ("Price", &["price", "price_qualifier", "price_period", "available_from"]),
    ("Size", &["bedrooms", "bathrooms", "floor_area"]),
    ("Place", &["location", "address", "postcode", "latitude", "longitude"]),
    ("More", &["year_built", "features"]),
];

/// The statuses with their labels.
const STATUSES: [(&str, &str); Status::ALL.len()] = {
    let mut options = [("", ""); Status::ALL.len()];
    let mut at = 0;
    while at < options.len() {
        options[at] = (Status::ALL[at].name(), Status::ALL[at].label());
        at += 1;
    }
    options
};

/// All facts. Every listing has the first [`REQUIRED`]; these are also fields of [`super::Property`].
pub const FACTS: &[Fact; FACT_COUNT] = &[
    fact(
        "title",
        "Title",
        FactKind::Text { max_chars: Title::MAX_CHARS },
        None,
        "Up to 200 characters.",
    ),
    fact(
        "description",
        "Description",
        FactKind::Prose { max_chars: Description::MAX_CHARS },
        Some("PublicRemarks"),
        "Plain text, up to 20,000 characters. A blank line starts a new paragraph.",
    ),
    Fact {
        filter: Some(FilterKind::Range(["min_price", "max_price"])),
        sort: Some(["price", "-price"]),
        ..fact(
            "price",
            "Price",
            FactKind::Price,
            Some("ListPrice"),
            "From 0 to 99,999,999.99, for example 250000 or 1,234.50.",
        )
    },
    fact(
        "location",
        "Location",
        FactKind::Text { max_chars: Location::MAX_CHARS },
        Some("City"),
        "Up to 100 characters. Choose a suggested location where possible, because listings with the same location are grouped.",
    ),
    fact(
        "reference",
        "Ref.",
        FactKind::Text { max_chars: 64 },
        Some("ListingId"),
        "Your own number for the listing, up to 64 characters. No two listings may have the same one.",
    ),
    Fact {
        default: Some("active"),
        ..fact(
            "status",
            "Status",
            FactKind::Choice(&STATUSES),
            Some("StandardStatus"),
            "Visitors see active listings and those under offer.",
        )
    },
    Fact {
        filter: Some(FilterKind::Is("listing_type")),
        ..fact(
            "listing_type",
            "Listing type",
            FactKind::Choice(&[("sale", "For sale"), ("rent", "To rent")]),
            Some("PropertyType"),
            "Whether it is for sale or to rent.",
        )
    },
    fact(
        "price_period",
        "Price period",
        FactKind::Choice(&[
            ("day", "per day"),
            ("week", "per week"),
            ("month", "per month"),
            ("year", "per year"),
        ]),
        Some("LeaseAmountFrequency"),
        "How often the rent is paid. Only for listings to rent.",
    ),
    fact(
        "price_qualifier",
        "Price qualifier",
        FactKind::Choice(&[
            ("from", "From"),
            ("guide", "Guide price"),
            ("offers_over", "Offers over"),
            ("fixed", "Fixed price"),
            (ON_APPLICATION, "Price on application"),
        ]),
        None,
        "Shown with the price. “Price on application” hides the price from visitors.",
    ),
    Fact {
        filter: Some(FilterKind::AnyOf("property_type")),
        ..fact(
            "property_type",
            "Property type",
            FactKind::Choice(&[
                ("house", "House"),
                ("apartment", "Apartment"),
                ("studio", "Studio"),
                ("townhouse", "Townhouse"),
                ("bungalow", "Bungalow"),
                ("room", "Room"),
                ("land", "Land"),
                ("commercial", "Commercial"),
                ("other", "Other"),
            ]),
            Some("PropertySubType"),
            "The kind of building.",
        )
    },
    Fact {
        filter: Some(FilterKind::Range(["min_bedrooms", "max_bedrooms"])),
        sort: Some(["bedrooms", "-bedrooms"]),
        ..fact(
            "bedrooms",
            "Bedrooms",
            FactKind::Integer { min: 0, max: 99 },
            Some("BedroomsTotal"),
            "From 0 to 99.",
        )
    },
    Fact {
        filter: Some(FilterKind::AtLeast("min_bathrooms")),
        ..fact(
            "bathrooms",
            "Bathrooms",
            FactKind::Integer { min: 0, max: 99 },
            Some("BathroomsTotalInteger"),
            "From 0 to 99.",
        )
    },
    Fact {
        filter: Some(FilterKind::Range(["min_area", "max_area"])),
        sort: Some(["area", "-area"]),
        ..fact(
            "floor_area",
            "Floor area",
            FactKind::Area,
            Some("LivingArea"),
            "The area of all floors together, for example 85 or 85.5.",
        )
    },
    fact(
        "address",
        "Address",
        FactKind::Text { max_chars: 255 },
        Some("UnparsedAddress"),
        "Up to 255 characters, as on an envelope.",
    ),
    fact(
        "postcode",
        "Postcode",
        FactKind::Text { max_chars: 10 },
        Some("PostalCode"),
        "Up to 10 characters.",
    ),
    fact(
        "latitude",
        "Latitude",
        FactKind::Coordinate { most: 90 },
        Some("Latitude"),
        "In degrees from -90 to 90, with up to six decimal places, for example 55.953252.",
    ),
    fact(
        "longitude",
        "Longitude",
        FactKind::Coordinate { most: 180 },
        Some("Longitude"),
        "In degrees from -180 to 180, with up to six decimal places, for example -3.188267. West of Greenwich is negative.",
    ),
    fact(
        "year_built",
        "Year built",
        FactKind::Integer { min: 1000, max: 2100 },
        Some("YearBuilt"),
        "A year from 1000 to 2100.",
    ),
    fact(
        "available_from",
        "Available from",
        FactKind::Date,
        Some("AvailabilityDate"),
        "A date such as 2026-01-31.",
    ),
    Fact {
        filter: Some(FilterKind::AllOf("feature")),
        ..fact(
            "features",
            "Features",
            FactKind::List { max_items: 30, max_chars: 60 },
            None,
            "Up to 30 features of up to 60 characters, each on a line of its own.",
        )
    },
    fact("photos", "Photos", FactKind::Photos, Some("Media"), ""),
];
