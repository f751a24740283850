//! Thousands of real listings, clean and as they were published.

use std::collections::BTreeSet;
use std::path::PathBuf;

use property_listings::services::fixtures::{Format, LoadError};

use super::{SKIP, STRICT, dumped, load_all, rows, try_load};

/// Real listings that are kept beside the project; `None`, with a note, where they aren't.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(super) fn real_listings(name: &str) -> Option<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../shared/data").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: {} is not there", path.display());
    }
    text
}

#[tokio::test]
async fn thousands_of_real_listings_load_and_dump_losslessly() {
    let Some(csv) = real_listings("edinburgh.csv") else {
        return;
    };
    let database = crate::harness::database().await;
    assert_eq!(load_all(&database, &csv).await.loaded, 4_768);
    let text = dumped(&database, Format::JsonLines).await;
    let copy = crate::harness::database().await;
    assert_eq!(load_all(&copy, &text).await.changed, 4_768);
    assert_eq!(dumped(&copy, Format::JsonLines).await, text);
}

#[tokio::test]
async fn every_bad_row_of_a_raw_export_is_named_and_the_good_ones_can_be_loaded() {
    let Some(csv) = real_listings("edinburgh-raw.csv") else {
        return;
    };
    let database = crate::harness::database().await;
    let errors = match try_load(&database, &csv, STRICT).await {
        Err(LoadError::Invalid(errors)) => errors,
        other => panic!("{other:?}"),
    };
    let lines: BTreeSet<_> = errors.iter().map(|err| err.line).collect();
    assert_eq!((errors.len(), lines.len()), (1_031, 1_012));
    assert!(errors.is_sorted_by_key(|err| err.line));
    assert_eq!(rows(&database).await, 0);
    let report = try_load(&database, &csv, SKIP).await.expect("loaded");
    assert_eq!((report.loaded, report.skipped.len()), (4_768, 1_031));
    assert_eq!(rows(&database).await, 4_768);
}
