//! Texts with limits: each type can only be made by its parser.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use super::PropertyId;
use super::characters::{direction_control, is_visible};

/// Why a text is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The text has no visible character.
    #[error("This field is required.")]
    Missing,
    /// It has more characters than the field allows: the limit, and the number of characters.
    #[error("Ensure this value has at most {0} characters (it has {1}).")]
    TooLong(usize, usize),
    /// It has a control character other than newline and tab.
    #[error("Control characters are not allowed (U+{0:04X}).")]
    Control(u32),
    /// It has a character that changes the direction of the following text, even outside the field: its code and its
    /// name.
    #[error("Characters that change the direction of text are not allowed (U+{0:04X}, {1}).")]
    Direction(u32, &'static str),
}

/// Trims, replaces CRLF and CR with newlines, normalises to Unicode NFC, and checks the limits.
pub(super) fn parse_text(text: &str, limit: usize) -> Result<String, TextError> {
    let text = text.trim();
    let text = match text.contains('\r') {
        true => text.replace("\r\n", "\n").replace('\r', "\n"),
        false => text.to_owned(),
    };
    let text = match is_nfc(&text) {
        true => text,
        false => text.nfc().collect(),
    };
    check_characters(&text)?;
    if !is_visible(&text) {
        return Err(TextError::Missing);
    }
    let length = text.chars().count();
    if length > limit {
        return Err(TextError::TooLong(limit, length));
    }
    Ok(text)
}

/// Whether a text is empty for a reader: it has no visible and no forbidden character.
pub(super) fn is_absent(text: &str) -> bool {
    !is_visible(text) && check_characters(text).is_ok()
}

/// Checks that a text has no control character other than newline and tab, and none that changes the direction.
pub(super) fn check_characters(text: &str) -> Result<(), TextError> {
    let wrong = text.chars().find_map(|c| match direction_control(c) {
        Some(name) => Some(TextError::Direction(c.into(), name)),
        None if c.is_control() && c != '\n' && c != '\t' => Some(TextError::Control(c.into())),
        None => None,
    });
    wrong.map_or(Ok(()), Err)
}

/// Checks the characters of a text, and that it has at most so many.
pub(super) fn bounded(text: &str, limit: usize) -> Result<String, TextError> {
    check_characters(text)?;
    match text.chars().count() {
        length if length > limit => Err(TextError::TooLong(limit, length)),
        _ => Ok(text.to_owned()),
    }
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $limit:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The maximum length, in characters.
            pub const MAX_CHARS: usize = $limit;

            /// Trims, normalises to NFC and checks a text.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                parse_text(text, $limit).map(Self)
            }

            /// Wraps a text from the database, whose constraints have checked it.
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
    /// The location of a property, as typed.
    Location, 100
);
text_type!(
    /// Words to search for.
    SearchText, 200
);

impl SearchText {
    /// The words in lower case, in their order. In a search, the last also matches as a prefix, and neighbours also
    /// match when joined. Punctuation separates words; of a possessive such as arthur's, only the name is a word.
    pub fn words(&self) -> Vec<String> {
        let text = self.text();
        match text.chars().all(parts) {
            // A text of punctuation alone is searched for as it is.
            true => vec![text],
            false => text.split([' ', '-']).map(str::to_owned).collect(),
        }
    }

    /// The words, joined with hyphens where punctuation separated them, and with spaces otherwise.
    pub fn text(&self) -> String {
        let words = self.0.split_whitespace().map(parted);
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        match words.is_empty() {
            true => self.0.to_lowercase(),
            false => words.join(" "),
        }
    }

    /// The number of a listing, if the text is only a number.
    pub fn id(&self) -> Option<PropertyId> {
        let digits = self.0.bytes().all(|b| b.is_ascii_digit());
        let id = self.0.parse().ok().filter(|_| digits).map(PropertyId)?;
        (id <= PropertyId::MAX).then_some(id)
    }
}

/// The words of a text without white space, in lower case.
fn parted(text: &str) -> String {
    let mut words = Vec::new();
    for spaced in text.split(|c: char| parts(c) && !is_apostrophe(c)) {
        let pieces: Vec<_> = spaced.split(is_apostrophe).collect();
        let owned = |at: usize| at > 0 && matches!(pieces[at], "s" | "S");
        let pieces = pieces.iter().enumerate();
        let pieces = pieces.filter(|(at, piece)| !piece.is_empty() && !owned(*at));
        words.extend(pieces.map(|(_, piece)| piece.to_lowercase()));
    }
    words.join("-")
}

/// Whether a character separates words, as in the database. An accent may be a separate character.
fn parts(c: char) -> bool {
    is_apostrophe(c) || !c.is_alphanumeric() && !('\u{300}'..='\u{36f}').contains(&c)
}

/// Whether a character is an apostrophe. Unicode counts some of them as letters, such as the one of Hawaiʻi.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '‘'..='‛' | '`' | '´' | '′' | '‵' | '＇' | '\u{2b0}'..='\u{2ff}')
}

/// A location in the form for comparison: in lower case by Unicode's full mapping.
///
/// The database folds its rows with the ICU root collation, which uses the same mapping. Values from rows keep the
/// database's own folding, so that an event names exactly the lists whose `WHERE` clause matches the row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FoldedLocation(String);

impl FoldedLocation {
    /// Folds a requested location.
    pub fn of(location: &Location) -> Self {
        Self(location.as_str().to_lowercase())
    }

    /// A folded form from the database.
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
        assert_eq!(Title::parse(&"é".repeat(201)), Err(TextError::TooLong(200, 201)));
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
    fn characters_that_change_the_direction_are_refused_by_name_and_marks_are_kept() {
        for code in (0x202A..=0x202E).chain(0x2066..=0x2069) {
            let c = char::from_u32(code).expect("a character");
            let err = Title::parse(&format!("a{c}b")).expect_err("refused");
            let text = err.to_string();
            assert!(text.contains(&format!("U+{code:04X}")), "{text}");
            assert!(SearchText::parse(&c.to_string()).is_err());
        }
        assert!(Title::parse("נוף\u{200F}, \u{200E}5").is_ok());
        let text = Title::parse("a\u{202E}b").expect_err("refused").to_string();
        assert!(text.contains("right-to-left override"), "{text}");
    }

    #[test]
    fn a_text_without_anything_to_see_is_missing() {
        for blank in ["\u{200B}", " \u{2060}\u{FEFF} ", "\u{3164}", "\u{301}", "\u{2800}\u{AD}"] {
            assert_eq!(Title::parse(blank), Err(TextError::Missing), "{blank:?}");
            assert_eq!(Location::parse(blank), Err(TextError::Missing));
        }
    }

    #[test]
    fn composed_and_decomposed_letters_are_one_text_and_count_once() {
        let [composed, decomposed] = ["Malm\u{F6}", "Malmo\u{308}"].map(Location::parse);
        assert_eq!(composed, decomposed);
        assert!(Title::parse(&"e\u{301}".repeat(200)).is_ok());
        // Letters that NFC decomposes are counted in their stored form.
        assert!(Title::parse(&"\u{958}".repeat(101)).is_err());
    }

    #[test]
    fn words_keep_their_order() {
        let text = SearchText::parse("Leith garden  FLAT").expect("valid");
        assert_eq!(text.words(), ["leith", "garden", "flat"]);
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
        for text in ["arthur's seat", "Arthur’s Seat", "arthurʼs seat", "arthur' seat"] {
            assert_eq!(words(text), ["arthur", "seat"], "{text}");
        }
        assert_eq!(words("o'hara's"), ["o", "hara"]);
        assert_eq!(words("don't"), ["don", "t"]);
        assert_eq!(words("'s"), ["'s"]);
        assert_eq!(words("Hawaiʻi"), ["hawai", "i"]);
    }

    #[test]
    fn what_signs_part_is_told_from_what_spaces_part() {
        let text = |text| SearchText::parse(text).expect("valid").text();
        assert_eq!(text("On–street  PARKING & more"), "on-street parking more");
        assert_eq!(text("U.S.A."), "u-s-a");
        assert_eq!(text("- &"), "- &");
    }

    #[test]
    fn only_a_number_alone_is_one_of_a_listing() {
        let id = |text| SearchText::parse(text).expect("valid").id().map(|id| id.0);
        assert_eq!(id("42"), Some(42));
        for other in ["4 2", "+42", "-42", "42a", "9007199254740992", "٤٢"] {
            assert_eq!(id(other), None, "{other}");
        }
    }
}
