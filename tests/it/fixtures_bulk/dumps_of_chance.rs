//! Listings with values of chance come back from each format as they were.

use std::collections::BTreeSet;

use property_listings::domain::{FACTS, Fact, FactKind};
use property_listings::services::fixtures::{Format, LoadOptions};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};

use super::{dumped, dumped_bytes, load_bytes, run, skipping, strict};

/// Texts that programs take for something else, and any.
const TEXTS: &str = "-|'-|''-|null|true|NaN|1e5|1\\.650|0012|31/01/2026|=1\\+1|'=1|\\+44 131|@a|_x0041_|_x000D_|<b>&amp;|\
    ('{0,2}[=+@-]?)[ -~\u{e0}\u{141}\u{1f3e0}]{1,12}";
const PROSE: &str = "([ -~\t\n\u{e4}\u{1f3e0}]{1,60})|(_x000A_\n\n  x|- a\n- b|\"\"\",;\n)";

/// A value of chance that the fact allows; `None` for a photo, which must be stored.
fn value(fact: &Fact, runner: &mut TestRunner) -> Option<String> {
    let pattern = match fact.kind {
        FactKind::Text { .. } => TEXTS.to_owned(),
        FactKind::Prose { .. } => PROSE.to_owned(),
        FactKind::Price => "[0-9]{1,8}(\\.[0-9]{2})?".to_owned(),
        FactKind::Integer { .. } => "[0-9]{1,2}|1[0-9]{3}".to_owned(),
        FactKind::Area => "[1-9][0-9]{0,4}(\\.[0-9]{1,2})?".to_owned(),
        FactKind::Coordinate { .. } => "-?[0-9]{1,2}(\\.[0-9]{1,6})?".to_owned(),
        FactKind::Date => "(0044|1[0-9]{3}|20[0-9]{2})-0[1-9]-(0[1-9]|1[0-9]|2[0-8])".to_owned(),
        FactKind::Choice(options) => {
            options.iter().map(|(value, _)| *value).collect::<Vec<_>>().join("|")
        }
        FactKind::List { .. } => "[ -{}~\u{e0}]{1,12}(\\|[ -{}~]{1,12}){0,3}".to_owned(),
        FactKind::Photos => return None,
    };
    let texts = string_regex(&pattern).expect("a pattern");
    let text = texts.new_tree(runner).expect("a text").current();
    fact.parse(&text).is_ok().then_some(text)
}

/// A file of listings, of which some may be invalid because their facts contradict each other.
fn made_up(count: usize, runner: &mut TestRunner) -> Vec<u8> {
    let mut file = Vec::new();
    for _ in 0..count {
        let mut row = Map::new();
        for (at, fact) in FACTS.iter().enumerate() {
            let is_absent =
                at >= 4 && proptest::bool::ANY.new_tree(runner).expect("a bit").current();
            if let (false, Some(text)) = (is_absent, value(fact, runner)) {
                let value = match fact.kind {
                    FactKind::List { .. } => text.split('|').map(Value::from).collect(),
                    _ => Value::from(text),
                };
                row.insert(fact.name.to_owned(), value);
            }
        }
        serde_json::to_writer(&mut file, &row).expect("JSON");
        file.push(b'\n');
    }
    file
}

#[tokio::test]
async fn made_up_listings_come_back_from_each_format_and_are_unchanged() {
    let original = crate::harness::database().await;
    let file = made_up(2_000, &mut TestRunner::deterministic());
    let report = load_bytes(&original, file, &skipping()).await.expect("loaded");
    assert!(report.loaded >= 200, "{} listings, {:?}", report.loaded, report.skipped.first());
    let state = dumped(&original, Format::Csv).await;
    let values: BTreeSet<&str> = state.split(',').collect();
    assert!(
        ["'-", "''-", "=1+1", "_x0041_", "1.650", "0012"].iter().all(|text| values.contains(text))
    );
    for format in Format::ALL {
        let file = dumped_bytes(&original, format).await;
        let again = load_bytes(&original, file.clone(), &strict()).await.expect("loaded");
        assert_eq!((again.loaded, again.changed), (report.loaded, 0), "{format:?}");
        let copy = crate::harness::database().await;
        load_bytes(&copy, file, &LoadOptions::default()).await.expect("loaded");
        assert!(dumped(&copy, Format::Csv).await == state, "{format:?}");
        run(&copy, "DELETE FROM property").await;
    }
}
