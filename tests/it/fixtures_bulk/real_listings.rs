//! Thousands of real listings, cleaned and as published.

use std::collections::BTreeSet;
use std::path::PathBuf;

use property_listings::services::fixtures::{Format, LoadError};

use super::{dumped, load_all, rows, skipping, strict, try_load};

/// A file of real listings next to the project; if it is missing, a made-up one with as many valid and invalid rows and
/// the same oddities.
#[expect(clippy::print_stderr, reason = "a test that does without real listings says so")]
pub(crate) fn published(name: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../shared/data").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|_| {
        eprintln!("skipped: {} is missing, a made-up file serves", path.display());
        made_up(name.contains("raw"))
    })
}

const PLACES: [&str; 3] = ["Old Town, Princes Street and Leith Street", "Joppa", "Trinity’s End"];
const WORDS: [&str; 11] = [
    "stunning",
    "spacious",
    "comfortable",
    "apartments",
    "parking",
    "Georgian",
    "central",
    "home",
    "river",
    "gardens",
    "stone-built",
];

/// Made-up listings. Raw ones are like published ones: prices as people write them or none, tags, empty descriptions.
fn made_up(raw: bool) -> String {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut write = |row: [&str; 4]| csv.write_record(row).expect("memory");
    write(["title", "description", "price", "location"]);
    for n in 0..5_780 {
        let is_unpriced = n % 6 == 0 && n < 6 * 907;
        let is_empty = n % 6 == 0 && n < 6 * 19 || n % 6 == 1 && n < 6 * 105;
        if !raw && (is_unpriced || is_empty) {
            continue;
        }
        let word = |step: usize| WORDS[n / step % WORDS.len()];
        let (line, price) = (["\n\n", "<br /><br />"][usize::from(raw)], 40 + n % 1_700);
        let description = format!(
            "“{}” – the owner’s own\t{}…{line}Sleeps {n}.\u{200b} 🏠👨\u{200d}👩\u{200d}👧 • {}",
            word(1),
            word(11),
            word(121)
        );
        let price = match (raw, price / 1_000) {
            (false, _) => format!("{price}.00"),
            (true, 0) => format!("${price}.00"),
            (true, thousands) => format!("${thousands},{:03}.00", price % 1_000),
        };
        write([
            &format!("{} {}, sleeps {n}", word(2), word(3)),
            if is_empty { "" } else { &description },
            if is_unpriced { "" } else { &price },
            PLACES[n % PLACES.len()],
        ]);
    }
    String::from_utf8(csv.into_inner().expect("memory")).expect("text")
}

#[tokio::test]
async fn thousands_of_real_listings_load_and_dump_losslessly() {
    for csv in [published("edinburgh.csv"), made_up(false)] {
        let database = crate::harness::database().await;
        assert_eq!(load_all(&database, &csv).await.loaded, 4_768);
        let text = dumped(&database, Format::JsonLines).await;
        let copy = crate::harness::database().await;
        assert_eq!(load_all(&copy, &text).await.changed, 4_768);
        assert_eq!(dumped(&copy, Format::JsonLines).await, text);
    }
}

#[tokio::test]
async fn every_bad_row_of_a_raw_export_is_named_and_the_good_ones_can_be_loaded() {
    for csv in [published("edinburgh-raw.csv"), made_up(true)] {
        let database = crate::harness::database().await;
        let errors = match try_load(&database, &csv, strict()).await {
            Err(LoadError::Invalid(errors)) => errors,
            other => panic!("{other:?}"),
        };
        let lines: BTreeSet<_> = errors.iter().map(|err| err.line).collect();
        assert_eq!((errors.len(), lines.len()), (1_031, 1_012));
        assert!(errors.is_sorted_by_key(|err| err.line));
        assert_eq!(rows(&database).await, 0);
        let report = try_load(&database, &csv, skipping()).await.expect("loaded");
        assert_eq!((report.loaded, report.skipped.len()), (4_768, 1_031));
        assert_eq!(rows(&database).await, 4_768);
    }
}
