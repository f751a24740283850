//! Spelling suggestions for a search that finds nothing: words of listings that are spelled similarly.
//!
//! The words may be somewhat older than the listings: which are tried is no promise. What is offered is counted as any
//! other list is.

use std::collections::BTreeSet;
use std::time::Duration;

use super::looser::{FilterPart, Looser};
use super::{Listings, Result};
use crate::db::{Client, Database, DbError, vocabulary};
use crate::domain::{ListingFilter, SearchText};

/// The most words of a search that are looked up.
const MAX_WORDS: usize = 4;
/// The most spellings of a word that are tried.
const TRIED: usize = 6;
/// How long a search waits for the words to be read anew; with fewer it goes on without.
const PATIENCE: Duration = Duration::from_millis(500);
/// How many older listings get the joined forms of their words in one transaction, which holds them for as long.
const RENEWED: i32 = 200;

impl Listings {
    /// Gives some of the listings that are older than the joined forms of words theirs; whether others still lack them,
    /// and `None` while another instance does this.
    pub async fn renew_search(&self) -> Result<Option<bool>> {
        // Long texts take long, and requests need their connections.
        let client = self.database.unhurried_client().await?;
        Ok(vocabulary::renew_search(&client, RENEWED).await?)
    }
}

/// A filter with other spellings of its words, those with the fewest edits first; none where the words of listings
/// can't be read, since a list is right without them. `client` is one in hand.
pub(super) async fn respelled(
    database: &Database,
    filter: &ListingFilter,
    client: Option<&Client>,
) -> Vec<Looser> {
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

/// Has the words read anew, and goes on without where that takes long.
async fn renew_vocabulary(database: Database) {
    let renewal = tokio::spawn(async move {
        // Many long texts take longer than a request may, and the server notes how long.
        let renewed = match database.unhurried_client().await {
            Ok(client) => vocabulary::renew(&client).await,
            Err(err) => Err(err),
        };
        if let Err(err) = renewed {
            log::warn!("the words of listings could not be read: {err}");
        }
    });
    // A longer renewal continues, and later searches use its words.
    let _ = tokio::time::timeout(PATIENCE, renewal).await;
}

/// The filter with each word in turn spelled otherwise.
async fn respell(
    client: &Client,
    filter: &ListingFilter,
    words: &[&str],
) -> Result<Vec<Looser>, DbError> {
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
            respelled.push(Looser {
                filter: ListingFilter { search: SearchText::parse(&words).ok(), ..filter.clone() },
                without: FilterPart::Spelling { words, edits },
                listings: None,
            });
        }
    }
    Ok(respelled)
}

/// A word without the signs around it, in lower case, if it may be misspelt: letters alone, at least three.
fn plain(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let letters = word.chars().all(char::is_alphabetic);
    (letters && word.chars().count() >= 3).then(|| word.to_lowercase())
}

/// Other words within a few edits (letters added, left out, changed, or swapped with the next); none where the word
/// itself is among them.
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
