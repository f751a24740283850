//! Whole versions of listings are derived from the values that later changes replaced.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use property_listings::db::{Database, history, restoration};
use property_listings::domain::{EventId, HistoryKind, HistoryQuery, PropertyId};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::harness::TestDatabase;

/// Four listings that are changed, and enough others that a statement over all is logged as one event.
const ROWS: &str = "INSERT INTO property (title, description, price, location)
    SELECT 'Home ' || n, 'About ' || n, n, 'Leith' FROM generate_series(1, 1004) AS n";

const STATES: &str = "SELECT id, to_jsonb(property) - ARRAY['location_folded', 'search']
    FROM property WHERE id <= 4";

fn statement(random: &mut StdRng) -> String {
    let (id, number) = (random.random_range(1..=4), random.random_range(1..1000));
    match random.random_range(0..10) {
        0..3 => format!("UPDATE property SET price = {number} WHERE id = {id}"),
        3 => format!("UPDATE property SET title = 'Title {number}' WHERE id <= 2"),
        4 => format!(
            "UPDATE property SET description = 'D{number}', location = 'L{number}' WHERE id = {id}"
        ),
        5 => format!("UPDATE property SET price = price WHERE id = {id}"),
        6 => format!("UPDATE property SET price = {number}"),
        7 => format!("DELETE FROM property WHERE id = {id}"),
        8 => format!(
            "INSERT INTO property (id, title, description, price, location)
             VALUES ({id}, 'New', 'D', {number}, 'L') ON CONFLICT DO NOTHING"
        ),
        _ => format!(
            "BEGIN; UPDATE property SET price = {number} WHERE id = {id};
             UPDATE property SET title = 'Twice' WHERE id = {id}; COMMIT"
        ),
    }
}

#[tokio::test]
async fn every_logged_version_is_whole_whatever_was_changed_later() {
    for seed in 0..3 {
        let database = TestDatabase::create().await;
        database.run(ROWS).await;
        let psql = database.psql().await;
        let mut random = StdRng::seed_from_u64(seed);
        // Every committed state of a listing, by its time of change.
        let mut known: BTreeMap<(i64, String), serde_json::Value> = BTreeMap::new();
        for _ in 0..80 {
            for row in psql.query(STATES, &[]).await.expect("rows") {
                let state: serde_json::Value = row.get(1);
                known.insert((row.get(0), state["updated_at"].to_string()), state);
            }
            let sql = statement(&mut random);
            psql.batch_execute(&sql).await.expect(&sql);
        }
        for id in 1..=4_i64 {
            let sql = "SELECT kind, version.before, version.after FROM history
                JOIN history_versions('listing', $1, 0, 1000000) AS version USING (id)";
            let versions = psql.query(sql, &[&id]).await.expect("versions");
            assert!(!versions.is_empty());
            for row in versions {
                let kind: &str = row.get(0);
                let sides: [Option<serde_json::Value>; 2] = [row.get(1), row.get(2)];
                let there = [kind != "created", kind != "deleted"];
                for (side, there) in sides.into_iter().zip(there) {
                    assert_eq!(side.is_some(), there, "seed {seed}, listing {id}, {kind}");
                    let Some(side) = side else { continue };
                    let time = (id, side["updated_at"].to_string());
                    // A state within a transaction was never visible outside.
                    if let Some(state) = known.get(&time) {
                        assert_eq!(&side, state, "seed {seed}, listing {id}, {kind}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn an_update_keeps_only_what_it_changed() {
    let database = TestDatabase::create().await;
    let sql =
        "INSERT INTO property (title, description, price, location) VALUES ('A', 'D', 1, 'Leith');
        SELECT setval('event_number', 1000);
        UPDATE property SET price = 2; UPDATE property SET location = 'Joppa'";
    database.run(sql).await;
    let kept = "SELECT string_agg(concat_ws(' ', label, before - 'updated_at', after - 'updated_at'), ', ' ORDER BY id)
        FROM history WHERE kind = 'updated'";
    let want =
        r#"A {"price": 1.00} {"price": 2.00}, A {"location": "Leith"} {"location": "Joppa"}"#;
    assert_eq!(database.value(kept).await, want);
}

#[tokio::test]
async fn a_version_is_not_told_where_a_change_was_made_past_the_triggers() {
    let database = TestDatabase::create().await;
    let sql =
        "INSERT INTO property (title, description, price, location) VALUES ('A', 'D', 1, 'Leith');
        SELECT setval('event_number', 1000);
        UPDATE property SET price = 2;
        ALTER TABLE property DISABLE TRIGGER property_event_update;
        UPDATE property SET description = 'Unseen', price = 3;
        ALTER TABLE property ENABLE ALWAYS TRIGGER property_event_update";
    database.run(sql).await;
    assert_eq!(database.value("SELECT string_agg(concat_ws(' ', id > 1, before IS NOT NULL, after IS NOT NULL), ', ' ORDER BY id)
        FROM history_versions('listing', 1, 0, 100000)").await, "f f t, t f f");
}

/// Changes from before the log and the history were two tables.
const BEFORE: &str = "SET app.actor = 'ada'; SET app.note = 'why';
    INSERT INTO property (title, description, price, location)
        VALUES ('A', 'One', 1, 'Leith'), ('B', 'Two', 2, 'Leith'), ('C', 'Three', 3, 'Leith');
    UPDATE property SET price = 1.5 WHERE id = 1;
    DELETE FROM property WHERE id = 2; SELECT property_log_clear()";

#[tokio::test]
async fn older_history_stays_and_its_versions_and_deletions_come_back() {
    let database = TestDatabase::create_empty().await;
    database.migrate_to(21).await;
    database.run(BEFORE).await;
    database.migrate_to(i32::MAX).await;
    database.run("UPDATE property SET title = 'Now' WHERE id = 1").await;
    let pool = Database::new(database.config(), 2).expect("a pool");
    let mut client = pool.client().await.expect("a client");
    let all = HistoryQuery::default();
    let entries = history::list(&client, &all, 100).await.expect("listed");
    let told: Vec<_> =
        entries.iter().map(|entry| (entry.kind.as_str(), entry.title.as_str())).collect();
    let want = [
        ("updated", "Now"),
        ("cleared", "the cache"),
        ("deleted", "B"),
        ("updated", "A"),
        ("created", "C"),
        ("created", "B"),
        ("created", "A"),
    ];
    assert_eq!(told, want);
    assert!(
        entries[1..]
            .iter()
            .all(|entry| entry.actor == "ada" && entry.note.as_deref() == Some("why"))
    );
    assert_eq!(entries[3].changes.len(), 1);
    let of_one = HistoryQuery::of(PropertyId(1));
    let entries = history::list(&client, &of_one, 100).await.expect("listed");
    let prices = entries.iter().map(|entry| entry.after.as_ref().map(|form| form.get("price")));
    assert_eq!(prices.collect::<Vec<_>>(), [Some("1.50"), Some("1.50"), Some("1.00")]);
    let deleted = HistoryQuery { kind: Some(HistoryKind::Deleted), ..all };
    let deletion: EventId = history::list(&client, &deleted, 1).await.expect("listed")[0].id;
    let work = client.transaction().await.expect("begun");
    let back = restoration::insert_deleted(&work, &[deletion]).await.expect("restored");
    work.commit().await.expect("committed");
    assert_eq!(back, [PropertyId(2)]);
    let row =
        "SELECT concat_ws('|', title, description, price, location) FROM property WHERE id = 2";
    assert_eq!(database.value(row).await, "B|Two|2.00|Leith");
}

/// The statements of the release before the split.
#[tokio::test]
async fn a_release_from_before_the_split_reads_events_and_undoes_deletions() {
    let database = TestDatabase::create_empty().await;
    database.migrate_to(21).await;
    database.run(BEFORE).await;
    let replay = "SELECT string_agg(concat_ws(' ', kind, property_id, before ->> 'price', after ->> 'price',
                                              after ->> 'location_folded', after ->> 'title', actor, tags), ', ' ORDER BY id)
        FROM property_event WHERE xid >= '3' AND id BETWEEN 1 AND 1000";
    let before = database.value(replay).await;
    database.migrate_to(i32::MAX).await;
    assert_eq!(database.value(replay).await, before);
    let after = "SET app.actor = 'sam'; UPDATE property SET price = 9 WHERE id = 3; DELETE FROM property WHERE id = 3;
        INSERT INTO property (title, description, price, location) VALUES ('D', 'D', 4, 'Joppa')";
    database.run(after).await;
    let want = format!(
        "{before}, updated 3 3.00 9.00 leith C sam, deleted 3 9.00 sam, created 4 4.00 joppa D sam"
    );
    assert_eq!(database.value(replay).await, want);
    database.run("INSERT INTO property (id, title, description, price, location, created_at, updated_at)
        SELECT property_id, before ->> 'title', before ->> 'description', (before ->> 'price')::numeric,
               before ->> 'location', (before ->> 'created_at')::timestamptz, (before ->> 'updated_at')::timestamptz
        FROM property_event WHERE kind = 'deleted' ORDER BY property_id ON CONFLICT (id) DO NOTHING").await;
    let rows =
        "SELECT string_agg(concat_ws('|', id, description, price), ', ' ORDER BY id) FROM property";
    assert_eq!(database.value(rows).await, "1|One|1.50, 2|Two|2.00, 3|Three|9.00, 4|D|4.00");
}

#[tokio::test]
async fn writes_go_on_while_the_log_is_split_and_none_is_missing_in_the_history() {
    let database = TestDatabase::create_empty().await;
    database.migrate_to(21).await;
    database.run(ROWS).await;
    let done = AtomicBool::new(false);
    let writers = (1..=4).map(|id| {
        let (database, done) = (&database, &done);
        async move {
            let psql = database.psql().await;
            let update = format!("UPDATE property SET price = price + 1 WHERE id = {id}");
            let mut count: u32 = 0;
            while !done.load(Ordering::Relaxed) {
                psql.batch_execute(&update).await.expect("written");
                count += 1;
            }
            count
        }
    });
    let migrating = async {
        database.migrate_to(i32::MAX).await;
        done.store(true, Ordering::Relaxed);
    };
    let (counts, ()) = tokio::join!(futures_util::future::join_all(writers), migrating);
    let kept = "SELECT count(*) FROM history WHERE kind = 'updated'";
    assert_eq!(database.value(kept).await, counts.iter().sum::<u32>().to_string());
}
