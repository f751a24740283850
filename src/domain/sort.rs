//! The orders that a list can have.

use super::field_errors::{one_of, quoted};
use super::{Fact, sorted_facts};

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortKey {
    /// The time at which a listing was added.
    Added,
    /// A fact. Listings without it are the last, whichever way the others are sorted.
    Fact(&'static Fact),
}

/// The order of a list; ties are broken by id in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// What it is sorted by.
    pub key: SortKey,
    /// Whether the greatest values come first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { key: SortKey::Added, descending: true }
    }
}

impl Sort {
    /// Every order, the default first.
    pub fn all() -> impl Iterator<Item = Self> {
        let usual = Self::default();
        let orders = sorted_facts().flat_map(|fact| {
            [false, true].map(|descending| Self { key: SortKey::Fact(fact), descending })
        });
        [usual, Self { descending: false, ..usual }].into_iter().chain(orders)
    }

    /// Its name in URLs.
    pub fn name(self) -> &'static str {
        match self.key {
            SortKey::Added if self.descending => "newest",
            SortKey::Added => "oldest",
            SortKey::Fact(fact) => {
                fact.sort.map_or(fact.name, |names| names[usize::from(self.descending)])
            }
        }
    }

    /// Its label.
    pub fn label(self) -> String {
        match self.key {
            SortKey::Added if self.descending => "Newest first".to_owned(),
            SortKey::Added => "Oldest first".to_owned(),
            SortKey::Fact(Fact { label, kind, .. }) => {
                format!("{label}: {}", kind.directions()[usize::from(self.descending)])
            }
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Self::all().find(|sort| sort.name() == text).ok_or_else(|| {
            let names = one_of(Self::all().map(Self::name));
            format!("“{}” is not a sort order. Use {names}.", quoted(text))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_order_has_one_name_and_a_wrong_name_is_told_them_all() {
        let named: Vec<_> = Sort::all().map(|sort| Sort::parse(sort.name())).collect();
        assert_eq!(named, Sort::all().map(Ok).collect::<Vec<_>>());
        let refused = Sort::parse("dearest").expect_err("not an order");
        assert!(refused.starts_with("“dearest” is not a sort order. Use newest, oldest, price"));
        assert_eq!(Sort::default().label(), "Newest first");
    }
}
