//! Reads the history of listings, directly from the database.

use super::Result;
use crate::db::{Database, event_log, history};
use crate::domain::{
    Author, DeletedListing, EventId, HistoryEntry, HistoryPlace, HistoryQuery, PropertyForm,
    PropertyId, Version,
};

/// The maximum number of names that are suggested.
const ACTORS: i32 = 100;

/// A page of the history.
#[derive(Debug, Clone, Default)]
pub struct HistoryPage {
    /// Its entries, the latest first.
    pub entries: Vec<HistoryEntry>,
    /// Whether there may be later ones.
    pub has_later: bool,
    /// Whether there are earlier ones.
    pub has_earlier: bool,
}

/// The version that an edit started from, and the changes since then.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The listing at that version; `None` if the log does not say.
    pub state: Option<PropertyForm>,
    /// The change that produced the current version; `None` if the log does not have it.
    pub latest: Option<HistoryEntry>,
    /// The users who changed it since the edit started, the latest first.
    pub actors: Vec<String>,
}

/// Reads the history; cheap to clone.
#[derive(Clone)]
pub struct History {
    pub(super) database: Database,
}

impl History {
    /// Trims the event log and deletes some of the entries that are older than `retention` days (0: none). Returns
    /// whether there is more to do.
    pub async fn upkeep(&self, retention: u16) -> Result<bool> {
        let client = self.database.unhurried_client().await?;
        Ok(event_log::upkeep(&client, retention).await?)
    }

    /// The latest changes.
    pub async fn recent(&self, limit: u16) -> Result<Vec<HistoryEntry>> {
        let client = self.database.client().await?;
        Ok(history::list(&client, &HistoryQuery::default(), i64::from(limit)).await?)
    }

    /// A page of the history.
    pub async fn page(&self, query: &HistoryQuery, size: u16) -> Result<HistoryPage> {
        let client = self.database.client().await?;
        let mut entries = history::list(&client, query, i64::from(size) + 1).await?;
        let more = entries.len() > usize::from(size);
        let (has_later, has_earlier) = match query.place {
            HistoryPlace::Latest => (false, more),
            HistoryPlace::Before(_) => (true, more),
            HistoryPlace::After(_) => (more, true),
        };
        match query.place {
            HistoryPlace::After(_) if more => drop(entries.remove(0)),
            _ => entries.truncate(usize::from(size)),
        }
        Ok(HistoryPage { entries, has_later, has_earlier })
    }

    /// One entry.
    pub async fn find(&self, event: EventId) -> Result<Option<HistoryEntry>> {
        Ok(history::find(&self.database.client().await?, event).await?)
    }

    /// The actors in the history, sorted by name; at most a hundred.
    pub async fn actors(&self) -> Result<Vec<String>> {
        Ok(history::list_actors(&self.database.client().await?, ACTORS).await?)
    }

    /// The version that an edit of a listing started from, and the changes that led to `current` since then.
    pub async fn origin(&self, id: PropertyId, seen: Version, current: Version) -> Result<Origin> {
        let client = self.database.client().await?;
        let (state, latest, actors) = tokio::try_join!(
            history::find_state(&client, id, seen),
            history::find_change(&client, id, current),
            history::list_actors_since(&client, id, seen),
        )?;
        Ok(Origin { state, latest, actors })
    }

    /// Who deleted a listing, from an editor's point of view; unknown if the log can't be read.
    pub async fn deleted_by(&self, id: PropertyId, editor: &str) -> Author {
        let found = self.page(&HistoryQuery::of(id), 1).await;
        let entries = found.map_or_else(|_| Vec::new(), |page| page.entries);
        let deletions = entries.into_iter().filter(|entry| entry.kind == "deleted");
        Author::among(deletions.map(|entry| entry.actor), editor)
    }

    /// The listings that were deleted together with an event's listing, up to one more than can be restored; with
    /// `only`, just the event's own. Empty for an event that is not a deletion.
    pub async fn deletions(&self, event: EventId, only: bool) -> Result<Vec<DeletedListing>> {
        let client = self.database.client().await?;
        Ok(history::list_deletions(&client, event, only, super::MAX_UNDONE + 1).await?)
    }
}
