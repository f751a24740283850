//! The order of the public list's rows, and the rows from a position on.
//!
//! Rows without the fact that the list is sorted by come last, whichever way the others are sorted. An index on the fact and
//! the id has them last in one direction and first in the other, so the two groups of rows are found separately, each in
//! the order of the index.

use super::fact_columns::Column;
use super::listing_conditions::Builder;
use crate::domain::{Direction, ListingQuery, Position, SortKey, SortValue};

/// The order in which a page's rows are found; of a backward cursor that is the reverse of the list's.
pub(super) struct Order {
    column: &'static str,
    descending: bool,
    backward: bool,
    /// Whether rows may lack the column.
    sparse: bool,
}

impl Order {
    pub(super) fn of(query: &ListingQuery) -> Self {
        let backward = match &query.position {
            Position::Page(_) => false,
            Position::Cursor(cursor) => cursor.direction == Direction::Backward,
        };
        let (column, sparse) = match query.sort.key {
            SortKey::Added => ("created_at", false),
            SortKey::Fact(fact) => {
                let is_asked = query.filter.facts.facts().any(|asked| asked == fact);
                (fact.name, !fact.is_required() && !is_asked)
            }
        };
        Self { column, descending: query.sort.descending ^ backward, backward, sparse }
    }

    /// The ORDER BY list for the rows of one group.
    pub(super) fn of_group(&self) -> String {
        self.list("")
    }

    /// The ORDER BY list for the rows of both groups.
    pub(super) fn of_all(&self) -> String {
        self.list(match (self.sparse, self.backward) {
            (false, _) => "",
            (true, false) => " NULLS LAST",
            (true, true) => " NULLS FIRST",
        })
    }

    fn list(&self, nulls: &str) -> String {
        let way = if self.descending { "DESC" } else { "ASC" };
        format!("{} {way}{nulls}, id {way}", self.column)
    }

    /// The conditions of the rows from a position on: one for each group that has any, in this order; none where that is
    /// every row.
    pub(super) fn groups(&self, builder: &mut Builder, position: &Position) -> Vec<String> {
        let Self { column, descending, backward, sparse } = *self;
        let (present, absent) = (format!("{column} IS NOT NULL"), format!("{column} IS NULL"));
        let Position::Cursor(cursor) = position else {
            return if sparse { vec![present, absent] } else { Vec::new() };
        };
        let value = match &cursor.value {
            SortValue::CreatedAt(at) => Some(builder.bind(*at)),
            SortValue::Fact(Some(value)) => Some(builder.bind(Column(Some(value.clone())))),
            SortValue::Fact(None) => None,
        };
        let id = builder.bind(cursor.id.0);
        let comparison = if descending { '<' } else { '>' };
        let (own, next) = match value {
            Some(value) => {
                let own = format!("({column}, id) {comparison} ({value}, {id})");
                (own, (sparse && !backward).then_some(absent))
            }
            None => {
                let own = format!("{absent} AND id {comparison} {id}");
                (own, backward.then_some(present))
            }
        };
        std::iter::once(own).chain(next).collect()
    }
}
