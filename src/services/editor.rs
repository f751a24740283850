//! Writing listings. Each write is one transaction whose events are published before it returns.
//!
//! **Invariant:** a write that has begun runs to its end even if the client disconnects; otherwise a change could be
//! committed and never published.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;

use self::Ending::{Commit, RollBack};
use super::{Result, ServiceError};
use crate::cache::{Cache, caller};
use crate::db::{Database, DbError, Transaction, event_log, properties};
use crate::domain::{EventId, NewProperty, Property, PropertyId, Status, Title, Version};
use crate::events::{Bus, CommittedEvents, UnitOfWork};
use crate::media::Media;

/// The outcome of an edit.
#[derive(Debug)]
pub enum UpdateOutcome {
    /// Saved.
    Saved(Property),
    /// The listing was changed to exactly these values since the form was opened.
    Same(Property),
    /// The same form was saved already, unchanged.
    Repeated,
    /// The listing was changed since the form was opened.
    Conflict(Property),
    /// The listing was deleted.
    Gone,
}

/// The outcome of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletion {
    /// The number of deleted listings; the others did not exist.
    pub count: u64,
    /// The event that undoes it; `None` if nothing was deleted.
    pub event: Option<EventId>,
}

/// The outcome of the deletion of a listing.
#[derive(Debug)]
pub enum DeleteOutcome {
    /// Deleted; the event undoes it.
    Deleted(Option<EventId>),
    /// Not deleted: the listing was changed since the page was opened.
    Changed(Property),
    /// The listing had already been deleted.
    Gone,
}

/// How a write's transaction ends.
pub(super) enum Ending<T> {
    /// Its transaction is committed.
    Commit(T),
    /// Its transaction is rolled back, because nothing needs to change.
    RollBack(T),
}

/// A write that runs in a transaction.
pub(super) type Write<'a, T> = BoxFuture<'a, Result<Ending<T>>>;

/// The number of import files that an instance reads at once: each takes a connection, a core, and its size in memory.
const IMPORTS_AT_ONCE: usize = 2;

/// Writes listings; cheap to clone.
#[derive(Clone)]
pub struct Editor {
    pub(super) database: Database,
    cache: Cache,
    bus: Arc<Bus>,
    /// Where the photos of imports are stored.
    pub(super) media: Media,
    /// A permit is needed to read or import a file.
    pub(super) imports: Arc<Semaphore>,
}

impl Editor {
    pub(super) fn new(database: Database, cache: Cache, bus: Bus, media: Media) -> Self {
        Self {
            database,
            cache,
            bus: Arc::new(bus),
            media,
            imports: Arc::new(Semaphore::new(IMPORTS_AT_ONCE)),
        }
    }

    /// Adds a listing.
    pub async fn create(&self, actor: &str, new: NewProperty) -> Result<Property> {
        let written = self.write(actor, move |work| {
            Box::pin(async move { Ok(Commit(properties::insert(work, &new).await?)) })
        });
        Ok(written.await?.0)
    }

    /// Logs that the cache, or the entries with certain tags, are cleared, so that every instance does it.
    pub(super) async fn log_clear(&self, actor: &str, tags: Option<Vec<String>>) -> Result<()> {
        let written = self.write(actor, move |work| {
            Box::pin(async move {
                event_log::insert_clear(work, tags.as_deref()).await?;
                Ok(Commit(()))
            })
        });
        written.await?;
        Ok(())
    }

    /// Sets the status of a listing; returns its title and previous status, `None` if there is no such listing.
    pub async fn set_status(
        &self,
        actor: &str,
        id: PropertyId,
        status: Status,
    ) -> Result<Option<(Title, Status)>> {
        let written = self.write(actor, move |work| {
            Box::pin(async move {
                let Some(current) = properties::find_locked(work, id).await? else {
                    return Ok(RollBack(None));
                };
                let was = (current.title.clone(), current.status());
                if was.1 == status {
                    return Ok(RollBack(Some(was)));
                }
                properties::set_status(work, id, status).await?;
                Ok(Commit(Some(was)))
            })
        });
        Ok(written.await?.0)
    }

    /// Deletes those of the listings that exist.
    pub async fn delete(&self, actor: &str, ids: Vec<PropertyId>) -> Result<Deletion> {
        let written = self.write(actor, move |work| {
            Box::pin(async move { Ok(Commit(properties::delete(work, &ids).await?)) })
        });
        let (count, event) = written.await?;
        Ok(Deletion { count, event })
    }

    /// Deletes a listing, if it is unchanged since the editor saw it.
    pub async fn delete_seen(
        &self,
        actor: &str,
        id: PropertyId,
        seen: Option<Version>,
    ) -> Result<DeleteOutcome> {
        let written = self.write(actor, move |work| {
            Box::pin(async move {
                let Some(current) = properties::find_locked(work, id).await? else {
                    return Ok(RollBack(DeleteOutcome::Gone));
                };
                if seen.is_some_and(|seen| seen != current.version()) {
                    return Ok(RollBack(DeleteOutcome::Changed(current)));
                }
                properties::delete(work, &[id]).await?;
                Ok(Commit(DeleteOutcome::Deleted(None)))
            })
        });
        Ok(match written.await? {
            (DeleteOutcome::Deleted(_), event) => DeleteOutcome::Deleted(event),
            (other, _) => other,
        })
    }

    /// Runs a write in a transaction of an actor, and publishes its events before it returns. Also returns the event
    /// that undoes a deletion, like [`Editor::commit`].
    pub(super) async fn write<T: Send + 'static>(
        &self,
        actor: &str,
        write: impl for<'a> FnOnce(&'a Transaction<'a>) -> Write<'a, T> + Send + 'static,
    ) -> Result<(T, Option<EventId>)> {
        let (this, actor) = (self.clone(), actor.to_owned());
        to_the_end(async move {
            let mut client = this.database.client().await?;
            let work = UnitOfWork::begin(&mut client, &actor).await?;
            let ending = write(work.transaction()).await?;
            match ending {
                Commit(done) => Ok((done, this.commit(work).await?)),
                RollBack(done) => {
                    work.roll_back().await?;
                    Ok((done, None))
                }
            }
        })
        .await
    }

    /// Publishes the events that a command has committed.
    pub async fn publish(&self, events: CommittedEvents) {
        self.bus.publish(events).await;
    }

    /// Commits, and publishes the events. Returns the event that undoes a deletion, if listings were deleted and the
    /// log has each of them.
    pub(super) async fn commit(&self, work: UnitOfWork<'_>) -> Result<Option<EventId>> {
        match work.commit().await {
            Ok(events) => {
                let deletion = events.deletion();
                self.bus.publish(events).await;
                Ok(deletion)
            }
            Err(err) => {
                if matches!(err, DbError::Unavailable(_)) {
                    self.cache.mark_unreliable("a commit may have happened unseen");
                }
                Err(err.into())
            }
        }
    }
}

/// Runs a future to its end, even if the caller is dropped.
pub(super) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    tokio::spawn(caller::carried(work)).await.unwrap_or(Err(ServiceError::Interrupted))
}
