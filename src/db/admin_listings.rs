//! The table `property` as staff list it, and what they do with many of its rows at once.
//!
//! The statements are as many as there are orders and filters, so none is kept prepared.

use futures_util::{Stream, StreamExt as _};

use super::admin_listing_sql::{self as sql, Slice};
use super::listing_sql::{self, Statement};
use super::properties::{FINDING, property};
use super::{Client, DbError, GenericClient};
use crate::domain::{
    AdminColumn, AdminFilter, AdminListQuery, AdminOrder, ListingFilter, Location, Property,
    Selection,
};

/// What became of rows that were to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relocated {
    /// How many were chosen.
    pub chosen: i64,
    /// How many of them were elsewhere.
    pub moved: i64,
}

/// How many rows a filter selects.
///
/// # Errors
/// When the database can't answer.
pub async fn count(client: &impl GenericClient, filter: &AdminFilter) -> Result<i64, DbError> {
    number(client, &sql::count(filter)).await
}

/// The rows of a query's page, where the whole list has so many in `total`.
///
/// # Errors
/// When the database can't answer.
pub async fn list(
    client: &impl GenericClient,
    query: &AdminListQuery,
    total: i64,
) -> Result<Vec<Property>, DbError> {
    let slice = Slice::of(query, total);
    let end = slice.offset.saturating_add(slice.limit);
    let few = are_few(client, &query.filter, &query.order, total, end).await?;
    let mut properties = rows(client, &sql::page(query, slice, few)).await?;
    if slice.from_end {
        properties.reverse();
    }
    Ok(properties)
}

/// More rows than this are not all found before they are sorted.
const MOST_FOUND: i64 = 100_000;

/// Whether all rows that a filter selects, so many in `total`, are sooner found and sorted than the list is walked in
/// its order as far as its row `end`.
async fn are_few(
    client: &impl GenericClient,
    filter: &AdminFilter,
    order: &AdminOrder,
    total: i64,
    end: i64,
) -> Result<bool, DbError> {
    if filter.listing.search.is_none() {
        return Ok(false);
    }
    // The words are those of titles and locations. Where the list is sorted by these, the rows that have a word lie
    // together, and maybe at the end of a walk: all “Victorian …” are among the last titles.
    let column = order.terms()[0].column;
    let lie_together = matches!(column, AdminColumn::Title | AdminColumn::Location);
    if lie_together && total <= MOST_FOUND {
        return Ok(true);
    }
    let rows = number(client, &listing_sql::count(&ListingFilter::default())).await?;
    let finding = total.saturating_mul(total).saturating_mul(FINDING);
    Ok(finding <= end.saturating_mul(rows))
}

/// How many of the chosen rows exist.
///
/// # Errors
/// When the database can't answer.
pub async fn count_selected(
    client: &impl GenericClient,
    selection: &Selection,
) -> Result<i64, DbError> {
    number(client, &sql::count_selected(selection)).await
}

/// The first of the chosen rows, where so many in `total` are chosen.
///
/// # Errors
/// When the database can't answer.
pub async fn list_selected(
    client: &impl GenericClient,
    selection: &Selection,
    order: &AdminOrder,
    total: i64,
    limit: i64,
) -> Result<Vec<Property>, DbError> {
    let few = match selection {
        Selection::Matching(filter) => are_few(client, filter, order, total, limit).await?,
        Selection::Rows(_) => false,
    };
    let statement = sql::list_selected(selection, order, Some(limit), few);
    rows(client, &statement).await
}

/// All chosen rows of one snapshot, as the server sends them.
///
/// # Errors
/// When the database can't answer, at the start or at any row.
pub async fn stream_selected(
    client: &Client,
    selection: &Selection,
    order: &AdminOrder,
) -> Result<impl Stream<Item = Result<Property, DbError>> + Send + use<>, DbError> {
    let statement = sql::list_selected(selection, order, None, false);
    let rows = client
        .query_raw(&statement.sql, statement.references())
        .await?;
    Ok(rows.map(|row| property(&row?)))
}

/// Deletes the chosen rows in one statement; returns how many existed.
///
/// # Errors
/// When the database can't answer.
pub async fn delete(client: &impl GenericClient, selection: &Selection) -> Result<u64, DbError> {
    lock(client, selection).await?;
    let statement = sql::delete(selection);
    client
        .execute(&statement.sql, &statement.references())
        .await
}

/// Moves the chosen rows to a location in one statement.
///
/// # Errors
/// When the database can't answer.
pub async fn relocate(
    client: &impl GenericClient,
    selection: &Selection,
    location: &Location,
) -> Result<Relocated, DbError> {
    lock(client, selection).await?;
    let statement = sql::relocate(selection, location);
    let row = client
        .query_one(&statement.sql, &statement.references())
        .await?;
    Ok(Relocated {
        chosen: row.get(0),
        moved: row.get(1),
    })
}

/// Takes rows that were chosen one by one in the order of their numbers, so that no two who choose the same wait for
/// each other.
async fn lock(client: &impl GenericClient, selection: &Selection) -> Result<(), DbError> {
    if let Selection::Rows(ids) = selection {
        let sql = "SELECT FROM property WHERE id = ANY($1) ORDER BY id FOR UPDATE";
        let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
        client.execute(sql, &[&ids]).await?;
    }
    Ok(())
}

async fn number(client: &impl GenericClient, statement: &Statement) -> Result<i64, DbError> {
    let row = client
        .query_one(&statement.sql, &statement.references())
        .await?;
    Ok(row.get(0))
}

async fn rows(
    client: &impl GenericClient,
    statement: &Statement,
) -> Result<Vec<Property>, DbError> {
    let rows = client
        .query(&statement.sql, &statement.references())
        .await?;
    rows.iter().map(property).collect()
}
