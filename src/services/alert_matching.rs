//! Finds what alerts report, and adds their mails when they are due.
//!
//! The event log is read by position. The position, what the alerts have found, and the mails of instant alerts are
//! written in one transaction. So an event is compared once with the alerts, whenever a worker or the server fails.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Alerts, Result};
use crate::db::alert_matches::{self, Changes, Found, Progress};
use crate::db::{GenericClient, Transaction};
use crate::domain::{AlertQuery, Candidate, Frequency, Reason, latest_digest, presentation};

/// Listings that are compared with the alerts by one statement.
const AT_ONCE: usize = 100;
/// The pause between the mails that are due at the same time: other mails are sent in between.
const PAUSE: Duration = Duration::from_millis(20);

impl Alerts {
    /// Compares what has changed since the last time with the alerts, and adds the mails that are due.
    pub async fn run(&self, now: DateTime<Utc>) -> Result<()> {
        if !self.are_offered() {
            return Ok(());
        }
        let mut client = self.database.unhurried_client().await?;
        let work = client.transaction().await?;
        let mut progress = alert_matches::lock_progress(&work).await?;
        let instant = self.find(&work, &mut progress).await?;
        self.add_digests(&work, &mut progress, now).await?;
        if !instant.is_empty() {
            self.add_mails(&work, Frequency::Instant, Some(&instant)).await?;
        }
        alert_matches::update_progress(&work, &progress).await?;
        Ok(work.commit().await?)
    }

    /// Adds what the alerts find; returns the instant alerts that have found something.
    async fn find(&self, work: &Transaction<'_>, progress: &mut Progress) -> Result<Vec<i64>> {
        let (changes, end) = alert_matches::changes_since(work, &progress.snapshot).await?;
        if progress.snapshot.xmax() > end.xmax() {
            log::warn!("alerts start again from now: the database was restored on another server");
        }
        progress.snapshot = end;
        let candidates = candidates(&changes);
        let mut instant = Vec::new();
        for some in candidates.chunks(AT_ONCE) {
            for found in alert_matches::insert(work, some).await? {
                let left = check(work, &found).await?;
                if left && found.is_instant {
                    instant.push(found.alert.0);
                }
            }
        }
        if !candidates.is_empty() {
            log::debug!("alerts compared listings={}", candidates.len());
        }
        Ok(instant)
    }

    /// Adds the daily and weekly mails, if their time has come.
    async fn add_digests(
        &self,
        work: &Transaction<'_>,
        progress: &mut Progress,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let digests = [
            (Frequency::Daily, &mut progress.daily_at),
            (Frequency::Weekly, &mut progress.weekly_at),
        ];
        for (frequency, last) in digests {
            let zone = presentation().time_zone;
            let latest = latest_digest(now, zone, frequency == Frequency::Weekly);
            // The first time there is nothing that an earlier mail could have reported.
            if last.is_some_and(|last| last < latest) {
                self.add_mails(work, frequency, None).await?;
            }
            *last = Some(last.map_or(latest, |last| last.max(latest)));
        }
        Ok(())
    }

    async fn add_mails(
        &self,
        work: &Transaction<'_>,
        frequency: Frequency,
        alerts: Option<&[i64]>,
    ) -> Result<()> {
        let due = alert_matches::list_due(work, frequency, alerts).await?;
        self.post.add_reports(work, &due, PAUSE).await
    }
}

/// Checks what an alert has found by the list's own conditions, if it has some that were not compared. Returns whether
/// anything is left.
async fn check(work: &impl GenericClient, found: &Found) -> Result<bool> {
    let Some(text) = &found.unchecked else {
        return Ok(true);
    };
    let listed = match AlertQuery::parse(text) {
        Ok(query) => alert_matches::list_listed(work, query.filter(), &found.properties).await?,
        Err(_) => {
            log::warn!("alert {} has a query that this release can't read", found.alert.0);
            Default::default()
        }
    };
    let others = found.properties.iter().copied().filter(|id| !listed.contains_key(id));
    let others: Vec<i64> = others.collect();
    if !others.is_empty() {
        alert_matches::delete(work, found.alert, &others).await?;
    }
    Ok(others.len() < found.properties.len())
}

/// What may be reported of the listings that have changed.
fn candidates(changes: &Changes) -> Vec<Candidate> {
    let candidate = |(id, (before, after)): (&_, &(Option<_>, Option<_>))| {
        let reason = Reason::of(before.as_ref(), after.as_ref())?;
        let price = before.as_ref().map(|before: &crate::domain::MarketState| before.price);
        let price_before = price.filter(|_| reason == Reason::Reduced);
        Some(Candidate { id: *id, reason, price_before })
    };
    changes.iter().filter_map(candidate).collect()
}
