//! The numbers of listings for each value of every facet.
//!
//! **Invariant:** a number is the count of the list with the value, or `None`: where many listings have the words or
//! features of a filter, because no index has both these and the other facts.
//!
//! **Invariant:** all numbers are of one moment: a listing whose status is changing is counted with one of its statuses.

use std::mem::take;

use futures_util::future::try_join_all;

use super::listing_conditions::{Builder, Statement};
use super::{Client, GenericClient, Result, cached, properties};
use crate::domain::{
    Comparison, Count, FACTS, Facet, FacetCount, FacetCounts, Fact, ListingFilter, StatusFilter,
};

/// The maximum number of listings that are read to count all facets at once, which takes half a microsecond for each from an
/// index (measured). If there are more, those of each value are counted by a statement of its own, which stops where public
/// counts do. That takes longer where it does not find so many, as of rare values in a price range.
pub const READ: i64 = 1_000_000;
/// How many times longer reading a listing takes from the table than from an index.
const TABLE_COST_FACTOR: i64 = 50;

/// A value of a facet.
struct Choice {
    facet: Facet,
    value: String,
    /// What selects the listings of the value.
    filter: ListingFilter,
}

/// Counts the listings that a filter would select with each value of every facet, of which at most `most` are read at once.
pub async fn count(
    client: &mut Client,
    filter: &ListingFilter,
    most: i64,
) -> Result<Vec<FacetCounts>> {
    let snapshot = client.transaction().await?;
    snapshot.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?;
    let counts = count_in(&snapshot, filter, most).await?;
    snapshot.commit().await?;
    Ok(counts)
}

async fn count_in(
    client: &impl GenericClient,
    filter: &ListingFilter,
    most: i64,
) -> Result<Vec<FacetCounts>> {
    let of_facet = |facet: Facet| {
        let choices = facet.choices(filter).into_iter();
        choices.map(move |(value, filter)| Choice { facet, value, filter })
    };
    // The statuses come last.
    let choices: Vec<_> = Facet::all().flat_map(of_facet).collect();
    let is_search = filter.search.is_some();
    let read = choices.iter().take_while(|choice| is_search || choice.facet != Facet::Status);
    let read: Vec<_> = read.collect();
    let is_looked_up = is_search || has_features(filter);
    let most = if is_looked_up { most / TABLE_COST_FACTOR } else { most };
    let mut counts = match at_once(client, filter, &read, most).await? {
        None if is_looked_up => vec![None; choices.len()],
        found => found.unwrap_or_default(),
    };
    let rest = choices[counts.len()..].iter();
    let rest = try_join_all(rest.map(|choice| properties::count(client, &choice.filter)));
    counts.extend(rest.await?.into_iter().map(Some));
    let mut counts = counts.into_iter();
    let facets = choices.chunk_by(|one, other| one.facet == other.facet).map(|choices| {
        let values = choices.iter().zip(&mut counts);
        let values =
            values.map(|(Choice { value, .. }, count)| FacetCount { value: value.clone(), count });
        FacetCounts { parameter: choices[0].facet.name().to_owned(), values: values.collect() }
    });
    Ok(facets.collect())
}

fn has_features(filter: &ListingFilter) -> bool {
    filter.facts.iter().any(|asked| asked.parameter.comparison == Comparison::AllOf)
}

/// Counts the listings of each choice by reading those of all of them; `None` if there are more than `most`.
async fn at_once(
    client: &impl GenericClient,
    filter: &ListingFilter,
    choices: &[&Choice],
    most: i64,
) -> Result<Option<Vec<Option<Count>>>> {
    let statement = reading(filter, choices, most + 1);
    let row = cached::one(client, &statement.sql, &statement.references()).await?;
    let found = (1..=choices.len()).map(|at| Some(Count::up_to(Count::PUBLIC_LIMIT, row.get(at))));
    Ok((row.get::<_, i64>(0) <= most).then(|| found.collect()))
}

/// The number of all listings of a filter but for its facets, and that of each choice among them. A search looks them up in
/// the table, and so by status too; other filters do in indexes, which have the facts, but not the status.
fn reading(filter: &ListingFilter, choices: &[&Choice], most: i64) -> Statement {
    let is_search = filter.search.is_some();
    let (_, facts) = filter.facts.partition(Fact::has_facet);
    let status = if is_search { StatusFilter::Any } else { filter.status };
    let mut builder = Builder::new(&ListingFilter { facts, status, ..filter.clone() });
    let most = builder.bind(most);
    let all = take(&mut builder.conditions);
    let numbers = choices.iter().map(|choice| {
        let (facts, _) = choice.filter.facts.partition(Fact::has_facet);
        let status = if is_search { choice.filter.status } else { StatusFilter::Any };
        builder.narrow(&ListingFilter { facts, status, ..ListingFilter::default() });
        let condition = take(&mut builder.conditions);
        format!(", coalesce(sum(alike) FILTER ({}), 0)::bigint", condition.trim_start())
    });
    let numbers: String = numbers.collect();
    let facts = FACTS.iter().filter(|fact| fact.has_facet()).map(|fact| fact.name);
    let columns: Vec<_> = facts.chain(is_search.then_some("status")).collect();
    let columns = columns.join(", ");
    // Listings with equal facts are evaluated as one group.
    let sql = format!(
        "SELECT coalesce(sum(alike), 0)::bigint{numbers} FROM (SELECT {columns}, count(*) AS alike FROM \
         (SELECT {columns} FROM property{all} LIMIT {most}) AS found GROUP BY {columns}) AS kinds"
    );
    Statement { sql, parameters: builder.parameters }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(query: &str, facet: &str, value: &str) -> String {
        let filter = ListingFilter::parse(query).expect("a valid filter");
        let facet = Facet::all().find(|other| other.name() == facet).expect("a facet");
        let mut choices = facet.choices(&filter).into_iter();
        let (value, filter_of) = choices.find(|(text, _)| text == value).expect("a value");
        reading(&filter, &[&Choice { facet, value, filter: filter_of }], 5).sql
    }

    #[test]
    fn only_what_no_facet_is_of_limits_what_is_read() {
        let query = "location=Leith&property_type=house&min_bedrooms=2&max_bedrooms=4&max_price=9";
        assert_eq!(
            sql(query, "property_type", "land"),
            "SELECT coalesce(sum(alike), 0)::bigint, coalesce(sum(alike) FILTER (WHERE property_type = $4 AND bedrooms >= $5 \
             AND bedrooms <= $6), 0)::bigint FROM (SELECT listing_type, property_type, bedrooms, bathrooms, count(*) AS alike \
             FROM (SELECT listing_type, property_type, bedrooms, bathrooms FROM property \
             WHERE status IN ('active', 'pending') AND location_folded = $1 AND price <= $2 \
             AND price_qualifier IS DISTINCT FROM 'on_application' LIMIT $3) AS found \
             GROUP BY listing_type, property_type, bedrooms, bathrooms) AS kinds"
        );
    }

    #[test]
    fn a_search_reads_the_status_too() {
        assert_eq!(
            sql("q=sea", "listing_type", "rent"),
            "SELECT coalesce(sum(alike), 0)::bigint, coalesce(sum(alike) FILTER (WHERE status IN ('active', 'pending') AND \
             listing_type = $4), 0)::bigint FROM (SELECT listing_type, property_type, bedrooms, bathrooms, status, count(*) AS \
             alike FROM (SELECT listing_type, property_type, bedrooms, bathrooms, status FROM property \
             WHERE search @@ property_query($1, $2) LIMIT $3) AS found \
             GROUP BY listing_type, property_type, bedrooms, bathrooms, status) AS kinds"
        );
    }
}
