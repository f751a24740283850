//! Properties of characters: whether they are visible, and whether they change the direction of the text around them.
//!
//! The properties come from the Unicode Character Database. The functions `property_is_visible` and
//! `property_keeps_direction` in the database return the same; a test compares them for every character.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Characters whose category says that they are visible although they are blank: the empty Braille pattern, the
/// Egyptian blanks, the null note head, and the object replacement character.
const BLANK_SHAPES: [char; 5] = ['\u{2800}', '\u{13441}', '\u{13442}', '\u{1D159}', '\u{FFFC}'];

/// Whether a text has a visible character.
pub fn is_visible(text: &str) -> bool {
    text.chars().any(|c| !is_blank(c))
}

/// Whether a character shows nothing by itself: spaces, controls, format characters, ignorable characters (such as the
/// Hangul fillers), marks, which need a base letter, and [`BLANK_SHAPES`].
pub(super) fn is_blank(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_graphic();
    }
    let without_shape = matches!(
        category(c),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::SpaceSeparator
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
            | GeneralCategory::EnclosingMark
    );
    without_shape || is_ignorable(c) || BLANK_SHAPES.contains(&c)
}

/// Whether renderers show nothing for a character that they do not know (Default_Ignorable_Code_Point).
pub(super) fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// The name of an embedding, override or isolate, which changes the direction of the following text (UAX #9, section
/// 2); `None` for any other character.
pub(super) fn direction_control(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{202A}' => "left-to-right embedding",
        '\u{202B}' => "right-to-left embedding",
        '\u{202C}' => "pop directional formatting",
        '\u{202D}' => "left-to-right override",
        '\u{202E}' => "right-to-left override",
        '\u{2066}' => "left-to-right isolate",
        '\u{2067}' => "right-to-left isolate",
        '\u{2068}' => "first strong isolate",
        '\u{2069}' => "pop directional isolate",
        _ => return None,
    })
}

/// The General_Category of a character.
pub(super) fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_is_not_visible_however_much_there_is_of_it() {
        let blanks = concat!(
            "\u{200B}\u{2060}\u{FEFF}\u{AD}\u{3164}\u{2800}\u{115F}\u{1160}\u{FFA0}",
            "\u{180E}\u{301}\u{E0041}\u{FE0F}\u{E0100}\u{34F}\u{20DD}\u{200E}\u{A0}",
            "\u{2003}\u{3000}\u{2028}\u{FFF9}\u{1D173}\u{7F}\u{85}",
        );
        for blank in blanks.chars() {
            assert!(is_blank(blank), "U+{:04X}", u32::from(blank));
            assert!(!is_visible(&format!(" {blank}\u{200B}{blank}")));
            assert!(is_visible(&format!("{blank}x")));
        }
    }

    #[test]
    fn letters_digits_and_signs_of_any_script_are_visible() {
        for text in
            ["a", "7", "-", "€", "é", "e\u{301}", "家", "🏠", "❤\u{FE0F}", "ا", "אֶ", "नि", "한"]
        {
            assert!(is_visible(text), "{text}");
        }
    }
}
