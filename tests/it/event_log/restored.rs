//! The log of a database that was dumped and loaded into a new server, where transaction ids are assigned again, or are
//! not assigned yet.

use property_listings::db::event_replay::{self, Replay};
use property_listings::db::{Database, connect, event_log};

use crate::harness::database;

const DELETED: &str = "'deleted', 'listing', 7,
    '{\"title\": \"T\", \"price\": \"1.00\", \"location\": \"L\", \"location_folded\": \"l\"}', 1, 'before'";

async fn run(database: &Database, sql: &str) {
    database.client().await.expect("a client").batch_execute(sql).await.expect("done");
}

#[tokio::test]
async fn events_of_transaction_ids_not_given_yet_are_not_applied_again_and_again() {
    let database = database().await;
    let old = format!(
        "INSERT INTO event_log (xid, kind, entity, entity_id, before, row_count, actor)
         SELECT (1099511627776 + n)::text::xid8, {DELETED} FROM generate_series(1, 30) AS n"
    );
    run(&database, &old).await;
    let connection = connect(&database).await.expect("a connection");
    let log = event_replay::read(&connection, 10, &[]).await;
    let mut position = log.expect("read").end;
    for writes in [0, 1] {
        let log = event_replay::read(&connection, 10, &[Some(&position)]).await;
        let log = log.expect("read");
        match &log.replays[..] {
            [Replay::Events(events)] => assert_eq!(events.len(), writes, "{events:?}"),
            other => panic!("{other:?}"),
        }
        position = log.end;
        let insert = "INSERT INTO property (title, description, price, location)
            VALUES ('T', 'D', 1, 'L')";
        run(&database, insert).await;
    }
}

#[tokio::test]
async fn a_transaction_does_not_take_an_old_ones_events_for_its_own() {
    let database = database().await;
    let mut client = database.client().await.expect("a client");
    let work = client.transaction().await.expect("begun");
    let same = format!(
        "INSERT INTO event_log (at, kind, entity, entity_id, before, row_count, actor)
         VALUES (now() - interval '2 hours', {DELETED})"
    );
    work.batch_execute(&same).await.expect("inserted");
    let insert = "INSERT INTO property (title, description, price, location)
        VALUES ('T', 'D', 1, 'L')";
    work.batch_execute(insert).await.expect("inserted");
    let own = event_log::list_of_transaction(&work).await.expect("listed");
    assert_eq!(own.len(), 1, "{own:?}");
}
