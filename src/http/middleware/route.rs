//! Which family of addresses a path belongs to.

use crate::services::Route;

/// The family of a path; what is at the address, if anything, does not matter.
pub(in crate::http) fn route_of(path: &str) -> Route {
    match path {
        "/" | "/properties/" | "/properties/places/" => return Route::List,
        "/properties/no-cache/" => return Route::Uncached,
        "/healthz" | "/readyz" => return Route::Health,
        "/robots.txt" | "/openapi.json" | "/properties/feed.atom" => return Route::Machine,
        "/metrics" => return Route::Management,
        _ => {}
    }
    if path.starts_with("/sitemap") {
        return Route::Machine;
    }
    if path.starts_with("/static/") {
        return Route::Static;
    }
    if path == "/admin" || path.starts_with("/admin/") {
        return Route::Admin;
    }
    match path.strip_prefix("/properties/") {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => Route::Detail,
        Some(rest) if is_management(rest) => Route::Management,
        _ => Route::Other,
    }
}

fn is_management(name: &str) -> bool {
    ["cache-", "redis-metrics", "test-signals"]
        .iter()
        .any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_belongs_to_its_family() {
        for (path, route) in [
            ("/", Route::List),
            ("/properties/", Route::List),
            ("/properties/places/", Route::List),
            ("/properties/no-cache/", Route::Uncached),
            ("/properties/7/", Route::Detail),
            ("/properties/7/next/", Route::Detail),
            ("/properties/feed.atom", Route::Machine),
            ("/sitemap.xml", Route::Machine),
            ("/sitemap-3.xml", Route::Machine),
            ("/static/site.css", Route::Static),
            ("/admin/properties/", Route::Admin),
            ("/properties/cache-status/", Route::Management),
            ("/properties/redis-metrics/events/", Route::Management),
            ("/metrics", Route::Management),
            ("/readyz", Route::Health),
            ("/wp-login.php", Route::Other),
            ("/administrator", Route::Other),
            ("", Route::Other),
        ] {
            assert_eq!(route_of(path), route, "{path}");
        }
    }
}
