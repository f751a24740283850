//! The table `alert`.

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::listing_conditions::searched;
use super::{DbError, GenericClient, Result, cached};
use crate::domain::{Alert, AlertId, AlertQuery, AlertState, Frequency, NewAlert};

/// The most mails that ask an address to confirm alerts, within a day.
const MOST_ASKED: i64 = 6;

/// Adds an alert that is to be confirmed, or finds the one that the address has for the same list: an alert that is
/// confirmed stays as it is. Returns nothing where the address was asked often enough today.
pub async fn insert(client: &impl GenericClient, new: &NewAlert) -> Result<Option<AlertId>> {
    let sql = include_str!("../../sql/queries/alert_insert.sql");
    let NewAlert { email, frequency, query } = new;
    let search = query.search();
    let (words, longer) = search.map(searched).unzip();
    let listing = search.and_then(|search| search.id()).map(|id| id.0);
    let (places, facts, is_complete) = (query.places(), query.facts(), query.is_complete());
    let (mailbox, text, frequency) = (email.mailbox(), query.text(), frequency.name());
    let email = email.as_str();
    let parameters: [&(dyn ToSql + Sync); 11] = [
        &email,
        &mailbox,
        &text,
        &frequency,
        &places,
        &facts,
        &words,
        &longer,
        &listing,
        &is_complete,
        &MOST_ASKED,
    ];
    cached::find(client, sql, &parameters, |row| AlertId(row.get(0))).await
}

/// Finds an alert.
pub async fn find(client: &impl GenericClient, id: AlertId) -> Result<Option<Alert>> {
    let sql = "SELECT id, email, query, frequency, state, created_at FROM alert WHERE id = $1";
    cached::find(client, sql, &[&id.0], alert).await?.transpose()
}

/// Changes whether and how often an alert's mails are sent; returns whether it exists. An inactive alert forgets
/// what it has found.
pub async fn update(
    client: &impl GenericClient,
    id: AlertId,
    state: AlertState,
    frequency: Frequency,
) -> Result<bool> {
    let sql = "WITH forgotten AS (
            DELETE FROM alert_match WHERE alert_id = $1 AND sent_at IS NULL AND $2 <> 'active'
        )
        UPDATE alert SET state = $2, frequency = $3, changed_at = now() WHERE id = $1";
    Ok(cached::execute(client, sql, &[&id.0, &state.name(), &frequency.name()]).await? > 0)
}

/// Removes an alert; returns whether it existed.
pub async fn delete(client: &impl GenericClient, id: AlertId) -> Result<bool> {
    Ok(cached::execute(client, "DELETE FROM alert WHERE id = $1", &[&id.0]).await? > 0)
}

/// Ends an alert whose address refuses mail for good: one that was not confirmed is removed.
pub async fn refuse(client: &impl GenericClient, id: AlertId) -> Result<()> {
    let sql = "WITH removed AS (DELETE FROM alert WHERE id = $1 AND state = 'unconfirmed'),
        forgotten AS (DELETE FROM alert_match WHERE alert_id = $1 AND sent_at IS NULL)
        UPDATE alert SET state = 'refused', changed_at = now() WHERE id = $1 AND state <> 'unconfirmed'";
    cached::execute(client, sql, &[&id.0]).await.map(drop)
}

/// The alerts of a mailbox, the latest first.
pub async fn list_of(client: &impl GenericClient, mailbox: &str) -> Result<Vec<Alert>> {
    let sql = "SELECT id, email, query, frequency, state, created_at FROM alert WHERE mailbox = $1
        ORDER BY id DESC";
    cached::list(client, sql, &[&mailbox], alert).await?
}

/// Removes the alerts of a mailbox; returns how many.
pub async fn delete_of(client: &impl GenericClient, mailbox: &str) -> Result<u64> {
    cached::execute(client, "DELETE FROM alert WHERE mailbox = $1", &[&mailbox]).await
}

/// How many alerts have each state, in the order of [`AlertState::ALL`].
pub async fn count(client: &impl GenericClient) -> Result<[i64; AlertState::ALL.len()]> {
    let sql = "SELECT state, count(*) FROM alert GROUP BY state";
    let counts: Vec<(String, i64)> =
        cached::list(client, sql, &[], |row| (row.get(0), row.get(1))).await?;
    Ok(AlertState::ALL.map(|state| {
        let found = counts.iter().find(|(name, _)| name == state.name());
        found.map_or(0, |(_, count)| *count)
    }))
}

/// Removes some of the alerts that were not confirmed for so many days, of those that were refused for long, and of the
/// listings that were reported long ago; returns how many.
pub async fn delete_expired(client: &impl GenericClient) -> Result<u64> {
    let unused = "DELETE FROM alert WHERE id IN (
        SELECT id FROM alert WHERE (state = 'unconfirmed' AND changed_at < now() - interval '7 days')
            OR (state = 'refused' AND changed_at < now() - interval '30 days') LIMIT 1000)";
    let reported = "DELETE FROM alert_match WHERE id IN (
        SELECT id FROM alert_match WHERE sent_at < now() - interval '90 days' LIMIT 1000)";
    Ok(client.execute(unused, &[]).await? + client.execute(reported, &[]).await?)
}

fn alert(row: &Row) -> Result<Alert> {
    let query: &str = row.get(2);
    Ok(Alert {
        id: AlertId(row.get(0)),
        email: row.get(1),
        query: AlertQuery::parse(query).ok(),
        frequency: Frequency::named(row.get(3)).ok_or(DbError::Corrupt("alert"))?,
        state: AlertState::named(row.get(4)).ok_or(DbError::Corrupt("alert"))?,
        created_at: row.get(5),
    })
}
