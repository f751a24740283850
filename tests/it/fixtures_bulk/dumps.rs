//! A dump loads unchanged, and loading it again changes nothing.

use property_listings::db::Database;
use property_listings::domain::{Change, Entity};
use property_listings::services::fixtures::{Format, Kind, LoadOptions};

use super::{dumped, dumped_bytes, load_all, load_bytes, rows, run, strict};

/// Adds rows that are hard to write and read.
async fn insert_awkward_rows(database: &Database) {
    let sql = "INSERT INTO property (id, title, description, price, location, created_at, updated_at) VALUES
        (3, '=HYPERLINK(\"x\")', E'line one\\n\\n\"line\" two,\\tend', 0, 'Łódź 🏠', '2001-02-03 04:05:06.000007Z', now()),
        (9, '-1+1', '\\N', 99999999.99, 'O''Hara; \"quoted\"', '0044-03-15 12:00:00Z', '9999-12-31 23:59:59.999999Z'),
        (4000000000, 'null', E'a\\\\nb \\u2028\\uFEFF end', 0.01, '@location', now(), now())";
    run(database, sql).await;
}

#[tokio::test]
async fn a_dump_loads_losslessly_in_each_format() {
    let original = crate::harness::database().await;
    insert_awkward_rows(&original).await;
    let state = dumped(&original, Format::Csv).await;
    for format in Format::ALL {
        let copy = crate::harness::database().await;
        let file = dumped_bytes(&original, format).await;
        let report = load_bytes(&copy, file.clone(), &strict()).await.expect("loaded");
        assert_eq!(report.loaded, 3, "{format:?}");
        assert_eq!(dumped(&copy, Format::Csv).await, state, "{format:?}");
        // A workbook has the time when it was made.
        if format != Format::Workbook {
            assert_eq!(dumped_bytes(&copy, format).await, file, "{format:?}");
        }
    }
}

#[tokio::test]
async fn a_dump_of_no_listings_loads_in_each_format() {
    let empty = crate::harness::database().await;
    for format in Format::ALL {
        // An empty file has nothing by which its format is known.
        let kind = (format == Format::JsonLines).then_some(Kind::JsonLines);
        let options = LoadOptions { format: kind, ..strict() };
        let file = dumped_bytes(&empty, format).await;
        assert_eq!(load_bytes(&empty, file, &options).await.expect("loaded").loaded, 0);
    }
}

#[tokio::test]
async fn loading_by_id_updates_instead_of_duplicating() {
    let database = crate::harness::database().await;
    insert_awkward_rows(&database).await;
    let text = dumped(&database, Format::JsonLines).await;
    let report = load_all(&database, &text.replace("-1+1", "Edited")).await;
    assert_eq!((report.loaded, report.changed), (3, 1));
    let events = report.events.events();
    match &events[0].change {
        Change::PostSave {
            created: false,
            row: Entity::Listing { id, after: Some(after), .. },
        } => {
            assert_eq!((id.0, after.title.as_str()), (9, "Edited"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!((events.len(), rows(&database).await), (1, 3));
    assert_eq!(events[0].actor, "command loaddata");
}

#[tokio::test]
async fn loading_the_same_dump_again_changes_nothing() {
    let database = crate::harness::database().await;
    insert_awkward_rows(&database).await;
    let text = dumped(&database, Format::Csv).await;
    let report = load_all(&database, &text).await;
    assert_eq!((report.loaded, report.changed), (3, 0));
    assert!(report.events.events().is_empty());
    assert_eq!(dumped(&database, Format::Csv).await, text);
}
