//! The log is trimmed without affecting any cache, and the history is partitioned by month and kept as long as
//! configured.

use property_listings::db::event_replay::{self, LogSlice, Replay};
use property_listings::db::{Connection, connect};
use property_listings::domain::LogPosition;

use crate::harness::{App, Plan, Shows as _, TestDatabase, database, spawn_homes, until};

const EVENTS: &str = "SELECT count(*) FROM event_log";

/// A hundred and fifty events, each in its own transaction.
const WRITES: &str = "DO $$ BEGIN FOR n IN 1..150 LOOP
    UPDATE property SET price = n, title = 'Title ' || n WHERE id = 1; COMMIT; END LOOP; END $$";

/// Trims the log as if a day had passed since all ended transactions.
async fn trim_after_a_day(database: &TestDatabase) {
    // Older transactions of other tests prevent trimming.
    until("the log is trimmed", async || {
        let sql = "DELETE FROM event_log_mark; SELECT event_log_upkeep(0);
            UPDATE event_log_mark SET at = at - interval '25 hours'; SELECT event_log_upkeep(0)";
        database.run(sql).await;
        database.value(EVENTS).await == "100"
    })
    .await;
}

async fn read(connection: &mut Connection, positions: &[Option<&LogPosition>]) -> LogSlice {
    event_replay::read(connection, 1000, positions).await.expect("read")
}

/// A site with a page in the memory of one instance, and the events that it has applied.
async fn start() -> App {
    let app = spawn_homes(2).await;
    app.sql(WRITES).await;
    app.has_heard_of_everything().await;
    let (redis, key) = (app.redis().await, format!("{}:log_position:2", app.prefix));
    // A position that lacks a trimmed event would be refused; in production, positions are a day newer.
    until("the position is past the writes", async || {
        let position = String::from_utf8(redis.bytes(&key).await).expect("a text");
        let snapshot = position.split(' ').nth(1).unwrap_or_default();
        let is_past =
            format!("SELECT count(*) FROM event_log WHERE xid >= pg_snapshot_xmin('{snapshot}')");
        app.sql(&is_past).await == "0"
    })
    .await;
    app.has_in_memory("/properties/2/").await;
    app
}

#[tokio::test]
async fn trimming_keeps_the_newest_hundred_and_makes_nothing_void() {
    let app = start().await;
    trim_after_a_day(&app.database).await;
    // Twice, so that the position is compared with the trimmed log.
    for _ in 0..2 {
        app.has_heard_of_everything().await;
        app.get("/properties/2/").await.assert_memory_hit();
    }
    let page = app.another().start().await.get("/properties/2/").await;
    assert!(page.is_hit(), "redis was made void: {}", page.cache_status());
    // The history has every change.
    assert_eq!(app.sql("SELECT count(*) FROM history WHERE kind = 'updated'").await, "150");
}

#[tokio::test]
async fn events_of_the_last_day_are_not_trimmed() {
    let database = TestDatabase::create().await;
    database
        .run("INSERT INTO property (title, description, price, location) VALUES ('T', 'D', 1, 'L')")
        .await;
    database.run(WRITES).await;
    let early =
        "SELECT event_log_upkeep(0); UPDATE event_log_mark SET at = at - interval '23 hours';
        SELECT event_log_upkeep(0)";
    database.run(early).await;
    assert_eq!(database.value(EVENTS).await, "151");
}

#[tokio::test]
async fn a_position_from_before_trimmed_events_is_unknown_and_later_ones_are_not() {
    let database = TestDatabase::create().await;
    database
        .run("INSERT INTO property (title, description, price, location) VALUES ('T', 'D', 1, 'L')")
        .await;
    let pool = property_listings::db::Database::new(database.config(), 2).expect("a pool");
    let mut connection = connect(&pool).await.expect("a connection");
    let old = read(&mut connection, &[]).await.end;
    database.run(WRITES).await;
    // Nothing is invalidated while its events still exist.
    match &read(&mut connection, &[Some(&old)]).await.replays[..] {
        [Replay::Events(events)] => assert_eq!(events.len(), 150),
        other => panic!("{other:?}"),
    }
    until("no older transaction runs", async || {
        let now =
            "SELECT pg_snapshot_xmin(pg_current_snapshot()) > (SELECT max(xid) FROM event_log)";
        database.value(now).await == "t"
    })
    .await;
    let new = read(&mut connection, &[]).await.end;
    trim_after_a_day(&database).await;
    let log = read(&mut connection, &[Some(&old), Some(&new)]).await;
    match &log.replays[..] {
        [Replay::Unknown, Replay::Events(events)] => assert!(events.is_empty(), "{events:?}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(log.end.history, new.history);
}

#[tokio::test]
async fn a_site_that_was_down_while_the_log_was_trimmed_shows_what_was_written_meanwhile() {
    let app = start().await;
    let plan = app.another();
    let _database = app.stop();
    plan.database.run("UPDATE property SET title = 'Meanwhile' WHERE id = 2").await;
    plan.database.run(WRITES).await;
    trim_after_a_day(&plan.database).await;
    let page = plan.start().await.get("/properties/2/").await;
    page.assert_no_hit().shows(["Meanwhile"]);
}

#[tokio::test]
async fn events_that_are_removed_otherwise_make_everything_void() {
    let app = start().await;
    trim_after_a_day(&app.database).await;
    app.sql("DELETE FROM event_log WHERE id = (SELECT max(id) FROM event_log)").await;
    until("the page is void", async || !app.get("/properties/2/").await.is_hit()).await;
}

#[tokio::test]
async fn events_of_a_loaded_dump_with_later_transaction_ids_are_trimmed_too() {
    let app = start().await;
    app.sql("INSERT INTO event_log (xid, kind, entity, entity_id, before, at)
        VALUES ('1099511627776', 'deleted', 'listing', 7, '{\"title\": \"T\", \"price\": \"1.00\", \"location_folded\": \"l\"}',
                now() - interval '2 days');
        INSERT INTO event_log_mark VALUES (now() - interval '2 days', '1099511627776')").await;
    trim_after_a_day(&app.database).await;
    app.has_heard_of_everything().await;
    assert!(app.get("/properties/2/").await.is_memory_hit());
    assert_eq!(app.sql("SELECT count(*) FROM event_log WHERE xid = '1099511627776'").await, "0");
}

const MONTHS: &str = "SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class
    WHERE relkind = 'r' AND relname ~ '^history_[0-9]'";

/// The names of the partitions of this month and the next two.
async fn three_months(database: &TestDatabase) -> String {
    database.value("SELECT string_agg(to_char(date_trunc('month', now(), 'UTC') AT TIME ZONE 'UTC' + n * interval '1 month',
        '\"history_\"YYYY_MM'), ',' ORDER BY n) FROM generate_series(0, 2) AS n").await
}

#[tokio::test]
async fn partitions_are_added_ahead_and_no_write_fails_without_one() {
    let database = TestDatabase::create().await;
    let want = three_months(&database).await;
    assert_eq!(database.value(MONTHS).await, want);
    for name in want.split(',') {
        database.run(&format!("DROP TABLE {name}")).await;
    }
    let insert =
        "INSERT INTO property (title, description, price, location) VALUES ('T', 'D', 1, 'L')";
    database.run(insert).await;
    let place = "SELECT string_agg(tableoid::regclass::text, ',') FROM history";
    assert_eq!(database.value(place).await, "history_default");
    // This month's entries stay where they are; the next months have separate partitions again.
    database.run("SELECT event_log_upkeep(0)").await;
    let (_, ahead) = want.split_once(',').expect("three");
    assert_eq!(database.value(MONTHS).await, ahead);
    database.run(insert).await;
    assert_eq!(database.value(place).await, "history_default,history_default");
}

const OLD: &str = "CREATE TABLE history_2020_01 (LIKE history INCLUDING ALL);
    ALTER TABLE history ATTACH PARTITION history_2020_01 FOR VALUES FROM ('2020-01-01 00:00Z') TO ('2020-02-01 00:00Z');
    INSERT INTO history (id, xid, kind, row_count, actor, at)
    SELECT nextval('event_number'), '3', 'cleared', 0, 'a' || number, at
    FROM (VALUES (1, timestamptz '2020-01-15 00:00Z'), (2, '1999-01-01 00:00Z'), (3, now() - interval '40 days'),
                 (4, now() - interval '20 days'), (5, now())) AS entry (number, at)";

const ACTORS: &str = "SELECT string_agg(actor, ',' ORDER BY at) FROM history";

#[tokio::test]
async fn entries_are_erased_after_the_days_that_are_set_and_never_by_default() {
    let database = TestDatabase::create().await;
    database.run(OLD).await;
    database.run("SELECT event_log_upkeep(0)").await;
    assert_eq!(database.value(ACTORS).await, "a2,a1,a3,a4,a5");
    // At most two at a time; an old partition is removed at once.
    for (more, left) in [("t", "a4,a5"), ("f", "a4,a5")] {
        assert_eq!(database.value("SELECT event_log_upkeep(30, 2)").await, more);
        assert_eq!(database.value(ACTORS).await, left);
    }
    assert_eq!(database.value("SELECT to_regclass('history_2020_01') IS NULL").await, "t");
}

#[tokio::test]
async fn a_running_site_erases_what_is_older_than_its_configuration_says() {
    let plan = Plan::new().await.sql(OLD).await.set("EVENT_RETENTION_DAYS", "30");
    let app = plan.set("WORKER", "on").start().await;
    until("old entries are erased", async || app.sql(ACTORS).await == "a4,a5").await;
}

#[tokio::test]
async fn a_sequence_that_a_restore_set_back_gives_no_number_of_the_history_again() {
    let pool = database().await;
    let client = pool.client().await.expect("a client");
    let sql = "SELECT setval('event_number', 500);
        INSERT INTO property (title, description, price, location) VALUES ('T', 'D', 1, 'L');
        DELETE FROM event_log; SELECT setval('event_number', 7); SELECT event_log_upkeep(0);
        UPDATE property SET price = 2";
    client.batch_execute(sql).await.expect("done");
    let ids = "SELECT string_agg(id::text, ',' ORDER BY id) FROM history";
    let ids: String = client.query_one(ids, &[]).await.expect("ids").get(0);
    assert_eq!(ids, "501,502");
}
