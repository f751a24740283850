//! A server that accepts no more connections.

use std::time::Duration;

use futures_util::future::join_all;
use property_listings::config::PostgresAddress;
use property_listings::db::{Class, Database, GenericClient as _};

use crate::harness::{Plan, Shell, Stopwatch, TestDatabase, create_role, until};

/// A role with a connection limit, and its URL.
async fn limited(database: &TestDatabase, limit: i32) -> (String, String) {
    let role = create_role(database).await;
    database.run(&format!("ALTER ROLE {role} CONNECTION LIMIT {limit}")).await;
    let url = database.url(&role, &database.sockets);
    (role, url)
}

fn pool(url: &str, size: usize) -> Database {
    let address: PostgresAddress = url.parse().expect("an address");
    Database::new(address, size).expect("a pool")
}

/// Runs statements concurrently; asserts that each succeeds.
async fn run(pool: &Database, count: usize) {
    let running = (0..count).map(async |_| {
        let client = pool.client().await.expect("its turn comes");
        client.query_one("SELECT pg_sleep(0.01)", &[]).await.expect("it answers");
    });
    join_all(running).await;
}

#[tokio::test]
async fn requests_wait_for_the_open_connections_when_the_server_takes_no_more() {
    let database = TestDatabase::create().await;
    let (role, url) = limited(&database, 3).await;
    let pool = pool(&url, 8);
    run(&pool, 100).await;
    assert_eq!(pool.pools().map(|pool| pool.open), [0, 3, 0, 0]);
    // When the server accepts more, the pool grows.
    database.run(&format!("ALTER ROLE {role} CONNECTION LIMIT -1")).await;
    until("the pool has grown", async || {
        run(&pool, 50).await;
        pool.pools()[1].open == 8
    })
    .await;
}

#[tokio::test]
async fn a_class_without_any_connection_borrows_one_and_is_refused_at_once_where_none_has_one() {
    let database = TestDatabase::create().await;
    let (_, url) = limited(&database, 1).await;
    let (first, second) = (pool(&url, 2), pool(&url, 2));
    drop(first.client().await.expect("the only connection"));
    for class in [Class::Expensive, Class::Staff] {
        let lent = first.of(class).client().await.expect("it is lent");
        lent.query_one("SELECT 1", &[]).await.expect("it answers");
    }
    let begun = Stopwatch::start();
    let refused = second.client().await.expect_err("there is none for this pool");
    assert!(refused.to_string().contains("too many connections for role"), "{refused}");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn no_class_of_work_takes_the_connections_of_another() {
    let database = TestDatabase::create().await;
    let pool = pool(&database.url("property_listings", &database.sockets), 4);
    for busy in [Class::Staff, Class::Public, Class::Expensive, Class::Unhurried] {
        let clients = (0..pool.connections(busy)).map(async |_| match busy {
            Class::Unhurried => pool.unhurried_client().await,
            _ => pool.of(busy).client().await,
        });
        let held = join_all(clients).await;
        assert!(held.iter().all(Result::is_ok), "{busy:?}");
        for other in [Class::Staff, Class::Public, Class::Expensive] {
            let other_pool = pool.of(other);
            let client = tokio::time::timeout(Duration::from_millis(500), other_pool.client());
            assert_eq!(client.await.is_ok(), other != busy, "{other:?} beside {busy:?}");
        }
    }
}

#[tokio::test]
async fn a_site_at_the_servers_limit_answers_every_request_and_is_ready() {
    let plan = Plan::with_homes(120).await;
    let (_, url) = limited(&plan.database, 6).await;
    let plan = plan.set("DATABASE_URL", url).set("DATABASE_POOL_SIZE", "16");
    let app = plan.without_memory().start().await;
    for _ in 0..2 {
        // Of lists that may be costly, as many as a client's turns are sure to answer in time.
        let paths: Vec<_> = (1..=120).map(|id| format!("/properties/{id}/?format=json")).collect();
        let paths =
            [paths, (1..=4).map(|n| format!("/properties/?min_price={n}")).collect()].concat();
        let asking = join_all(paths.iter().map(|path| app.reader.get(path)));
        let (pages, ready) = tokio::join!(asking, app.get("/readyz"));
        ready.assert_status(200);
        for page in pages {
            page.assert_status(200);
        }
        app.staff().await.get("/admin/properties/").await.assert_status(200);
        app.sql("UPDATE property SET price = price + 1").await;
    }
}

#[tokio::test]
async fn check_says_what_all_instances_need() {
    let plan = Plan::new().await;
    let mut instances = Vec::new();
    for _ in 0..2 {
        instances.push(Plan::on(plan.database.same()).start().await);
    }
    let shell = Shell::of(&plan).set("DATABASE_POOL_SIZE", "600");
    let said = shell.run(&["check", "--deploy", "--format", "json"]);
    let said: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let issues = said["issues"].clone();
    let issues = issues.as_array().expect("a list").iter();
    let mut found = issues.filter(|issue| issue["id"] == "database.W007");
    let found = found.next().unwrap_or_else(|| panic!("it is told: {said}"));
    let problem = found["problem"].as_str().expect("a text");
    assert!(problem.starts_with("2 instance(s) with DATABASE_POOL_SIZE=600"), "{problem}");
    let remedy = found["remedy"].as_str().expect("a text");
    assert!(remedy.starts_with("Raise max_connections to "), "{remedy}");
    assert!(remedy.contains("or lower DATABASE_POOL_SIZE to "), "{remedy}");
}
