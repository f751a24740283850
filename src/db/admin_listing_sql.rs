//! Builds the statements of the admin's list and of its bulk actions. Values are always parameters.

use super::fact_columns::COLUMNS;
use super::listing_conditions::{Builder, Statement};
use super::listing_sql;
use crate::domain::{
    AdminColumn, AdminFilter, AdminListQuery, AdminOrder, BulkChange, OrderTerm, RowsSeen,
    Selection, presentation, sorted_facts,
};

/// From this row on, a page is looked up in an index alone before its rows are read.
const DEEP: i64 = 1_000;

/// The digest of rows, from their ids and versions in any order: an exclusive or of hashes, as 128 binary digits.
/// (Measured: one second for a million rows.)
const DIGEST: &str = "coalesce(bit_xor(('x' || md5(id || '/' || extract(epoch FROM updated_at)))::bit(128)), \
    0::bit(128))::text";

/// A range of the list's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) offset: i64,
    pub(super) limit: i64,
    /// Whether positions count, and rows come, from the end of the list.
    pub(super) from_end: bool,
}

impl Slice {
    /// The rows of a page in a list of `total` rows, counted from the nearer end.
    pub(super) fn of(query: &AdminListQuery, total: i64) -> Self {
        let limit = i64::from(query.per_page);
        let offset = i64::from(query.page - 1) * limit;
        let rest = (total - offset).max(0);
        if rest >= offset {
            return Self { offset, limit, from_end: false };
        }
        Self { offset: (rest - limit).max(0), limit: rest.min(limit), from_end: true }
    }
}

/// The rows of a slice. `few` says that the filter selects so few rows that finding and sorting all of them is cheaper
/// than walking the list in its order; the planner can't know that for words.
pub(super) fn page(query: &AdminListQuery, slice: Slice, few: bool) -> Statement {
    let mut builder = matching(&query.filter);
    let limit = builder.bind(slice.limit);
    let offset = builder.bind(slice.offset);
    let Builder { conditions, parameters, .. } = builder;
    let order = order(&query.order, slice.from_end);
    let window = format!("ORDER BY {order} LIMIT {limit} OFFSET {offset}");
    let sql = if few {
        found_first(&conditions, &order, &window)
    } else if slice.offset >= DEEP || sorts_groups(&query.order) {
        format!(
            "WITH places AS MATERIALIZED (SELECT id FROM property{conditions} {window}) \
             SELECT {COLUMNS} FROM places JOIN property USING (id) ORDER BY {order}"
        )
    } else {
        format!("SELECT {COLUMNS} FROM property{conditions} {window}")
    };
    Statement { sql, parameters }
}

/// Whether many rows may have to be sorted before the first one is known, because no index has the whole order.
fn sorts_groups(order: &AdminOrder) -> bool {
    order.terms()[0].column == AdminColumn::Location
}

/// Rows that are all found before they are sorted, first with only the columns of the order.
fn found_first(conditions: &str, order: &str, window: &str) -> String {
    let facts: String = sorted_facts().map(|fact| format!("{}, ", fact.name)).collect();
    format!(
        "WITH found AS MATERIALIZED \
         (SELECT id, title, {facts}location_folded, created_at, updated_at FROM property{conditions}), \
         places AS MATERIALIZED (SELECT id FROM found {window}) \
         SELECT {COLUMNS} FROM places JOIN property USING (id) ORDER BY {order}"
    )
}

/// Whether the tally of locations has the exact number of the filter's rows.
pub(super) fn is_tallied(filter: &AdminFilter) -> bool {
    !filter.is_dated() && listing_sql::is_tallied(&filter.listing)
}

/// The number of rows that a filter selects: all of them if the tally of locations has it, otherwise at most `most`.
pub(super) fn count(filter: &AdminFilter, most: i64) -> Statement {
    match is_tallied(filter) {
        true => matching(filter).finish(listing_sql::TALLIED),
        false => matching(filter).count(most),
    }
}

/// The number of chosen rows that exist, and their digest.
pub(super) fn seen(selection: &Selection) -> Statement {
    selected(selection).finish(&format!("SELECT count(*), {DIGEST} FROM property"))
}

/// The chosen rows in an order; all of them without a limit. `few` is that of [`page`].
pub(super) fn list_selected(
    selection: &Selection,
    order: &AdminOrder,
    limit: Option<i64>,
    few: bool,
) -> Statement {
    let mut builder = selected(selection);
    let limit = limit.map_or("ALL".to_owned(), |limit| builder.bind(limit));
    let Builder { conditions, parameters, .. } = builder;
    let order = self::order(order, false);
    let window = format!("ORDER BY {order} LIMIT {limit}");
    let sql = match few {
        true => found_first(&conditions, &order, &window),
        false => format!("SELECT {COLUMNS} FROM property{conditions} {window}"),
    };
    Statement { sql, parameters }
}

/// Locks the chosen rows in the order of their ids, so that statements that choose the same rows don't deadlock, and
/// changes exactly those; changes none if they are other rows or versions than `expected`. Returns their current number
/// and digest, how many need the change, and how many were changed.
pub(super) fn change(
    selection: &Selection,
    change: &BulkChange,
    expected: Option<RowsSeen>,
) -> Statement {
    let mut builder = selected(selection);
    let chosen = std::mem::take(&mut builder.conditions);
    let (write, due) = match change {
        BulkChange::Delete => ("DELETE FROM property USING chosen".to_owned(), "true".to_owned()),
        BulkChange::Move(location) => {
            let location = builder.bind(location.as_str().to_owned());
            (
                format!("UPDATE property SET location = {location} FROM chosen"),
                format!("chosen.location <> {location}"),
            )
        }
        BulkChange::SetStatus(status) => {
            let status = builder.bind(status.name());
            (
                format!("UPDATE property SET status = {status} FROM chosen"),
                format!("chosen.status <> {status}"),
            )
        }
    };
    let mut guard = String::new();
    if let Some(RowsSeen { count, digest }) = expected {
        let count = builder.bind(count);
        let digest = builder.bind(format!("{digest:0128b}"));
        guard = format!(" AND (SELECT count = {count} AND digest = {digest} FROM seen)");
    }
    let sql = format!(
        "WITH chosen AS MATERIALIZED (SELECT id, location, status, updated_at FROM property{chosen} ORDER BY id FOR UPDATE), \
         seen AS MATERIALIZED (SELECT count(*) AS count, {DIGEST} AS digest, count(*) FILTER (WHERE {due}) AS due \
         FROM chosen), \
         changed AS ({write} WHERE property.id = chosen.id AND {due}{guard} RETURNING 1) \
         SELECT count, digest, due, (SELECT count(*) FROM changed) FROM seen"
    );
    Statement { sql, parameters: builder.parameters }
}

fn selected(selection: &Selection) -> Builder {
    match selection {
        Selection::Matching(filter) => matching(filter),
        Selection::Rows(ids) => {
            let mut builder = Builder::default();
            let ids = builder.bind(ids.iter().map(|id| id.0).collect::<Vec<_>>());
            builder.and(&format!("id = ANY({ids})"));
            builder
        }
    }
}

fn matching(filter: &AdminFilter) -> Builder {
    let mut builder = Builder::default();
    builder.narrow(&filter.listing);
    if let Some(day) = filter.added_from {
        let from = builder.bind(presentation().beginning_of(day));
        builder.and(&format!("created_at >= {from}"));
    }
    if let Some(end) = filter.added_to.and_then(|day| presentation().end_of(day)) {
        let end = builder.bind(end);
        builder.and(&format!("created_at < {end}"));
    }
    builder
}

/// What comes after ORDER BY.
fn order(order: &AdminOrder, reversed: bool) -> String {
    let sign = |descending: bool| if descending ^ reversed { "DESC" } else { "ASC" };
    let mut parts = Vec::new();
    let mut last = false;
    for OrderTerm { column, descending } in order.terms() {
        last = *descending;
        if *column == AdminColumn::Id {
            break;
        }
        parts.push(format!("{} {}", name(*column), sign(*descending)));
    }
    parts.push(format!("id {}", sign(last)));
    parts.join(", ")
}

fn name(column: AdminColumn) -> &'static str {
    match column {
        AdminColumn::Id => "id",
        AdminColumn::Title => "title COLLATE \"und-x-icu\"",
        AdminColumn::Location => "location_folded",
        AdminColumn::Fact(fact) => fact.name,
        AdminColumn::Added => "created_at",
        AdminColumn::Changed => "updated_at",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> AdminListQuery {
        AdminListQuery::parse(text).expect("a valid query")
    }

    fn sql(text: &str, total: i64) -> String {
        let query = query(text);
        page(&query, Slice::of(&query, total), false).sql
    }

    #[test]
    fn only_what_is_asked_for_is_in_the_statement_and_no_value_is() {
        let text = "q=7&location=O'Hara&max_price=5&added_from=2026-01-01&added_to=2026-01-31&o=-price.title";
        let query = query(text);
        let statement = page(&query, Slice::of(&query, 10), false);
        assert_eq!(
            statement.sql,
            format!(
                "SELECT {COLUMNS} FROM property WHERE (search @@ property_query($1, $2) OR id = $3) AND \
                 location_folded = $4 AND price <= $5 AND created_at >= $6 AND created_at < $7 \
                 ORDER BY price DESC, title COLLATE \"und-x-icu\" ASC, id ASC LIMIT $8 OFFSET $9"
            )
        );
        assert_eq!(statement.parameters.len(), 9);
        let wide = sql("", 10);
        let want = "FROM property ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2";
        assert!(wide.ends_with(want), "{wide}");
    }

    #[test]
    fn the_number_of_a_listing_ends_the_order() {
        let sql = sql("o=price.-id.title", 10);
        assert!(sql.contains("ORDER BY price ASC, id DESC LIMIT"), "{sql}");
    }

    #[test]
    fn late_pages_are_counted_from_the_end() {
        let slice = |text: &str, total| {
            let Slice { offset, limit, from_end } = Slice::of(&query(text), total);
            (offset, limit, from_end)
        };
        assert_eq!(slice("page=1", 5), (0, 100, false));
        assert_eq!(slice("page=2", 205), (100, 100, false));
        assert_eq!(slice("page=3", 205), (0, 5, true));
        assert_eq!(slice("page=9", 1_000), (100, 100, true));
        assert_eq!(slice("page=3", 100), (0, 0, true));
        let late = sql("page=90", 10_000);
        assert!(late.contains("ORDER BY created_at ASC, id ASC"), "{late}");
    }
}
