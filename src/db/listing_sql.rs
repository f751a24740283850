//! Builds the list's statements: only the predicates that a query needs, so that each combination is a statement of
//! its own with a plan of its own. Values are always parameters.

use tokio_postgres::types::ToSql;

use super::fact_columns::COLUMNS;
use crate::domain::{
    DEFAULT_PAGE_SIZE, Direction, ListingFilter, ListingQuery, Position, SearchText, Sort,
    SortValue, word_forms,
};

/// A parameter that can cross an await.
pub(super) type Parameter = Box<dyn ToSql + Sync + Send>;

/// A statement with its parameters.
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) parameters: Vec<Parameter>,
}

impl Statement {
    pub(super) fn references(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.parameters.iter().map(|parameter| &**parameter as &(dyn ToSql + Sync)).collect()
    }
}

/// The rows of a query's page, and one more that tells whether there are others beyond it. A backward cursor's rows
/// come in reverse.
///
/// `few` says that few rows have the word that is searched for: then they are all found and sorted. The planner, which
/// believes no beginning of a word to be that rare, would walk the whole list in its order until a page is full.
pub(super) fn page(query: &ListingQuery, few: bool) -> Statement {
    let mut builder = Builder::new(&query.filter);
    let mut descending = matches!(query.sort, Sort::Newest | Sort::PriceDescending);
    let column = match query.sort {
        Sort::Newest | Sort::Oldest => "created_at",
        Sort::Price | Sort::PriceDescending => "price",
    };
    let mut offset = 0;
    match query.position {
        Position::Page(page) => offset = i64::from(page - 1) * i64::from(query.page_size),
        Position::Cursor(cursor) => {
            descending ^= cursor.direction == Direction::Backward;
            let comparison = if descending { '<' } else { '>' };
            let value = match cursor.value {
                SortValue::CreatedAt(at) => builder.bind(at),
                SortValue::Price(price) => builder.bind(price.as_decimal()),
            };
            let id = builder.bind(cursor.id.0);
            builder.and(&format!("({column}, id) {comparison} ({value}, {id})"));
        }
    }
    let order = if descending { "DESC" } else { "ASC" };
    // Without parameters PostgreSQL plans the page that most readers see once per connection, not once per query.
    let limit = match builder.parameters.is_empty() && *query == ListingQuery::default() {
        true => (DEFAULT_PAGE_SIZE + 1).to_string(),
        false => {
            let limit = builder.bind(i64::from(query.page_size) + 1);
            format!("{limit} OFFSET {}", builder.bind(offset))
        }
    };
    let mut statement = builder.finish(&format!("SELECT {COLUMNS} FROM property"));
    if few {
        let found = statement.sql;
        statement.sql = format!("WITH found AS MATERIALIZED ({found}) SELECT {COLUMNS} FROM found");
    }
    let end = format!(" ORDER BY {column} {order}, id {order} LIMIT {limit}");
    statement.sql.push_str(&end);
    statement
}

/// Whether the tally of locations has the exact number of a filter's rows.
pub(super) fn is_tallied(filter: &ListingFilter) -> bool {
    filter.search.is_none() && filter.price_range() == (None, None)
}

/// How many rows a filter selects: all of them where the tally of locations knows, otherwise at most `most`.
pub(super) fn count(filter: &ListingFilter, most: i64) -> Statement {
    let builder = Builder::new(filter);
    match is_tallied(filter) {
        true => builder.finish("SELECT coalesce(sum(rows), 0)::bigint FROM property_tally"),
        false => builder.count(most),
    }
}

/// The places with the most rows of a filter, each as its newest listing spells it, with its number of rows.
pub(super) fn count_by_place(filter: &ListingFilter, limit: i64) -> Statement {
    let mut builder = Builder::new(filter);
    let limit = builder.bind(limit);
    let Builder { conditions, parameters } = builder;
    let sql = format!(
        "WITH per_place AS MATERIALIZED (SELECT location_folded, count(*) AS listings FROM property{conditions} \
         GROUP BY location_folded ORDER BY count(*) DESC, location_folded LIMIT {limit}) \
         SELECT newest.location, per_place.listings FROM per_place \
         CROSS JOIN LATERAL (SELECT location FROM property WHERE location_folded = per_place.location_folded \
         ORDER BY created_at DESC, id DESC LIMIT 1) AS newest \
         ORDER BY per_place.listings DESC, per_place.location_folded"
    );
    Statement { sql, parameters }
}

/// The predicates of a statement, joined by AND, and their parameters.
#[derive(Default)]
pub(super) struct Builder {
    pub(super) conditions: String,
    pub(super) parameters: Vec<Parameter>,
}

impl Builder {
    fn new(filter: &ListingFilter) -> Self {
        let mut builder = Self::default();
        builder.narrow(filter);
        builder
    }

    /// Adds the predicates of a filter.
    pub(super) fn narrow(&mut self, filter: &ListingFilter) {
        if let Some(search) = &filter.search {
            let words = self.words(search);
            let has_words = format!("search @@ property_query({words})");
            match search.id() {
                Some(id) => {
                    let id = self.bind(id.0);
                    self.and(&format!("({has_words} OR id = {id})"));
                }
                None => self.and(&has_words),
            }
        }
        if let Some(place) = self.locations(filter) {
            self.and(&place);
        }
        let (min, max) = filter.price_range();
        for (price, comparison) in [(min, ">="), (max, "<=")] {
            if let Some(price) = price {
                let price = self.bind(price.as_decimal());
                self.and(&format!("price {comparison} {price}"));
            }
        }
    }

    /// What `property_query` makes a query of: the words, and longer ones that the last is the beginning of.
    fn words(&mut self, search: &SearchText) -> String {
        let words = search.words();
        let longer = words.last().map(|last| word_forms::beginning_with(last));
        let words = self.bind(search.text());
        let longer = self.bind(longer.unwrap_or_default());
        format!("{words}, {longer}")
    }

    /// The condition on the location, if there is one.
    fn locations(&mut self, filter: &ListingFilter) -> Option<String> {
        let locations = filter.folded_locations();
        let mut locations = locations.iter().map(|location| location.as_str().to_owned());
        match locations.len() {
            0 => None,
            // Equality lets the index also give the order.
            1 => {
                let location = self.bind(locations.next());
                Some(format!("location_folded = {location}"))
            }
            _ => {
                let list = self.bind(locations.collect::<Vec<_>>());
                Some(format!("location_folded = ANY({list})"))
            }
        }
    }

    pub(super) fn bind(&mut self, value: impl ToSql + Sync + Send + 'static) -> String {
        self.parameters.push(Box::new(value));
        format!("${}", self.parameters.len())
    }

    pub(super) fn and(&mut self, condition: &str) {
        self.conditions.push_str(match self.conditions.is_empty() {
            true => " WHERE ",
            false => " AND ",
        });
        self.conditions.push_str(condition);
    }

    /// How many listings meet the predicates, counted no further than `most`.
    pub(super) fn count(mut self, most: i64) -> Statement {
        let limit = self.bind(most);
        let Statement { sql, parameters } = self.finish("SELECT FROM property");
        Statement {
            sql: format!("SELECT count(*) FROM ({sql} LIMIT {limit}) AS found"),
            parameters,
        }
    }

    pub(super) fn finish(self, select: &str) -> Statement {
        Statement { sql: format!("{select}{}", self.conditions), parameters: self.parameters }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Cursors;

    #[test]
    fn only_asked_for_predicates_are_in_the_statement_and_no_value_is() {
        let query = "q=sea+view&location=O'Hara&min_price=5&sort=-price&page=3";
        let query = ListingQuery::parse(query, Cursors::Ignored).expect("valid");
        let statement = page(&query, false);
        assert_eq!(
            statement.sql,
            format!(
                "SELECT {COLUMNS} FROM property WHERE search @@ property_query($1, $2) AND \
                 location_folded = $3 AND price >= $4 ORDER BY price DESC, id DESC LIMIT $5 OFFSET $6"
            )
        );
        assert_eq!(statement.parameters.len(), 6);
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
