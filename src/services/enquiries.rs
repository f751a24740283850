//! Enquiries about listings: visitors send them, staff read and answer them.
//!
//! **Invariant:** an enquiry and its mails are added in one transaction. Enquiries invalidate nothing, because no
//! public page shows them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::Utc;

use super::links::{FormToken, Links};
use super::post::{Post, Subject};
use super::{Result, Visitor};
use crate::db::{Database, enquiries, login_failures};
use crate::domain::{Enquiry, EnquiryFilter, EnquiryState, NewEnquiry, Property, PropertyId};

/// The time in which enquiries are counted together.
const WINDOW: Duration = Duration::from_secs(60 * 60);
/// Enquiries from one client address, about one listing and of one mailbox within [`WINDOW`].
const LIMITS: (i64, i64, i64) = (10, 60, 10);
/// The purpose of the form's token.
const PURPOSE: &str = "enquiry";

/// Keeps enquiries; cheap to clone.
#[derive(Clone)]
pub struct Enquiries {
    pub(super) database: Database,
    pub(super) post: Post,
    pub(super) links: Links,
    pub(super) rejected: Arc<AtomicU64>,
}

impl Enquiries {
    /// The token of a form about a listing.
    pub fn token(&self, about: PropertyId) -> String {
        self.links.token(PURPOSE, Utc::now(), &about.to_string())
    }

    /// Checks the token of a form about a listing.
    pub fn check_token(&self, about: PropertyId, token: &str) -> FormToken {
        self.links.check_token(PURPOSE, token, &about.to_string())
    }

    /// Counts a submission that was rejected as spam.
    pub fn count_rejected(&self) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether visitors can get a copy by mail.
    pub fn sends_copies(&self) -> bool {
        self.post.is_configured()
    }

    /// Adds an enquiry, and mails it to the office and, if requested, to the visitor. Returns how long the client must
    /// wait, if there were too many.
    pub async fn send(
        &self,
        about: &Property,
        new: &NewEnquiry,
        visitor: &Visitor,
    ) -> Result<Option<Duration>> {
        let network = visitor.network().unwrap_or_default();
        let limited = [
            (format!("enquiry-address:{network}"), LIMITS.0),
            (format!("enquiry-listing:{}", about.id), LIMITS.1),
            (format!("enquiry-mailbox:{}", new.email.mailbox()), LIMITS.2),
        ];
        let mut client = self.database.client().await?;
        let work = client.transaction().await?;
        let waits = login_failures::admit(&work, &limited, "enquiry", &network, WINDOW).await?;
        if let Some((_, wait)) = waits {
            return Ok(Some(wait));
        }
        let id = enquiries::insert(&work, about, new).await?;
        self.post.add(&work, Subject::Enquiry { id }, None).await?;
        if new.copy {
            self.post.add(&work, Subject::EnquiryCopy { id }, None).await?;
        }
        work.commit().await?;
        Ok(None)
    }

    /// The enquiries that a filter selects, unread ones first, and their number on all pages.
    pub async fn list(&self, filter: &EnquiryFilter, limit: i64) -> Result<(Vec<Enquiry>, i64)> {
        Ok(enquiries::list(&self.database.client().await?, filter, limit).await?)
    }

    /// Changes the state of enquiries; returns how many changed.
    pub async fn mark(&self, ids: &[i64], state: EnquiryState, actor: &str) -> Result<u64> {
        Ok(enquiries::update_state(&self.database.client().await?, ids, state, actor).await?)
    }

    /// Deletes enquiries; returns how many.
    pub async fn erase(&self, ids: &[i64]) -> Result<u64> {
        Ok(enquiries::delete(&self.database.client().await?, ids).await?)
    }

    /// Deletes some of the enquiries that are older than this many days; returns how many.
    pub(super) async fn erase_older(&self, days: u16) -> Result<u64> {
        let client = self.database.unhurried_client().await?;
        Ok(enquiries::delete_older(&client, days).await?)
    }
}
