//! The table `enquiry`.

use futures_util::{Stream, StreamExt as _};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::{Client, DbError, GenericClient, Result, cached};
use crate::domain::{
    Enquiry, EnquiryFilter, EnquiryState, NewEnquiry, Property, PropertyId, presentation,
};

/// Adds an enquiry about a listing; returns its number.
pub async fn insert(
    client: &impl GenericClient,
    about: &Property,
    new: &NewEnquiry,
) -> Result<i64> {
    let sql = "INSERT INTO enquiry (property_id, property_title, name, email, phone, message, wants_viewing)
        VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
    let NewEnquiry { name, email, phone, message, viewing, .. } = new;
    let (title, email) = (about.title.as_str(), email.as_str());
    let row = client
        .query_one(sql, &[&about.id.0, &title, name, &email, phone, message, viewing])
        .await?;
    Ok(row.get(0))
}

/// Finds an enquiry.
pub async fn find(client: &impl GenericClient, id: i64) -> Result<Option<Enquiry>> {
    let sql = "SELECT id, property_id, property_title, name, email, phone, message, wants_viewing, state, created_at,
        changed_by, changed_at FROM enquiry WHERE id = $1";
    cached::find(client, sql, &[&id], enquiry).await?.transpose()
}

const LIST: &str = include_str!("../../sql/queries/enquiry_list.sql");

/// The enquiries that a filter selects, unread ones first, and their number on all pages: 0 if this page has none.
pub async fn list(
    client: &impl GenericClient,
    filter: &EnquiryFilter,
    limit: i64,
) -> Result<(Vec<Enquiry>, i64)> {
    let chosen = parameters(filter, Some(limit));
    let read = |row: &Row| (enquiry(row), row.get(12));
    let rows: Vec<(Result<Enquiry>, i64)> =
        cached::list(client, LIST, &chosen.each_ref().map(|value| &**value as _), read).await?;
    let total = rows.first().map_or(0, |(_, total)| *total);
    let rows: Result<Vec<_>> = rows.into_iter().map(|(enquiry, _)| enquiry).collect();
    Ok((rows?, total))
}

/// All enquiries that a filter selects, unread ones first, as the server sends them.
pub async fn stream(
    client: &Client,
    filter: &EnquiryFilter,
) -> Result<impl Stream<Item = Result<Enquiry>> + Send + use<>> {
    let chosen = parameters(&EnquiryFilter { page: 0, ..filter.clone() }, None);
    let chosen: Vec<_> = chosen.iter().map(|value| &**value as &(dyn ToSql + Sync)).collect();
    let rows = client.query_raw(LIST, chosen).await?;
    Ok(rows.map(|row| enquiry(&row?)))
}

/// The parameters of [`LIST`]. Without a limit, it has all pages.
fn parameters(filter: &EnquiryFilter, limit: Option<i64>) -> [Box<dyn ToSql + Sync + Send>; 6] {
    let EnquiryFilter { state, listing, from, to, page } = filter;
    let from = from.map(|day| presentation().beginning_of(day));
    let end = to.and_then(|day| presentation().end_of(day));
    let offset = i64::from(*page) * limit.unwrap_or_default();
    [
        Box::new(state.map(EnquiryState::name)),
        Box::new(*listing),
        Box::new(from),
        Box::new(end),
        Box::new(limit),
        Box::new(offset),
    ]
}

/// Changes the state of enquiries; returns how many changed.
pub async fn update_state(
    client: &impl GenericClient,
    ids: &[i64],
    state: EnquiryState,
    actor: &str,
) -> Result<u64> {
    let sql =
        "UPDATE enquiry SET state = $2, changed_by = $3, changed_at = now() WHERE id = ANY ($1)";
    cached::execute(client, sql, &[&ids, &state.name(), &actor]).await
}

/// Deletes enquiries; returns how many.
pub async fn delete(client: &impl GenericClient, ids: &[i64]) -> Result<u64> {
    cached::execute(client, "DELETE FROM enquiry WHERE id = ANY ($1)", &[&ids]).await
}

/// Deletes some of the enquiries that are older than this many days; returns how many.
pub async fn delete_older(client: &impl GenericClient, days: u16) -> Result<u64> {
    let sql = "DELETE FROM enquiry WHERE id IN (
        SELECT id FROM enquiry WHERE created_at < now() - make_interval(days => $1) LIMIT 1000)";
    client.execute(sql, &[&i32::from(days)]).await
}

fn enquiry(row: &Row) -> Result<Enquiry> {
    Ok(Enquiry {
        id: row.get(0),
        property: PropertyId(row.get(1)),
        property_title: row.get(2),
        name: row.get(3),
        email: row.get(4),
        phone: row.get(5),
        message: row.get(6),
        viewing: row.get(7),
        state: EnquiryState::named(row.get(8)).ok_or(DbError::Corrupt("enquiry"))?,
        created_at: row.get(9),
        changed_by: row.get(10),
        changed_at: row.get(11),
    })
}
