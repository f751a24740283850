//! What programs read: crawlers, feed readers, supervisors.

use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{HttpMethod, Ref, RefOr, Schema};

use super::parameters as p;
use super::responses::{Audience, Route, cached, failing, string, uncached};

const CONSTANT: [(&str, &str); 1] = [("400", "BadRequest")];
const LISTED: [(&str, &str); 2] = [("400", "BadRequest"), ("503", "Unavailable")];
const NUMBERED: [(&str, &str); 3] = [
    ("400", "BadRequest"),
    ("404", "NotFound"),
    ("503", "Unavailable"),
];

/// Every address.
pub(super) fn routes() -> Vec<Route> {
    let xml = [("application/xml; charset=utf-8", string())];
    let atom = [("application/atom+xml; charset=utf-8", string())];
    let plain = [("text/plain; charset=utf-8", string())];
    let object: RefOr<Schema> = ObjectBuilder::new().schema_type(Type::Object).into();
    let json = [("application/json", object)];
    let readiness = [(
        "application/json",
        Ref::from_schema_name("Readiness").into(),
    )];
    let page = |operation, formats: &[_], failures| {
        cached(operation, Audience::Programs, formats, failures)
    };

    let part = operation("getSitemapPart", "The listings of 5,000 numbers.");
    let feed = operation("getFeed", "The 50 newest listings of a search (RFC 4287).");
    let alive = operation("getHealth", "The program answers.").response(
        "200",
        uncached("It does.", &[("text/plain", string())]).build(),
    );
    let ready = operation("getReadiness", "Whether requests may be sent here.")
        .response("200", uncached("They may.", &readiness).build())
        .response(
            "503",
            uncached("They may not, and this is why.", &readiness).build(),
        );
    vec![
        (
            "/properties/feed.atom",
            HttpMethod::Get,
            page(feed.parameters(Some(p::filter())), &atom, &LISTED),
        ),
        (
            "/robots.txt",
            HttpMethod::Get,
            page(
                operation("getRobots", "What crawlers may look at."),
                &plain,
                &CONSTANT,
            ),
        ),
        (
            "/sitemap.xml",
            HttpMethod::Get,
            page(
                operation("getSitemap", "The parts of the site map."),
                &xml,
                &LISTED,
            ),
        ),
        (
            "/sitemap-{part}.xml",
            HttpMethod::Get,
            page(part.parameter(p::part()), &xml, &NUMBERED),
        ),
        (
            "/openapi.json",
            HttpMethod::Get,
            page(
                operation("getDescription", "This description."),
                &json,
                &CONSTANT,
            ),
        ),
        (
            "/healthz",
            HttpMethod::Get,
            failing(alive, Audience::Both, &CONSTANT),
        ),
        (
            "/readyz",
            HttpMethod::Get,
            failing(ready, Audience::Both, &CONSTANT),
        ),
    ]
}

fn operation(id: &str, summary: &str) -> OperationBuilder {
    let operation = OperationBuilder::new().tag("programs");
    operation.operation_id(Some(id)).summary(Some(summary))
}
