//! Restores deleted listings, and earlier versions of listings. Each is an ordinary write of the user, with a note in
//! the history that says what was undone.

use super::editor::Ending::{Commit, RollBack};
use super::{Editor, Result, UpdateOutcome};
use crate::db::{event_log, history, properties, restoration};
use crate::domain::{EventId, NewProperty, Property, PropertyId, Version};

/// The maximum number of listings that are restored at once: as many as the log records individually for a statement.
pub const MAX_UNDONE: i64 = 1_000;

/// The outcome of undoing a deletion.
#[derive(Debug, PartialEq, Eq)]
pub enum UndoOutcome {
    /// The number of restored listings, including those that had been restored before.
    Restored(usize),
    /// Nothing was restored: other listings have these numbers.
    Taken(Vec<PropertyId>),
    /// Nothing was restored: more listings were deleted together than can be restored at once.
    TooMany,
    /// There is no such deletion.
    Unknown,
}

/// The outcome of restoring a listing that was deleted while it was being edited.
#[derive(Debug)]
pub enum RestoreOutcome {
    /// Restored, with the values of the form.
    Restored(Property),
    /// Not restored: a listing has this number, or the log does not have the deleted listing, because it never existed
    /// or more than 1,000 listings were deleted at once.
    Taken,
}

impl Editor {
    /// Restores the listings that were deleted together with an event's listing, all or none; with `only`, just the
    /// event's own.
    pub async fn undo(&self, actor: &str, event: EventId, only: bool) -> Result<UndoOutcome> {
        let written = self.write(actor, move |work| {
            Box::pin(async move {
                let limit = MAX_UNDONE + 1;
                let deleted = history::list_deletions(work, event, only, limit).await?;
                if deleted.is_empty() {
                    return Ok(RollBack(UndoOutcome::Unknown));
                }
                if i64::try_from(deleted.len()).is_ok_and(|count| count > MAX_UNDONE) {
                    return Ok(RollBack(UndoOutcome::TooMany));
                }
                let events: Vec<_> = deleted.iter().map(|deleted| deleted.event).collect();
                let note = format!("undid deletion {}", event.0);
                event_log::set_note(work, &note).await?;
                let mut back = restoration::insert_deleted(work, &events).await?;
                if back.len() < deleted.len() {
                    back.extend(restoration::list_as_deleted(work, &events).await?);
                    let ids = deleted.iter().map(|deleted| deleted.id);
                    let taken: Vec<_> = ids.filter(|id| !back.contains(id)).collect();
                    if !taken.is_empty() {
                        return Ok(RollBack(UndoOutcome::Taken(taken)));
                    }
                }
                Ok(Commit(UndoOutcome::Restored(deleted.len())))
            })
        });
        Ok(written.await?.0)
    }

    /// Restores a deleted listing with its old number and the values of a form.
    pub async fn restore(
        &self,
        actor: &str,
        id: PropertyId,
        new: NewProperty,
    ) -> Result<RestoreOutcome> {
        let written = self.write(actor, move |work| {
            Box::pin(async move {
                event_log::set_note(work, "restored after its deletion").await?;
                let restored = restoration::insert_again(work, id, &new).await?;
                let Some(restored) = restored else {
                    return Ok(RollBack(RestoreOutcome::Taken));
                };
                Ok(Commit(RestoreOutcome::Restored(restored)))
            })
        });
        Ok(written.await?.0)
    }

    /// Changes a listing back to its version at an event, if it is unchanged since the editor saw it.
    pub async fn revert(
        &self,
        actor: &str,
        id: PropertyId,
        seen: Version,
        event: EventId,
        new: NewProperty,
    ) -> Result<UpdateOutcome> {
        let written = self.write(actor, move |work| {
            Box::pin(async move {
                let Some(current) = properties::find_locked(work, id).await? else {
                    return Ok(RollBack(UpdateOutcome::Gone));
                };
                if new.is(&current) {
                    return Ok(RollBack(UpdateOutcome::Same(current)));
                }
                if current.version() != seen {
                    return Ok(RollBack(UpdateOutcome::Conflict(current)));
                }
                let note = format!("restored from change {}", event.0);
                event_log::set_note(work, &note).await?;
                let Some(saved) = properties::update(work, id, &new).await? else {
                    return Ok(RollBack(UpdateOutcome::Gone));
                };
                Ok(Commit(UpdateOutcome::Saved(saved)))
            })
        });
        Ok(written.await?.0)
    }
}
