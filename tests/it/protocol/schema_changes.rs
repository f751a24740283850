//! Prepared statements still work after the schema changes, or after the server loses them.

use property_listings::db::{Database, GenericClient as _, properties, users};
use property_listings::domain::PropertyId;

use crate::harness::{Browser, Plan, TestDatabase, listing, spawn_homes};

/// Changes that an administrator may make while the site runs.
const CHANGES: [&str; 9] = [
    "ALTER TABLE property ALTER COLUMN price TYPE numeric(12,2)",
    "ALTER TABLE property ADD COLUMN note text",
    "ALTER TABLE property DROP COLUMN note",
    "ALTER TABLE property ALTER COLUMN updated_at TYPE timestamptz(3)",
    "DROP INDEX property_by_price; CREATE INDEX property_by_price ON property (price, id)",
    "ALTER TABLE site_user ALTER COLUMN email TYPE varchar(300)",
    "ALTER TABLE session ALTER COLUMN user_agent TYPE varchar(600)",
    "ALTER TABLE event_log ALTER COLUMN entity TYPE varchar(300)",
    "ALTER FUNCTION property_query(text, text) COST 7",
];

const PUBLIC: [&str; 9] = [
    "/properties/",
    "/properties/?q=home&location=Leith&sort=-price",
    "/properties/1/",
    "/properties/1/?format=json",
    "/properties/feed.atom",
    "/sitemap.xml",
    "/properties/places/?q=lei",
    "/properties/facets/?location=Leith",
    "/readyz",
];

const STAFF: [&str; 6] = [
    "/admin/",
    "/admin/properties/?q=home&o=location.title",
    "/admin/properties/1/change/",
    "/admin/properties/1/history/",
    "/admin/users/",
    "/admin/sessions/",
];

async fn everything_works(public: &Browser, staff: &Browser, price: &str) {
    for path in PUBLIC.iter().chain(&PUBLIC) {
        let page = public.get(path).await;
        assert_eq!(page.status, 200, "{path}: {page:?}");
    }
    for path in STAFF.iter().chain(&STAFF) {
        let page = staff.get(path).await;
        assert_eq!(page.status, 200, "{path}: {page:?}");
    }
    staff.edit_listing(1, &listing("Home 1", price, "Leith")).await;
    let id = staff.create_listing(&listing("New", price, "Leith")).await;
    staff.delete_listing(id).await;
    public.log_in("ada").await;
    public.log_out().await;
}

#[tokio::test]
async fn pages_and_forms_work_after_every_change_of_the_schema() {
    // Everything is read from the database, over two connections that have prepared all statements.
    let plan = Plan::with_homes(3).await.without_memory();
    let app = plan.set("REDIS_URL", "off").set("DATABASE_POOL_SIZE", "2").start().await;
    let (public, staff) = (app.stranger(), app.staff().await);
    everything_works(&public, &staff, "1.00").await;
    for (at, change) in CHANGES.into_iter().enumerate() {
        app.sql(change).await;
        everything_works(&public, &staff, &format!("{}.50", at + 2)).await;
        let price = app.sql("SELECT price FROM property WHERE id = 1").await;
        assert_eq!(price, format!("{}.50", at + 2), "{change}");
    }
}

#[tokio::test]
async fn events_are_heard_after_a_change_of_the_log() {
    let app = spawn_homes(1).await;
    for round in 0..3 {
        app.get("/properties/1/").await.assert_status(200);
        let change =
            format!("ALTER TABLE event_log ALTER COLUMN entity TYPE varchar({})", 300 + round);
        app.sql(&change).await;
        app.sql(&format!("UPDATE property SET title = 'Round {round}' WHERE id = 1")).await;
        app.has_heard_of_everything().await;
        assert!(app.get("/properties/1/").await.has(&format!("Round {round}")));
    }
}

async fn pool_of_one() -> (TestDatabase, Database) {
    let database = TestDatabase::create().await;
    let insert =
        "INSERT INTO property (title, description, price, location) VALUES ('T', 'D', 1, 'Leith')";
    database.run(insert).await;
    let pool = Database::new(database.config(), 1).expect("a pool");
    (database, pool)
}

#[tokio::test]
async fn a_statement_that_the_server_has_forgotten_is_prepared_again() {
    for forgetting in ["DISCARD ALL", "DEALLOCATE ALL"] {
        let (_database, pool) = pool_of_one().await;
        let client = pool.client().await.expect("a client");
        assert!(properties::find(&client, PropertyId(1)).await.expect("warm").is_some());
        client.batch_execute(forgetting).await.expect("done");
        assert!(properties::find(&client, PropertyId(1)).await.expect(forgetting).is_some());
        drop(client);
        // The connection's settings may be lost too, so it is replaced.
        let client = pool.client().await.expect("a client");
        let row = client.query_one("SHOW statement_timeout", &[]).await;
        assert_eq!(row.expect("answered").get::<_, &str>(0), "10s");
    }
}

#[tokio::test]
async fn a_transaction_uses_no_statement_that_was_prepared_before_it() {
    for change in ["ALTER TABLE property ALTER COLUMN price TYPE numeric(12,2)", "DEALLOCATE ALL"] {
        let (_database, pool) = pool_of_one().await;
        let mut client = pool.client().await.expect("a client");
        properties::find(&client, PropertyId(1)).await.expect("warm");
        properties::find_locked(&client, PropertyId(1)).await.expect("warm");
        client.batch_execute(change).await.expect("done");
        let work = client.transaction().await.expect("begun");
        assert!(properties::find_locked(&work, PropertyId(1)).await.expect(change).is_some());
        assert_eq!(properties::delete(&work, &[PropertyId(1)]).await.expect(change), 1);
        work.commit().await.expect(change);
        users::count_superusers(&client).await.expect(change);
    }
}
