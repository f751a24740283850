//! What staff do with the admin's list: look through it, and delete or move many listings at once.
//!
//! Everything comes straight from the database. **Invariant:** what is done to many listings at once is one statement of one
//! transaction, and it is done to exactly as many as staff were told, or not at all.

use super::editor::to_the_end;
use super::meant::meant_by;
use super::{Editor, Meant, ServiceError, UnknownPlace};
use crate::db::{Client, admin_listings as rows, event_log};
use crate::domain::{
    AdminListQuery, AdminOrder, EventId, ListingQuery, Location, MAX_ADMIN_PAGE, Property,
    Selection,
};
use crate::events::UnitOfWork;

/// More rows than this are one event of the log, which keeps none of their values.
pub const LISTED_ROWS: i64 = 1_000;

/// A page of the admin's list.
#[derive(Debug, Clone)]
pub struct AdminPage {
    /// The query that was answered: where just one location contains a text that is the name of none, with that.
    pub query: AdminListQuery,
    /// Texts that are not the name of a location.
    pub unknown: Vec<UnknownPlace>,
    /// Its rows, in order.
    pub properties: Vec<Property>,
    /// How many rows the whole list has.
    pub total: i64,
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
        let (query, unknown) = meant(&client, query).await?;
        let total = rows::count(&client, &query.filter).await?;
        let pages = total
            .max(1)
            .unsigned_abs()
            .div_ceil(u64::from(query.per_page));
        let count = u16::try_from(pages).unwrap_or(MAX_ADMIN_PAGE);
        let count = count.min(MAX_ADMIN_PAGE);
        let page = query.page.min(count);
        Ok(AdminPage {
            properties: rows::list(&client, &query.at(page), total).await?,
            query,
            unknown,
            total,
            page,
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

/// A query with the locations that it means, and its texts that are the name of none.
async fn meant(
    client: &Client,
    query: &AdminListQuery,
) -> Result<(AdminListQuery, Vec<UnknownPlace>), ServiceError> {
    let public = ListingQuery::of(query.filter.listing.clone());
    let Meant {
        query: public,
        mut unknown,
    } = meant_by(client, &public).await?;
    let mut query = query.clone();
    query.filter.listing = public.filter;
    if query.filter.is_dated() {
        // They were counted whatever the day that they were added.
        let places = unknown.iter_mut().flat_map(|place| &mut place.offered);
        places.for_each(|place| place.listings = None);
    }
    Ok((query, unknown))
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
