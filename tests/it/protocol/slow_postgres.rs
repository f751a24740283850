//! PostgreSQL slow, frozen, restarted: requests end in limited time, and no connection has another request's leftovers.

use std::pin::pin;
use std::time::Duration;

use futures_util::{FutureExt as _, SinkExt as _};
use property_listings::config::PostgresAddress;
use property_listings::db::{Client, Database, DbError, GenericClient as _};

use crate::harness::{
    Browser, Plan, Proxy, Shell, Stopwatch, TestDatabase, eventually_within, listing, until,
};

/// How long a read waits for an answer, and some more for a busy machine.
const BOUND: Duration = Duration::from_secs(5);

fn pool(database: &TestDatabase, size: usize) -> Database {
    Database::new(database.config(), size).expect("a pool")
}

async fn pid(client: &Client) -> i32 {
    client.query_one("SELECT pg_backend_pid()", &[]).await.expect("it answers").get(0)
}

async fn show(client: &Client, name: &str) -> String {
    client.query_one(&format!("SHOW {name}"), &[]).await.expect("it answers").get(0)
}

async fn is_active(database: &TestDatabase, part: &str) -> bool {
    database.value(&format!(
        "SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND state = 'active' AND query LIKE '%{part}%' AND pid <> pg_backend_pid()"
    )).await != "0"
}

#[tokio::test]
async fn pages_are_refused_in_bounded_time_while_postgres_is_frozen_and_served_again_at_once_after()
{
    let (postgres, app) = Plan::with_homes(2).await.behind_postgres().await;
    let path = "/properties/no-cache/";
    for _ in 0..3 {
        app.get(path).await.assert_status(200);
    }
    postgres.hold();
    for _ in 0..2 {
        let start = Stopwatch::start();
        let page = app.get(path).await.assert_status(503);
        assert_ne!(page.header("retry-after"), "", "{page:?}");
        assert!(start.elapsed() < BOUND, "{:?}", start.elapsed());
    }
    postgres.restore();
    app.get(path).await.assert_status(200);
}

#[tokio::test]
async fn a_write_is_refused_in_bounded_time_while_postgres_is_frozen() {
    let (postgres, app) = Plan::with_homes(2).await.behind_postgres().await;
    app.create_without_session(&listing("Before", "1", "Leith")).await;
    postgres.hold();
    let start = Stopwatch::start();
    let err = app.services.editor.create("a test", listing("Refused", "1", "Leith").parsed()).await;
    assert!(err.expect_err("it is frozen").is_unavailable());
    assert!(start.elapsed() < Duration::from_secs(15));
    postgres.restore();
    app.create_without_session(&listing("After", "1", "Leith")).await;
}

#[tokio::test]
async fn the_first_request_after_a_restart_of_postgres_succeeds() {
    let (postgres, app) = Plan::with_homes(2).await.behind_postgres().await;
    let path = "/properties/no-cache/";
    for _ in 0..3 {
        app.get(path).await.assert_status(200);
        postgres.cut();
        app.get(path).await.assert_status(503);
        postgres.restore();
        app.get(path).await.assert_status(200);
    }
    let terminate = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    app.sql(terminate).await;
    app.get(path).await.assert_status(200);
}

#[tokio::test]
async fn a_connection_that_the_server_has_ended_is_given_to_nobody() {
    let database = TestDatabase::create().await;
    let pool = pool(&database, 1);
    for _ in 0..50 {
        let client = pool.client().await.expect("a client");
        let ended = client.execute("SELECT pg_terminate_backend(pg_backend_pid())", &[]).await;
        assert!(matches!(ended, Err(DbError::Unavailable(_))), "{ended:?}");
        drop(client);
        pid(&pool.client().await.expect("another client")).await;
    }
}

#[tokio::test]
async fn work_that_was_given_up_is_ended_and_nobody_waits_for_it() {
    let database = TestDatabase::create().await;
    let pool = pool(&database, 1);
    is_given_up(&database, async || pool.client().await).await;
    is_given_up(&database, async || pool.unhurried_client().await).await;
}

async fn is_given_up(
    database: &TestDatabase,
    client_of: impl AsyncFn() -> Result<Client, DbError>,
) {
    let client = client_of().await.expect("a client");
    let first = pid(&client).await;
    tokio::select! {
        _ = client.query("SELECT pg_sleep(60) AS given_up", &[]) => panic!("it sleeps"),
        () = until("it runs", async || is_active(database, "given_up").await) => {}
    }
    drop(client);
    let start = Stopwatch::start();
    let client = client_of().await.expect("another client");
    assert_ne!(pid(&client).await, first);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    let limit = Duration::from_secs(8);
    let ended = async || (!is_active(database, "given_up").await).then_some(());
    eventually_within(limit, "the server ends it", ended).await;
}

#[tokio::test]
async fn a_rollback_that_nobody_waited_for_does_not_cost_the_connection() {
    let database = TestDatabase::create().await;
    let pool = pool(&database, 1);
    let mut pids = Vec::new();
    for _ in 0..20 {
        let mut client = pool.client().await.expect("a client");
        pids.push(pid(&client).await);
        let transaction = client.transaction().await.expect("begun");
        drop(transaction);
    }
    pids.dedup();
    assert_eq!(pids.len(), 1, "{pids:?}");
}

#[tokio::test]
async fn a_copy_to_the_database_leaves_the_connection_free() {
    let database = TestDatabase::create().await;
    let pool = pool(&database, 1);
    let mut pids = Vec::new();
    for _ in 0..3 {
        let client = pool.unhurried_client().await.expect("a client");
        pids.push(pid(&client).await);
        let copy = "COPY property (title, description, price, location) FROM STDIN";
        let sink = client.copy_in::<_, &[u8]>(copy).await.expect("begun");
        let mut sink = pin!(sink);
        let row: &[u8] = b"T\tD\t1\tLeith\n";
        sink.send(row).await.expect("sent");
        assert_eq!(sink.finish().await.expect("copied"), 1);
    }
    pids.dedup();
    assert_eq!(pids.len(), 1, "{pids:?}");
}

#[tokio::test]
async fn a_read_that_takes_longer_than_anybody_waits_is_refused_and_ended() {
    let database = TestDatabase::create().await;
    let pool = pool(&database, 1);
    let client = pool.client().await.expect("a client");
    let start = Stopwatch::start();
    let slow = client.query("SELECT pg_sleep(60) AS slow", &[]).await;
    let err = slow.expect_err("it sleeps");
    assert!(matches!(err, DbError::TooSlow(_)), "{err}");
    let text = err.to_string();
    assert!(text.ends_with(" s: SELECT pg_sleep(60) AS slow"), "{text}");
    assert!(start.elapsed() < BOUND, "{:?}", start.elapsed());
    drop(client);
    let client = pool.client().await.expect("another client");
    pid(&client).await;
    let ended = async || (!is_active(&database, "slow").await).then_some(());
    eventually_within(Duration::from_secs(8), "the server ends it", ended).await;
}

#[tokio::test]
async fn a_page_whose_statement_takes_too_long_says_so_and_the_log_names_the_statement() {
    let plan = Plan::with_homes(1).await;
    let site = Shell::of(&plan).serve(&["serve"]);
    let staff = Browser::new(&site.origin);
    staff.log_in("ada").await;
    let form = staff.get("/admin/properties/1/change/").await;
    let mut fields = listing("Other", "1", "Leith").fields();
    fields.push(("csrf_token", form.field("csrf_token")));
    for table in ["property", "site_user"] {
        let lock = plan.database.lock(table).await;
        let saving = staff.post("/admin/properties/1/change/", &fields);
        let (list, saved) = tokio::join!(staff.get("/admin/properties/"), saving);
        for page in [list.assert_status(503), saved.assert_status(503)] {
            assert!(page.has("took too long"), "{table}: {page:?}");
            assert_ne!(page.header("retry-after"), "");
        }
        lock.release().await;
    }
    // The line is written after the response.
    until("the log names the statements", async || {
        let log = site.log();
        let texts = ["a statement took too long: ", "FROM property", "UPDATE session"];
        texts.iter().all(|text| log.contains(text))
    })
    .await;
}

#[tokio::test]
async fn a_write_that_waits_too_long_for_a_lock_is_refused() {
    let database = TestDatabase::create().await;
    let insert =
        "INSERT INTO property (title, description, price, location) VALUES ('T', 'D', 1, 'Leith')";
    database.run(insert).await;
    let update = "UPDATE property SET price = price + 1";
    let mut psql = database.psql().await;
    let locking = psql.transaction().await.expect("begun");
    locking.batch_execute(update).await.expect("locked");
    let pool = pool(&database, 1);
    let mut client = pool.client().await.expect("a client");
    let first = pid(&client).await;
    let writing = client.transaction().await.expect("begun");
    let err = writing.batch_execute(update).await;
    let err = err.expect_err("it is locked");
    assert!(matches!(err, DbError::TooSlow(_)), "{err}");
    drop(writing);
    drop(client);
    let client = pool.client().await.expect("a client");
    assert_eq!(pid(&client).await, first, "the connection is healthy");
}

#[tokio::test]
async fn only_unhurried_clients_may_take_long() {
    let database = TestDatabase::create().await;
    let pool = pool(&database, 1);
    let (hurried, unhurried) = (pool.client().await, pool.unhurried_client().await);
    let (hurried, unhurried) = (hurried.expect("a client"), unhurried.expect("a client"));
    for (name, limit) in [
        ("statement_timeout", "10s"),
        ("lock_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "30s"),
    ] {
        assert_eq!(show(&hurried, name).await, limit);
        assert_eq!(show(&unhurried, name).await, "0");
    }
    unhurried.batch_execute("SELECT pg_sleep(4)").await.expect("it waits");
}

#[tokio::test]
async fn requests_beyond_the_queue_are_refused_at_once() {
    let database = TestDatabase::create().await;
    let pool = pool(&database, 1);
    let client = pool.client().await.expect("a client");
    let mut waiting: Vec<_> = (0..16).map(|_| Box::pin(pool.client())).collect();
    for one in &mut waiting {
        assert!(one.now_or_never().is_none(), "it waits");
    }
    let refused = pool.client().now_or_never().expect("it does not wait");
    assert!(matches!(refused, Err(DbError::Unavailable(_))));
    drop(client);
    for one in waiting {
        // Each returns its connection to the next.
        drop(one.await.expect("its turn comes"));
    }
}

#[tokio::test]
async fn nobody_waits_for_a_connection_without_limit() {
    let database = TestDatabase::create().await;
    let pool = pool(&database, 1);
    let _kept = pool.client().await.expect("a client");
    let start = Stopwatch::start();
    let late = pool.client().await;
    assert!(matches!(late, Err(DbError::Unavailable(_))));
    assert!(start.elapsed() < BOUND, "{:?}", start.elapsed());
}

#[tokio::test]
async fn of_several_hosts_the_one_that_answers_is_used() {
    let database = TestDatabase::create().await;
    let postgres = Proxy::to_postgres();
    let hosts = format!("/nonexistent,{}", postgres.directory());
    let url = database.url("property_listings", &hosts);
    let config = format!("{url} target_session_attrs=read-write");
    let address: PostgresAddress = config.parse().expect("a configuration");
    let pool = Database::new(address, 1).expect("a pool");
    pid(&pool.client().await.expect("a client")).await;
}
