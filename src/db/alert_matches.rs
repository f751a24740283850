//! The tables `alert_match` and `alert_progress`: what alerts have found, and how far the event log was compared with them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Deserialize as _;
use serde_json::Value;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::listing_conditions::{Builder, shows_price};
use super::{DbError, GenericClient, Result, cached};
use crate::domain::{
    AlertId, AlertMatch, Candidate, FACTS, Frequency, ListingFilter, LogSnapshot, MarketState,
    Price, PropertyId, Reason,
};

/// The progress of alert matching.
#[derive(Debug)]
pub struct Progress {
    /// The transactions whose events were compared with the alerts.
    pub snapshot: LogSnapshot,
    /// The time of the last daily mails.
    pub daily_at: Option<DateTime<Utc>>,
    /// The time of the last weekly mails.
    pub weekly_at: Option<DateTime<Utc>>,
}

/// A listing in the event log: its states before the first event and after the last one.
pub type Changes = BTreeMap<PropertyId, (Option<MarketState>, Option<MarketState>)>;

/// What an alert has found.
#[derive(Debug)]
pub struct Found {
    /// The alert.
    pub alert: AlertId,
    /// The list's query string, if the list has conditions that were not compared.
    pub unchecked: Option<String>,
    /// Whether a mail is to be sent at once.
    pub is_instant: bool,
    /// The listings.
    pub properties: Vec<i64>,
}

/// A mail that is to be sent: it reports the matches after one number up to another.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// The alert.
    pub alert: AlertId,
    /// The last match that another mail has.
    pub after: i64,
    /// The last match of this mail.
    pub up_to: i64,
}

/// The progress of alert matching. No other worker can advance it until the transaction ends.
pub async fn lock_progress(client: &impl GenericClient) -> Result<Progress> {
    let sql = "SELECT snapshot, daily_at, weekly_at FROM alert_progress FOR UPDATE";
    let row = cached::one(client, sql, &[]).await?;
    Ok(Progress { snapshot: snapshot(row.get(0))?, daily_at: row.get(1), weekly_at: row.get(2) })
}

/// Stores the progress.
pub async fn update_progress(client: &impl GenericClient, progress: &Progress) -> Result<()> {
    let sql = "UPDATE alert_progress SET snapshot = $1, daily_at = $2, weekly_at = $3";
    let Progress { snapshot, daily_at, weekly_at } = progress;
    cached::execute(client, sql, &[&snapshot.as_str(), daily_at, weekly_at]).await.map(drop)
}

/// The listings of which events were committed since a snapshot, and the snapshot that shows these.
pub async fn changes_since(
    client: &impl GenericClient,
    since: &LogSnapshot,
) -> Result<(Changes, LogSnapshot)> {
    let sql = include_str!("../../sql/queries/alert_changes.sql");
    let running: Vec<_> = since.running().iter().map(u64::to_string).collect();
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&since.xmax().to_string(), &running]).await?;
    let end = rows.first().ok_or(DbError::Corrupt("alert_changes"))?.get(0);
    let mut changes = Changes::new();
    for row in &rows {
        note(&mut changes, row);
    }
    Ok((changes, snapshot(end)?))
}

/// Adds an event. A value that can't be read counts as absent.
fn note(changes: &mut Changes, row: &Row) {
    let state = |value: Option<&Value>| MarketState::deserialize(value?).ok();
    let mut add = |id: i64, before: Option<MarketState>, after: Option<MarketState>| {
        let known = changes.entry(PropertyId(id)).or_insert((before, None));
        known.1 = after;
    };
    let (before, after): (Option<Value>, Option<Value>) = (row.get(2), row.get(3));
    match (row.get::<_, Option<i64>>(1), &after) {
        (Some(id), _) => add(id, state(before.as_ref()), state(after.as_ref())),
        // One statement that changed many rows.
        (None, Some(Value::Array(rows))) => {
            for one in rows.iter().filter_map(|one| Some((one, one.get("id")?.as_i64()?))) {
                add(one.1, state(one.0.get("before")), state(one.0.get("after")));
            }
        }
        (None, _) => {}
    }
}

/// Adds the matches of candidates that are listed now and that alerts do not have yet.
pub async fn insert(client: &impl GenericClient, candidates: &[Candidate]) -> Result<Vec<Found>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let template = include_str!("../../sql/queries/alert_match.sql");
        template.replace("{compared}", &compared())
    });
    let ids: Vec<i64> = candidates.iter().map(|candidate| candidate.id.0).collect();
    let reasons: Vec<_> = candidates.iter().map(|candidate| candidate.reason.name()).collect();
    let price = |candidate: &Candidate| candidate.price_before.map(Price::as_decimal);
    let prices: Vec<Option<Decimal>> = candidates.iter().map(price).collect();
    let reduced = "DELETE FROM alert_match AS old USING property AS p, unnest($1::bigint[]) AS reduced (id)
        WHERE old.property_id = reduced.id AND p.id = reduced.id AND old.reason = 'reduced' AND p.price < old.price
        RETURNING old.id";
    let lower = candidates.iter().filter(|candidate| candidate.reason == Reason::Reduced);
    let lower: Vec<i64> = lower.map(|candidate| candidate.id.0).collect();
    if !lower.is_empty() {
        // What was reported at a higher price may be reported again.
        cached::execute(client, reduced, &[&lower]).await?;
    }
    let found = |row: &Row| Found {
        alert: AlertId(row.get(0)),
        unchecked: row.get(1),
        is_instant: row.get(2),
        properties: row.get(3),
    };
    cached::list(client, &SQL, &[&ids, &reasons, &prices], found).await
}

/// The facts that lists are filtered by, as an object of JSON. Items of lists are compared folded, and no filter selects a
/// hidden price.
fn compared() -> String {
    let facts = FACTS.iter().filter(|fact| fact.filter.is_some());
    let pairs = facts.map(|fact| match fact.kind.is_list() {
        true => format!("'{0}', property_folded(p.{0})", fact.name),
        false if fact.is_price() => {
            format!("'{0}', CASE WHEN {1} THEN p.{0} END", fact.name, shows_price())
        }
        false => format!("'{0}', p.{0}", fact.name),
    });
    format!("jsonb_build_object({})", pairs.collect::<Vec<_>>().join(", "))
}

/// Removes what an alert has found of some listings and has not mailed.
pub async fn delete(
    client: &impl GenericClient,
    alert: AlertId,
    properties: &[i64],
) -> Result<u64> {
    let sql = "DELETE FROM alert_match
        WHERE alert_id = $1 AND property_id = ANY ($2) AND sent_at IS NULL";
    cached::execute(client, sql, &[&alert.0, &properties]).await
}

/// Those of the given listings that a list shows now, each with its price if that is shown.
pub async fn list_listed(
    client: &impl GenericClient,
    filter: &ListingFilter,
    ids: &[i64],
) -> Result<BTreeMap<i64, Option<Price>>> {
    let mut builder = Builder::new(filter);
    let some = builder.bind(ids.to_vec());
    builder.and(&format!("id = ANY ({some})"));
    let shown = shows_price();
    let statement =
        builder.finish(&format!("SELECT id, CASE WHEN {shown} THEN price END FROM property"));
    let read = |row: &Row| (row.get(0), price(row.get(1)));
    cached::list(client, &statement.sql, &statement.references(), read).await
}

/// The mails that are due: of some alerts, or of all with a frequency. They count as added.
pub async fn list_due(
    client: &impl GenericClient,
    frequency: Frequency,
    alerts: Option<&[i64]>,
) -> Result<Vec<Due>> {
    let sql = include_str!("../../sql/queries/alert_due.sql");
    let due = |row: &Row| Due { alert: AlertId(row.get(0)), after: row.get(1), up_to: row.get(2) };
    cached::list(client, sql, &[&frequency.name(), &alerts], due).await
}

/// What a mail is to report.
pub async fn list_unsent(client: &impl GenericClient, due: Due) -> Result<Vec<AlertMatch>> {
    let sql = "SELECT id, property_id, reason, price_before FROM alert_match
        WHERE alert_id = $1 AND id > $2 AND id <= $3 AND sent_at IS NULL ORDER BY id";
    let read = |row: &Row| {
        Ok(AlertMatch {
            id: row.get(0),
            property: PropertyId(row.get(1)),
            reason: Reason::named(row.get(2)).ok_or(DbError::Corrupt("alert_match"))?,
            price_before: price(row.get(3)),
        })
    };
    let parameters: [&(dyn ToSql + Sync); 3] = [&due.alert.0, &due.after, &due.up_to];
    cached::list(client, sql, &parameters, read).await?
}

/// Notes what a mail has reported, and forgets what else it could have: that may be found again.
pub async fn finish(client: &impl GenericClient, due: Due, reported: &[i64]) -> Result<()> {
    let sql = "WITH forgotten AS (
            DELETE FROM alert_match WHERE alert_id = $1 AND id > $2 AND id <= $3 AND sent_at IS NULL AND id <> ALL ($4)
        )
        UPDATE alert_match SET sent_at = now() WHERE id = ANY ($4) AND sent_at IS NULL";
    cached::execute(client, sql, &[&due.alert.0, &due.after, &due.up_to, &reported]).await.map(drop)
}

fn snapshot(text: &str) -> Result<LogSnapshot> {
    text.parse().map_err(|_| DbError::Corrupt("a snapshot"))
}

fn price(number: Option<Decimal>) -> Option<Price> {
    number.and_then(Price::from_decimal)
}
