//! Which listing a row of a file is, what it leaves unchanged, and what the file does not have.

use property_listings::db::Database;
use property_listings::services::fixtures::{
    LoadError, LoadOptions, LoadReport, Missing, Source, load,
};

use super::{number, run, strict, try_load};

const FOREIGN: &str = "Ref,Headline,Remarks,Price,Town,Beds\n";

async fn listings(database: &Database) -> Vec<String> {
    let sql = "SELECT concat_ws('|', id, title, price, reference, status, bedrooms, address) FROM property ORDER BY id";
    let client = database.client().await.expect("a client");
    let rows = client.query(sql, &[]).await.expect("rows");
    rows.iter().map(|row| row.get(0)).collect()
}

async fn loaded(database: &Database, text: &str) -> LoadReport {
    try_load(database, text, strict()).await.unwrap_or_else(|err| panic!("{err}: {err:?}"))
}

async fn withdrawing(
    database: &Database,
    text: &str,
    missing: Missing,
) -> Result<LoadReport, LoadError> {
    let options = LoadOptions { missing, ..strict() };
    load(database, Source::of_bytes(text.to_owned()), "a.csv", &options, &|_, _| {}).await
}

#[tokio::test]
async fn a_row_of_another_program_is_the_listing_with_its_reference_and_never_the_one_with_its_id()
{
    let database = crate::harness::database().await;
    let first = format!("{FOREIGN}A,Flat,One,900,Leith,2\nB,House,Two,950,Joppa,3\n");
    assert_eq!(loaded(&database, &first).await.changed, 2);
    assert_eq!(loaded(&database, &first).await.changed, 0, "the same again");
    let next = format!("{FOREIGN}b,House,Two,999,Joppa,3\nC,New,Three,1,Leith,1\n");
    assert_eq!(loaded(&database, &next).await.changed, 2);
    let want = ["1|Flat|900.00|A|active|2", "2|House|999.00|b|active|3", "3|New|1.00|C|active|1"];
    assert_eq!(listings(&database).await, want);
    // The number of another program's listing is its reference here.
    let ids = "ID,Headline,Remarks,Price,Town\n1,Other,D,5,Leith\n";
    loaded(&database, ids).await;
    loaded(&database, ids).await;
    assert_eq!(listings(&database).await[3..], ["4|Other|5.00|1|active"]);
}

#[tokio::test]
async fn an_empty_cell_leaves_a_fact_and_a_hyphen_removes_it() {
    let database = crate::harness::database().await;
    let insert = "INSERT INTO property (title, description, price, location, reference, status, bedrooms, address)
        VALUES ('Flat', 'One', 900, 'Leith', 'A', 'pending', 2, '1 Shore')";
    run(&database, insert).await;
    let file = "reference,title,description,price,location,status,bedrooms,address\na,,,,,,,\nA2,T,D,1,L,,,\n";
    assert_eq!(loaded(&database, file).await.changed, 2);
    assert_eq!(
        listings(&database).await,
        ["1|Flat|900.00|a|pending|2|1 Shore", "2|T|1.00|A2|active"]
    );
    let file =
        "reference,title,description,price,location,status,bedrooms,address\nA,New,,,,-,-,\n";
    loaded(&database, file).await;
    assert_eq!(listings(&database).await[..1], ["1|New|900.00|A|active|1 Shore"]);
    // What is not there has nothing to keep.
    let file = "reference,title,description,price,location\nUnknown,,D,1,L\n";
    let errors = match try_load(&database, file, strict()).await {
        Err(LoadError::Invalid(errors)) => errors,
        other => panic!("{other:?}"),
    };
    assert_eq!(errors[0].to_string(), "file:2: title: This field is required.");
}

#[tokio::test]
async fn a_file_of_this_site_is_matched_by_id_with_or_without_its_mark() {
    let database = crate::harness::database().await;
    run(&database, "INSERT INTO property (title, description, price, location, reference) VALUES ('T', 'D', 1, 'L', '-')").await;
    let dump = super::dumped(&database, property_listings::services::fixtures::Format::Csv).await;
    assert!(dump.lines().next().is_some_and(|header| header.ends_with(",property-listings")));
    assert_eq!(loaded(&database, &dump).await.changed, 0);
    let edited = dump.replace(",T,", ",U,").replace("\n1,T", "\n1,U");
    assert_eq!(loaded(&database, &edited).await.changed, 1);
    let report = loaded(&database, "id,title,description,price,location\n1,V,D,1,L\n").await;
    assert!(report.notes.iter().any(|note| note.contains("--ignore id")), "{:?}", report.notes);
    assert_eq!(listings(&database).await, ["1|V|1.00|-|active"]);
    // Another spelling of the names is another program's.
    loaded(&database, "ID,title,description,price,location\n1,W,D,1,L\n").await;
    assert_eq!(listings(&database).await, ["1|V|1.00|-|active", "2|W|1.00|1|active"]);
}

#[tokio::test]
async fn new_rows_that_look_like_listings_are_added_with_a_warning() {
    let database = crate::harness::database().await;
    let file = "Headline,Remarks,Price,Town\nFlat,One,900,Leith\nHouse,Two,950,Joppa\n";
    assert!(!loaded(&database, file).await.notes.iter().any(|note| note.contains("exists")));
    let again = loaded(&database, file).await;
    let warning = again.notes.iter().find(|note| note.contains("a listing that exists"));
    assert!(
        warning.is_some_and(|note| note.starts_with("2 new row(s)") && note.contains("lines 2, 3")),
        "{:?}",
        again.notes
    );
    assert_eq!(number(&database, "SELECT count(*) FROM property").await, 4);
}

#[tokio::test]
async fn a_listing_keeps_its_time_and_the_file_is_told_so_once() {
    let database = crate::harness::database().await;
    run(&database, "INSERT INTO property (title, description, price, location) VALUES ('T', 'D', 1, 'L'), ('U', 'D', 1, 'L')").await;
    let file = "id,title,description,price,location,created_at\n1,T,D,2,L,2001-01-01T00:00:00Z\n2,U,D,2,L,2001-01-01T00:00:00Z\n";
    let notes = loaded(&database, file).await.notes;
    assert_eq!(
        notes.iter().filter(|note| note.contains("created_at was ignored for 2 row(s)")).count(),
        1,
        "{notes:?}"
    );
    assert_eq!(
        number(&database, "SELECT count(*) FROM property WHERE created_at < '2002-01-01'").await,
        0
    );
}

#[tokio::test]
async fn listings_that_a_file_no_longer_has_are_withdrawn_but_never_most_of_them_by_mistake() {
    let database = crate::harness::database().await;
    let row = |name: &str| format!("{name},{name},D,5,Leith,\n");
    let all: String = ["A", "B", "C", "D"].map(row).concat();
    loaded(&database, &format!("{FOREIGN}{all}")).await;
    run(&database, "UPDATE property SET status = 'closed' WHERE reference = 'D'").await;
    let few = format!("{FOREIGN}{}", row("A"));
    match withdrawing(&database, &few, Missing::Withdraw).await {
        Err(LoadError::TooManyMissing { count: 2, all: 3 }) => {}
        other => panic!("{other:?}"),
    }
    let most = format!("{FOREIGN}{}{}{}", row("A"), row("B"), row("E"));
    let report = withdrawing(&database, &most, Missing::Withdraw).await.expect("loaded");
    assert_eq!(report.withdrawn, 1);
    let statuses =
        "SELECT string_agg(reference || ' ' || status, ',' ORDER BY reference) FROM property";
    let client = database.client().await.expect("a client");
    let found: String = client.query_one(statuses, &[]).await.expect("a row").get(0);
    assert_eq!(found, "A active,B active,C withdrawn,D closed,E active");
    let bad = format!("{FOREIGN}{}B,,,cheap,,\n", row("A"));
    let options = LoadOptions { missing: Missing::WithdrawAny, skip_invalid: true, ..strict() };
    let result = load(&database, Source::of_bytes(bad), "a.csv", &options, &|_, _| {}).await;
    assert!(matches!(result, Err(LoadError::MissingBesideInvalid)), "{result:?}");
    let report = withdrawing(&database, &few, Missing::WithdrawAny).await.expect("loaded");
    assert_eq!(report.withdrawn, 2);
}
