//! The table `property` as staff list it, and what they do with many of its rows at once.
//!
//! The statements are as many as there are orders and filters, so none is kept prepared.

use deadpool_postgres::GenericClient;
use futures_util::{Stream, StreamExt as _};

use super::admin_listing_sql::{self as sql, Slice};
use super::listing_sql::{self, Statement};
use super::properties::{FINDING, property};
use super::{Client, DbError};
use crate::domain::{
    AdminFilter, AdminListQuery, AdminOrder, ListingFilter, Location, Property, Selection,
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
    let few = query.filter.listing.search.is_some() && {
        let rows = number(client, &listing_sql::count(&ListingFilter::default())).await?;
        let walked = slice
            .offset
            .saturating_add(slice.limit)
            .saturating_mul(rows);
        total.saturating_mul(total).saturating_mul(FINDING) <= walked
    };
    let mut properties = rows(client, &sql::page(query, slice, few)).await?;
    if slice.from_end {
        properties.reverse();
    }
    Ok(properties)
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

/// The first of the chosen rows.
///
/// # Errors
/// When the database can't answer.
pub async fn list_selected(
    client: &impl GenericClient,
    selection: &Selection,
    order: &AdminOrder,
    limit: i64,
) -> Result<Vec<Property>, DbError> {
    rows(client, &sql::list_selected(selection, order, Some(limit))).await
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
    let statement = sql::list_selected(selection, order, None);
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
    let statement = sql::delete(selection);
    Ok(client
        .execute(&statement.sql, &statement.references())
        .await?)
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
    let statement = sql::relocate(selection, location);
    let row = client
        .query_one(&statement.sql, &statement.references())
        .await?;
    Ok(Relocated {
        chosen: row.get(0),
        moved: row.get(1),
    })
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
