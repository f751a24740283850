//! How migrations are applied: locks, indexes that are built during writes, and interrupted runs.

use std::time::Duration;

use property_listings::db::migrations::{self, Patience};
use property_listings::db::{Database, DbError};
use refinery::Migration;

use crate::harness::{TestDatabase, until};

/// Limits that give up soon.
const HASTE: Patience =
    Patience { lock: Duration::from_millis(200), attempts: 2, pause: Duration::from_millis(10) };

const INDEX: &str = "-- While others write.\nCREATE INDEX CONCURRENTLY IF NOT EXISTS probe ON property (price, id);";

/// Applies an additional migration.
async fn apply(database: &TestDatabase, sql: &str, patience: Patience) -> Result<(), DbError> {
    let pool = Database::new(database.config(), 2).expect("a pool");
    let mut all = migrations::all();
    all.push(Migration::unapplied("V900__probe", sql).expect("a migration"));
    migrations::apply(&pool, &all, patience, &|_| {}).await.map(|_| ())
}

async fn is_applied(database: &TestDatabase) -> bool {
    let sql = "SELECT count(*) FROM refinery_schema_history WHERE version = 900";
    database.value(sql).await == "1"
}

/// Whether the index `probe` is valid; empty if it does not exist.
async fn is_valid(database: &TestDatabase) -> String {
    let sql = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('probe')";
    database.value(sql).await
}

const INSERT: &str =
    "INSERT INTO property (title, description, price, location) VALUES ('A', 'D', 1, 'Leith')";

#[tokio::test]
async fn others_write_while_an_index_is_built() {
    let database = TestDatabase::create().await;
    let writer = database.psql().await;
    writer.batch_execute(&format!("BEGIN; {INSERT}")).await.expect("begun");
    let writing = async {
        database.has_waiting(1).await;
        database.run(&format!("SET lock_timeout = '1s'; {INSERT}")).await;
        writer.batch_execute("COMMIT").await.expect("committed");
    };
    let (applied, ()) = tokio::join!(apply(&database, INDEX, Patience::USUAL), writing);
    applied.expect("applied");
    assert_eq!(is_valid(&database).await, "t");
    assert!(is_applied(&database).await);
}

#[tokio::test]
async fn an_index_that_was_left_unfinished_is_built_again() {
    let database = TestDatabase::create().await;
    database.run(&format!("{INSERT}; {INSERT}")).await;
    let unique = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS probe ON property (title);";
    let err = apply(&database, unique, Patience::USUAL).await.expect_err("two have one title");
    let err = err.to_string();
    assert!(err.contains("V900__probe") && err.contains("could not create unique index"), "{err}");
    assert_eq!(is_valid(&database).await, "f");
    assert!(!is_applied(&database).await);
    database.run("UPDATE property SET title = title || id").await;
    apply(&database, unique, Patience::USUAL).await.expect("applied");
    assert_eq!(is_valid(&database).await, "t");
    // The record of the migration was lost.
    database.run("DELETE FROM refinery_schema_history WHERE version = 900").await;
    apply(&database, unique, Patience::USUAL).await.expect("applied");
}

#[tokio::test]
async fn programs_that_wait_for_each_other_do_not_keep_an_index_from_being_built() {
    let database = TestDatabase::create().await;
    let applying = || apply(&database, INDEX, Patience::USUAL);
    let work = Box::pin(async { tokio::join!(applying(), applying(), applying()) });
    let (a, b, c) = database.held_up(INSERT, 1, "COMMIT", work).await;
    a.and(b).and(c).expect("applied");
    assert_eq!(is_valid(&database).await, "t");
}

#[tokio::test]
async fn a_migration_that_cannot_get_a_lock_names_the_transaction_that_has_it() {
    let database = TestDatabase::create().await;
    let locked = database.lock("property").await;
    for sql in ["ALTER TABLE property ADD COLUMN probe integer", INDEX] {
        let err = apply(&database, sql, HASTE).await.expect_err("it is locked").to_string();
        for part in ["V900__probe", "2 times", "200ms", "“property”", "LOCK TABLE property"] {
            assert!(err.contains(part), "{part}: {err}");
        }
        assert!(!is_applied(&database).await);
    }
    locked.release().await;
    apply(&database, INDEX, HASTE).await.expect("applied");
}

#[tokio::test]
async fn a_migration_gets_its_lock_when_a_later_attempt_finds_it_free() {
    let database = TestDatabase::create().await;
    let locked = database.lock("property").await;
    let patient = Patience { attempts: 1000, pause: Duration::from_millis(100), ..HASTE };
    let releasing = async {
        database.has_waiting(1).await;
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
        until("an attempt ends", async || database.value(waiting).await == "0").await;
        locked.release().await;
    };
    let sql = "ALTER TABLE property ADD COLUMN probe integer";
    let (applied, ()) = tokio::join!(apply(&database, sql, patient), releasing);
    applied.expect("applied");
}

#[tokio::test]
async fn an_older_release_starts_on_a_schema_that_a_newer_one_has_migrated() {
    let database = TestDatabase::create().await;
    apply(&database, INDEX, Patience::USUAL).await.expect("applied");
    let pool = Database::new(database.config(), 2).expect("a pool");
    assert_eq!(migrations::migrate(&pool).await.expect("nothing to do"), Vec::<String>::new());
    let list = migrations::list(&pool).await.expect("listed");
    assert!(list.iter().all(|migration| migration.applied));
}

#[tokio::test]
async fn a_migration_that_was_skipped_is_refused() {
    let database = TestDatabase::create().await;
    database.run("DELETE FROM refinery_schema_history WHERE version = 13").await;
    let pool = Database::new(database.config(), 2).expect("a pool");
    let err = migrations::migrate(&pool).await.expect_err("V13 is missing").to_string();
    assert!(err.contains("V13"), "{err}");
}

#[tokio::test]
async fn a_file_with_the_word_has_no_other_statements() {
    let database = TestDatabase::create().await;
    let mixed = format!("{INDEX} ANALYZE property;");
    let err = apply(&database, &mixed, HASTE).await.expect_err("refused").to_string();
    assert!(err.contains("V900__probe") && err.contains("“ANALYZE property”"), "{err}");
    assert_eq!(is_valid(&database).await, "");
}
