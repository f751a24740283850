//! Every address with its parameters and answers.

use utoipa::openapi::HttpMethod;
use utoipa::openapi::security::SecurityRequirement;

use super::parameters as p;
use super::route::{Route, html_or, json, text};
use crate::services::EXPOSITION_TYPE;

/// Listings: the list and each listing's own page.
pub(super) fn listings() -> Vec<Route> {
    let get = |path, id, summary| Route::new(path, HttpMethod::Get, "listings", id, summary);
    // The list's query can't be wrong here: what can't be parsed counts as all listings.
    let turn = |path, id, summary| {
        get(path, id, summary)
            .takes([p::id()])
            .redirects("302", "The way to it; at the end of the list, to this one.")
            .fails(&[400, 404, 503])
    };
    vec![
        get(
            "/properties/",
            "listProperties",
            "A page of the list, newest first.",
        )
        .takes(p::list())
        .cached(html_or("PropertyList"))
        .fails(&[400, 404, 503]),
        get(
            "/properties/no-cache/",
            "listPropertiesUncached",
            "The same list straight from the database.",
        )
        .takes(p::list())
        .answers("200", "The page.", html_or("PropertyList"))
        .fails(&[400, 404, 503]),
        get(
            "/properties/places/",
            "listPlaces",
            "The places that listings are in, those with the most first.",
        )
        .takes(p::places())
        .cached(html_or("PlaceList"))
        .fails(&[400, 503]),
        get("/properties/{id}/", "getProperty", "One listing.")
            .takes([p::id(), p::format()])
            .cached(html_or("Property"))
            .fails(&[400, 404, 503]),
        turn(
            "/properties/{id}/next/",
            "getNextProperty",
            "Leads to the listing after this one in a list.",
        ),
        turn(
            "/properties/{id}/previous/",
            "getPreviousProperty",
            "Leads to the listing before this one in a list.",
        ),
    ]
}

/// What programs read: crawlers, feed readers, supervisors.
pub(super) fn machines() -> Vec<Route> {
    let get = |path, id, summary| Route::new(path, HttpMethod::Get, "programs", id, summary);
    let xml = || [text("application/xml; charset=utf-8")];
    vec![
        get(
            "/properties/feed.atom",
            "getFeed",
            "The 50 newest listings of a search (RFC 4287).",
        )
        .takes(p::filter())
        .cached([text("application/atom+xml; charset=utf-8")])
        .fails(&[400, 503]),
        get("/robots.txt", "getRobots", "What crawlers may look at.")
            .cached([text("text/plain; charset=utf-8")])
            .fails(&[400]),
        get("/sitemap.xml", "getSitemap", "The parts of the site map.")
            .cached(xml())
            .fails(&[400, 503]),
        get(
            "/sitemap-{part}.xml",
            "getSitemapPart",
            "The listings of 5,000 numbers.",
        )
        .takes([p::part()])
        .cached(xml())
        .fails(&[400, 404, 503]),
        get("/openapi.json", "getDescription", "This description.")
            .cached([json("")])
            .fails(&[400]),
        get("/healthz", "getHealth", "The program answers.")
            .answers("200", "The program answers.", [text("text/plain")])
            .fails(&[400]),
        get(
            "/readyz",
            "getReadiness",
            "Whether requests may be sent here.",
        )
        .answers("200", "Requests may be sent.", [json("Readiness")])
        .answers(
            "503",
            "Requests may not be sent, and this is why.",
            [json("Readiness")],
        )
        .fails(&[400]),
    ]
}

/// What operators do with the cache. `security` names the ways to log in.
pub(super) fn management(security: &[SecurityRequirement]) -> Vec<Route> {
    let route = |path, method, id, summary| {
        Route::new(path, method, "management", id, summary)
            .secured(security)
            .fails(&[400, 401, 403, 503])
    };
    let get = |path, id, summary| route(path, HttpMethod::Get, id, summary);
    let post = |path, id, summary| route(path, HttpMethod::Post, id, summary).fails(&[413]);
    let done = |route: Route, schema| route.answers("200", "The outcome.", html_or(schema));
    vec![
        get("/properties/cache-status/", "getCacheStatus", "Each level's size and state.")
            .answers("200", "The outcome.", [json("CacheStatus")]),
        done(
            post(
                "/properties/cache-clear/",
                "clearCache",
                "Removes the site's entries from every level and instance.",
            )
            .body("What to clear; without it, everything.", "CacheClear"),
            "CacheCleared",
        ),
        done(
            get(
                "/properties/cache-test/",
                "testCache",
                "Sets, gets, expires and deletes a probe at each level.",
            ),
            "CacheTest",
        ),
        done(
            get(
                "/properties/redis-metrics/",
                "getCacheMetrics",
                "Redis's figures and the levels' own, with advice.",
            ),
            "CacheMetrics",
        ),
        done(
            post(
                "/properties/cache-load-test/",
                "loadTestCache",
                "Sends requests for the list to this instance, and times them.",
            )
            .body("How much load; without it, the defaults.", "LoadTest")
            .fails(&[409]),
            "LoadTestReport",
        ),
        done(
            post(
                "/properties/test-signals/",
                "testSignals",
                "Creates, updates and deletes a probe listing, and checks that the caches follow.",
            ),
            "SignalsTest",
        ),
        done(
            get(
                "/properties/cache-warm/",
                "getCacheWarming",
                "The progress of the current or the last warming.",
            ),
            "CacheWarming",
        ),
        post(
            "/properties/cache-warm/",
            "warmCache",
            "Loads the pages that are requested first. A program waits for the end; a client that accepts HTML is led to \
             a page that shows the progress.",
        )
        .answers("200", "The outcome.", [json("CacheWarmed")])
        .redirects("303", "Warming is under way.")
        .fails(&[409]),
        get(
            "/properties/cache-explain/",
            "explainCache",
            "Why an address is answered as it is: key, tags, what each level has, the last event that ended it.",
        )
        .takes([p::address(), p::format()])
        .answers("200", "The explanation.", html_or("CacheExplained")),
        get("/metrics", "getExposition", "The figures for Prometheus.")
            .answers("200", "The figures.", [text(EXPOSITION_TYPE)]),
    ]
}
