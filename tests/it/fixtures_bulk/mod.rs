//! Fixtures: files that are loaded completely or not at all, lossless dumps, and sample data.

mod beginnings;
mod corpus;
mod corpus_files;
mod django;
mod dumps;
mod dumps_of_chance;
mod ids_and_locks;
mod matching;
pub(crate) mod real_listings;
mod samples;

use property_listings::db::Database;
use property_listings::domain::Change;
use property_listings::services::fixtures::{
    Format, LoadError, LoadOptions, LoadReport, Source, dump, load,
};

/// Loads nothing of a file with a bad row.
fn strict() -> LoadOptions {
    LoadOptions::default()
}

/// Loads the good rows.
fn skipping() -> LoadOptions {
    LoadOptions { skip_invalid: true, ..strict() }
}

const CSV_HEADER: &str = "title,description,price,location\n";

async fn try_load(
    database: &Database,
    text: &str,
    options: LoadOptions,
) -> Result<LoadReport, LoadError> {
    load_bytes(database, text.as_bytes().to_vec(), &options).await
}

async fn load_all(database: &Database, text: &str) -> LoadReport {
    try_load(database, text, strict()).await.unwrap_or_else(|err| panic!("{err}: {err:?}"))
}

async fn dumped(database: &Database, format: Format) -> String {
    String::from_utf8(dumped_bytes(database, format).await).expect("text")
}

async fn dumped_bytes(database: &Database, format: Format) -> Vec<u8> {
    let mut file = Vec::new();
    dump(database, &mut file, format, "https://example.com", &|_| {}).await.expect("dumped");
    file
}

async fn load_bytes(
    database: &Database,
    file: Vec<u8>,
    options: &LoadOptions,
) -> Result<LoadReport, LoadError> {
    load(database, Source::of_bytes(file), "file", options, &|_, _| {}).await
}

/// The first column of the first row.
async fn number(database: &Database, sql: &str) -> i64 {
    let row = database.client().await.expect("a client").query_one(sql, &[]).await;
    row.expect("one row").get(0)
}

async fn run(database: &Database, sql: &str) {
    database.client().await.expect("a client").batch_execute(sql).await.expect("done");
}

async fn rows(database: &Database) -> i64 {
    number(database, "SELECT count(*) FROM property").await
}

fn csv_of(rows: u32) -> String {
    let rows = (1..=rows).map(|number| format!("Flat {number},D,{number},Leith\n"));
    CSV_HEADER.to_owned() + &rows.collect::<String>()
}

const INSERT_WITHOUT_WAITING: &str = "SET lock_timeout = '2s';
    INSERT INTO property (title, description, price, location) VALUES ('T', 'D', 1, 'L');
    RESET lock_timeout";

#[tokio::test]
async fn a_bad_file_loads_nothing_and_names_every_bad_row() {
    let database = crate::harness::database().await;
    let csv = format!(
        "{CSV_HEADER}Good,D,1,Leith\n,D,1e3,Leith\nGood too,D,2,Leith\nT,D\n\"T,D,1,Leith\n"
    );
    let errors = match try_load(&database, &csv, strict()).await {
        Err(LoadError::Invalid(errors)) => errors,
        other => panic!("{other:?}"),
    };
    let places: Vec<_> = errors.iter().map(|err| (err.line, err.field)).collect();
    assert_eq!(places, [(3, "title"), (3, "price"), (5, "row"), (6, "title")]);
    assert_eq!(rows(&database).await, 0);
    assert_eq!(number(&database, "SELECT count(*) FROM event_log").await, 0);
}

#[tokio::test]
async fn skip_invalid_loads_the_good_rows() {
    let database = crate::harness::database().await;
    let jsonl = r#"{"title": "A", "description": "D", "price": 12.50, "location": "Leith"}
        {"title": "B", "description": "D", "price": "12.505", "location": "Leith"}
        {"title": "C", "description": "D", "price": "$1,234.00", "location": "Leith", "id": 7}
        {"title": "D", "description": "D", "price": 1, "location": "Leith", "id": 7}"#;
    let report = try_load(&database, jsonl, skipping()).await.expect("loaded");
    assert_eq!((report.loaded, report.changed), (2, 2));
    let skipped: Vec<_> = report.skipped.iter().map(ToString::to_string).collect();
    let want = [
        "file:2: price: “12.505” has more than two decimal places.",
        "file:4: id: Line 3 has the same id. The value is “7”.",
    ];
    assert_eq!(skipped, want);
    assert_eq!(number(&database, "SELECT sum(price * 100)::bigint FROM property").await, 124_650);
    assert_eq!(report.events.events().len(), 2);
}

#[tokio::test]
async fn a_file_with_a_bad_header_loads_nothing_even_when_bad_rows_are_skipped() {
    let database = crate::harness::database().await;
    for text in ["", "title,description,price\nT,D,1\n"] {
        let loaded = try_load(&database, text, skipping()).await;
        let is_refused = matches!(loaded, Err(LoadError::Invalid(_) | LoadError::Unclear(_)));
        assert!(is_refused, "{loaded:?}");
    }
}

#[tokio::test]
async fn a_connection_is_as_good_as_new_after_a_bad_file() {
    let database = crate::harness::database().await;
    let bad = format!("{CSV_HEADER}Good,D,1,Leith\n,,1,\n");
    for _ in 0..20 {
        assert!(try_load(&database, &bad, strict()).await.is_err());
        assert_eq!(load_all(&database, &format!("{CSV_HEADER}Good,D,1,Leith\n")).await.loaded, 1);
    }
    assert_eq!(rows(&database).await, 20);
}

#[tokio::test]
async fn more_than_a_thousand_rows_are_one_bulk_event() {
    let database = crate::harness::database().await;
    assert_eq!(load_all(&database, &csv_of(1_000)).await.events.events().len(), 1_000);
    let more = load_all(&database, &csv_of(1_001)).await;
    let changes: Vec<_> = more.events.events().iter().map(|event| &event.change).collect();
    assert_eq!(changes, [&Change::Bulk { rows: 1_001 }]);
    assert_eq!(number(&database, "SELECT sum(rows)::bigint FROM property_tally").await, 2_001);
}
