//! Alerts: visitors ask for them, confirm, change, pause and delete them by signed links; staff erase those of an address.
//!
//! **Invariant:** a response to a visitor reveals nothing about an address: neither whether it has alerts, nor whether a mail was
//! sent. Alerts invalidate nothing: no public page shows them.
//!
//! **Invariant:** an alert's mails are sent only after the reader of its mailbox has pressed a button.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::Utc;

use super::links::{FormToken, Links};
use super::post::{Post, Subject};
use super::{Result, Visitor};
use crate::db::{Class, Database, alerts, login_failures};
use crate::domain::{Alert, AlertId, AlertState, EmailAddress, Frequency, NewAlert};

/// The time in which requests for alerts are counted together.
const WINDOW: Duration = Duration::from_secs(60 * 60);
/// Requests from one client address, for one mailbox and of all clients within [`WINDOW`]. Too few in all, and one client
/// with many addresses keeps others from it; too many, and the site sends unwanted mail.
const LIMITS: (i64, i64, i64) = (10, 3, 600);
/// The purpose of the form's token.
const PURPOSE: &str = "alert form";

/// What a link to an alert leads to.
#[derive(Debug)]
pub enum AlertLink {
    /// Nothing: the site has not made the link.
    Wrong,
    /// An alert that was deleted.
    Gone,
    /// An alert.
    Open(Box<Alert>),
}

/// Keeps alerts; cheap to clone.
#[derive(Clone)]
pub struct Alerts {
    pub(super) database: Database,
    pub(super) post: Post,
    links: Links,
    pub(super) figures: AlertFigures,
}

/// Figures about alerts; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct AlertFigures {
    /// How many alerts have each state; nothing until they were counted.
    counts: Arc<Mutex<[i64; AlertState::ALL.len()]>>,
    rejected: Arc<AtomicU64>,
}

impl AlertFigures {
    pub(super) fn counts(&self) -> [i64; AlertState::ALL.len()] {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }
}

impl Alerts {
    pub(super) fn new(database: Database, post: Post, links: Links) -> Self {
        Self { database, post, links, figures: AlertFigures::default() }
    }

    /// Whether there are alerts: only where mail is sent.
    pub fn are_offered(&self) -> bool {
        self.post.is_configured()
    }

    /// The token of a form.
    pub fn token(&self) -> String {
        self.links.token(PURPOSE, Utc::now(), "")
    }

    /// What a form's token says now.
    pub fn check_token(&self, token: &str) -> FormToken {
        self.links.check_token(PURPOSE, token, "")
    }

    /// Counts a submission that was rejected as spam, or as too many.
    pub fn count_rejected(&self) {
        self.figures.rejected.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds an alert, unless the address has it, and mails the link to it. Where there were too many requests, nothing
    /// happens.
    pub async fn ask(&self, new: &NewAlert, visitor: &Visitor) -> Result<()> {
        let network = visitor.network().unwrap_or_default();
        let limited = [
            (format!("alert-address:{network}"), LIMITS.0),
            (format!("alert-mailbox:{}", new.email.mailbox()), LIMITS.1),
            ("alert-total".to_owned(), LIMITS.2),
        ];
        let mut client = self.database.client().await?;
        let work = client.transaction().await?;
        let waits = login_failures::admit(&work, &limited, "alert", &network, WINDOW).await?;
        if let Some((subject, _)) = waits {
            self.note_throttled(subject);
            return Ok(());
        }
        match alerts::insert(&work, new).await? {
            Some(id) => self.post.add(&work, Subject::AlertLink { alert: id.0 }, None).await?,
            None => self.note_throttled("the mailbox’s alerts of a day"),
        }
        Ok(work.commit().await?)
    }

    fn note_throttled(&self, limit: &str) {
        self.count_rejected();
        // Addresses are not logged.
        let limit = limit.split(':').next().unwrap_or_default();
        log::warn!("alert throttled limit=\"{limit}\"");
    }

    /// What the token of a link leads to.
    pub async fn open(&self, token: &str) -> Result<AlertLink> {
        let Some(id) = self.links.alert_of(token) else {
            return Ok(AlertLink::Wrong);
        };
        let found = alerts::find(&self.database.client().await?, id).await?;
        Ok(found.map_or(AlertLink::Gone, |alert| AlertLink::Open(Box::new(alert))))
    }

    /// Changes whether and how often an alert's mails are sent.
    pub async fn change(
        &self,
        id: AlertId,
        state: AlertState,
        frequency: Frequency,
    ) -> Result<bool> {
        Ok(alerts::update(&self.database.client().await?, id, state, frequency).await?)
    }

    /// Deletes an alert.
    pub async fn delete(&self, id: AlertId) -> Result<bool> {
        Ok(alerts::delete(&self.database.client().await?, id).await?)
    }

    /// The alerts of an address, also of other addresses of its mailbox.
    pub async fn list_of(&self, address: &EmailAddress) -> Result<Vec<Alert>> {
        let client = self.database.of(Class::Staff).client().await?;
        Ok(alerts::list_of(&client, &address.mailbox()).await?)
    }

    /// Deletes the alerts of an address and of other addresses of its mailbox; returns how many.
    pub async fn erase(&self, address: &EmailAddress) -> Result<u64> {
        let client = self.database.of(Class::Staff).client().await?;
        Ok(alerts::delete_of(&client, &address.mailbox()).await?)
    }

    /// How many alerts have each state, in the order of [`AlertState::ALL`].
    pub async fn count(&self) -> Result<[i64; AlertState::ALL.len()]> {
        Ok(alerts::count(&self.database.of(Class::Staff).client().await?).await?)
    }

    /// Counts the alerts, for the metrics.
    pub async fn sample(&self) {
        match self.count().await {
            Ok(counts) => {
                *self.figures.counts.lock().unwrap_or_else(PoisonError::into_inner) = counts;
            }
            Err(err) => log::debug!("the alerts could not be counted, trying again: {err}"),
        }
    }

    /// Removes some of what has expired; returns how much.
    pub(super) async fn clear_expired(&self) -> Result<u64> {
        Ok(alerts::delete_expired(&self.database.unhurried_client().await?).await?)
    }
}
