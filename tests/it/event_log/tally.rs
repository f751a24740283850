//! Counts per location, maintained by the database.

use crate::harness::TestDatabase;

/// Compares the tally with a real count, per location and in total.
async fn is_exact(database: &TestDatabase) {
    let sql = "SELECT count(*) FROM (
            SELECT location_folded, count(*) AS rows FROM property GROUP BY 1
        ) AS counted FULL JOIN (
            SELECT location_folded, sum(rows) AS rows FROM property_tally GROUP BY 1 HAVING sum(rows) <> 0
        ) AS tallied USING (location_folded) WHERE counted.rows IS DISTINCT FROM tallied.rows";
    assert_eq!(database.value(sql).await, "0", "locations are off");
}

#[tokio::test]
async fn counts_are_exact_after_every_kind_of_statement_and_under_every_isolation_level() {
    let database = TestDatabase::create().await;
    for sql in [
        "INSERT INTO property (title, description, price, location)
             SELECT 'T', 'D', n, 'Place ' || n % 7 FROM generate_series(1, 100) AS n",
        "UPDATE property SET location = 'PLACE 1' WHERE id % 2 = 0",
        "UPDATE property SET price = 5",
        "DELETE FROM property WHERE id % 5 = 0",
        "INSERT INTO property (id, title, description, price, location) VALUES (1, 'E', 'D', 1, 'New')
             ON CONFLICT (id) DO UPDATE SET location = excluded.location",
        "BEGIN; DELETE FROM property; ROLLBACK",
        "SET session_replication_role = replica; UPDATE property SET location = 'Replica' WHERE id % 3 = 0",
        "INSERT INTO property (title, description, price, location)
             SELECT 'T', 'D', 1, 'Many ' || n % 5 FROM generate_series(1, 3000) AS n",
        "DELETE FROM property WHERE location LIKE 'Many%'",
        "UPDATE property SET location = 'Gone'; DELETE FROM property WHERE location = 'Gone'",
        "TRUNCATE property",
        "INSERT INTO property (title, description, price, location) VALUES ('T', 'D', 1, 'Back')",
    ] {
        database.run(sql).await;
        is_exact(&database).await;
    }
    for level in ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"] {
        database.run(&format!(
            "BEGIN ISOLATION LEVEL {level};
             INSERT INTO property (title, description, price, location) VALUES ('T', 'D', 1, 'Leith'), ('T', 'D', 1, 'Joppa');
             DELETE FROM property WHERE id = (SELECT min(id) FROM property); COMMIT"
        )).await;
        is_exact(&database).await;
    }
}

#[tokio::test]
async fn writers_of_one_location_neither_wait_for_each_other_nor_miscount() {
    let database = TestDatabase::create().await;
    let insert =
        "INSERT INTO property (title, description, price, location) VALUES ('T', 'D', 1, 'Leith')";
    let (mut one, other) = (database.psql().await, database.psql().await);
    one.batch_execute(insert).await.expect("inserted");
    let transaction = one.transaction().await.expect("begun");
    transaction.batch_execute(insert).await.expect("inserted");
    let impatient = format!("SET lock_timeout = '3s'; {insert}; {insert}");
    other.batch_execute(&impatient).await.expect("it does not wait");
    transaction.commit().await.expect("committed");
    is_exact(&database).await;
    let writers = (0..8).map(|number| {
        let database = &database;
        async move {
            let psql = database.psql().await;
            for round in 0..10 {
                let sql = match (number + round) % 3 {
                    0 => "DELETE FROM property WHERE id = (SELECT min(id) FROM property)".to_owned(),
                    1 => "UPDATE property SET location = 'Joppa' WHERE id = (SELECT max(id) FROM property)".to_owned(),
                    _ => insert.to_owned(),
                };
                psql.batch_execute(&sql).await.expect("done");
            }
        }
    });
    futures_util::future::join_all(writers).await;
    is_exact(&database).await;
}
