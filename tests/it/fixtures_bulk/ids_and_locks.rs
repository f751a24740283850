//! Ids stay unique for any file, and a load blocks other requests as little as possible.

use property_listings::db::bulk::{BulkRow, GivenFacts, Staging};
use property_listings::domain::{PropertyForm, PropertyId};
use property_listings::events::UnitOfWork;
use property_listings::services::fixtures::{Source, load, sample};

use super::{CSV_HEADER, INSERT_WITHOUT_WAITING, csv_of, load_all, number, rows, run, strict};

#[tokio::test]
async fn new_rows_get_their_ids_in_the_order_of_the_file() {
    let database = crate::harness::database().await;
    let mut csv = csv_of(500).replacen("title", "id,title", 1);
    csv = csv.replace("\nFlat", "\n,Flat") + "250,Explicit,D,1,Leith\n";
    load_all(&database, &csv).await;
    // They come after the largest id in the file.
    let sorted = "SELECT count(*) FROM property WHERE title = 'Flat ' || (id - 250)";
    assert_eq!(number(&database, sorted).await, 500);
}

#[tokio::test]
async fn new_rows_after_a_load_get_fresh_ids() {
    let database = crate::harness::database().await;
    run(&database, "SELECT nextval('property_id_seq') FROM generate_series(1, 50)").await;
    let insert = "INSERT INTO property (title, description, price, location) \
                  VALUES ('T', 'D', 1, 'L') RETURNING id";
    let with_id = |id: u32| format!("id,{CSV_HEADER}{id},T,D,1,Leith\n");
    load_all(&database, &with_id(7)).await;
    assert_eq!(number(&database, insert).await, 51, "the sequence never goes back");
    load_all(&database, &with_id(900)).await;
    assert_eq!(number(&database, insert).await, 901);
    load_all(&database, &with_id(902)).await;
    assert_eq!(number(&database, insert).await, 903);
    run(
        &database,
        "INSERT INTO property (id, title, description, price, location)
         OVERRIDING SYSTEM VALUE VALUES (1000, 'T', 'D', 1, 'L')",
    )
    .await;
    load_all(&database, &csv_of(1)).await;
    assert_eq!(number(&database, "SELECT max(id) FROM property").await, 1_001);
    assert_eq!(sample(&database, 2, &|_| {}).await.expect("added").events().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_are_not_kept_out_while_a_file_is_read() {
    let database = crate::harness::database().await;
    let progress = |read, _| {
        if read == 500 {
            let insert = run(&database, INSERT_WITHOUT_WAITING);
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(insert));
        }
    };
    let csv = csv_of(600);
    let options = strict();
    let report = load(&database, Source::of_bytes(csv), "file", &options, &progress);
    assert_eq!(report.await.expect("loaded").loaded, 600);
    assert_eq!(rows(&database).await, 601);
}

#[tokio::test]
async fn writers_are_let_in_as_soon_as_the_sequence_has_moved() {
    let database = crate::harness::database().await;
    let mut client = database.client().await.expect("a client");
    let work = UnitOfWork::begin(&mut client, "test").await.expect("begun");
    let mut staging = Staging::create(work.transaction()).await.expect("created");
    let form = PropertyForm::required("T", "D", "1", "L");
    let property = form.parse().expect("valid");
    let row = BulkRow::new(1, Some(PropertyId(900)), &property);
    staging.add(&row).await.expect("sent");
    staging.merge(&GivenFacts::default()).await.expect("merged");
    run(&database, INSERT_WITHOUT_WAITING).await;
    assert_eq!(number(&database, "SELECT max(id) FROM property").await, 901);
    assert_eq!(work.commit().await.expect("committed").events().len(), 1);
}
