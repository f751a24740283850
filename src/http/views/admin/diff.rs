//! Shows two versions of a text in one: removed and new text, with some context.

use std::time::{Duration, Instant};

use similar::{ChangeTag, TextDiff};

/// A part of two versions of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::http) enum Passage {
    /// Text in both versions.
    Same(String),
    /// Text only in the old version.
    Gone(String),
    /// Text only in the new version.
    New(String),
    /// Text in both versions that is omitted.
    Skipped,
}

/// The number of characters of context on each side of a change.
const AROUND: usize = 80;
/// A text up to this length is shown in two whole versions, in characters.
const SHORT: usize = 120;

/// The time limit for all comparisons of a page. Without time, a text is shown as two whole versions.
pub(super) struct Budget(Instant);

impl Budget {
    /// Enough for a page of usual changes, and little load for a server.
    const TIME: Duration = Duration::from_millis(100);

    pub(super) fn new() -> Self {
        Self(Instant::now() + Self::TIME)
    }

    /// The parts of two versions, word by word; `None` if they are so short, or so different, that two whole versions
    /// are easier to read.
    pub(super) fn compare(&self, before: &str, after: &str) -> Option<Vec<Passage>> {
        let is_short = |text: &str| text.chars().count() <= SHORT && !text.contains('\n');
        if (is_short(before) && is_short(after)) || Instant::now() >= self.0 {
            return None;
        }
        let diff = TextDiff::configure().deadline(self.0).diff_words(before, after);
        let mut passages = Passages::default();
        for change in diff.iter_all_changes() {
            passages.add(change.tag(), change.value());
        }
        passages.finish()
    }
}

/// Collects the parts of a comparison. A space between two changes belongs to both, so that consecutive changed words
/// are one change.
#[derive(Default)]
struct Passages {
    done: Vec<Passage>,
    same: String,
    gone: String,
    new: String,
    kept: usize,
}

impl Passages {
    fn add(&mut self, tag: ChangeTag, text: &str) {
        match tag {
            ChangeTag::Equal => {
                self.same.push_str(text);
                self.kept += text.len();
            }
            ChangeTag::Delete => {
                self.bridge();
                self.gone.push_str(text);
            }
            ChangeTag::Insert => {
                self.bridge();
                self.new.push_str(text);
            }
        }
    }

    /// Begins a change, or continues the previous one.
    fn bridge(&mut self) {
        let in_change = !self.gone.is_empty() || !self.new.is_empty();
        let is_space = self.same.chars().all(|c| c == ' ');
        if in_change && is_space {
            self.gone.push_str(&self.same);
            self.new.push_str(&self.same);
            self.same.clear();
        } else if !self.same.is_empty() {
            self.flush_change();
            self.flush_same(false);
        }
    }

    fn flush_change(&mut self) {
        for (text, passage) in [
            (std::mem::take(&mut self.gone), Passage::Gone as fn(_) -> _),
            (std::mem::take(&mut self.new), Passage::New),
        ] {
            if !text.is_empty() {
                self.done.push(passage(text));
            }
        }
    }

    /// Writes the unchanged text, without its middle if it is long.
    fn flush_same(&mut self, is_last: bool) {
        let text = std::mem::take(&mut self.same);
        let is_first = self.done.is_empty();
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let (before, after) = match (is_first, is_last) {
            (true, _) => (0, AROUND),
            (_, true) => (AROUND, 0),
            _ => (AROUND, AROUND),
        };
        if starts.len() <= before + after + AROUND {
            self.done.push(Passage::Same(text));
            return;
        }
        let (head, tail) = (starts[before], starts[starts.len() - after.max(1)]);
        let tail = if after == 0 { text.len() } else { tail };
        for passage in [
            Passage::Same(text[..head].to_owned()),
            Passage::Skipped,
            Passage::Same(text[tail..].to_owned()),
        ] {
            if passage != Passage::Same(String::new()) {
                self.done.push(passage);
            }
        }
    }

    fn finish(mut self) -> Option<Vec<Passage>> {
        self.flush_change();
        if !self.same.is_empty() {
            self.flush_same(true);
        }
        (self.kept > 0).then_some(self.done)
    }
}

#[cfg(test)]
mod tests {
    use super::Passage::{Gone, New, Same, Skipped};
    use super::*;

    fn compare(before: &str, after: &str) -> Option<Vec<Passage>> {
        Budget::new().compare(before, after)
    }

    #[test]
    fn short_texts_are_shown_whole() {
        assert_eq!(compare("Leith", "Joppa"), None);
    }

    #[test]
    fn changed_words_are_named_among_those_that_stayed() {
        let passages = compare("A\nsmall old flat by the sea", "A\nlarge new flat by the park");
        let same = |text: &str| Same(text.to_owned());
        let want = vec![
            same("A\n"),
            Gone("small old".to_owned()),
            New("large new".to_owned()),
            same(" flat by the "),
            Gone("sea".to_owned()),
            New("park".to_owned()),
        ];
        assert_eq!(passages, Some(want));
    }

    #[test]
    fn a_long_passage_that_stayed_is_skipped() {
        let long = "é word ".repeat(200);
        let passages = compare(&format!("{long}old"), &format!("{long}new")).expect("long");
        assert_eq!(passages[0], Skipped);
        let Same(around) = &passages[1] else { panic!("{passages:?}") };
        assert_eq!(around.chars().count(), AROUND);
        assert_eq!(passages.len(), 4);
        let passages = compare(&format!("old{long}"), &format!("new{long}")).expect("long");
        assert_eq!(passages.last(), Some(&Skipped));
    }

    #[test]
    fn texts_with_nothing_in_common_are_shown_one_after_the_other() {
        assert_eq!(compare(&"a".repeat(200), &"b".repeat(200)), None);
    }

    proptest::proptest! {
        #[test]
        fn no_word_is_lost(before in "[ab \n]{100,300}", after in "[ab \n]{0,300}") {
            let Some(passages) = compare(&before, &after) else { return Ok(()) };
            let whole = |without: fn(&Passage) -> bool| -> Option<String> {
                let kept = passages.iter().filter(|passage| !without(passage));
                kept.map(|passage| match passage {
                    Same(text) | Gone(text) | New(text) => Some(text.as_str()),
                    Skipped => None,
                }).collect()
            };
            if let Some(text) = whole(|passage| matches!(passage, New(_))) {
                proptest::prop_assert_eq!(text, before);
            }
            if let Some(text) = whole(|passage| matches!(passage, Gone(_))) {
                proptest::prop_assert_eq!(text, after);
            }
        }
    }
}
