//! What operators do with the cache.

use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, HttpMethod, Ref, RefOr, Required, Schema};

use super::Route;
use super::responses::{Audience, failing, string, uncached};
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
            None,
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
