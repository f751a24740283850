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
    /// it also matches as a prefix. Signs part them; of an owner, such as arthur's, only the name is a word.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        for spaced in self.0.split(|c: char| parts(c) && !is_apostrophe(c)) {
            let pieces: Vec<_> = spaced.split(is_apostrophe).collect();
            let owned = |at: usize| at > 0 && matches!(pieces[at], "s" | "S");
            let pieces = pieces.iter().enumerate();
            let pieces = pieces.filter(|(at, piece)| !piece.is_empty() && !owned(*at));
            words.extend(pieces.map(|(_, piece)| piece.to_lowercase()));
        }
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

/// Whether a character parts words, as it does in the database. An accent may be a character of its own.
fn parts(c: char) -> bool {
    !c.is_alphanumeric() && !('\u{300}'..='\u{36f}').contains(&c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
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
        for joined in ["castle/view", "castle, view", "castle-view", "castle–view"] {
            assert_eq!(words(joined), ["castle", "view"], "{joined}");
        }
        assert_eq!(words("&"), ["&"]);
        assert_eq!(words("café & sea"), ["café", "sea"]);
    }

    #[test]
    fn of_an_owner_only_the_name_is_a_word() {
        let words = |text| SearchText::parse(text).expect("valid").words();
        for text in ["arthur's seat", "Arthur’s Seat", "arthur' seat"] {
            assert_eq!(words(text), ["arthur", "seat"], "{text}");
        }
        assert_eq!(words("o'hara's"), ["o", "hara"]);
        assert_eq!(words("don't"), ["don", "t"]);
        assert_eq!(words("'s"), ["'s"]);
    }
}
