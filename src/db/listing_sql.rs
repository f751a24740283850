//! Builds the list's statements: only the predicates that a query needs, so that each combination is a statement of
//! its own with a plan of its own. Values are always parameters.

use super::fact_columns::COLUMNS;
use super::listing_conditions::{Builder, Statement, joined, of_status};
use super::listing_order::{Group, Order};
use crate::domain::{
    DEFAULT_PAGE_SIZE, ListingFilter, ListingQuery, Position, SortKey, StatusFilter,
};

/// The rows of a query's page, and one more that tells whether there are others beyond it. A backward cursor's rows
/// come in reverse.
///
/// `few` says that few rows match: then they are all found and sorted. The planner, which does not know which facts go together,
/// would sometimes walk the whole list in its order until a page is full.
///
/// Indexes have what most filters ask for and what lists are sorted by. So the places of a page's rows are found first, and of
/// the table only the page's own rows are read.
pub(super) fn page(query: &ListingQuery, few: bool) -> Statement {
    let mut builder = match few || query.sort.key == SortKey::Distance {
        true => Builder::new(&query.filter),
        false => Builder::walking(&query.filter),
    };
    let order = Order::of(query, &mut builder);
    let groups = order.groups(&mut builder, &query.position);
    let rows = i64::from(query.page_size) + 1;
    let offset = match query.position {
        Position::Page(page) => i64::from(page - 1) * i64::from(query.page_size),
        Position::Cursor(_) => 0,
    };
    let (all, columns) = (order.of_all(), order.columns());
    // Others have an index with no other rows between theirs, or, for words, none that tells rows apart.
    let wordless = ListingFilter { search: None, ..query.filter.clone() };
    let is_sparse = few || wordless.is_found_by_total() || wordless.status != StatusFilter::Listed;
    let (wanted, read) = match is_sparse {
        true => ("id".to_owned(), format!("id, {columns}")),
        false => (COLUMNS.to_string(), COLUMNS.to_string()),
    };
    // Without parameters PostgreSQL plans the page that most readers see once per connection, not once per query.
    let window = match builder.parameters.is_empty() && *query == ListingQuery::default() {
        true => format!("LIMIT {}", DEFAULT_PAGE_SIZE + 1),
        false => format!("LIMIT {} OFFSET {}", builder.bind(rows), builder.bind(offset)),
    };
    let rows = match (few, groups.as_slice()) {
        (true, groups) => {
            let groups: Vec<_> = groups.iter().map(|group| &*group.condition).collect();
            if !groups.is_empty() {
                builder.and(&format!("({})", groups.join(" OR ")));
            }
            let found = format!("SELECT {read} FROM property{}", builder.conditions);
            format!(
                "WITH found AS MATERIALIZED ({found}) SELECT {wanted} FROM found ORDER BY {all} {window}"
            )
        }
        (false, [first, second]) => {
            let end = builder.bind(offset + rows);
            let [first, second] = [first, second].map(|Group { condition, order }| {
                let conditions = joined(&builder.conditions, condition);
                format!("(SELECT {read} FROM property{conditions} ORDER BY {order} LIMIT {end})")
            });
            format!(
                "SELECT {wanted} FROM ({first} UNION ALL {second}) AS found ORDER BY {all} {window}"
            )
        }
        (false, groups) => {
            let order =
                groups.first().map_or_else(|| order.of_present(), |group| group.order.clone());
            groups.iter().for_each(|group| builder.and(&group.condition));
            format!("SELECT {wanted} FROM property{} ORDER BY {order} {window}", builder.conditions)
        }
    };
    let sql = match is_sparse {
        true => format!(
            "WITH places AS MATERIALIZED ({rows}) SELECT {COLUMNS} FROM places JOIN property USING (id) ORDER BY {all}"
        ),
        false => rows,
    };
    Statement { sql, parameters: builder.parameters }
}

/// The number of rows that the tally of locations and statuses has.
pub(super) const TALLIED: &str = "SELECT coalesce(sum(rows), 0)::bigint FROM property_tally";

/// Whether the tally of locations has the exact number of a filter's rows.
pub(super) fn is_tallied(filter: &ListingFilter) -> bool {
    !filter.is_found_by_total()
}

/// How many rows a filter selects: all of them where the tally of locations knows, otherwise at most `most`.
pub(super) fn count(filter: &ListingFilter, most: i64) -> Statement {
    let builder = Builder::new(filter);
    match is_tallied(filter) {
        true => builder.finish(TALLIED),
        false => builder.count(most),
    }
}

/// In how many seconds the oldest listing of a filter's locations and status is older than so many days.
pub(super) fn oldest(filter: &ListingFilter, days: u16) -> Statement {
    let mut builder = Builder::new(&ListingFilter {
        locations: filter.locations.clone(),
        since: Some(days),
        status: filter.status,
        ..ListingFilter::default()
    });
    let hours = builder.bind(i32::from(days) * 24);
    let left = format!("created_at + make_interval(hours => {hours}) - clock_timestamp()");
    let Statement { sql, parameters } =
        builder.finish(&format!("SELECT extract(epoch FROM {left})::float8 FROM property"));
    Statement { sql: format!("{sql} ORDER BY created_at, id LIMIT 1"), parameters }
}

/// The places with the most rows of a filter, each as its newest listing spells it, with its number of rows.
pub(super) fn count_by_place(filter: &ListingFilter, limit: i64) -> Statement {
    let mut builder = Builder::new(filter);
    let limit = builder.bind(limit);
    let Builder { conditions, parameters, .. } = builder;
    let status = of_status(filter.status);
    let sql = format!(
        "WITH per_place AS MATERIALIZED (SELECT location_folded, count(*) AS listings FROM property{conditions} \
         GROUP BY location_folded ORDER BY count(*) DESC, location_folded LIMIT {limit}) \
         SELECT newest.location, per_place.listings FROM per_place \
         CROSS JOIN LATERAL (SELECT location FROM property WHERE location_folded = per_place.location_folded AND {status} \
         ORDER BY created_at DESC, id DESC LIMIT 1) AS newest \
         ORDER BY per_place.listings DESC, per_place.location_folded"
    );
    Statement { sql, parameters }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Cursor, Cursors, Direction, Fact, FactValue, PropertyId, Sort, SortValue};

    const LISTED: &str = "status IN ('active', 'pending')";

    fn sorted_by_year(descending: bool, position: Position) -> String {
        let year = Fact::named("year_built").expect("a fact");
        let sort = Sort { key: SortKey::Fact(year), descending };
        page(&ListingQuery { sort, position, ..ListingQuery::default() }, false).sql
    }

    fn at_row(year: Option<i32>, direction: Direction) -> Position {
        let value = SortValue::Fact(year.map(FactValue::Integer));
        Position::Cursor(Cursor { direction, value, id: PropertyId(7) })
    }

    #[test]
    fn rows_with_and_without_the_fact_are_found_separately_where_a_page_may_have_both() {
        let first = sorted_by_year(false, Position::Page(1));
        assert_eq!(
            first,
            format!(
                "SELECT {COLUMNS} FROM (\
                 (SELECT {COLUMNS} FROM property WHERE {LISTED} AND year_built IS NOT NULL ORDER BY year_built ASC, id ASC LIMIT $3) \
                 UNION ALL (SELECT {COLUMNS} FROM property WHERE {LISTED} AND year_built IS NULL ORDER BY year_built ASC, id ASC LIMIT $3)\
                 ) AS found ORDER BY year_built ASC NULLS LAST, id ASC LIMIT $1 OFFSET $2"
            )
        );
        let next = sorted_by_year(true, at_row(Some(1990), Direction::Forward));
        assert!(next.contains("AND (year_built, id) < ($1, $2) ORDER BY year_built DESC, id DESC"));
        assert!(next.contains("AND year_built IS NULL ORDER BY"), "{next}");
        let back = sorted_by_year(true, at_row(None, Direction::Backward));
        assert!(back.contains("AND year_built IS NULL AND id > $1 ORDER BY year_built ASC"));
        assert!(back.ends_with("ORDER BY year_built ASC NULLS FIRST, id ASC LIMIT $2 OFFSET $3"));
    }

    #[test]
    fn rows_of_one_kind_are_found_alone() {
        for (descending, position, want) in [
            (
                false,
                at_row(Some(1990), Direction::Backward),
                "AND (year_built, id) < ($1, $2) ORDER BY year_built DESC, id DESC LIMIT",
            ),
            (
                true,
                at_row(None, Direction::Forward),
                "AND year_built IS NULL AND id < $1 ORDER BY year_built DESC, id DESC LIMIT",
            ),
        ] {
            let sql = sorted_by_year(descending, position);
            assert!(sql.contains(want) && !sql.contains("UNION"), "{sql}");
        }
    }

    #[test]
    fn only_asked_for_predicates_are_in_the_statement_and_no_value_is() {
        let query = "q=sea+view&location=O'Hara&min_price=5&sort=-price&page=3";
        let query = ListingQuery::parse(query, Cursors::Ignored).expect("valid");
        let statement = page(&query, false);
        assert_eq!(
            statement.sql,
            format!(
                "WITH places AS MATERIALIZED (SELECT id FROM property WHERE {LISTED} AND \
                 (SELECT search @@ property_query($1, $2) FROM property AS own WHERE own.id = property.id) AND \
                 location_folded = $3 AND price >= $4 AND price_qualifier IS DISTINCT FROM 'on_application' \
                 ORDER BY price DESC, id DESC LIMIT $5 OFFSET $6) \
                 SELECT {COLUMNS} FROM places JOIN property USING (id) ORDER BY price DESC, id DESC"
            )
        );
        assert_eq!(statement.parameters.len(), 6);
    }

    #[test]
    fn few_rows_are_all_found_before_they_are_sorted() {
        let query = ListingQuery::parse("max_price=5&sort=area", Cursors::Ignored).expect("valid");
        assert_eq!(
            page(&query, true).sql,
            format!(
                "WITH places AS MATERIALIZED (WITH found AS MATERIALIZED (SELECT id, floor_area FROM property WHERE {LISTED} AND \
                 price <= $1 AND price_qualifier IS DISTINCT FROM 'on_application' AND (floor_area IS NOT NULL OR floor_area IS NULL)) \
                 SELECT id FROM found ORDER BY floor_area ASC NULLS LAST, id ASC LIMIT $2 OFFSET $3) \
                 SELECT {COLUMNS} FROM places JOIN property USING (id) ORDER BY floor_area ASC NULLS LAST, id ASC"
            )
        );
    }

    #[test]
    fn only_lists_without_words_and_prices_are_counted_from_the_tally() {
        for (query, tallied) in [
            ("", true),
            ("location=A&location=B", true),
            ("q=sea", false),
            ("q=sea&location=A", false),
            ("location=A&max_price=5", false),
        ] {
            let query = ListingQuery::parse(query, Cursors::Ignored).expect("valid");
            let sql = count(&query.filter, 10).sql;
            assert_eq!(sql.contains("FROM property_tally"), tallied, "{sql}");
            assert_eq!(sql.contains("LIMIT $"), !tallied, "{sql}");
        }
    }
}
