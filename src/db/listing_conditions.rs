//! Builds the conditions of statements that select listings. Values are always parameters.

use tokio_postgres::types::ToSql;

use super::fact_columns::Column;
use crate::domain::{Asked, Comparison, ListingFilter, SearchText, StatusFilter, word_forms};

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

/// The predicates of a statement, joined by AND, and their parameters.
#[derive(Default)]
pub(super) struct Builder {
    pub(super) conditions: String,
    pub(super) parameters: Vec<Parameter>,
}

impl Builder {
    pub(super) fn new(filter: &ListingFilter) -> Self {
        let mut builder = Self::default();
        builder.narrow(filter);
        builder
    }

    /// Adds the predicates of a filter.
    pub(super) fn narrow(&mut self, filter: &ListingFilter) {
        if filter.status != StatusFilter::Any {
            self.and(&of_status(filter.status));
        }
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
        for Asked { parameter, value } in filter.facts.straightened() {
            let comparison = match parameter.comparison {
                Comparison::AtLeast => ">=",
                Comparison::AtMost => "<=",
            };
            let value = self.bind(Column(Some(value)));
            self.and(&format!("{} {comparison} {value}", parameter.fact.name));
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
        self.conditions = joined(&self.conditions, condition);
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

/// The condition on the status. It is part of the statement's text, so that the planner can use the indexes of listed rows.
pub(super) fn of_status(status: StatusFilter) -> String {
    match status {
        StatusFilter::Listed => "status IN ('active', 'pending')".to_owned(),
        StatusFilter::Only(status) => format!("status = '{}'", status.name()),
        StatusFilter::Any => "true".to_owned(),
    }
}

/// Conditions and one more.
pub(super) fn joined(conditions: &str, condition: &str) -> String {
    let word = if conditions.is_empty() { "WHERE" } else { "AND" };
    format!("{conditions} {word} {condition}")
}
