//! The order of the public list's rows, and the rows from a position on.
//!
//! Rows that do not show what the list is sorted by come last, whichever way the others are sorted. An index has them last in
//! one direction and first in the other, or among the others, so the two groups of rows are found separately, each in the
//! order of an index.

use super::fact_columns::Column;
use super::listing_conditions::{Builder, shows_price};
use crate::domain::{
    Coordinates, Direction, Fact, ListingQuery, ON_APPLICATION, Position, SortKey, SortValue,
};

/// The order in which a page's rows are found; of a backward cursor that is the reverse of the list's.
pub(super) struct Order {
    /// What rows are sorted by.
    value: String,
    descending: bool,
    backward: bool,
    /// The groups of rows with and without the value, if it may be missing.
    sparse: Option<NullableOrder>,
    /// The place that distances are from.
    near: Option<Coordinates>,
    /// The columns that the order is made of besides the id.
    columns: String,
}

/// Two groups of rows.
struct NullableOrder {
    /// The condition of the rows that show the value.
    present: String,
    /// The condition of the others.
    absent: String,
    /// The value of both: null where it is not shown.
    shown: String,
    /// What the others are sorted by besides the id: nothing, where they must not be sorted by what they hide.
    absent_value: Option<String>,
}

/// Rows that are found in one order.
pub(super) struct Group {
    /// Their condition.
    pub(super) condition: String,
    /// Their ORDER BY list.
    pub(super) order: String,
}

impl Order {
    pub(super) fn of(query: &ListingQuery, builder: &mut Builder) -> Self {
        let backward = match &query.position {
            Position::Page(_) => false,
            Position::Cursor(cursor) => cursor.direction == Direction::Backward,
        };
        let near = query.filter.near;
        let (value, sparse) = match (query.sort.key, near) {
            (SortKey::Fact(fact), _) => {
                let is_asked = query.filter.facts.facts().any(|asked| asked == fact);
                (fact.name.to_owned(), NullableOrder::of(fact).filter(|_| !is_asked))
            }
            (SortKey::Distance, Some(place)) => {
                (builder.distance("latitude, longitude", place), None)
            }
            // Without a place no list is sorted by distance.
            (SortKey::Added | SortKey::Distance, _) => ("created_at".to_owned(), None),
        };
        let columns = match query.sort.key {
            SortKey::Added => "created_at".to_owned(),
            SortKey::Fact(fact) if fact.is_price() => format!("{}, price_qualifier", fact.name),
            SortKey::Fact(fact) => fact.name.to_owned(),
            SortKey::Distance => "created_at, latitude, longitude".to_owned(),
        };
        let descending = query.sort.descending ^ backward;
        Self { value, descending, backward, sparse, near, columns }
    }

    /// The columns that the order is made of besides the id.
    pub(super) fn columns(&self) -> &str {
        &self.columns
    }

    /// The ORDER BY list for rows that show the value, or where all do.
    pub(super) fn of_present(&self) -> String {
        self.list(Some(&self.value), "")
    }

    /// The ORDER BY list for the rows of both groups.
    pub(super) fn of_all(&self) -> String {
        let nulls = if self.backward { " NULLS FIRST" } else { " NULLS LAST" };
        match &self.sparse {
            None => self.of_present(),
            Some(sparse) => self.list(Some(&sparse.shown), nulls),
        }
    }

    fn list(&self, value: Option<&str>, nulls: &str) -> String {
        let way = if self.descending { "DESC" } else { "ASC" };
        let value = value.map(|value| format!("{value} {way}{nulls}, "));
        format!("{}id {way}", value.unwrap_or_default())
    }

    /// The rows from a position on: a group for each kind that there is, in this order; none where that is every row.
    pub(super) fn groups(&self, builder: &mut Builder, position: &Position) -> Vec<Group> {
        let group = |condition: String| Group { condition, order: self.of_present() };
        let absent = |condition: String| {
            let value = self.sparse.as_ref().and_then(|sparse| sparse.absent_value.as_deref());
            Group { condition, order: self.list(value, "") }
        };
        let all = self.sparse.as_ref();
        let all_present = all.map(|sparse| group(sparse.present.clone()));
        let all_absent = all.map(|sparse| absent(sparse.absent.clone()));
        let Position::Cursor(cursor) = position else {
            return all_present.into_iter().chain(all_absent).collect();
        };
        let value = match &cursor.value {
            SortValue::CreatedAt(at) => Some(builder.bind(*at)),
            SortValue::Fact(Some(value)) => Some(builder.bind(Column(Some(value.clone())))),
            // The database computes both sides of the comparison, so that they are equal where the places are.
            SortValue::Place(Some(place)) => self.near.map(|near| {
                let place = [place.latitude(), place.longitude()].map(|part| builder.bind(part));
                builder.distance(&place.join(", "), near)
            }),
            SortValue::Fact(None) | SortValue::Place(None) => None,
        };
        let id = builder.bind(cursor.id.0);
        let comparison = if self.descending { '<' } else { '>' };
        let (own, next) = match (value, all) {
            (Some(value), all) => {
                let own = format!("({}, id) {comparison} ({value}, {id})", self.value);
                // A listing that hides its price has one.
                let own = all.map_or(own.clone(), |all| format!("{} AND {own}", all.present));
                (group(own), all_absent.filter(|_| !self.backward))
            }
            (None, Some(sparse)) => {
                let own = format!("{} AND id {comparison} {id}", sparse.absent);
                (absent(own), all_present.filter(|_| self.backward))
            }
            // A row that is not in the list has no neighbours.
            (None, None) => (group(format!("false AND id {comparison} {id}")), None),
        };
        std::iter::once(own).chain(next).collect()
    }
}

impl NullableOrder {
    /// The groups of rows with and without a fact; `None` if all rows show it.
    fn of(fact: &Fact) -> Option<Self> {
        let column = fact.name;
        if fact.is_price() {
            let (present, absent) =
                (shows_price(), format!("price_qualifier = '{ON_APPLICATION}'"));
            let shown = format!("CASE WHEN {present} THEN {column} END");
            return Some(Self { present, absent, shown, absent_value: None });
        }
        (!fact.is_shown_always()).then(|| Self {
            present: format!("{column} IS NOT NULL"),
            absent: format!("{column} IS NULL"),
            shown: column.to_owned(),
            absent_value: Some(column.to_owned()),
        })
    }
}
