//! A write that is rolled back invalidates nothing; one that commits late is not missed.

use crate::harness::{Plan, Shows as _, listing, spawn_homes, spawn_staffed, until};

/// Refuses a listing at the end of its transaction, like a deferred constraint.
const REFUSE_LATE: &str = "
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.title = 'Refused' THEN
            RAISE check_violation USING CONSTRAINT = 'property_title_length', MESSAGE = 'refused';
        END IF;
        RETURN NULL;
    END
    $$;
    CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON property
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();";

#[tokio::test]
async fn a_write_that_fails_at_its_commit_leaves_every_page_a_hit() {
    let app = Plan::with_homes(2).await.sql(REFUSE_LATE).await.start().await;
    let paths = ["/properties/", "/properties/?location=Leith", "/properties/1/"];
    for path in paths {
        app.get(path).await;
    }
    let staff = app.staff().await;
    let refused = listing("Refused", "1", "Leith");
    for path in ["/admin/properties/add/", "/admin/properties/1/change/"] {
        let page = staff.submit(path, &refused.fields()).await;
        assert_eq!(page.assert_status(422).field("title"), "Refused");
    }
    assert_eq!(app.database.listings().await, "2");
    for path in paths {
        app.get(path).await.assert_hit();
    }
}

#[tokio::test]
async fn a_page_computed_while_a_write_is_not_committed_is_not_served_after_the_commit() {
    let app = spawn_homes(2).await;
    let mut psql = app.database.psql().await;
    let transaction = psql.transaction().await.expect("begun");
    let sql = "UPDATE property SET title = 'Uncommitted' WHERE id = 1";
    transaction.batch_execute(sql).await.expect("done");
    for _ in 0..2 {
        app.get("/properties/").await.hides(["Uncommitted"]);
    }
    transaction.commit().await.expect("committed");
    until("the commit shows", async || app.get("/properties/").await.has("Uncommitted")).await;
}

#[tokio::test]
async fn an_edit_that_waits_for_a_lock_is_seen_once_it_is_saved() {
    let (app, staff) = spawn_staffed(2).await;
    let mut psql = app.database.psql().await;
    let transaction = psql.transaction().await.expect("begun");
    let lock = "SELECT FROM property WHERE id = 1 FOR UPDATE";
    transaction.batch_execute(lock).await.expect("locked");
    let editing = tokio::spawn(async move {
        staff.edit_listing(1, &listing("Saved late", "1", "Leith")).await;
    });
    app.database.has_waiting(1).await;
    app.get("/properties/").await;
    assert!(app.get("/properties/").await.is_hit());
    transaction.rollback().await.expect("released");
    editing.await.expect("saved");
    assert!(app.get("/properties/").await.has("Saved late"));
}
