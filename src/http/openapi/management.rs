//! What operators do with the cache.

use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, HttpMethod, Ref, RefOr, Required, Schema};

use super::parameters;
use super::responses::{Audience, Route, failing, redirect, string, uncached};
use crate::services::EXPOSITION_TYPE;

const REFUSALS: [(&str, &str); 4] = [
    ("400", "BadRequest"),
    ("401", "Unauthorized"),
    ("403", "Forbidden"),
    ("503", "Unavailable"),
];
const OF_WRITES: [(&str, &str); 1] = [("413", "TooLarge")];
const OF_ONE_AT_A_TIME: [(&str, &str); 2] = [("409", "Conflict"), ("413", "TooLarge")];

/// Every address, open to those whom `security` names.
pub(super) fn routes(security: &[SecurityRequirement]) -> Vec<Route> {
    let route = |path, method, id, summary, schema: &str, more: &[_], body| {
        let json: RefOr<Schema> = Ref::from_schema_name(schema).into();
        let page = [("application/json", json.clone()), ("text/html", string())];
        // The state of the caches is told to programs only.
        let formats = if schema == "CacheStatus" {
            &page[..1]
        } else {
            &page[..]
        };
        let operation = operation(id, summary, security)
            .request_body(body)
            .response("200", uncached("The outcome.", formats).build());
        let failures = [&REFUSALS, more].concat();
        (path, method, failing(operation, Audience::Both, &failures))
    };
    let exposition = operation("getExposition", "The figures for Prometheus.", security).response(
        "200",
        uncached("The figures.", &[(EXPOSITION_TYPE, string())]).build(),
    );
    vec![
        route(
            "/properties/cache-status/",
            HttpMethod::Get,
            "getCacheStatus",
            "Each level's size and state.",
            "CacheStatus",
            &[],
            None,
        ),
        route(
            "/properties/cache-clear/",
            HttpMethod::Post,
            "clearCache",
            "Removes the site's entries from every level and instance.",
            "CacheCleared",
            &OF_WRITES,
            Some(clear()),
        ),
        route(
            "/properties/cache-test/",
            HttpMethod::Get,
            "testCache",
            "Sets, gets, expires and deletes a probe at each level.",
            "CacheTest",
            &[],
            None,
        ),
        route(
            "/properties/redis-metrics/",
            HttpMethod::Get,
            "getCacheMetrics",
            "Redis's figures and the levels' own, with advice.",
            "CacheMetrics",
            &[],
            None,
        ),
        route(
            "/properties/cache-load-test/",
            HttpMethod::Post,
            "loadTestCache",
            "Sends requests for the list to this instance, and times them.",
            "LoadTestReport",
            &OF_ONE_AT_A_TIME,
            Some(load_test()),
        ),
        route(
            "/properties/test-signals/",
            HttpMethod::Post,
            "testSignals",
            "Creates, updates and deletes a probe listing, and checks that the caches follow.",
            "SignalsTest",
            &OF_WRITES,
            None,
        ),
        route(
            "/properties/cache-warm/",
            HttpMethod::Get,
            "getCacheWarming",
            "How far warming is, or the last one came.",
            "CacheWarming",
            &[],
            None,
        ),
        warm(security),
        explain(security),
        (
            "/metrics",
            HttpMethod::Get,
            failing(exposition, Audience::Both, &REFUSALS),
        ),
    ]
}

fn operation(id: &str, summary: &str, security: &[SecurityRequirement]) -> OperationBuilder {
    OperationBuilder::new()
        .tag("management")
        .operation_id(Some(id))
        .summary(Some(summary))
        .securities(Some(security.to_vec()))
}

/// Programs wait for the end; people are led to where they see how far it is.
fn warm(security: &[SecurityRequirement]) -> Route {
    let about = "Asks for the pages that readers ask for first. Who accepts HTML is led to a page that shows how far it is.";
    let warmed = Ref::from_schema_name("CacheWarmed");
    let operation = operation("warmCache", about, security)
        .response(
            "200",
            uncached("The outcome.", &[("application/json", warmed.into())]).build(),
        )
        .response("303", redirect("Warming is under way."));
    let failures = [&REFUSALS[..], &OF_ONE_AT_A_TIME].concat();
    let operation = failing(operation, Audience::Both, &failures);
    ("/properties/cache-warm/", HttpMethod::Post, operation)
}

/// Nothing is fetched: the address is read as the site would.
fn explain(security: &[SecurityRequirement]) -> Route {
    let about = "Why an address is answered as it is: key, tags, what each level has, the last event that ended it.";
    let json: RefOr<Schema> = Ref::from_schema_name("CacheExplained").into();
    let formats = [("application/json", json), ("text/html", string())];
    let operation = operation("explainCache", about, security)
        .parameter(parameters::address())
        .parameter(parameters::format())
        .response("200", uncached("The explanation.", &formats).build());
    let operation = failing(operation, Audience::Both, &REFUSALS);
    ("/properties/cache-explain/", HttpMethod::Get, operation)
}

/// What to clear; without a body, everything.
fn clear() -> RequestBody {
    let content = |schema: &str| {
        let schema = Ref::from_schema_name(schema);
        ContentBuilder::new().schema(Some(schema)).build()
    };
    RequestBodyBuilder::new()
        .description(Some("What to clear; without it, everything."))
        .required(Some(Required::False))
        .content("application/json", content("CacheClearRequest"))
        .content(
            "application/x-www-form-urlencoded",
            content("CacheClearForm"),
        )
        .build()
}

/// How much load; without a body, the defaults.
fn load_test() -> RequestBody {
    let content = |schema: &str| {
        let schema = Ref::from_schema_name(schema);
        ContentBuilder::new().schema(Some(schema)).build()
    };
    RequestBodyBuilder::new()
        .description(Some("How much load; without it, the defaults."))
        .required(Some(Required::False))
        .content("application/json", content("LoadTestRequest"))
        .content("application/x-www-form-urlencoded", content("LoadTestForm"))
        .build()
}
