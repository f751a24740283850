//! Following the event log: dead connections, other databases' ids, unreadable entries.

use std::process::Command;
use std::time::Duration;

use crate::harness::{
    App, OwnRedis, Plan, Shows as _, TestDatabase, eventually, listing, spawn_homes, spawn_staffed,
    until, until_within,
};

/// The backends that read the log, and that listen, for the only site on a database.
const READER: &str = "SELECT coalesce(string_agg(pid::text, E'\n'), '') FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'idle' AND application_name = 'property-listings log'";
const LISTENER: &str = "SELECT coalesce(string_agg(pid::text, E'\n'), '') FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'idle' AND application_name = 'property-listings events'";

/// A backend that is frozen until this is dropped: creating a database waits for every backend of the server.
struct Stopped(String);

impl Stopped {
    fn new(pid: String) -> Self {
        let status = Command::new("kill").args(["-STOP", &pid]).status();
        assert!(status.expect("kill runs").success(), "kill -STOP {pid}");
        Self(pid)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-CONT", &self.0]).status();
    }
}

/// A write is seen in time though a backend does not answer any more.
async fn a_write_is_seen_without(backend: &str) {
    let app = spawn_homes(2).await;
    app.has_heard_of_everything().await;
    let pid = eventually("the backend is known", async || {
        let pid = app.sql(backend).await;
        (!pid.is_empty()).then_some(pid)
    })
    .await;
    app.get("/properties/").await;
    let stopped = Stopped::new(pid.clone());
    app.sql("UPDATE property SET title = 'Unheard of' WHERE id = 1").await;
    let seen = until_within(Duration::from_secs(12), "the write is seen", async || {
        app.get("/properties/").await.has("Unheard of")
    });
    seen.await;
    let replaced = until_within(Duration::from_secs(12), "another backend is there", async || {
        let pids = app.sql(backend).await;
        pids.lines().any(|other| other != pid)
    });
    replaced.await;
    drop(stopped);
}

#[tokio::test]
async fn a_dead_connection_to_the_log_is_replaced_and_what_it_missed_is_seen() {
    a_write_is_seen_without(READER).await;
}

#[tokio::test]
async fn a_dead_connection_that_listens_is_replaced_and_what_it_missed_is_seen() {
    a_write_is_seen_without(LISTENER).await;
}

/// A site with its own database, and with another site's prefix and Redis.
async fn app_on(redis: &OwnRedis, database: TestDatabase) -> App {
    let plan = Plan::on(database).set("REDIS_URL", redis.url());
    plan.set("CACHE_KEY_PREFIX", "shared").homes(2).await.start().await
}

#[tokio::test]
async fn events_of_another_database_with_the_same_numbers_are_not_taken_for_applied() {
    let redis = OwnRedis::start(&[]).await;
    let first = app_on(&redis, TestDatabase::create().await).await;
    for price in 1..=6 {
        first.database.run(&format!("UPDATE property SET price = {price} WHERE id = 1")).await;
    }
    first.has_heard_of_everything().await;
    drop(first.stop());

    let second = app_on(&redis, TestDatabase::create().await).await;
    for price in ["100", "200", "300", "400"] {
        second.get("/properties/1/").await;
        second.database.run(&format!("UPDATE property SET price = {price} WHERE id = 1")).await;
        let follows = until_within(Duration::from_secs(3), "the write is seen", async || {
            second.get("/properties/1/").await.has(&format!("value=\"{price}.00\""))
        });
        follows.await;
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_read_makes_everything_void_and_stops_nothing() {
    let app = spawn_homes(2).await;
    app.has_heard_of_everything().await;
    app.get("/properties/1/").await;
    app.sql("INSERT INTO event_log (kind, entity, entity_id, after, actor)
        VALUES ('created', 'listing', 1, '{}', 'x'), ('created', 'photo', 1, '{}', 'x'); NOTIFY property_event").await;
    until("the page is void", async || !app.get("/properties/1/").await.is_hit()).await;
    app.has_heard_of_everything().await;
}

#[tokio::test]
async fn a_long_transaction_elsewhere_leaves_pages_hits_after_the_event_was_applied() {
    let app = spawn_homes(2).await;
    let elsewhere = TestDatabase::create().await;
    let long = elsewhere.psql().await;
    long.batch_execute("BEGIN; SELECT pg_current_xact_id()").await.expect("begun");
    app.sql("UPDATE property SET title = 'Once' WHERE id = 1").await;
    app.has_heard_of_everything().await;
    app.get("/properties/1/").await.assert_status(200);
    // Each of these reads the log again, from the position that the long transaction holds back.
    for _ in 0..5 {
        app.has_heard_of_everything().await;
        app.get("/properties/1/").await.assert_hit().shows(["Once"]);
    }
    long.batch_execute("ROLLBACK").await.expect("ended");
}

/// Events behind a transaction that stays open: more than are applied individually.
#[tokio::test]
async fn a_backlog_behind_an_open_transaction_is_applied_once() {
    let first = spawn_homes(40).await;
    let second = first.another().start().await;
    let elsewhere = TestDatabase::create().await;
    let long = elsewhere.psql().await;
    long.batch_execute("BEGIN; SELECT pg_current_xact_id()").await.expect("begun");
    let rows = "INSERT INTO property (title, description, price, location)
        SELECT 'Row', 'D', n, 'Granton' FROM generate_series(1, 1000) AS n";
    first.database.run(rows).await;
    for price in 1..=11 {
        let sql = format!("UPDATE property SET price = {price} WHERE location = 'Granton'");
        first.database.run(&sql).await;
    }
    assert_eq!(first.database.value("SELECT count(*) > 10000 FROM event_log").await, "t");
    let paths: Vec<_> = (1..=20).map(|id| format!("/properties/{id}/")).collect();
    for app in [&first, &second] {
        app.has_heard_of_everything().await;
        for path in &paths {
            app.has_in_memory(path).await;
        }
    }
    for round in 0..5 {
        let sql = format!("UPDATE property SET title = 'Round {round}' WHERE id = 40");
        first.database.run(&sql).await;
        for app in [&first, &second] {
            app.comes_to_show("/properties/40/", &format!("Round {round}")).await;
            app.has_heard_of_everything().await;
            for path in &paths {
                app.get(path).await.assert_memory_hit();
            }
        }
    }
    long.batch_execute("ROLLBACK").await.expect("ended");
}

#[tokio::test]
async fn a_request_in_flight_does_not_undo_a_logout() {
    let (app, staff) = spawn_staffed(2).await;
    let elsewhere = staff.at(&app.origin);
    let form = staff.get("/admin/properties/1/change/").await;
    let mut fields = listing("Late", "1", "Leith").fields();
    fields.extend(form.fields(["csrf_token", "version"]));
    let holder = app.database.psql().await;
    holder
        .batch_execute("BEGIN; SELECT FROM property WHERE id = 1 FOR UPDATE")
        .await
        .expect("held");
    let saving = async { staff.post("/admin/properties/1/change/", &fields).await };
    let log_out = async {
        app.database.has_waiting(1).await;
        elsewhere.log_out().await.assert_status(303);
        holder.batch_execute("ROLLBACK").await.expect("released");
    };
    let (saved, ()) = tokio::join!(saving, log_out);
    saved.assert_status(303);
    assert_eq!(app.sql("SELECT count(*) FROM session").await, "0");
    staff.get("/admin/").await.assert_status(302);
}

#[tokio::test]
async fn what_no_page_or_file_can_say_is_refused_by_the_table() {
    let database = TestDatabase::create().await;
    let client = database.psql().await;
    for (columns, values) in [
        ("created_at", "'infinity'"),
        ("updated_at", "'-infinity'"),
        ("created_at", "'10000-01-01 00:00Z'"),
        ("id", "0"),
        ("id", "9007199254740992"),
        ("price", "'NaN'"),
    ] {
        let columns_before = if columns == "price" { "" } else { "price, " };
        let price = if columns == "price" { "" } else { "1, " };
        let sql = format!(
            "INSERT INTO property (title, description, location, {columns_before}{columns})
             VALUES ('T', 'D', 'L', {price}{values})"
        );
        let err = client.batch_execute(&sql).await.expect_err(values);
        assert!(err.as_db_error().is_some_and(|err| err.constraint().is_some()), "{sql}: {err:?}");
    }
    for text in ["U&'x\\00a0'", "U&'\\2028'", "U&'\\3000x'", "E'x\\n'"] {
        assert!(client.batch_execute(&format!(
            "INSERT INTO property (title, description, price, location) VALUES ({text}, 'D', 1, 'L')"
        )).await.is_err(), "{text}");
    }
}
