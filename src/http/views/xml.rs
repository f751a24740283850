//! Template filters for XML.

#![expect(unreachable_pub, reason = "the filter macro makes its types public")]

use std::fmt::Display;

use chrono::{DateTime, SecondsFormat, Utc};

/// A text without the characters that XML does not allow, even escaped.
#[askama::filter_fn]
pub(super) fn xml_text(text: impl Display, _: &dyn askama::Values) -> askama::Result<String> {
    let mut text = text.to_string();
    text.retain(is_xml);
    Ok(text)
}

/// A time in full precision, such as `2026-01-31T09:30:00.000001Z`, so that two versions of a row always differ.
#[askama::filter_fn]
pub(super) fn instant(at: &DateTime<Utc>, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// Whether XML allows a character (XML 1.0, section 2.2, the production `Char`).
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_xml_can_hold_is_kept() {
        let kept = "\t\n aé\u{7f}\u{d7ff}\u{e000}\u{fffd}\u{10000}\u{1fffe}\u{10ffff}";
        assert!(kept.chars().all(is_xml));
        for c in ['\0', '\u{8}', '\u{b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
            assert!(!is_xml(c), "{c:?}");
        }
    }
}
