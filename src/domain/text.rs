//! Texts with limits: each type can only be made by its parser.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but space was given.
    #[error("This field is required.")]
    Missing,
    /// Longer than the field may be; lengths count Unicode characters.
    #[error("Ensure this value has at most {limit} characters (it has {length}).")]
    TooLong {
        /// The most characters allowed.
        limit: usize,
        /// The characters given.
        length: usize,
    },
    /// A control character other than newline and tab.
    #[error("Control characters are not allowed (U+{0:04X}).")]
    Control(u32),
}

/// Trims, turns CRLF and CR into newlines, and checks the limits.
fn parse_text(text: &str, limit: usize) -> Result<String, TextError> {
    let text = text.trim();
    let text = match text.contains('\r') {
        true => text.replace("\r\n", "\n").replace('\r', "\n"),
        false => text.to_owned(),
    };
    if text.is_empty() {
        return Err(TextError::Missing);
    }
    let forbidden = |c: &char| c.is_control() && *c != '\n' && *c != '\t';
    if let Some(control) = text.chars().find(forbidden) {
        return Err(TextError::Control(control.into()));
    }
    let length = text.chars().count();
    if length > limit {
        return Err(TextError::TooLong { limit, length });
    }
    Ok(text)
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $limit:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The most Unicode characters that it may have.
            pub const MAX_CHARS: usize = $limit;

            /// Trims and checks a text.
            ///
            /// # Errors
            /// [`TextError`] when it is empty, too long, or has control characters.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                parse_text(text, $limit).map(Self)
            }

            /// Takes a text that the database's own constraints have checked.
            pub fn from_database(text: String) -> Self {
                Self(text)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_type!(
    /// A listing's headline.
    Title, 200
);
text_type!(
    /// A listing's full text.
    Description, 20_000
);
text_type!(
    /// Where a property is, as its editor wrote it.
    Location, 100
);
text_type!(
    /// Words to search for.
    SearchText, 200
);

impl SearchText {
    /// The words, in lower case, without repeats, in alphabetical order but for the last, which stays last because
    /// it also matches as a prefix. What joins words, such as a slash, parts them.
    pub fn words(&self) -> Vec<String> {
        let joins = |c: char| c.is_whitespace() || c.is_ascii_punctuation() && c != '\'';
        let words = self.0.split(joins).filter(|word| !word.is_empty());
        let mut words: Vec<String> = words.map(str::to_lowercase).collect();
        if words.is_empty() {
            // Signs alone are looked for as they are.
            words.push(self.0.to_lowercase());
        }
        let last = words.pop();
        words.sort();
        words.dedup();
        words.retain(|word| Some(word) != last.as_ref());
        words.extend(last);
        words
    }
}

/// A location as it is compared: in lower case by Unicode's full mapping.
///
/// The database folds its rows with the ICU root collation, the same mapping. Values that come from rows keep the
/// database's own folding, so that an event names exactly the lists whose `WHERE` clause matched the row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FoldedLocation(String);

impl FoldedLocation {
    /// Folds a location that somebody asked for.
    pub fn of(location: &Location) -> Self {
        Self(location.as_str().to_lowercase())
    }

    /// Takes the folded form that the database computed.
    pub fn from_database(folded: String) -> Self {
        Self(folded)
    }

    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_count_characters_not_bytes() {
        assert!(Title::parse(&"é".repeat(200)).is_ok());
        assert_eq!(
            Title::parse(&"é".repeat(201)),
            Err(TextError::TooLong {
                limit: 200,
                length: 201
            })
        );
    }

    #[test]
    fn input_is_trimmed_and_its_line_ends_are_newlines() {
        let text = Description::parse("  one\r\ntwo\rthree\t. \n").map(|d| d.to_string());
        assert_eq!(text, Ok("one\ntwo\nthree\t.".into()));
    }

    #[test]
    fn control_characters_are_refused_by_code() {
        assert_eq!(Title::parse("a\0b"), Err(TextError::Control(0)));
        assert_eq!(Title::parse("a\u{85}b"), Err(TextError::Control(0x85)));
        assert_eq!(Title::parse(" \t\n "), Err(TextError::Missing));
    }

    #[test]
    fn words_keep_only_their_last_in_place() {
        let text = SearchText::parse("Leith garden  FLAT leith").expect("valid");
        assert_eq!(text.words(), ["flat", "garden", "leith"]);
    }

    #[test]
    fn what_joins_words_parts_them() {
        let words = |text| SearchText::parse(text).expect("valid").words();
        for joined in ["castle/view", "castle, view", "castle-view"] {
            assert_eq!(words(joined), ["castle", "view"], "{joined}");
        }
        assert_eq!(words("arthur's seat"), ["arthur's", "seat"]);
        assert_eq!(words("&"), ["&"]);
    }
}
