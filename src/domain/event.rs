//! Domain events: what happened to listings and other entities, published after the commit.

use serde::{Deserialize, Serialize};

use super::{FoldedLocation, Price, PropertyId, Status, Title};

/// An event's number in the event log, and its entry's number in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub i64);

/// One event of the event log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number in the log.
    pub id: EventId,
    /// Its transaction and time, `<xid>-<microseconds>`: a database that lost transactions gives their numbers again,
    /// and only this tells the new event from the lost one.
    pub origin: String,
    /// Who caused it: a user of the site, a command, or a database role.
    pub actor: String,
    /// What happened.
    pub change: Change,
}

/// A changed row of some table, with its versions: `before` is absent for a new row, `after` for a deleted one. A variant
/// is one entity of the log; `events::tags` says which tags its change touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entity {
    /// A row of `property`.
    Listing {
        /// Its number.
        id: PropertyId,
        /// Before the change.
        before: Option<RowState>,
        /// After it.
        after: Option<RowState>,
    },
}

/// What happened to one row, or to many at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A row was created or updated.
    PostSave {
        /// Whether it is new.
        created: bool,
        /// The row.
        row: Entity,
    },
    /// A row was deleted.
    PostDelete {
        /// The row.
        row: Entity,
    },
    /// One statement changed more rows than are listed one by one (1,000), or emptied the table. Events that can't be
    /// read count as this.
    Bulk {
        /// How many rows, where the database knows.
        rows: i64,
    },
    /// No row was changed: the cache was cleared.
    Cleared,
    /// No row was changed: part of the cache was cleared.
    ClearedTags {
        /// The tags whose entries are to end.
        tags: Vec<String>,
    },
}

impl Change {
    /// Its name in logs: Django's signal, `bulk` or `clear`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PostSave { .. } => "post_save",
            Self::PostDelete { .. } => "post_delete",
            Self::Bulk { .. } => "bulk",
            Self::Cleared | Self::ClearedTags { .. } => "clear",
        }
    }
}

/// What receivers need to know of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowState {
    /// Its headline.
    pub title: Title,
    /// What it costs.
    pub price: Price,
    /// Its location as the database folds it.
    pub location_folded: FoldedLocation,
    /// Its status. Events from before listings had one are of active listings.
    #[serde(default)]
    pub status: Status,
    /// Its location as it was typed, if an update changed that.
    #[serde(default)]
    pub location: Option<String>,
}
