//! The memory tier without Redis.

use crate::harness::{App, Plan, Shell, Shows as _, listing, until};

const PATHS: [&str; 5] = [
    "/properties/",
    "/properties/?format=json",
    "/properties/?location=Leith",
    "/properties/1/",
    "/properties/1/?format=json",
];

async fn start() -> App {
    Plan::with_homes(4).await.set("REDIS_URL", "off").start().await
}

async fn warm(app: &App) {
    for path in PATHS {
        app.has_in_memory(path).await;
    }
}

#[tokio::test]
async fn without_redis_a_computed_page_is_stored_in_memory_and_answered_from_it() {
    let app = start().await;
    app.has_heard_of_everything().await;
    for path in PATHS {
        let page = app.get(path).await.assert_status(200);
        let member = page.cache_status().rsplit(", ").next().unwrap_or_default();
        assert_eq!(member, "page-memory; fwd=uri-miss; stored", "{path}");
        app.get(path).await.assert_status(200).assert_memory_hit();
    }
}

#[tokio::test]
async fn without_redis_memory_follows_the_admin_at_once() {
    let app = start().await;
    let staff = app.staff().await;
    for round in 0..3 {
        warm(&app).await;
        let joppa = app.has_in_memory("/properties/?location=Joppa").await;
        let title = format!("Round {round}");
        staff.edit_listing(1, &listing(&title, "1", "Leith")).await;
        for path in PATHS {
            let page = app.get(path).await;
            assert!(page.has(&title), "{path} is stale: {page:?}");
        }
        let page = app.get("/properties/?location=Joppa").await;
        assert!(page.is_memory_hit() && page.body == joppa.body, "{page:?}");
    }
}

#[tokio::test]
async fn without_redis_memory_follows_psql_whatever_the_statement() {
    for (sql, wanted) in [
        ("UPDATE property SET title = 'By psql'", "By psql"),
        (
            "SET session_replication_role = replica; UPDATE property SET title = 'Replicated'",
            "Replicated",
        ),
        (
            "INSERT INTO property (title, description, price, location)
             SELECT 'Bulk ' || n, 'D', 1, 'Leith' FROM generate_series(1, 1500) AS n",
            "Bulk ",
        ),
        ("TRUNCATE property", "No homes"),
        ("DELETE FROM property", "No homes"),
        (
            "BEGIN; DELETE FROM property; INSERT INTO property (title, description, price, location)
             VALUES ('Only one', 'D', 1, 'Leith'); COMMIT",
            "Only one",
        ),
    ] {
        let app = start().await;
        warm(&app).await;
        app.sql(sql).await;
        for path in ["/properties/", "/properties/?format=json", "/properties/?location=Leith"] {
            let query = path.trim_start_matches("/properties/");
            let truth = app.get(&format!("/properties/no-cache/{query}")).await;
            assert!(path.contains("json") || truth.has(wanted), "{sql}: {truth:?}");
            until("the page follows", async || app.get(path).await.assert_status(200).body == truth.body)
            .await;
            app.has_in_memory(path).await;
            for _ in 0..20 {
                assert_eq!(app.get(path).await.body, truth.body, "{sql}: {path}");
            }
        }
        if sql.starts_with("DELETE") {
            for path in ["/properties/1/", "/properties/1/?format=json"] {
                until("the listing is gone", async || app.get(path).await.status == 404).await;
            }
        }
    }
}

#[tokio::test]
async fn without_redis_memory_follows_loaded_data() {
    let app = start().await;
    warm(&app).await;
    let csv = "id,title,description,price,location\n1,Loaded,D,1,Leith\n";
    Shell::beside(&app).run_with(&["loaddata", "-"], csv).done();
    for path in PATHS {
        app.comes_to_show(path, "Loaded").await;
        app.keeps_showing(path, "Loaded").await;
    }
}

#[tokio::test]
async fn instances_without_redis_follow_each_other() {
    let first = start().await;
    let second = first.another().start().await;
    let third = first.another().start().await;
    let staff = first.staff().await;
    for (round, writer) in [&first, &second, &third].into_iter().enumerate() {
        for app in [&first, &second, &third] {
            warm(app).await;
        }
        let title = format!("Round {round}");
        staff.at(&writer.origin).edit_listing(1, &listing(&title, "1", "Leith")).await;
        for path in PATHS {
            assert!(writer.get(path).await.has(&title), "{path} is stale");
        }
        for app in [&first, &second, &third] {
            for path in PATHS {
                app.comes_to_show(path, &title).await;
            }
            app.keeps_showing("/properties/", &title).await;
        }
    }
}

#[tokio::test]
async fn while_redis_is_gone_memory_answers_and_follows_and_nothing_of_before_comes_back_with_it() {
    for silent in [false, true] {
        let (redis, app) = Plan::with_homes(4).await.behind_redis().await;
        warm(&app).await;
        match silent {
            true => redis.hold(),
            false => redis.cut(),
        }
        app.create_without_session(&listing("Saved", "1", "Leith")).await;
        for path in &PATHS[..3] {
            let page = app.get(path).await.assert_status(200);
            assert!(page.has("Saved"), "{path} is stale: {page:?}");
            assert!(app.has_in_memory(path).await.has("Saved"));
        }
        app.sql("UPDATE property SET title = 'By psql' WHERE title = 'Saved'").await;
        for path in &PATHS[..3] {
            app.comes_to_show(path, "By psql").await;
            assert!(app.has_in_memory(path).await.has("By psql"));
        }
        redis.restore();
        until("redis is in use", async || {
            let page = app.get("/properties/?sort=price").await;
            page.shows(["By psql"]);
            app.sql("UPDATE property SET price = price + 1").await;
            page.cache_status().contains("page-redis; fwd=uri-miss")
        })
        .await;
        for path in &PATHS[..3] {
            app.keeps_showing(path, "By psql").await;
        }
    }
}
