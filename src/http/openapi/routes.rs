//! The description of every operation.

use utoipa::openapi::HttpMethod;
use utoipa::openapi::security::SecurityRequirement;

use super::parameters as p;
use super::route::{Route, html_or, json, text};
use crate::services::EXPOSITION_TYPE;

/// The list and the pages of listings.
pub(super) fn listings() -> Vec<Route> {
    let get = |path, id, summary| Route::new(path, HttpMethod::Get, "listings", id, summary);
    // The query can't be invalid here: an invalid one counts as all listings.
    let turn = |path, id, summary| {
        get(path, id, summary)
            .takes([p::id()])
            .redirects("302", "Redirect to that listing; at the end of the list, to this one.")
            .fails(&[400, 404, 410, 503])
    };
    vec![
        get("/properties/", "listProperties", "A page of the list, newest first.")
            .takes(p::list())
            .cached(html_or("PropertyList"))
            .fails(&[400, 404, 503]),
        get(
            "/properties/no-cache/",
            "listPropertiesUncached",
            "The same list, directly from the database.",
        )
        .takes(p::list())
        .answers("200", "The page.", html_or("PropertyList"))
        .fails(&[400, 404, 503]),
        get(
            "/properties/places/",
            "listPlaces",
            "The places with their numbers of listings, the largest first.",
        )
        .takes(p::places())
        .cached(html_or("PlaceList"))
        .fails(&[400, 503]),
        get(
            "/properties/facets/",
            "listFacets",
            "For each value that filters offer, the number of listings in the list that has this value in the place of the \
            filter's own.",
        )
        .takes(p::filter())
        .cached([json("FacetList")])
        .fails(&[400, 503]),
        get("/properties/{id}/", "getProperty", "One listing.")
            .takes([p::id(), p::format()])
            .cached(html_or("Property"))
            .fails(&[400, 404, 410, 503]),
        get(
            "/shortlist/",
            "compareProperties",
            "Several listings, in the order of the request, to compare their facts.",
        )
        .takes(p::shortlist())
        .cached(html_or("Shortlist"))
        .fails(&[400, 503]),
        turn(
            "/properties/{id}/next/",
            "getNextProperty",
            "Redirects to the next listing in a list.",
        ),
        turn(
            "/properties/{id}/previous/",
            "getPreviousProperty",
            "Redirects to the previous listing in a list.",
        ),
    ]
}

/// URLs for programs: crawlers, feed readers, supervisors.
pub(super) fn machines() -> Vec<Route> {
    let get = |path, id, summary| Route::new(path, HttpMethod::Get, "programs", id, summary);
    let xml = || [text("application/xml; charset=utf-8")];
    let photo = |path, id, media_type| {
        get(path, id, "A file of a photo. It never changes.")
            .takes(p::photo())
            .answers("200", "The picture.", [text(media_type)])
            .fails(&[400, 404])
    };
    vec![
        get("/properties/feed.atom", "getFeed", "The 50 newest listings of a search (RFC 4287).")
            .takes(p::filter())
            .cached([text("application/atom+xml; charset=utf-8")])
            .fails(&[400, 503]),
        photo("/media/{hash}/{width}.webp", "getPhotoWebp", "image/webp"),
        photo("/media/{hash}/{width}.jpg", "getPhotoJpeg", "image/jpeg"),
        get("/robots.txt", "getRobots", "The rules for crawlers.")
            .cached([text("text/plain; charset=utf-8")])
            .fails(&[400]),
        get("/sitemap.xml", "getSitemap", "The parts of the sitemap.")
            .cached(xml())
            .fails(&[400, 503]),
        get("/sitemap-{part}.xml", "getSitemapPart", "The listings of 5,000 ids.")
            .takes([p::part()])
            .cached(xml())
            .fails(&[400, 404, 503]),
        get("/openapi.json", "getDescription", "This API description.")
            .cached([json("")])
            .fails(&[400]),
        get("/healthz", "getHealth", "The program is running.").answers(
            "200",
            "The program is running.",
            [text("text/plain")],
        ),
        get("/readyz", "getReadiness", "Whether the instance is ready for requests.")
            .answers("200", "The instance is ready.", [json("Readiness")])
            .answers("503", "The instance is not ready, with the reason.", [json("Readiness")]),
    ]
}

/// The management endpoints. `security` are the ways to log in.
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
        get("/properties/cache-status/", "getCacheStatus", "Size and state of each cache level.")
            .answers("200", "The outcome.", [json("CacheStatus")]),
        done(
            post(
                "/properties/cache-clear/",
                "clearCache",
                "Removes the site's entries from every level and instance.",
            )
            .body("What to clear; without a body, everything.", "CacheClear"),
            "CacheCleared",
        ),
        done(
            get(
                "/properties/cache-test/",
                "testCache",
                "Sets, gets, expires and deletes a test entry at each level.",
            ),
            "CacheTest",
        ),
        done(
            get(
                "/properties/redis-metrics/",
                "getCacheMetrics",
                "Statistics of Redis and of the cache levels, with advice.",
            ),
            "CacheMetrics",
        ),
        done(
            post(
                "/properties/cache-load-test/",
                "loadTestCache",
                "Requests the list from this instance many times, and measures response times.",
            )
            .body("The options; without a body, the defaults.", "LoadTest")
            .fails(&[409]),
            "LoadTestReport",
        ),
        done(
            post(
                "/properties/test-signals/",
                "testSignals",
                "Creates, updates and deletes a test listing, and checks that the caches are updated.",
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
            "Loads the pages that are requested first. A program waits for the end; a client that accepts HTML is \
             redirected to a page that shows the progress.",
        )
        .answers("200", "The outcome.", [json("CacheWarmed")])
        .redirects("303", "Warming is in progress.")
        .fails(&[409]),
        get(
            "/properties/cache-explain/",
            "explainCache",
            "Explains how a URL would be answered: key, tags, the entry of each level, and the last event that \
            invalidated it.",
        )
        .takes([p::address(), p::format()])
        .answers("200", "The explanation.", html_or("CacheExplained")),
        get("/metrics", "getExposition", "Metrics for Prometheus.")
            .answers("200", "The figures.", [text(EXPOSITION_TYPE)]),
    ]
}
