//! Redis slow, unreachable, or wiped: pages stay right, and no old entry is served again.

use std::time::Duration;

use crate::harness::{App, OwnRedis, Plan, Shows as _, Stopwatch, listing, spawn_homes, until};

/// Asserts that every response is new before and after the cache is used again.
async fn stays_new_and_becomes_a_hit(app: &App, path: &str, new: &str) {
    until("pages are hits again", async || {
        let page = app.get(path).await.assert_status(200);
        page.shows([new]);
        page.is_hit()
    })
    .await;
}

#[tokio::test]
async fn a_site_without_redis_computes_every_page() {
    for url in ["off", "redis://127.0.0.1:1/0", "redis+unix:///nonexistent/redis.sock"] {
        let app = Plan::with_homes(2).await.without_memory().set("REDIS_URL", url).start().await;
        let staff = app.staff().await;
        for round in 0..2 {
            let page = app.get("/properties/").await.assert_status(200);
            assert!(page.cache_status().contains("fwd=bypass"), "{url}: {page:?}");
            let title = format!("Round {round}");
            staff.edit_listing(1, &listing(&title, "1", "Leith")).await;
            assert!(app.get("/properties/1/").await.has(&title));
        }
    }
}

#[tokio::test]
async fn what_was_written_while_redis_was_gone_is_not_stale_when_it_returns_with_its_data() {
    let (redis, app) = Plan::new().await.without_memory().homes(2).await.behind_redis().await;
    app.get("/properties/").await;
    assert!(app.get("/properties/").await.is_hit());
    redis.cut();
    app.get("/properties/").await.assert_status(200).assert_no_hit();
    app.create_without_session(&listing("Mended", "1", "Leith")).await;
    assert!(app.get("/properties/").await.has("Mended"));
    redis.restore();
    stays_new_and_becomes_a_hit(&app, "/properties/", "Mended").await;
    // The same applies to a write with psql.
    app.get("/properties/1/").await;
    redis.cut();
    app.get("/properties/1/").await.assert_status(200);
    app.sql("UPDATE property SET title = 'By psql'").await;
    redis.restore();
    stays_new_and_becomes_a_hit(&app, "/properties/1/", "By psql").await;
}

#[tokio::test]
async fn a_redis_that_hangs_costs_a_moment_and_no_stale_page() {
    let (redis, app) = Plan::new().await.without_memory().homes(2).await.behind_redis().await;
    app.get("/properties/").await;
    let staff = app.staff().await;
    redis.hold();
    let started = Stopwatch::start();
    app.get("/properties/").await.assert_status(200);
    assert!(started.elapsed() < Duration::from_secs(3));
    let started = Stopwatch::start();
    for _ in 0..20 {
        assert!(!app.get("/properties/").await.assert_status(200).is_hit());
    }
    assert!(started.elapsed() < Duration::from_secs(3), "each waits");
    staff.edit_listing(1, &listing("Mended", "1", "Leith")).await;
    assert!(app.get("/properties/").await.has("Mended"));
    redis.restore();
    stays_new_and_becomes_a_hit(&app, "/properties/", "Mended").await;
}

#[tokio::test]
async fn a_redis_that_hangs_during_a_write_does_not_answer_with_the_old_page_later() {
    let (redis, app) = Plan::new().await.without_memory().homes(2).await.behind_redis().await;
    let staff = app.staff().await;
    let token = staff.csrf_token().await;
    app.get("/properties/").await;
    redis.hold();
    let mut fields = listing("Mended", "1", "Leith").fields();
    fields.push(("csrf_token", token));
    staff.post("/admin/properties/1/change/", &fields).await.assert_status(303);
    redis.restore();
    stays_new_and_becomes_a_hit(&app, "/properties/", "Mended").await;
}

#[tokio::test]
async fn a_redis_that_is_killed_and_starts_empty_is_used_again() {
    let mut redis = OwnRedis::start(&[]).await;
    let app =
        Plan::with_homes(2).await.without_memory().set("REDIS_URL", redis.url()).start().await;
    app.get("/properties/").await;
    let staff = app.staff().await;
    redis.kill();
    app.get("/properties/").await.assert_status(200);
    staff.edit_listing(1, &listing("Mended", "1", "Leith")).await;
    assert!(app.get("/properties/").await.has("Mended"));
    redis.begin().await;
    stays_new_and_becomes_a_hit(&app, "/properties/", "Mended").await;
}

#[tokio::test]
async fn a_redis_that_is_wiped_forgets_and_lies_about_nothing() {
    let redis = OwnRedis::start(&[]).await;
    let app =
        Plan::with_homes(2).await.without_memory().set("REDIS_URL", redis.url()).start().await;
    let staff = app.staff().await;
    for round in 0..3 {
        app.get("/properties/").await;
        assert!(app.get("/properties/").await.is_hit());
        redis.cli().await.run::<()>(&["FLUSHALL"]).await;
        app.get("/properties/").await.assert_status(200).assert_no_hit();
        let title = format!("Round {round}");
        staff.edit_listing(1, &listing(&title, "1", "Leith")).await;
        assert!(app.get("/properties/").await.has(&title));
        stays_new_and_becomes_a_hit(&app, "/properties/", &title).await;
    }
}

#[tokio::test]
async fn a_write_is_heard_of_after_the_listening_connection_was_cut() {
    let app = spawn_homes(2).await;
    app.get("/properties/").await;
    for round in 0..3 {
        let title = format!("Round {round}");
        app.sql(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'property-listings events';
             UPDATE property SET title = '{title}' WHERE id = 1"
        )).await;
        until("the write shows", async || app.get("/properties/").await.has(&title)).await;
    }
}
