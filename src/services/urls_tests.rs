//! Tests of the table of URLs.

use std::collections::HashSet;

use super::*;

#[test]
fn every_address_belongs_to_its_family() {
    for (path, route) in [
        ("/", Route::List),
        ("/properties/", Route::List),
        ("/properties/places/", Route::List),
        ("/properties/facets/", Route::List),
        ("/properties/no-cache/", Route::Uncached),
        ("/properties/7/", Route::Detail),
        ("/properties/7/next/", Route::Detail),
        ("/shortlist/", Route::Detail),
        ("/properties/feed.atom", Route::Machine),
        ("/sitemap.xml", Route::Machine),
        ("/sitemap-3.xml", Route::Machine),
        ("/static/site.css", Route::Static),
        ("/media/0f0f/320.webp", Route::Media),
        ("/admin/properties/", Route::Admin),
        ("/properties/cache-status/", Route::Management),
        ("/properties/redis-metrics/events/", Route::Management),
        ("/metrics", Route::Management),
        ("/readyz", Route::Health),
        ("/wp-login.php", Route::Other),
        ("/administrator", Route::Other),
        ("/admin", Route::Admin),
        ("/admin/nothing/", Route::Admin),
        ("/properties/x/", Route::Other),
        ("", Route::Other),
    ] {
        assert_eq!(route_of(path), route, "{path}");
    }
}

#[test]
fn a_path_leads_to_its_url_and_parameter() {
    let found = |path| find(path).map(|(url, parameter)| (url.pattern, parameter));
    assert_eq!(found("/properties/"), Some(("/properties/", "")));
    assert_eq!(found("/properties/7/"), Some(("/properties/{id}/", "7")));
    assert_eq!(found("/sitemap-0.xml"), Some(("/sitemap-{part}.xml", "0")));
    assert_eq!(found("/static/a/b.css"), Some(("/static/{name}", "a/b.css")));
    assert_eq!(found("/media/0f/320.jpg"), Some(("/media/{hash}/{width}.jpg", "0f")));
    let version = "/admin/properties/7/history/9/restore/";
    let pattern = "/admin/properties/{id}/history/{event}/restore/";
    assert_eq!(found(version), Some((pattern, "7")));
    for path in
        ["/properties", "/properties//", "/properties/7", "/sitemap-.xml", "/static/", "//", "/x"]
    {
        assert_eq!(found(path), None, "{path}");
    }
}

#[test]
fn no_url_is_declared_twice() {
    let patterns: HashSet<_> = URLS.iter().map(|url| url.pattern).collect();
    let addresses: HashSet<_> = URLS.iter().map(|url| format!("{:?}", url.address)).collect();
    assert_eq!((patterns.len(), addresses.len()), (URLS.len(), URLS.len()));
}
