//! The log has one entry per row that a statement changes, or one for all of them.

use property_listings::db::{Database, EventListener, Heard};

use crate::harness::TestDatabase;

/// Four listings and an empty log.
async fn four() -> TestDatabase {
    let database = TestDatabase::create().await;
    database.run("INSERT INTO property (title, description, price, location) VALUES
            ('A', 'D', 1, 'Leith'), ('B', 'D', 2, 'Leith'), ('C', 'D', 3, 'Joppa'), ('D', 'D', 4, 'Joppa');
        DELETE FROM event_log; DELETE FROM history").await;
    database
}

/// The log's entries: kinds with ids, in the order of the ids.
async fn log(database: &TestDatabase) -> String {
    database.value("SELECT coalesce(string_agg(kind || ' ' || coalesce(entity_id::text, row_count || ' rows'), ', '
        ORDER BY entity_id, id), '') FROM event_log").await
}

async fn logs(sql: &str, want: &str) {
    let database = four().await;
    database.run(sql).await;
    assert_eq!(log(&database).await, want, "{sql}");
}

#[tokio::test]
async fn every_kind_of_statement_is_logged_row_by_row() {
    for (sql, want) in [
        ("INSERT INTO property (title, description, price, location) VALUES ('E', 'D', 1, 'L'), ('F', 'D', 1, 'L')", "created 5, created 6"),
        ("UPDATE property SET price = price + 1 WHERE id IN (1, 3)", "updated 1, updated 3"),
        ("DELETE FROM property WHERE location = 'Joppa'", "deleted 3, deleted 4"),
        ("INSERT INTO property (id, title, description, price, location) VALUES (1, 'E', 'D', 1, 'L'), (9, 'F', 'D', 1, 'L')
              ON CONFLICT (id) DO UPDATE SET title = excluded.title", "updated 1, created 9"),
        ("INSERT INTO property (id, title, description, price, location) VALUES (1, 'E', 'D', 1, 'L') ON CONFLICT DO NOTHING", ""),
        ("MERGE INTO property p USING (VALUES (1), (2), (9)) AS s (id) ON p.id = s.id
              WHEN MATCHED AND s.id = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET title = 'M'
              WHEN NOT MATCHED THEN INSERT (id, title, description, price, location) VALUES (s.id, 'N', 'D', 1, 'L')",
            "deleted 1, updated 2, created 9"),
        ("UPDATE property SET id = 10 WHERE id = 1", "deleted 1, created 10"),
        ("WITH gone AS (DELETE FROM property WHERE id = 1 RETURNING *)
              INSERT INTO property (id, title, description, price, location) SELECT 20, title, description, price, location FROM gone",
            "deleted 1, created 20"),
        ("UPDATE property SET price = 1 WHERE false", ""),
        ("DELETE FROM property WHERE false", ""),
        ("TRUNCATE property", "bulk 0 rows"),
        ("SET session_replication_role = replica; DELETE FROM property WHERE id = 2", "deleted 2"),
        ("BEGIN; DELETE FROM property; ROLLBACK", ""),
        ("BEGIN; SAVEPOINT a; DELETE FROM property; ROLLBACK TO a; UPDATE property SET price = 9 WHERE id = 4; COMMIT", "updated 4"),
    ] {
        logs(sql, want).await;
    }
}

#[tokio::test]
async fn a_statement_over_more_than_a_thousand_rows_is_one_entry() {
    let many = |count: u32| {
        format!(
            "INSERT INTO property (title, description, price, location)
         SELECT 'T', 'D', 1, 'Place ' || n % 3 FROM generate_series(1, {count}) AS n"
        )
    };
    let database = four().await;
    database.run(&many(1_001)).await;
    assert_eq!(log(&database).await, "bulk 1001 rows");
    let places = "SELECT array_to_string(tags, ',') FROM event_log";
    let mut places: Vec<_> = database.value(places).await.split(',').map(str::to_owned).collect();
    places.sort();
    assert_eq!(places, ["location:place 0", "location:place 1", "location:place 2"]);
    database.run("UPDATE property SET price = 2; DELETE FROM property").await;
    assert_eq!(log(&database).await, "bulk 1001 rows, bulk 1005 rows, bulk 1005 rows");
    let database = four().await;
    database.run(&many(1_000)).await;
    assert_eq!(database.value("SELECT count(*) FROM event_log").await, "1000");
}

#[tokio::test]
async fn a_copy_is_logged_row_by_row() {
    let database = four().await;
    let psql = database.psql().await;
    let sink = psql.copy_in("COPY property (title, description, price, location) FROM STDIN").await;
    let sink = sink.expect("begun");
    futures_util::pin_mut!(sink);
    let rows = actix_web::web::Bytes::from_static(b"E\tD\t1\tLeith\nF\tD\t1\tLeith\n");
    futures_util::SinkExt::send(&mut sink, rows).await.expect("sent");
    sink.finish().await.expect("done");
    assert_eq!(log(&database).await, "created 5, created 6");
}

#[tokio::test]
async fn an_event_has_what_its_tags_are_made_of_before_and_after_and_who_wrote() {
    let database = four().await;
    let sql = "BEGIN; SELECT set_config('app.actor', 'ada', true);
        UPDATE property SET price = 1234.5, location = 'ZÜRICH' WHERE id = 1; COMMIT;
        DELETE FROM property WHERE id = 2";
    database.run(sql).await;
    for (sql, want) in [
        ("SELECT actor || ' ' || (before->>'price') || ' ' || (after->>'price') || ' ' || (after->>'location_folded')
              FROM event_log WHERE entity_id = 1", "ada 1.00 1234.50 zürich"),
        ("SELECT actor || ' ' || (before->>'title') || ' ' || (after IS NULL) FROM event_log WHERE entity_id = 2",
            "database user property_listings B true"),
        ("SELECT jsonb_typeof(after->'price') FROM event_log WHERE entity_id = 1", "string"),
        ("SELECT (xid = pg_current_xact_id())::text FROM event_log LIMIT 1", "false"),
    ] {
        assert_eq!(database.value(sql).await, want, "{sql}");
    }
}

#[tokio::test]
async fn listeners_are_told_after_the_commit_and_not_of_a_rollback() {
    let database = four().await;
    let (client, mut connection) =
        database.config().connect(tokio_postgres::NoTls).await.expect("connected");
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut messages = futures_util::stream::poll_fn(move |cx| connection.poll_message(cx));
        while let Some(Ok(message)) = futures_util::StreamExt::next(&mut messages).await {
            if let tokio_postgres::AsyncMessage::Notification(note) = message {
                let _ = tell.send(note.payload().to_owned());
            }
        }
    });
    client.batch_execute("LISTEN property_event").await.expect("listening");
    database.run("BEGIN; TRUNCATE property; ROLLBACK").await;
    database.run("UPDATE property SET title = 'X' WHERE id < 4").await;
    let payload = told.recv().await.expect("told");
    let (first, last) = payload.split_once('-').expect("a range");
    let ids = "SELECT min(id) || '-' || max(id) FROM event_log";
    assert_eq!(database.value(ids).await, format!("{first}-{last}"));
    assert!(told.try_recv().is_err(), "of the rollback too");
}

#[tokio::test]
async fn the_times_of_a_row_are_the_databases_own_and_the_limits_of_fields_hold_for_everybody() {
    let database = four().await;
    database
        .run(
            "UPDATE property SET created_at = '2000-01-01', updated_at = '2000-01-01' WHERE id = 1",
        )
        .await;
    let kept = "SELECT (created_at > '2001-01-01' AND updated_at > created_at)::text FROM property WHERE id = 1";
    assert_eq!(database.value(kept).await, "true");
    let version = "SELECT updated_at::text FROM property WHERE id = 1";
    let before = database.value(version).await;
    database.run("BEGIN; UPDATE property SET price = 1 WHERE id = 1; UPDATE property SET price = 1 WHERE id = 1; COMMIT").await;
    assert_ne!(database.value(version).await, before);
    let psql = database.psql().await;
    for set in [
        "title = ''",
        "title = ' x'",
        "title = repeat('é', 201)",
        "title = E'a\\u0001b'",
        "title = NULL",
        "description = ''",
        "description = repeat('d', 20001)",
        "price = -0.01",
        "price = 100000000",
        "price = 'NaN'",
        "location = ''",
        "location = repeat('l', 101)",
        "location = E'a\\u007fb'",
    ] {
        let update = format!("UPDATE property SET {set} WHERE id = 1");
        assert!(psql.batch_execute(&update).await.is_err(), "{set} was taken");
    }
    psql.batch_execute(
        "UPDATE property SET title = repeat('é', 200), price = 99999999.99 WHERE id = 1",
    )
    .await
    .expect("taken");
}

#[tokio::test]
async fn writes_that_follow_one_another_are_heard_of_together() {
    let database = four().await;
    let pool = Database::new(database.config(), 1).expect("a pool");
    let (mut listener, _log) = EventListener::connect(&pool).await.expect("listening");
    database.run("UPDATE property SET price = 5 WHERE id = 1").await;
    let more = async {
        for price in 6..26 {
            database.run(&format!("UPDATE property SET price = {price} WHERE id = 2")).await;
        }
    };
    let heard = listener.hear(more).await.expect("heard");
    assert!(matches!(heard, Heard::Events(events) if events.len() > 1));
}
