//! The names of the list's columns, which sort it.

use crate::domain::{AdminColumn, AdminListQuery, Fact};
use crate::http::views::list_address::list_of;

/// The name of a column.
pub(super) struct Heading {
    pub(super) label: &'static str,
    /// The class of its cells.
    pub(super) class: &'static str,
    /// The list after a click on the name; `None` for a column that does not sort.
    pub(super) url: Option<String>,
    pub(super) sorted: Option<Sorted>,
}

/// How a column sorts the list.
pub(super) struct Sorted {
    pub(super) descending: bool,
    /// Its rank among the columns that do, from 1.
    pub(super) rank: usize,
    /// Whether others do too.
    pub(super) among_others: bool,
    /// The list without that; `None` where there is no other order.
    pub(super) remove: Option<String>,
}

impl Sorted {
    /// What screen readers say of it, besides which way it sorts.
    pub(super) fn words(&self) -> String {
        let way = if self.descending { "down" } else { "up" };
        match self.among_others {
            true => format!("sorted {way}, sort key number {}", self.rank),
            false => format!("sorted {way}"),
        }
    }
}

/// The names of the columns, in their order.
pub(super) fn headings(query: &AdminListQuery) -> Vec<Heading> {
    let terms = query.order.terms();
    let sorted = |column: AdminColumn| {
        let at = terms.iter().position(|term| term.column == column)?;
        let usual = query.order.text().is_empty();
        Some(Sorted {
            descending: terms[at].descending,
            rank: at + 1,
            among_others: terms.len() > 1,
            remove: (!usual).then(|| list_of(&query.ordered(query.order.without(column)))),
        })
    };
    let heading = |column: AdminColumn| {
        let (label, class) = match column {
            AdminColumn::Id => ("Number", "number table__wide"),
            AdminColumn::Title => ("Title", ""),
            AdminColumn::Location => ("Location", "table__wide"),
            AdminColumn::Fact(fact) => (fact.label, class(fact)),
            AdminColumn::Added => ("Added (UTC)", "table__wide added"),
            AdminColumn::Changed => ("Changed (UTC)", "table__wide"),
        };
        Heading {
            label,
            class,
            url: Some(list_of(&query.ordered(query.order.clicked(column)))),
            sorted: sorted(column),
        }
    };
    let mut headings: Vec<_> = AdminColumn::all().map(heading).collect();
    let status = Heading { label: "Status", class: "table__wide", url: None, sorted: None };
    headings.insert(headings.len() - 2, status);
    headings
}

/// The class of a fact's cells: a narrow screen shows only the facts that every listing has.
pub(super) fn class(fact: &Fact) -> &'static str {
    match (fact.kind.is_number(), fact.is_required()) {
        (true, true) => "number",
        (true, false) => "number table__wide",
        (false, true) => "",
        (false, false) => "table__wide",
    }
}
