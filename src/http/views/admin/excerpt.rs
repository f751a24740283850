//! Short excerpts of two texts that show where they differ.

/// The maximum length of an excerpt, in characters.
const SHOWN: usize = 160;
/// The number of equal characters that an excerpt shows before the first difference.
const BEFORE: usize = 40;

/// Excerpts of two texts, beginning shortly before the first difference.
pub(super) fn excerpts(one: &str, other: &str) -> (String, String) {
    let pairs = one.chars().zip(other.chars());
    let same = pairs.take_while(|(one, other)| one == other).count();
    let longest = one.chars().count().max(other.chars().count());
    let from = match longest <= SHOWN {
        true => 0,
        false => same.saturating_sub(BEFORE),
    };
    (excerpt(one, from), excerpt(other, from))
}

fn excerpt(text: &str, from: usize) -> String {
    let mut rest = text.chars().skip(from);
    let mut shown: String = rest.by_ref().take(SHOWN).collect();
    if from > 0 && !shown.is_empty() {
        shown.insert(0, '…');
    }
    if rest.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_shown_whole_and_long_ones_where_they_differ() {
        let short = excerpts("a flat", "a house");
        assert_eq!(short, ("a flat".to_owned(), "a house".to_owned()));
        let (start, end) = ("é".repeat(300), "z".repeat(300));
        let (one, other) = excerpts(&format!("{start}flat{end}"), &format!("{start}house{end}"));
        assert!(one.starts_with(&format!("…{}flatz", "é".repeat(40))), "{one}");
        assert!(other.starts_with(&format!("…{}housez", "é".repeat(40))), "{other}");
        assert!(one.ends_with("z…") && one.chars().count() == 162);
        assert_eq!(excerpts("", &start).0, "");
    }
}
