//! What staff do with the admin's list: look through it, and delete or move many listings at once.
//!
//! Everything comes straight from the database. **Invariant:** what is done to many listings at once is one statement of one
//! transaction, and it is done to exactly as many as staff were told, or not at all.

use super::editor::to_the_end;
use super::{Editor, ServiceError};
use crate::db::{admin_listings as rows, event_log};
use crate::domain::{
    AdminListQuery, AdminOrder, EventId, Location, MAX_ADMIN_PAGE, Property, Selection,
};
use crate::events::UnitOfWork;

/// More rows than this are one event of the log, which keeps none of their values.
pub const LISTED_ROWS: i64 = 1_000;

/// A list of more rows ends early: to sort all of a million rows by any columns takes seconds.
pub const LONGEST_LIST: i64 = 50_000;
/// Where such a list ends. Its first rows are found in the order of an index, whatever it is sorted by.
const LONG_LIST_ENDS: i64 = 10_000;

/// A page of the admin's list.
#[derive(Debug, Clone)]
pub struct AdminPage {
    /// Its rows, in order.
    pub properties: Vec<Property>,
    /// How many rows the whole list has.
    pub total: i64,
    /// How many rows it shows on all of its pages.
    pub listed: i64,
    /// Which page it is: the last one where a later one was asked for.
    pub page: u16,
    /// How many pages may be asked for, at least one.
    pub count: u16,
}

/// A look at chosen listings.
#[derive(Debug, Clone)]
pub struct Look {
    /// How many there are.
    pub count: i64,
    /// The first of them.
    pub first: Vec<Property>,
}

/// What became of something that was to be done with many listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkOutcome {
    /// It is done.
    Done {
        /// How many listings were chosen.
        chosen: i64,
        /// How many of them changed.
        changed: i64,
        /// What undoes a deletion: `None` where nothing was deleted, or too much for the log to have it one by one.
        deletion: Option<EventId>,
    },
    /// Nothing is done, for so many listings are not those that staff were told of.
    Changed,
}

impl Editor {
    /// A page of the admin's list.
    ///
    /// # Errors
    /// When the database can't answer.
    pub async fn list(&self, query: &AdminListQuery) -> Result<AdminPage, ServiceError> {
        let client = self.database.client().await?;
        let total = rows::count(&client, &query.filter).await?;
        let listed = match total > LONGEST_LIST {
            true => LONG_LIST_ENDS,
            false => total.min(i64::from(MAX_ADMIN_PAGE) * i64::from(query.per_page)),
        };
        let pages = listed
            .max(1)
            .unsigned_abs()
            .div_ceil(u64::from(query.per_page));
        let count = u16::try_from(pages).unwrap_or(MAX_ADMIN_PAGE);
        let query = query.at(query.page.min(count));
        Ok(AdminPage {
            properties: rows::list(&client, &query, total).await?,
            total,
            listed,
            page: query.page,
            count,
        })
    }

    /// How many listings were chosen, and the first of them.
    ///
    /// # Errors
    /// When the database can't answer.
    pub async fn look_at(
        &self,
        selection: &Selection,
        order: &AdminOrder,
        limit: i64,
    ) -> Result<Look, ServiceError> {
        let client = self.database.client().await?;
        let count = rows::count_selected(&client, selection).await?;
        Ok(Look {
            count,
            first: rows::list_selected(&client, selection, order, count, limit).await?,
        })
    }

    /// Deletes the chosen listings, if they are as many as expected.
    ///
    /// # Errors
    /// When the database can't answer.
    pub async fn delete_selected(
        &self,
        actor: &str,
        selection: Selection,
        expected: Option<i64>,
    ) -> Result<BulkOutcome, ServiceError> {
        let (this, actor) = (self.clone(), actor.to_owned());
        to_the_end(async move {
            let mut client = this.database.unhurried_client().await?;
            let work = UnitOfWork::begin_long(&mut client, &actor).await?;
            if has_changed(&work, &selection, expected).await? {
                return Ok(BulkOutcome::Changed);
            }
            event_log::set_note(work.transaction(), "deleted from the list").await?;
            let deleted = rows::delete(work.transaction(), &selection).await?;
            let deleted = i64::try_from(deleted).unwrap_or(i64::MAX);
            if expected.is_some_and(|expected| expected != deleted) {
                return Ok(BulkOutcome::Changed);
            }
            let deletion = this.commit(work).await?;
            Ok(BulkOutcome::Done {
                chosen: deleted,
                changed: deleted,
                deletion,
            })
        })
        .await
    }

    /// Moves the chosen listings to a location, if they are as many as expected. Those that are there already stay as
    /// they are.
    ///
    /// # Errors
    /// When the database can't answer.
    pub async fn move_selected(
        &self,
        actor: &str,
        selection: Selection,
        to: Location,
        expected: Option<i64>,
    ) -> Result<BulkOutcome, ServiceError> {
        let (this, actor) = (self.clone(), actor.to_owned());
        to_the_end(async move {
            let mut client = this.database.unhurried_client().await?;
            let work = UnitOfWork::begin_long(&mut client, &actor).await?;
            if has_changed(&work, &selection, expected).await? {
                return Ok(BulkOutcome::Changed);
            }
            event_log::set_note(work.transaction(), &format!("moved to “{to}”")).await?;
            let done = rows::relocate(work.transaction(), &selection, &to).await?;
            if expected.is_some_and(|expected| expected != done.chosen) {
                return Ok(BulkOutcome::Changed);
            }
            this.commit(work).await?;
            Ok(BulkOutcome::Done {
                chosen: done.chosen,
                changed: done.moved,
                deletion: None,
            })
        })
        .await
    }
}

/// Whether other listings are chosen than staff were told of, as far as their number tells: before much is done that would
/// have to be undone.
async fn has_changed(
    work: &UnitOfWork<'_>,
    selection: &Selection,
    expected: Option<i64>,
) -> Result<bool, ServiceError> {
    let Some(expected) = expected else {
        return Ok(false);
    };
    Ok(rows::count_selected(work.transaction(), selection).await? != expected)
}
