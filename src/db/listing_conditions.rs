//! Builds the conditions of statements that select listings. Values are always parameters.

use rust_decimal::Decimal;
use tokio_postgres::types::ToSql;

use super::fact_columns::Column;
use crate::domain::{
    Asked, Comparison, Coordinates, Fact, ListingFilter, ON_APPLICATION, SearchText, StatusFilter,
    word_forms,
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

/// The predicates of a statement, joined by AND, and their parameters.
#[derive(Default)]
pub(super) struct Builder {
    pub(super) conditions: String,
    pub(super) parameters: Vec<Parameter>,
    /// Whether words and features, which no index has in the order of a list, are looked up only for rows that meet the other
    /// predicates.
    looks_up: bool,
}

impl Builder {
    /// The predicates of a public filter: no price filter selects a listing that hides its price.
    pub(super) fn new(filter: &ListingFilter) -> Self {
        Self::default().with(filter)
    }

    /// The same, for walking a list in its order: an index has the order and the facts, so from the table only rows that
    /// have the facts are read.
    pub(super) fn walking(filter: &ListingFilter) -> Self {
        Self { looks_up: !filter.facts.is_empty(), ..Self::default() }.with(filter)
    }

    fn with(mut self, filter: &ListingFilter) -> Self {
        self.narrow(filter);
        if filter.facts.facts().any(Fact::is_price) {
            self.and(&shows_price());
        }
        self
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
                    self.and_looked_up(&format!("({has_words} OR id = {id})"));
                }
                None => self.and_looked_up(&has_words),
            }
        }
        if let Some(place) = self.locations(filter) {
            self.and(&place);
        }
        for asked in filter.facts.straightened().by_parameter() {
            self.fact(asked);
        }
        if let Some(place) = filter.near {
            self.near(place, filter.radius.metres());
        }
        if let Some(days) = filter.since {
            // Days of 24 hours, whatever the connection's time zone.
            let hours = self.bind(i32::from(days) * 24);
            self.and(&format!("created_at >= now() - make_interval(hours => {hours})"));
        }
    }

    /// Adds the predicate of a place: an index finds the listings within a range of degrees, then the distance is checked.
    fn near(&mut self, place: Coordinates, metres: u32) {
        let (latitudes, longitudes) = place.around(metres);
        let mut between = |column: &str, range: [Decimal; 2]| {
            let [low, high] = range.map(|degrees| self.bind(degrees));
            format!("{column} BETWEEN {low} AND {high}")
        };
        let latitude = between("latitude", latitudes);
        let longitudes = longitudes.into_iter().map(|range| between("longitude", range));
        let longitudes: Vec<_> = longitudes.collect();
        self.and(&latitude);
        if !longitudes.is_empty() {
            self.and(&format!("({})", longitudes.join(" OR ")));
        }
        let distance = self.distance("latitude, longitude", place);
        let most = self.bind(f64::from(metres));
        self.and(&format!("{distance} <= {most}"));
    }

    /// The SQL for the distance in metres from two expressions (latitude, longitude) to a place.
    pub(super) fn distance(&mut self, from: &str, to: Coordinates) -> String {
        let to = [to.latitude(), to.longitude()].map(|degrees| self.bind(degrees));
        format!("property_distance({from}, {})", to.join(", "))
    }

    /// Adds the predicate of a parameter, given with its values.
    fn fact(&mut self, asked: &[Asked]) {
        let [Asked { parameter, value }, more @ ..] = asked else { return };
        let column = parameter.fact.name;
        let texts = || asked.iter().map(|asked| asked.value.to_string()).collect::<Vec<_>>();
        let comparison = match parameter.comparison {
            Comparison::AtLeast => ">=",
            Comparison::AtMost => "<=",
            Comparison::AllOf => {
                let items = self.bind(texts());
                return self.and_looked_up(&format!("property_folded({column}) @> {items}"));
            }
            Comparison::AnyOf if !more.is_empty() => {
                let values = self.bind(texts());
                return self.and(&format!("{column} = ANY({values})"));
            }
            Comparison::Is | Comparison::AnyOf => "=",
        };
        let value = self.bind(Column(Some(value.clone())));
        self.and(&format!("{column} {comparison} {value}"));
    }

    fn words(&mut self, search: &SearchText) -> String {
        let (words, longer) = searched(search);
        let (words, longer) = (self.bind(words), self.bind(longer));
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

    fn and_looked_up(&mut self, condition: &str) {
        match self.looks_up {
            true => self.and(&format!(
                "(SELECT {condition} FROM property AS own WHERE own.id = property.id)"
            )),
            false => self.and(condition),
        }
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

/// What `property_query` makes a query of: the words, and longer ones that begin with the last word.
pub(super) fn searched(search: &SearchText) -> (String, String) {
    let longer = search.words().last().map(|last| word_forms::beginning_with(last));
    (search.text(), longer.unwrap_or_default())
}

/// The condition of the listings that show their price to visitors.
pub(super) fn shows_price() -> String {
    format!("price_qualifier IS DISTINCT FROM '{ON_APPLICATION}'")
}

/// Conditions and one more.
pub(super) fn joined(conditions: &str, condition: &str) -> String {
    let word = if conditions.is_empty() { "WHERE" } else { "AND" };
    format!("{conditions} {word} {condition}")
}
