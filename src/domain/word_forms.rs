//! English words with beginnings that are longer than their stem, such as parking.
//!
//! A search for a whole word also finds other words with its stem: `parking` finds parks. For the beginning `parki`,
//! the letters don't show which stem is meant: `basin` is not the beginning of a form of base. So this is a list of
//! words that are common in listings; other beginnings find only the words that begin with them.

/// The words in alphabetical order.
static WORDS: &str = include_str!("word_forms.txt");

/// The words of the list that begin with these letters, separated by spaces.
pub fn beginning_with(letters: &str) -> String {
    let words = words().skip_while(|word| *word < letters);
    let words = words.take_while(|word| word.starts_with(letters));
    words.collect::<Vec<_>>().join(" ")
}

fn words() -> impl Iterator<Item = &'static str> {
    WORDS.split_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_in_alphabetical_order_and_each_is_there_once() {
        assert!(words().is_sorted_by(|one, next| one < next));
        let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase());
        assert!(words().all(is_word));
    }

    #[test]
    fn words_are_found_by_each_of_their_beginnings() {
        assert_eq!(beginning_with("apartm"), "apartment apartments");
        assert_eq!(beginning_with("parking"), "parking");
        assert_eq!(beginning_with("zz"), "");
        assert_eq!(beginning_with("ä"), "");
        for word in words() {
            for end in 1..=word.len() {
                let words = beginning_with(&word[..end]);
                assert!(words.split(' ').any(|found| found == word), "{word}");
            }
        }
    }
}
