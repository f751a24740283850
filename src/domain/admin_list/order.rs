//! The order of the admin's list: any of its columns, the most important first.

use super::super::field_errors::{one_of, quoted};
use super::super::{Fact, Sort, SortKey, sorted_facts};

/// A column that the list can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminColumn {
    /// The id of the listing.
    Id,
    /// The headline, in the order of a dictionary.
    Title,
    /// Its location, folded.
    Location,
    /// A fact by which the public list can be sorted too. Unlike there, listings without the fact come first in
    /// descending order, so that the reversed order is the exact opposite and one index serves both.
    Fact(&'static Fact),
    /// When it was added.
    Added,
    /// When it last changed.
    Changed,
}

/// A column and its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderTerm {
    /// The column.
    pub column: AdminColumn,
    /// Whether its largest values come first.
    pub descending: bool,
}

/// The columns to sort by, each once; an empty list means the newest first. Ties are broken by the listing's number, in
/// the direction of the last column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdminOrder(Vec<OrderTerm>);

const NEWEST: OrderTerm = OrderTerm { column: AdminColumn::Added, descending: true };

impl AdminColumn {
    /// Every column, in the order in which the list shows them.
    pub fn all() -> impl Iterator<Item = Self> {
        let first = [Self::Id, Self::Title, Self::Location].into_iter();
        first.chain(sorted_facts().map(Self::Fact)).chain([Self::Added, Self::Changed])
    }

    /// Its name in URLs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Title => "title",
            Self::Location => "location",
            Self::Fact(fact) => fact.sort.map_or(fact.name, |[ascending, _]| ascending),
            Self::Added => "added",
            Self::Changed => "changed",
        }
    }

    /// The column in its usual direction: for times, the latest first.
    fn wanted(self) -> OrderTerm {
        OrderTerm { column: self, descending: matches!(self, Self::Added | Self::Changed) }
    }
}

impl OrderTerm {
    fn reversed(self) -> Self {
        Self { descending: !self.descending, ..self }
    }

    fn parse(text: &str) -> Option<Self> {
        let (descending, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text),
        };
        let column = AdminColumn::all().find(|column| column.name() == name)?;
        Some(Self { column, descending })
    }
}

impl AdminOrder {
    /// Reads columns joined by dots, with a minus sign before each reversed one: `-price.title`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut terms: Vec<OrderTerm> = Vec::new();
        for part in text.split('.') {
            let repeated = |term: &OrderTerm| terms.iter().any(|t| t.column == term.column);
            match OrderTerm::parse(part).filter(|term| !repeated(term)) {
                Some(term) => terms.push(term),
                None => {
                    let names = one_of(AdminColumn::all().map(AdminColumn::name));
                    return Err(format!(
                        "“{}” is not a sort order. Use {names}, each at most once, separated by dots, with a - for \
                        descending order: -price.title",
                        quoted(text)
                    ));
                }
            }
        }
        Ok(Self::of(terms))
    }

    /// The order that corresponds to one of the public list.
    pub(super) fn of_sort(sort: Sort) -> Self {
        let column = match sort.key {
            // The admin has no order by distance.
            SortKey::Added | SortKey::Distance => AdminColumn::Added,
            SortKey::Fact(fact) => AdminColumn::Fact(fact),
        };
        Self::of(vec![OrderTerm { column, descending: sort.descending }])
    }

    fn of(terms: Vec<OrderTerm>) -> Self {
        match terms.as_slice() {
            [NEWEST] => Self::default(),
            _ => Self(terms),
        }
    }

    /// The order in URLs; empty for the default order.
    pub fn text(&self) -> String {
        let sign = |term: &OrderTerm| if term.descending { "-" } else { "" };
        let parts = self.0.iter();
        let parts = parts.map(|term| format!("{}{}", sign(term), term.column.name()));
        parts.collect::<Vec<_>>().join(".")
    }

    /// The columns that the list is sorted by, at least one.
    pub fn terms(&self) -> &[OrderTerm] {
        match self.0.is_empty() {
            true => &[NEWEST],
            false => &self.0,
        }
    }

    /// The reversed order.
    pub fn reversed(&self) -> Self {
        let terms = self.terms().iter();
        Self::of(terms.copied().map(OrderTerm::reversed).collect())
    }

    /// The order after a click on a column's heading: reverses the column if the list is sorted by it, otherwise makes
    /// it the most important.
    pub fn clicked(&self, column: AdminColumn) -> Self {
        let mut terms = self.terms().to_vec();
        if let Some(term) = terms.iter_mut().find(|term| term.column == column) {
            *term = term.reversed();
            return Self::of(terms);
        }
        let first = [column.wanted()].into_iter();
        Self::of(first.chain(self.0.iter().copied()).collect())
    }

    /// The order without a column.
    pub fn without(&self, column: AdminColumn) -> Self {
        let others = self.0.iter().copied();
        Self::of(others.filter(|term| term.column != column).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(text: &str) -> AdminOrder {
        AdminOrder::parse(text).expect("an order")
    }

    #[test]
    fn a_click_sorts_the_next_turns_round_and_several_columns_keep_their_rank() {
        let usual = AdminOrder::default();
        let column = AdminColumn::Fact(Fact::named("price").expect("a fact"));
        let price = usual.clicked(column);
        assert_eq!(price.text(), "price");
        let title = price.clicked(AdminColumn::Title);
        assert_eq!(title.text(), "title.price");
        let turned = title.clicked(column);
        assert_eq!(turned.text(), "title.-price");
        assert_eq!(turned.without(AdminColumn::Title).text(), "-price");
        assert_eq!(price.without(column), usual);
        assert_eq!(usual.clicked(AdminColumn::Added).text(), "added");
        assert_eq!(order("added").clicked(AdminColumn::Added), usual);
        assert_eq!(usual.reversed().text(), "added");
        assert_eq!(order("-price.title").reversed().text(), "price.-title");
    }

    #[test]
    fn only_known_columns_each_once_are_an_order() {
        assert_eq!(order("-added"), AdminOrder::default());
        for wrong in ["", ".", "up", "price.", "price.-price", "--price", "PRICE"] {
            let refused = AdminOrder::parse(wrong).expect_err(wrong);
            assert!(refused.starts_with(&format!("“{wrong}”")), "{refused}");
        }
    }
}
