//! Sample data is always the same, and does not change the schema.

use property_listings::domain::Change;
use property_listings::services::fixtures::{Format, sample};

use super::{INSERT_WITHOUT_WAITING, dumped, number, rows, run};

#[tokio::test]
async fn sample_data_is_the_same_every_time() {
    let [one, other] = [crate::harness::database().await, crate::harness::database().await];
    for database in [&one, &other] {
        let events = sample(database, 1_500, &|_| {}).await.expect("added");
        assert_eq!(events.events()[0].change, Change::Bulk { rows: 1_500 });
        assert_eq!(events.events().len(), 1);
    }
    assert_eq!(dumped(&one, Format::Csv).await, dumped(&other, Format::Csv).await);
    run(&one, INSERT_WITHOUT_WAITING).await;
    let newest = "SELECT id FROM property ORDER BY created_at DESC LIMIT 1";
    assert_eq!(number(&one, newest).await, 1_501);
}

#[tokio::test]
async fn much_sample_data_leaves_the_indexes_as_they_were() {
    let database = crate::harness::database().await;
    let fingerprint = "SELECT hashtextextended(string_agg(pg_get_indexdef(indexrelid), ';' ORDER BY indexrelid::regclass::text), 0)
        FROM pg_index WHERE indrelid = 'property'::regclass AND indisvalid";
    let oid = "SELECT 'property_search'::regclass::oid::bigint";
    let before = (number(&database, fingerprint).await, number(&database, oid).await);
    for empty in [true, false] {
        let oid_before = number(&database, oid).await;
        assert_eq!(sample(&database, 25_000, &|_| {}).await.expect("added").events().len(), 1);
        let rebuilt = number(&database, oid).await != oid_before;
        assert_eq!(rebuilt, empty, "only an empty table is loaded without indexes");
        assert_eq!(number(&database, fingerprint).await, before.0);
    }
    assert_ne!(number(&database, oid).await, before.1);
    assert_eq!(rows(&database).await, 50_000);
}
