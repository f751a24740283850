//! Transactions that conflict with others: nothing is written, and the client is told to try again.

use property_listings::db::{Client, Database, DbError, Transaction};

use crate::harness::{TestDatabase, spawn_staffed};

const HOMES: &str = "INSERT INTO property (title, description, price, location)
    SELECT 'T', 'D', 1, 'Leith' FROM generate_series(1, 2)";

async fn client(database: &Database) -> Client {
    database.client().await.expect("a client")
}

fn assert_unavailable(done: Result<(), tokio_postgres::Error>, why: &str) {
    let err = DbError::from(done.expect_err(why));
    assert!(matches!(err, DbError::Unavailable(_)), "{why}: {err}");
}

fn update(id: u8) -> String {
    format!("UPDATE property SET price = price + 1 WHERE id = {id}")
}

#[tokio::test]
async fn what_others_overtook_or_a_standby_refused_is_worth_trying_again() {
    let own = TestDatabase::create().await;
    own.run(HOMES).await;
    let pool = Database::new(own.config(), 2).expect("a pool");
    let (mut first, mut second) = (client(&pool).await, client(&pool).await);

    // Each waits for a lock of the other; the server ends one of them.
    let (one, two) = (first.transaction().await, second.transaction().await);
    let (one, two) = (one.expect("begun"), two.expect("begun"));
    one.batch_execute(&update(1)).await.expect("locked");
    two.batch_execute(&update(2)).await.expect("locked");
    let ends = async |work: Transaction<'_>, id| {
        let done = work.batch_execute(&update(id)).await;
        work.rollback().await.expect("ended");
        done
    };
    let ended = tokio::join!(ends(one, 2), ends(two, 1));
    let ((Err(victim), Ok(())) | (Ok(()), Err(victim))) = ended else {
        panic!("{ended:?}");
    };
    assert_unavailable(Err(victim), "a deadlock");

    let one = first.transaction().await.expect("begun");
    let begin = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT FROM property";
    one.batch_execute(begin).await.expect("a snapshot");
    own.run(&update(1)).await;
    assert_unavailable(one.batch_execute(&update(1)).await, "it was overtaken");
    drop(one);

    let one = first.transaction().await.expect("begun");
    one.batch_execute("SET TRANSACTION READ ONLY").await.expect("begun");
    assert_unavailable(one.batch_execute(&update(1)).await, "it may only read");
}

#[tokio::test]
async fn a_bulk_action_that_another_transaction_is_in_the_way_of_is_refused_for_now() {
    let (app, staff) = spawn_staffed(2).await;
    // The site notices the deadlock first.
    let begin = "SET LOCAL deadlock_timeout = '1min'; UPDATE property SET price = 7 WHERE id = 2";
    let fields = [
        ("action", "move_selected"),
        ("_selected_action", "2"),
        ("_selected_action", "1"),
        ("post", "yes"),
        ("location", "Portobello"),
    ];
    // Rows are locked in the order of their numbers: the site has the first one.
    let crossing = "UPDATE property SET price = 7 WHERE id = 1; COMMIT";
    let moving = staff.submit("/admin/properties/", &fields);
    app.database.held_up(begin, 1, crossing, moving).await.assert_status(503);
    assert_eq!(app.sql("SELECT count(*) FROM property WHERE location = 'Portobello'").await, "0");
}
