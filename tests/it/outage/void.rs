//! Pages that were invalid or missing before an outage are not served during it.

use crate::harness::{App, Page, Plan, Proxy, Shows as _, listing, until};

const SHOWING: [&str; 4] = [
    "/properties/",
    "/properties/?location=Leith&format=json",
    "/properties/1/",
    "/properties/1/?format=json",
];

async fn app_behind(postgres: &Proxy, redis: Option<&str>) -> App {
    let plan = Plan::with_homes(4).await;
    let plan = plan.behind(postgres);
    match redis {
        Some(redis) => plan.set("REDIS_URL", redis).start().await,
        None => plan.start().await,
    }
}

fn is_refused(page: Page) {
    let page = page.assert_status(503);
    let seconds = page.header("retry-after").parse::<u64>();
    assert!(seconds.is_ok_and(|seconds| seconds > 0), "{page:?}");
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.header("etag").is_empty() && page.header("age").is_empty());
    page.hides(["Home 1"]);
}

async fn warm(app: &App) {
    for path in SHOWING {
        app.has_in_memory(path).await;
    }
    app.has_in_memory("/properties/2/").await;
}

/// Asserts that no old page is served during the outage, even after several requests.
async fn are_refused(app: &App) {
    for _ in 0..3 {
        for path in SHOWING {
            is_refused(app.get(path).await);
        }
    }
}

#[tokio::test]
async fn what_a_save_made_void_is_refused_and_what_it_did_not_touch_keeps_coming() {
    for redis in [None, Some("off")] {
        let postgres = Proxy::to_postgres();
        let app = app_behind(&postgres, redis).await;
        let staff = app.staff().await;
        warm(&app).await;
        staff.edit_listing(1, &listing("Mended", "1", "Leith")).await;
        postgres.cut();
        are_refused(&app).await;
        app.get("/properties/2/").await.assert_status(200).assert_hit();
        postgres.restore();
        for path in SHOWING {
            app.get(path).await.assert_status(200).shows(["Mended"]);
        }
    }
}

#[tokio::test]
async fn what_psql_made_void_before_the_outage_is_refused() {
    for redis in [None, Some("off")] {
        let postgres = Proxy::to_postgres();
        let app = app_behind(&postgres, redis).await;
        warm(&app).await;
        app.sql("UPDATE property SET title = 'Mended' WHERE id = 1").await;
        app.has_heard_of_everything().await;
        postgres.cut();
        are_refused(&app).await;
    }
}

#[tokio::test]
async fn what_was_cleared_is_refused() {
    for redis in [None, Some("off")] {
        let postgres = Proxy::to_postgres();
        let app = app_behind(&postgres, redis).await;
        warm(&app).await;
        app.services.management.clear("a test").await.expect("cleared");
        postgres.cut();
        are_refused(&app).await;
        is_refused(app.get("/properties/2/").await);
    }
}

#[tokio::test]
async fn what_another_instance_cleared_is_refused() {
    for redis in [None, Some("off")] {
        let postgres = Proxy::to_postgres();
        let app = app_behind(&postgres, redis).await;
        let other = app.another().unheld().start().await;
        warm(&app).await;
        other.services.management.clear("a test").await.expect("cleared");
        until("the memory is empty", async || {
            app.services.management.status().await["levels"]["page_memory"]["entries"] == 0
        })
        .await;
        postgres.cut();
        are_refused(&app).await;
    }
}

#[tokio::test]
async fn what_is_cleared_during_the_outage_is_refused_from_then_on() {
    for redis in [None, Some("off")] {
        let postgres = Proxy::to_postgres();
        let app = app_behind(&postgres, redis).await;
        warm(&app).await;
        postgres.cut();
        assert!(app.get("/properties/").await.assert_status(200).is_hit());
        // Other instances can't be told, which is reported to the operator.
        let cleared = app.services.management.clear("a test").await;
        assert!(cleared.expect_err("the log can't be written").is_unavailable());
        are_refused(&app).await;
    }
}

#[tokio::test]
async fn pages_that_were_never_computed_are_refused_in_the_format_that_was_asked_for() {
    for redis in [None, Some("off")] {
        let postgres = Proxy::to_postgres();
        let app = app_behind(&postgres, redis).await;
        app.has_in_memory("/properties/").await;
        postgres.cut();
        for path in ["/properties/1/", "/properties/?min_price=7", "/properties/no-cache/"] {
            let html = app.get(path).await;
            assert!(html.header("content-type").starts_with("text/html"), "{html:?}");
            is_refused(html);
            let json = app.reader.get_with(path, &[("accept", "application/json")]).await;
            assert_eq!(json.header("content-type"), "application/problem+json");
            assert_eq!(json.json()["status"], 503);
            is_refused(json);
        }
        postgres.restore();
        // The refusal is not stored.
        for path in ["/properties/1/", "/properties/?min_price=7"] {
            app.get(path).await.assert_status(200);
        }
    }
}
