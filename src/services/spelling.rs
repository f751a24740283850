//! Spelling suggestions for a search that finds nothing: words of listings that are spelled similarly.
//!
//! The words may be a little older than the listings, so a suggested spelling may match nothing. Suggestions are
//! counted like other lists.

use std::collections::BTreeSet;
use std::time::Duration;

use super::relaxed_filter::{FilterPart, RelaxedFilter};
use super::{Listings, Result};
use crate::db::{Client, Database, DbError, vocabulary};
use crate::domain::{ListingFilter, SearchText};

/// The maximum number of search words for which spellings are looked up.
const MAX_WORDS: usize = 4;
/// The maximum number of spellings that are tried for a word.
const TRIED: usize = 6;
/// How long a search waits for the refresh of the words; then it uses the old ones.
const PATIENCE: Duration = Duration::from_millis(500);
/// The number of older listings that get joined forms in one transaction, which locks them meanwhile.
const RENEWED: i32 = 200;

impl Listings {
    /// Adds the joined forms of words to a batch of older listings. Returns whether other listings still lack them;
    /// `None` while another instance does this.
    pub async fn renew_search(&self) -> Result<Option<bool>> {
        // Long texts take long, and requests need their own connections.
        let client = self.database.unhurried_client().await?;
        Ok(vocabulary::renew_search(&client, RENEWED).await?)
    }
}

/// Variants of a filter with other spellings of its words, those with the fewest edits first; empty if the words can't
/// be read, because a list is complete without them. `client` is used if given.
pub(super) async fn respelled(
    database: &Database,
    filter: &ListingFilter,
    client: Option<&Client>,
) -> Vec<RelaxedFilter> {
    let words = filter.search.as_ref().map(SearchText::as_str);
    let words: Vec<&str> = words.unwrap_or_default().split(' ').collect();
    if words.len() > MAX_WORDS || words.iter().all(|word| plain(word).is_none()) {
        return Vec::new();
    }
    renew_vocabulary(database.clone()).await;
    let respelled = match client {
        Some(client) => respell(client, filter, &words).await,
        None => match database.client().await {
            Ok(client) => respell(&client, filter, &words).await,
            Err(err) => Err(err),
        },
    };
    respelled.unwrap_or_default()
}

/// Refreshes the words, and continues without waiting if that takes long.
async fn renew_vocabulary(database: Database) {
    let renewal = tokio::spawn(async move {
        // Many long texts take longer than the time limit of a request.
        let renewed = match database.unhurried_client().await {
            Ok(client) => vocabulary::renew(&client).await,
            Err(err) => Err(err),
        };
        if let Err(err) = renewed {
            log::warn!("the words of listings could not be read: {err}");
        }
    });
    // A longer refresh continues, and later searches use its words.
    let _ = tokio::time::timeout(PATIENCE, renewal).await;
}

/// The variants of the filter, each with one word spelled differently.
async fn respell(
    client: &Client,
    filter: &ListingFilter,
    words: &[&str],
) -> Result<Vec<RelaxedFilter>, DbError> {
    let mut respelled = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some(word) = plain(word) else {
            continue;
        };
        let similar = vocabulary::list_similar(client, &word).await?;
        for (edits, other) in nearest(&word, similar) {
            let mut words = words.to_vec();
            words[at] = &other;
            let words = words.join(" ");
            respelled.push(RelaxedFilter {
                filter: ListingFilter { search: SearchText::parse(&words).ok(), ..filter.clone() },
                without: FilterPart::Spelling { words, edits },
                listings: None,
            });
        }
    }
    Ok(respelled)
}

/// A word in lower case without surrounding punctuation, if it may be misspelt: only letters, at least three.
fn plain(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let letters = word.chars().all(char::is_alphabetic);
    (letters && word.chars().count() >= 3).then(|| word.to_lowercase())
}

/// Other words within a few edits (letters added, removed, changed, or swapped with the next); none if the word itself
/// is among the words.
fn nearest(word: &str, others: Vec<String>) -> Vec<(usize, String)> {
    let limit = match word.chars().count() {
        ..=5 => 1,
        6..=8 => 2,
        _ => 3,
    };
    let edits = |other: String| (strsim::damerau_levenshtein(word, &other), other);
    let others: BTreeSet<_> = others.into_iter().map(edits).collect();
    match others.first() {
        Some((0, _)) => Vec::new(),
        _ => {
            let near = others.into_iter().filter(|(edits, _)| *edits <= limit);
            near.take(TRIED).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_edits_make_a_word_near() {
        let near = |word, others: &[&str]| {
            let others = others.iter().map(|&other| other.to_owned()).collect();
            let near = nearest(word, others).into_iter();
            near.map(|(_, other)| other).collect::<Vec<_>>()
        };
        let words = ["cash", "castle", "castles", "pastel"];
        assert_eq!(near("castel", &words), ["castle", "pastel", "castles"]);
        assert_eq!(near("castle", &words), [""; 0]);
        assert_eq!(near("leiht", &["leith", "light"]), ["leith"]);
    }

    #[test]
    fn numbers_and_signs_are_not_misspelt() {
        assert_eq!(plain("“Castel”,"), Some("castel".into()));
        for word in ["2bed", "eh6", "o'brien", "a", "&"] {
            assert_eq!(plain(word), None, "{word}");
        }
    }
}
