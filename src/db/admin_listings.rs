//! The table `property` for the admin: the list, and changes of many rows at once.
//!
//! There are as many statements as orders and filters, so none is kept prepared.

use futures_util::{Stream, StreamExt as _};
use tokio_postgres::Row;

use super::admin_listing_sql::{self as sql, Slice};
use super::listing_conditions::Statement;
use super::properties::{self, property};
use super::{Client, DbError, GenericClient, Result};
use crate::domain::{
    AdminColumn, AdminFilter, AdminListQuery, AdminOrder, BulkChange, Count, ListingFilter,
    Property, RowsSeen, Selection,
};

/// The result of changing many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// The chosen rows, before the change.
    pub seen: RowsSeen,
    /// How many of them the change would alter.
    pub due: i64,
    /// How many were changed: all of those, or none.
    pub changed: i64,
}

/// The number of rows that a filter selects, up to a limit.
pub async fn count(client: &impl GenericClient, filter: &AdminFilter, limit: i64) -> Result<Count> {
    let found = number(client, &sql::count(filter, limit + 1)).await?;
    Ok(match sql::is_tallied(filter) {
        true => Count::exact(found),
        false => Count::up_to(limit, found),
    })
}

/// The rows of a query's page, in a list of `total` rows.
pub async fn list(
    client: &impl GenericClient,
    query: &AdminListQuery,
    total: i64,
) -> Result<Vec<Property>> {
    let slice = Slice::of(query, total);
    let end = slice.offset.saturating_add(slice.limit);
    let few = are_few(client, &query.filter, &query.order, total, end).await?;
    let mut properties = rows(client, &sql::page(query, slice, few)).await?;
    if slice.from_end {
        properties.reverse();
    }
    Ok(properties)
}

/// What it costs to find a row by its word, as a multiple of what it costs to walk past one in the list's order
/// (measured: 11 µs and 0.6 µs among 100,000 rows).
const FINDING: i64 = 15;
/// If a filter selects more rows than this, they are not all found before they are sorted.
const MOST_FOUND: i64 = 100_000;

/// Whether finding and sorting all `total` rows of a filter is faster than walking the list in its order up to row
/// `end`.
async fn are_few(
    client: &impl GenericClient,
    filter: &AdminFilter,
    order: &AdminOrder,
    total: i64,
    end: i64,
) -> Result<bool> {
    if filter.listing.search.is_none() {
        return Ok(false);
    }
    // Words come from titles and locations. If the list is sorted by these, the rows with a word lie together, perhaps
    // at the end of the walk: all “Victorian …” are among the last titles.
    let column = order.terms()[0].column;
    let lie_together = matches!(column, AdminColumn::Title | AdminColumn::Location);
    if lie_together && total <= MOST_FOUND {
        return Ok(true);
    }
    let rows = properties::count(client, &ListingFilter::default()).await?.number;
    let finding = total.saturating_mul(total).saturating_mul(FINDING);
    Ok(finding <= end.saturating_mul(rows))
}

/// The number and digest of the chosen rows.
pub async fn find_seen(client: &impl GenericClient, selection: &Selection) -> Result<RowsSeen> {
    let statement = sql::seen(selection);
    let row = client.query_one(&statement.sql, &statement.references()).await?;
    seen(&row)
}

fn seen(row: &Row) -> Result<RowsSeen> {
    let digest = u128::from_str_radix(row.get(1), 2);
    Ok(RowsSeen { count: row.get(0), digest: digest.map_err(|_| DbError::Corrupt("a digest"))? })
}

/// The first of the `total` chosen rows.
pub async fn list_selected(
    client: &impl GenericClient,
    selection: &Selection,
    order: &AdminOrder,
    total: i64,
    limit: i64,
) -> Result<Vec<Property>> {
    let few = match selection {
        Selection::Matching(filter) => are_few(client, filter, order, total, limit).await?,
        Selection::Rows(_) => false,
    };
    let statement = sql::list_selected(selection, order, Some(limit), few);
    rows(client, &statement).await
}

/// All chosen rows of one snapshot, as the server sends them.
pub async fn stream_selected(
    client: &Client,
    selection: &Selection,
    order: &AdminOrder,
) -> Result<impl Stream<Item = Result<Property>> + Send + use<>> {
    let statement = sql::list_selected(selection, order, None, false);
    let rows = client.query_raw(&statement.sql, statement.references()).await?;
    Ok(rows.map(|row| property(&row?)))
}

/// Changes the chosen rows in one statement, or none if they are not the expected ones.
pub async fn change(
    client: &impl GenericClient,
    selection: &Selection,
    change: &BulkChange,
    expected: Option<RowsSeen>,
) -> Result<Changed> {
    let statement = sql::change(selection, change, expected);
    let row = client.query_one(&statement.sql, &statement.references()).await?;
    Ok(Changed { seen: seen(&row)?, due: row.get(2), changed: row.get(3) })
}

async fn number(client: &impl GenericClient, statement: &Statement) -> Result<i64> {
    let row = client.query_one(&statement.sql, &statement.references()).await?;
    Ok(row.get(0))
}

async fn rows(client: &impl GenericClient, statement: &Statement) -> Result<Vec<Property>> {
    let rows = client.query(&statement.sql, &statement.references()).await?;
    rows.iter().map(property).collect()
}
