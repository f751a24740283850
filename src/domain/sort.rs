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
    /// The distance from the place of the filter `near`.
    Distance,
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
    /// By distance, the nearest first.
    pub const NEAREST: Self = Self { key: SortKey::Distance, descending: false };

    /// The orders of a list, the default first; that by distance only where the list is limited to the surroundings of a place.
    pub fn of_list(is_near: bool) -> impl Iterator<Item = Self> {
        Self::all().chain(is_near.then_some(Self::NEAREST))
    }

    /// The orders that every list can have, the default first.
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
            SortKey::Distance => "distance",
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
            SortKey::Distance => "Nearest first".to_owned(),
        }
    }

    /// Reads the name of one of some orders.
    pub(super) fn parse(text: &str, orders: impl Iterator<Item = Self>) -> Result<Self, String> {
        let orders: Vec<_> = orders.collect();
        orders.iter().copied().find(|sort| sort.name() == text).ok_or_else(|| {
            if text == Self::NEAREST.name() {
                return "To sort by distance, add a place: near=LAT,LON.".to_owned();
            }
            let names = one_of(orders.into_iter().map(Self::name));
            format!("“{}” is not a sort order. Use {names}.", quoted(text))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_order_has_one_name_and_a_wrong_name_is_told_them_all() {
        let named = Sort::of_list(true).map(|sort| Sort::parse(sort.name(), Sort::of_list(true)));
        assert_eq!(named.collect::<Vec<_>>(), Sort::of_list(true).map(Ok).collect::<Vec<_>>());
        let refused = Sort::parse("dearest", Sort::all()).expect_err("not an order");
        assert!(refused.starts_with("“dearest” is not a sort order. Use newest, oldest, price"));
        assert_eq!(Sort::default().label(), "Newest first");
    }

    #[test]
    fn only_a_list_near_a_place_is_sorted_by_distance() {
        let refused = Sort::parse("distance", Sort::of_list(false)).expect_err("no place");
        assert!(refused.contains("near=LAT,LON"), "{refused}");
    }
}
