//! Listings: the list and each one's own page.

use utoipa::openapi::path::{Operation, OperationBuilder};
use utoipa::openapi::{HttpMethod, Ref, RefOr, Schema};

use super::parameters as p;
use super::responses::{Audience, Route, cached, failing, redirect, string, uncached};

const FAILURES: [(&str, &str); 3] = [
    ("400", "BadRequest"),
    ("404", "NotFound"),
    ("503", "Unavailable"),
];

const PLACES_FAILURES: [(&str, &str); 2] = [("400", "BadRequest"), ("503", "Unavailable")];

/// Every address.
pub(super) fn routes() -> Vec<Route> {
    let list = operation("listProperties", "A page of the list, newest first.")
        .parameters(Some(list_parameters()));
    let fresh = "The same list straight from the database.";
    let uncached_list = operation("listPropertiesUncached", fresh)
        .parameters(Some(list_parameters()))
        .response(
            "200",
            uncached("The page.", &formats("PropertyList")).build(),
        );
    let places = operation(
        "listPlaces",
        "The places that listings are in, those with the most first.",
    )
    .parameters(Some(place_parameters()));
    let detail = operation("getProperty", "One listing.").parameters(Some([p::id(), p::format()]));
    vec![
        (
            "/properties/",
            HttpMethod::Get,
            cached(list, Audience::Both, &formats("PropertyList"), &FAILURES),
        ),
        (
            "/properties/no-cache/",
            HttpMethod::Get,
            failing(uncached_list, Audience::Both, &FAILURES),
        ),
        (
            "/properties/places/",
            HttpMethod::Get,
            cached(
                places,
                Audience::Both,
                &formats("PlaceList"),
                &PLACES_FAILURES,
            ),
        ),
        (
            "/properties/{id}/",
            HttpMethod::Get,
            cached(detail, Audience::Both, &formats("Property"), &FAILURES),
        ),
        (
            "/properties/{id}/next/",
            HttpMethod::Get,
            turn(
                "getNextProperty",
                "Leads to the listing after this one in a list.",
            ),
        ),
        (
            "/properties/{id}/previous/",
            HttpMethod::Get,
            turn(
                "getPreviousProperty",
                "Leads to the listing before this one in a list.",
            ),
        ),
    ]
}

fn operation(id: &str, summary: &str) -> OperationBuilder {
    let operation = OperationBuilder::new().tag("listings");
    operation.operation_id(Some(id)).summary(Some(summary))
}

/// The list is named as it is anywhere; what can't be parsed counts as all listings, so that nothing is refused.
fn turn(id: &str, summary: &str) -> Operation {
    let way = redirect("The way to it; at the end of the list, to this one.");
    let operation = operation(id, summary)
        .parameters(Some([p::id()]))
        .response("302", way);
    failing(operation, Audience::Both, &FAILURES)
}

fn list_parameters() -> Vec<utoipa::openapi::path::Parameter> {
    let parameters = p::filter().into_iter().chain(p::place());
    parameters.chain([p::format()]).collect()
}

/// Those of the listings that are counted, and a part of the names.
fn place_parameters() -> Vec<utoipa::openapi::path::Parameter> {
    let counted = p::filter().into_iter();
    let counted = counted.filter(|parameter| parameter.name != "location");
    counted.chain([p::name(), p::format()]).collect()
}

fn formats(schema: &str) -> [(&'static str, RefOr<Schema>); 2] {
    let json = Ref::from_schema_name(schema).into();
    [("application/json", json), ("text/html", string())]
}
