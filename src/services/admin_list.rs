//! What staff do with the admin's list: look through it, and delete or move many listings at once.
//!
//! Everything comes straight from the database. **Invariant:** what is done to many listings at once is one statement of one
//! transaction, and it is done to exactly the rows that staff were asked about, in the versions of that moment, or not at all.

use futures_util::future::try_join_all;

use super::editor::to_the_end;
use super::list_view::promising;
use super::meant::meant_by;
use super::spelling::respelled;
use super::{Editor, Looser, Meant, Result, ServiceError, UnknownPlace};
use crate::db::{Client, admin_listings as rows, event_log};
use crate::domain::{
    AdminFilter, AdminListQuery, AdminOrder, BulkChange, Count, EventId, ListingQuery,
    MAX_ADMIN_PAGE, Property, RowsSeen, Selection,
};
use crate::events::UnitOfWork;

/// More rows than this are one event of the log, which keeps none of their values.
pub const LISTED_ROWS: i64 = 1_000;

/// A list of more rows ends early: to sort all of a million rows by any columns takes seconds.
pub const LONGEST_LIST: i64 = 50_000;
/// The length at which such a list ends. Its first rows are found in the order of an index, for every sort order.
const LONG_LIST_ENDS: i64 = 10_000;

/// A page of the admin's list.
#[derive(Debug, Clone)]
pub struct AdminPage {
    /// The query that was answered: where just one location contains a text that is the name of none, with that.
    pub query: AdminListQuery,
    /// Texts that are not the name of a location.
    pub unknown: Vec<UnknownPlace>,
    /// The search with other spellings, where nothing matches, each with how many listings it finds.
    pub spellings: Vec<Looser>,
    /// Its rows, in order.
    pub properties: Vec<Property>,
    /// How many rows the whole list has, counted up to [`LONGEST_LIST`].
    pub total: Count,
    /// How many rows it shows on all of its pages.
    pub listed: i64,
    /// The page; the last page if a later one was requested.
    pub page: u16,
    /// How many pages may be asked for, at least one.
    pub count: u16,
}

/// A look at chosen listings.
#[derive(Debug, Clone)]
pub struct Look {
    /// How many there are, and which.
    pub seen: RowsSeen,
    /// The first of them.
    pub first: Vec<Property>,
}

/// The outcome of an action on many listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkOutcome {
    /// Done.
    Done {
        /// How many listings were chosen.
        chosen: i64,
        /// How many of them changed.
        changed: i64,
        /// The event that undoes a deletion; `None` if nothing was deleted, or more than the history records one by one.
        deletion: Option<EventId>,
    },
    /// Nothing is done: since the confirmation page, the selection or one of its listings has changed.
    Changed,
}

impl Editor {
    /// A page of the admin's list.
    pub async fn list(&self, query: &AdminListQuery) -> Result<AdminPage> {
        let client = self.database.client().await?;
        let (query, unknown) = meant(&client, query).await?;
        let total = rows::count(&client, &query.filter, LONGEST_LIST).await?;
        let listed = match total.number > LONGEST_LIST || !total.is_exact {
            true => LONG_LIST_ENDS,
            false => total.number.min(i64::from(MAX_ADMIN_PAGE) * i64::from(query.per_page)),
        };
        let pages = listed.max(1).unsigned_abs().div_ceil(u64::from(query.per_page));
        let count = u16::try_from(pages).unwrap_or(MAX_ADMIN_PAGE);
        let page = query.page.min(count);
        let spellings = match total.number {
            0 => self.spellings(&client, &query.filter).await?,
            _ => Vec::new(),
        };
        Ok(AdminPage {
            spellings,
            properties: rows::list(&client, &query.at(page), total.number).await?,
            query,
            unknown,
            total,
            listed,
            page,
            count,
        })
    }

    async fn spellings(&self, client: &Client, filter: &AdminFilter) -> Result<Vec<Looser>> {
        let respelled = respelled(&self.database, &filter.listing, Some(client)).await;
        let counted = respelled.into_iter().map(async |less| {
            let filter = AdminFilter { listing: less.filter.clone(), ..filter.clone() };
            let listings = Some(rows::count(client, &filter, LONGEST_LIST).await?);
            Ok::<_, ServiceError>(Looser { listings, ..less })
        });
        Ok(promising(try_join_all(counted).await?))
    }

    /// The number of selected listings, and the first of them.
    pub async fn look_at(
        &self,
        selection: &Selection,
        order: &AdminOrder,
        limit: i64,
    ) -> Result<Look> {
        // To compare every row of a large site takes seconds.
        let client = self.database.unhurried_client().await?;
        let seen = rows::find_seen(&client, selection).await?;
        Ok(Look {
            seen,
            first: rows::list_selected(&client, selection, order, seen.count, limit).await?,
        })
    }

    /// Deletes or changes the chosen listings, if they are the expected ones, each as it was then. Those that have the new
    /// value already stay as they are, and where all of them are, nothing has to be expected.
    pub async fn change_selected(
        &self,
        actor: &str,
        selection: Selection,
        change: BulkChange,
        expected: Option<RowsSeen>,
    ) -> Result<BulkOutcome> {
        let (this, actor) = (self.clone(), actor.to_owned());
        to_the_end(async move {
            let mut client = this.database.unhurried_client().await?;
            let work = UnitOfWork::begin_long(&mut client, &actor).await?;
            event_log::set_note(work.transaction(), &note(&change)).await?;
            let done = rows::change(work.transaction(), &selection, &change, expected).await?;
            let is_other = expected.is_some_and(|expected| expected != done.seen);
            let is_done_already = done.due == 0 && done.seen.count > 0;
            if is_other && !is_done_already {
                return Ok(BulkOutcome::Changed);
            }
            Ok(BulkOutcome::Done {
                chosen: done.seen.count,
                changed: done.changed,
                deletion: this.commit(work).await?,
            })
        })
        .await
    }
}

/// The note in the history.
fn note(change: &BulkChange) -> String {
    match change {
        BulkChange::Delete => "deleted from the list".to_owned(),
        BulkChange::Move(location) => format!("moved to “{location}”"),
        BulkChange::SetStatus(status) => format!("status set to “{}”", status.label()),
    }
}

/// A query with the locations that it means, and its texts that are the name of none.
async fn meant(
    client: &Client,
    query: &AdminListQuery,
) -> Result<(AdminListQuery, Vec<UnknownPlace>)> {
    let public = ListingQuery::of(query.filter.listing.clone());
    let Meant { query: public, mut unknown } = meant_by(client, &public).await?;
    let mut query = query.clone();
    query.filter.listing = public.filter;
    if query.filter.is_dated() {
        // They were counted for every day of addition.
        let places = unknown.iter_mut().flat_map(|place| &mut place.offered);
        places.for_each(|place| place.listings = None);
    }
    Ok((query, unknown))
}
