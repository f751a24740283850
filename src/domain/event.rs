//! Domain events: what happened to properties, told after it was committed.

use serde::{Deserialize, Serialize};

use super::{FoldedLocation, Price, PropertyId, Title};

/// An event's number in the event log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub i64);

/// One entry of the event log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyEvent {
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

/// What happened to one row, or to many at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A row was created or updated.
    PostSave {
        /// The row.
        id: PropertyId,
        /// Whether it is new.
        created: bool,
        /// The row before an update.
        before: Option<RowState>,
        /// The row as it is now.
        after: RowState,
    },
    /// A row was deleted.
    PostDelete {
        /// The row's former number.
        id: PropertyId,
        /// The row as it was.
        before: RowState,
    },
    /// One statement changed more rows than are listed one by one (1,000), or emptied the table.
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

/// What receivers need to know of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowState {
    /// Its headline.
    pub title: Title,
    /// What it costs.
    pub price: Price,
    /// Its location as the database folds it.
    pub location_folded: FoldedLocation,
}
