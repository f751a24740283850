//! The first release works while and after this one migrates its database.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use futures_util::future::join_all;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::harness::{TestDatabase, until};

/// The last migration that the first release has.
const FIRST: i32 = 19;
/// Its sessions, as it sets them up.
const SETTINGS: &str = "SET statement_timeout = '10s'; SET lock_timeout = '5s'; SET plan_cache_mode = force_custom_plan";
const ROWS: usize = 30_000;

/// Its statements with their names.
fn statements() -> Vec<(&'static str, &'static str)> {
    let text = include_str!("first_release.sql");
    let parts = text.split("\n-- ").skip(2);
    let parts = parts.map(|part| part.split_once('\n').expect("a name"));
    let all: Vec<_> = parts.collect();
    assert!(all.len() > 15 && all[0].0 == "insert", "{all:?}");
    all
}

fn named(name: &str) -> &'static str {
    let found = statements().into_iter().find(|(other, _)| *other == name);
    found.unwrap_or_else(|| panic!("no statement {name}")).1
}

async fn send(client: &Client, name: &str, sql: &str) -> Vec<String> {
    let answer = client.simple_query(sql).await;
    let answer = answer.unwrap_or_else(|err| panic!("{name}: {err:?}"));
    let row = answer.into_iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let values =
        row.map(|row| (0..row.len()).map(|at| row.get(at).unwrap_or("NULL").to_owned()).collect());
    values.unwrap_or_default()
}

/// Adds a listing, locks, changes and deletes it; every other one stays.
async fn write(client: &Client, keep: bool) {
    let added = send(client, "insert", named("insert")).await;
    let of = |name| named(name).replace("$id", &added[0]);
    client.batch_execute("BEGIN").await.expect("begun");
    assert_eq!(send(client, "lock", &of("lock")).await[1], "Written by 0.1.0");
    assert_eq!(send(client, "update", &of("update")).await[1], "Changed by 0.1.0");
    client.batch_execute("COMMIT").await.expect("committed");
    if !keep {
        send(client, "delete", &of("delete")).await;
    }
}

async fn read(client: &Client) {
    for (name, sql) in statements() {
        if !sql.contains("$id") && name != "insert" {
            send(client, name, sql).await;
        }
    }
}

/// A database as the first release leaves it, with rows and an account.
async fn first() -> TestDatabase {
    let database = TestDatabase::create_empty().await;
    database.migrate_to(FIRST).await;
    let rows = format!(
        "INSERT INTO property (title, description, price, location)
         SELECT 'Home ' || n, 'About home ' || n, n, CASE n % 2 WHEN 1 THEN 'Leith' ELSE 'Joppa' END
         FROM generate_series(1, {ROWS}) AS n;
         INSERT INTO site_user (username, password_hash, is_staff) VALUES ('ada', 'x', true)"
    );
    database.run(&rows).await;
    database
}

async fn connected(database: &TestDatabase) -> Client {
    let client = database.psql().await;
    client.batch_execute(SETTINGS).await.expect("set");
    client
}

#[tokio::test]
async fn statements_of_the_first_release_work_while_newer_migrations_run() {
    let database = first().await;
    let (done, written, rounds) =
        (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let writers = (0..2).map(async |_| {
        let client = connected(&database).await;
        while !done.load(Relaxed) {
            write(&client, true).await;
            write(&client, false).await;
            written.fetch_add(1, Relaxed);
        }
    });
    let readers = (0..2).map(async |_| {
        let client = connected(&database).await;
        while !done.load(Relaxed) {
            read(&client).await;
            rounds.fetch_add(1, Relaxed);
        }
    });
    let migrating = async {
        until("writers and readers are at work", async || {
            written.load(Relaxed) > 2 && rounds.load(Relaxed) > 2
        })
        .await;
        let before = (written.load(Relaxed), rounds.load(Relaxed));
        database.migrate_to(i32::MAX).await;
        let after = (written.load(Relaxed), rounds.load(Relaxed));
        assert!(after.0 > before.0 && after.1 > before.1, "{before:?} {after:?}");
        until("they go on afterwards", async || {
            written.load(Relaxed) > after.0 + 2 && rounds.load(Relaxed) > after.1 + 2
        })
        .await;
        done.store(true, Relaxed);
    };
    tokio::join!(join_all(writers), join_all(readers), migrating);
    let kept =
        database.value("SELECT count(*) FROM property WHERE title = 'Changed by 0.1.0'").await;
    assert_eq!(kept, written.load(Relaxed).to_string());
    let all = database.value("SELECT count(*) FROM property").await;
    assert_eq!(all, (ROWS + written.load(Relaxed)).to_string());
    assert_eq!(send(&connected(&database).await, "count", named("count")).await, [all]);
}

#[tokio::test]
async fn the_first_release_sees_its_writes_after_each_newer_migration() {
    let database = first().await;
    let client = connected(&database).await;
    let last = property_listings::db::migrations::all().last().expect("migrations").version();
    for version in FIRST..=last {
        database.migrate_to(version).await;
        write(&client, true).await;
        read(&client).await;
        let events =
            "SELECT count(*) FROM property_event WHERE after ->> 'title' = 'Changed by 0.1.0'";
        let seen = send(&client, "events", events).await;
        assert_eq!(seen, [(version - FIRST + 1).to_string()], "V{version}");
    }
}
