//! The admin's list, and its actions on many listings at once.
//!
//! Everything is read directly from the database. **Invariant:** an action on many listings is one statement in one
//! transaction, and it changes exactly the rows that staff confirmed, in the same versions, or none.

use futures_util::future::try_join_all;

use super::editor::to_the_end;
use super::list_view::promising;
use super::resolved_query::resolve;
use super::spelling::respelled;
use super::{Editor, RelaxedFilter, ResolvedQuery, Result, ServiceError, UnknownPlace};
use crate::db::{Client, admin_listings as rows, event_log};
use crate::domain::{
    AdminFilter, AdminListQuery, AdminOrder, BulkChange, Count, EventId, ListingQuery,
    MAX_ADMIN_PAGE, Property, RowsSeen, Selection,
};
use crate::events::UnitOfWork;

/// A change of more rows than this is one event of the log, without their values.
pub const LISTED_ROWS: i64 = 1_000;

/// A list of more rows than this ends early: sorting a million rows by any columns takes seconds.
pub const LONGEST_LIST: i64 = 50_000;
/// The length at which such a list ends. For every sort order, its first rows are found with an index.
const LONG_LIST_ENDS: i64 = 10_000;

/// A page of the admin's list.
#[derive(Debug, Clone)]
pub struct AdminPage {
    /// The query that was answered: if exactly one location contains a text that is not a location's name, with that
    /// location.
    pub query: AdminListQuery,
    /// Texts that are not the name of a location.
    pub unknown: Vec<UnknownPlace>,
    /// If nothing matches, the search with other spellings, each with its number of listings.
    pub spellings: Vec<RelaxedFilter>,
    /// Its rows, in order.
    pub properties: Vec<Property>,
    /// The number of rows of the whole list, counted up to [`LONGEST_LIST`].
    pub total: Count,
    /// The number of rows on all pages together.
    pub listed: i64,
    /// The page; the last page if a later one was requested.
    pub page: u16,
    /// The number of pages that can be requested, at least one.
    pub count: u16,
}

/// The selected listings, for confirmation.
#[derive(Debug, Clone)]
pub struct SelectionPreview {
    /// Their number and digest.
    pub seen: RowsSeen,
    /// The first of them.
    pub first: Vec<Property>,
}

/// The outcome of an action on many listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkOutcome {
    /// Done.
    Done {
        /// The number of selected listings.
        chosen: i64,
        /// The number of changed listings.
        changed: i64,
        /// The event that undoes a deletion; `None` if nothing was deleted, or more than the history records
        /// individually.
        deletion: Option<EventId>,
    },
    /// Nothing was done: since the confirmation page, the selection or one of its listings has changed.
    Changed,
}

impl Editor {
    /// A page of the admin's list.
    pub async fn list(&self, query: &AdminListQuery) -> Result<AdminPage> {
        let client = self.database.client().await?;
        let (query, unknown) = resolved(&client, query).await?;
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

    async fn spellings(&self, client: &Client, filter: &AdminFilter) -> Result<Vec<RelaxedFilter>> {
        let respelled = respelled(&self.database, &filter.listing, Some(client)).await;
        let counted = respelled.into_iter().map(async |less| {
            let filter = AdminFilter { listing: less.filter.clone(), ..filter.clone() };
            let listings = Some(rows::count(client, &filter, LONGEST_LIST).await?);
            Ok::<_, ServiceError>(RelaxedFilter { listings, ..less })
        });
        Ok(promising(try_join_all(counted).await?))
    }

    /// The number of selected listings, and the first of them.
    pub async fn look_at(
        &self,
        selection: &Selection,
        order: &AdminOrder,
        limit: i64,
    ) -> Result<SelectionPreview> {
        // Comparing every row of a large site takes seconds.
        let client = self.database.unhurried_client().await?;
        let seen = rows::find_seen(&client, selection).await?;
        Ok(SelectionPreview {
            seen,
            first: rows::list_selected(&client, selection, order, seen.count, limit).await?,
        })
    }

    /// Deletes or changes the selected listings, if they are unchanged since `expected`. Listings that already have the
    /// new value stay unchanged; if all do, the expectation is not checked.
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
                work.roll_back().await?;
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

/// A query with its texts replaced by the locations that they mean, and the texts that are not a location's name.
async fn resolved(
    client: &Client,
    query: &AdminListQuery,
) -> Result<(AdminListQuery, Vec<UnknownPlace>)> {
    let public = ListingQuery::of(query.filter.listing.clone());
    let ResolvedQuery { query: public, mut unknown } = resolve(client, &public).await?;
    let mut query = query.clone();
    query.filter.listing = public.filter;
    if query.filter.is_dated() {
        // The counts did not consider the dates of addition.
        let places = unknown.iter_mut().flat_map(|place| &mut place.offered);
        places.for_each(|place| place.listings = None);
    }
    Ok((query, unknown))
}
