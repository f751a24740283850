//! Every word of many listings is found by each of its prefixes.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use property_listings::db::{Client, Database, GenericClient as _, properties};
use property_listings::domain::{Cursors, ListingQuery, word_forms};
use property_listings::services::fixtures::sample;
use rand::rngs::StdRng;
use rand::{SeedableRng as _, seq::IndexedRandom as _};

use super::load_all;
use super::real_listings::published;

/// The numbers of the listings that contain a word.
type Words = BTreeMap<String, BTreeSet<i64>>;

async fn words_of(database: &Database) -> Words {
    let client = database.client().await.expect("a client");
    let sql = "SELECT id, title || ' ' || location || ' ' || description FROM property";
    let mut words = Words::new();
    for row in client.query(sql, &[]).await.expect("rows") {
        let (id, text): (i64, String) = (row.get(0), row.get(1));
        let text = text.to_lowercase();
        // Other tests cover words with accents.
        let each = text.split(|c: char| !c.is_alphanumeric());
        for word in each.filter(|word| !word.is_empty() && word.is_ascii()) {
            words.entry(word.to_owned()).or_default().insert(id);
        }
    }
    words
}

async fn found(client: &Client, beginning: &str) -> BTreeSet<i64> {
    let sql = "SELECT id FROM property WHERE search @@ property_query($1, $2)";
    let rows = client.query(sql, &[&beginning, &word_forms::beginning_with(beginning)]).await;
    let ids: BTreeSet<i64> = rows.expect("rows").iter().map(|row| row.get(0)).collect();
    let query = ListingQuery::parse(&format!("q={beginning}"), Cursors::Ignored).expect("valid");
    let count = properties::count(client, &query.filter).await;
    // A number also finds the listing of that number.
    let sql = "SELECT id FROM property WHERE id = $1";
    let numbered = match beginning.parse::<i64>() {
        Ok(id) if id.to_string() == beginning => {
            client.query_opt(sql, &[&id]).await.expect("a row")
        }
        _ => None,
    };
    let all = ids.len() as i64 + i64::from(numbered.is_some_and(|row| !ids.contains(&row.get(0))));
    assert_eq!(count.expect("counted").number, all, "{beginning}");
    ids
}

/// Checks the prefixes of some words against the words of all listings, and against each other.
async fn are_found_by_their_beginnings<'a>(
    database: &Database,
    words: &Words,
    some: impl Iterator<Item = &'a String>,
) {
    let client = database.client().await.expect("a client");
    let mut all = BTreeMap::new();
    for beginning in some.flat_map(|word| (1..=word.len()).map(|end| &word[..end])) {
        if let Entry::Vacant(new) = all.entry(beginning) {
            new.insert(found(&client, beginning).await);
        }
    }
    for (beginning, found) in &all {
        let begun = words.range((*beginning).to_owned()..);
        for (missed, ids) in begun.take_while(|(word, _)| word.starts_with(beginning)) {
            assert!(ids.is_subset(found), "{beginning} misses {missed}");
        }
        let shorter = &beginning[..beginning.len() - 1];
        let within = all.get(shorter).is_none_or(|ids| found.is_subset(ids));
        assert!(within, "{shorter} misses some of {beginning}");
    }
}

#[tokio::test]
async fn each_word_of_sample_data_is_found_by_all_its_beginnings_and_they_by_theirs() {
    let database = crate::harness::database().await;
    assert_eq!(sample(&database, 2_000, &|_| {}).await.expect("added").events().len(), 1);
    let words = words_of(&database).await;
    are_found_by_their_beginnings(&database, &words, words.keys()).await;
}

#[tokio::test]
async fn words_of_real_listings_are_found_by_all_their_beginnings_and_they_by_theirs() {
    let csv = published("edinburgh.csv");
    let database = crate::harness::database().await;
    load_all(&database, &csv).await;
    let words = words_of(&database).await;
    // Misspelt words usually occur in only one listing.
    let several: Vec<&String> =
        words.iter().filter_map(|(word, ids)| (ids.len() > 2).then_some(word)).collect();
    let mut random = StdRng::seed_from_u64(9);
    let some: Vec<&String> = several.sample(&mut random, 80).copied().collect();
    let named = ["apartments", "stunning", "parking", "comfortable"].map(str::to_owned);
    are_found_by_their_beginnings(&database, &words, named.iter().chain(some)).await;
}
