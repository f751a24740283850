//! Two releases on one PostgreSQL and one Redis.

use crate::harness::{App, Plan, Shows as _};

/// Two releases without a memory tier; the second one uses another version of data.
async fn releases(data: &'static str) -> (App, App) {
    let plan = Plan::with_homes(3).await.without_memory();
    let old = plan.release("old", "data-1").start().await;
    let new = old.another().release("new", data).start().await;
    (old, new)
}

const PATHS: [&str; 3] = ["/properties/", "/properties/1/", "/properties/feed.atom"];

#[tokio::test]
async fn releases_leave_each_others_pages_alone_and_share_data_of_one_version() {
    let (old, new) = releases("data-1").await;
    for path in PATHS {
        assert!(
            old.cache_status(path).await.contains("page-redis; fwd=uri-miss; stored"),
            "{path}"
        );
        let status = new.cache_status(path).await;
        assert!(status.starts_with("queryset; hit"), "{path}: {status}");
        assert!(status.contains("page-redis; fwd=uri-miss; stored"), "{path}: {status}");
    }
    // Each finds its own entries, however often the other one requests the page.
    for app in [&old, &new, &old, &new] {
        for path in PATHS {
            let status = app.cache_status(path).await;
            assert!(status.starts_with("page-redis; hit"), "{path}: {status}");
        }
    }
    let versions = |keys: Vec<String>| {
        let mut ends: Vec<_> = keys.iter().filter_map(|key| key.rsplit('#').next()).collect();
        ends.dedup();
        ends.join(" ")
    };
    for key in old.keys("page").await {
        assert!(key.ends_with("#old") || key.ends_with("#new"), "{key}");
    }
    for family in ["all_properties", "property_count"] {
        assert_eq!(versions(old.keys(family).await), "data-1", "{family}");
    }
}

#[tokio::test]
async fn releases_leave_each_others_data_of_other_versions_alone() {
    let (old, new) = releases("data-2").await;
    for app in [&old, &new] {
        for path in PATHS {
            let status = app.cache_status(path).await;
            assert!(!status.contains("queryset; hit"), "{path}: {status}");
        }
    }
    for app in [&old, &new] {
        for path in PATHS {
            let status = app.cache_status(path).await;
            assert!(status.starts_with("page-redis; hit"), "{path}: {status}");
        }
    }
    let [first, second] = ["#data-1", "#data-2"];
    let keys = old.keys("all_properties").await;
    let of = |end: &str| keys.iter().filter(|key| key.ends_with(end)).count();
    assert_eq!(of(first), of(second), "{keys:?}");
}

#[tokio::test]
async fn a_write_through_one_release_is_seen_at_once_through_all() {
    let (old, new) = releases("data-2").await;
    for (at, app) in [&old, &new, &old].into_iter().enumerate() {
        for reader in [&old, &new] {
            for path in PATHS {
                reader.get(path).await.assert_status(200);
            }
        }
        let title = format!("Renamed {at}");
        app.sql(&format!("UPDATE property SET title = '{title}' WHERE id = 1")).await;
        for reader in [&old, &new] {
            for path in PATHS {
                reader.comes_to_show(path, &title).await;
            }
        }
    }
    // A clear through one release clears the entries of both.
    for reader in [&old, &new] {
        reader.get("/properties/").await.assert_status(200);
    }
    old.services.management.clear("a test").await.expect("cleared");
    for family in ["page", "all_properties", "property_count"] {
        assert_eq!(old.keys(family).await, Vec::<String>::new());
    }
    old.get("/properties/").await.shows(["Renamed 2"]);
}
