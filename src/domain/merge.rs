//! Merges two edits of one listing, field by field.

use similar::TextMerge;

use super::{Fact, PropertyForm};

/// Who changed a field since both edits started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangedBy {
    /// Neither, or both to the same value.
    Neither,
    /// Only the user who is editing.
    Me,
    /// Only the other user, who saved in the meantime.
    Them,
    /// Both, to different values; or it is unknown, because the starting state is not known.
    Both,
}

/// A field with the values of both edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedField {
    /// The field.
    pub fact: &'static Fact,
    /// The value when both edits started, if it is known.
    pub base: Option<String>,
    /// The stored value.
    pub theirs: String,
    /// The typed value.
    pub mine: String,
    /// Who changed it.
    pub changed_by: ChangedBy,
    /// A text with both changes, if they don't touch the same lines.
    pub combined: Option<String>,
}

/// Compares the stored and the typed values with those when both edits started.
pub fn merge(
    base: Option<&PropertyForm>,
    theirs: &PropertyForm,
    mine: &PropertyForm,
) -> Vec<MergedField> {
    let (known, saved) = (base.map(PropertyForm::normal), mine.normal());
    let merged = |(fact, mine): (&'static Fact, &str)| {
        let base = known.as_ref().map(|known| known.get(fact.name));
        let (theirs, saved) = (theirs.get(fact.name), saved.get(fact.name));
        let changed_by = match base {
            _ if theirs == saved => ChangedBy::Neither,
            Some(base) if theirs == base => ChangedBy::Me,
            Some(base) if saved == base => ChangedBy::Them,
            _ => ChangedBy::Both,
        };
        let combined = match (changed_by, base) {
            (ChangedBy::Both, Some(base)) if fact.kind.is_prose() => combine(base, theirs, saved),
            _ => None,
        };
        MergedField {
            fact,
            base: base.map(str::to_owned),
            theirs: theirs.to_owned(),
            mine: mine.to_owned(),
            changed_by,
            combined,
        }
    };
    mine.fields().map(merged).collect()
}

/// A text with both changes, if no line was changed by both.
fn combine(base: &str, theirs: &str, mine: &str) -> Option<String> {
    let [base, theirs, mine] = [base, theirs, mine].map(|text| format!("{text}\n"));
    let merged = TextMerge::from_lines(base.as_str(), mine.as_str(), theirs.as_str());
    (!merged.is_conflicted()).then(|| merged.to_string().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(title: &str, description: &str, price: &str, location: &str) -> PropertyForm {
        PropertyForm::required(title, description, price, location)
    }

    #[test]
    fn a_field_that_one_side_changed_is_that_sides() {
        let base = form("A", "D", "1.00", "L");
        let theirs = form("B", "D", "1.00", "Both");
        let mine = form("A", "D ", "1,000", " Both");
        let fields = merge(Some(&base), &theirs, &mine);
        let who: Vec<_> = fields.iter().map(|field| field.changed_by).collect();
        use ChangedBy::{Me, Neither, Them};
        assert_eq!(who[..4], [Them, Neither, Me, Neither]);
    }

    #[test]
    fn what_both_changed_differently_is_nobodys_to_decide() {
        let base = form("A", "D", "1.00", "L");
        let fields = merge(Some(&base), &form("B", "D", "1.00", "L"), &form("C", "D", "1", "L"));
        assert_eq!(fields[0].changed_by, ChangedBy::Both);
        assert_eq!(fields[2].changed_by, ChangedBy::Neither);
        let unknown = merge(None, &base, &form("C", "D", "1", "L"));
        assert_eq!(unknown[0].changed_by, ChangedBy::Both);
    }

    #[test]
    fn changes_of_different_lines_go_together_and_those_of_one_line_do_not() {
        let base = form("A", "one\n\ntwo\n\nthree", "1.00", "L");
        let theirs = form("A", "ONE\n\ntwo\n\nthree", "1.00", "L");
        let mine = form("A", "one\r\n\r\ntwo\r\n\r\nTHREE\r\n", "1.00", "L");
        let fields = merge(Some(&base), &theirs, &mine);
        let combined = fields[1].combined.as_deref();
        assert_eq!(combined, Some("ONE\n\ntwo\n\nTHREE"));
        let mine = form("A", "One!\n\ntwo\n\nthree", "1.00", "L");
        assert_eq!(merge(Some(&base), &theirs, &mine)[1].combined, None);
    }

    proptest::proptest! {
        #[test]
        fn what_only_one_side_changed_combines_to_that_side(text in "[a-c\n]{0,40}", other in "[a-c\n]{0,40}") {
            let (text, other) = (text.trim(), other.trim());
            proptest::prop_assert_eq!(combine(text, other, text), Some(other.to_owned()));
            proptest::prop_assert_eq!(combine(text, text, other), Some(other.to_owned()));
        }
    }
}
