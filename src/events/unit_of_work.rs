//! One transaction that changes listings.

use crate::db::{Client, DbError, Transaction, event_log};
use crate::domain::{Change, Event, EventId};

/// The time limit of a statement over every row, and of its wait for a lock.
const LONG: &str = "SET LOCAL statement_timeout = '15min'; SET LOCAL lock_timeout = '5s'";

/// A transaction whose changes are attributed to an actor. If it is dropped without [`UnitOfWork::commit`], it is
/// rolled back and causes no event.
pub struct UnitOfWork<'a> {
    transaction: Transaction<'a>,
}

/// Events of a transaction that has committed.
#[must_use = "a committed change that is not published leaves stale entries in the caches"]
#[derive(Debug)]
pub struct CommittedEvents(Vec<Event>);

impl CommittedEvents {
    /// The events, in the order of the log.
    pub fn events(&self) -> &[Event] {
        &self.0
    }

    /// The first deletion among them, with which everything that was deleted together can be restored.
    pub fn deletion(&self) -> Option<EventId> {
        let is_deletion = |event: &&Event| matches!(event.change, Change::PostDelete { .. });
        self.0.iter().find(is_deletion).map(|event| event.id)
    }
}

impl<'a> UnitOfWork<'a> {
    /// Begins a transaction; the event log will name `actor`.
    pub async fn begin(client: &'a mut Client, actor: &str) -> Result<Self, DbError> {
        let transaction = client.transaction().await?;
        event_log::set_actor(&transaction, actor).await?;
        Ok(Self { transaction })
    }

    /// Begins a transaction whose statements may take long. It waits for locks no longer than other transactions do.
    pub async fn begin_long(client: &'a mut Client, actor: &str) -> Result<Self, DbError> {
        let work = Self::begin(client, actor).await?;
        work.transaction.batch_execute(LONG).await?;
        Ok(work)
    }

    /// The transaction, for repositories.
    pub fn transaction(&self) -> &Transaction<'a> {
        &self.transaction
    }

    /// Commits, and returns the events that the database's triggers logged for this transaction, so that none is
    /// forgotten: those of cascades and bulk statements are included.
    ///
    /// # Errors
    /// If the commit fails; it may have succeeded if the connection was lost meanwhile.
    pub async fn commit(self) -> Result<CommittedEvents, DbError> {
        let events = event_log::list_of_transaction(&self.transaction).await?;
        self.transaction.commit().await?;
        Ok(CommittedEvents(events))
    }

    /// Rolls back. Dropping the unit does the same, but its locks may be held a moment longer than its caller waits.
    ///
    /// # Errors
    /// If the connection is lost: then too nothing is changed.
    pub async fn roll_back(self) -> Result<(), DbError> {
        self.transaction.rollback().await
    }
}
