//! Domain events: what happened to listings and other entities, published after the commit.

use serde::{Deserialize, Serialize};

use super::{FoldedLocation, Price, PropertyId, Status, Title};

/// The number of an event in the event log, and of its entry in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub i64);

/// One event of the event log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number in the log.
    pub id: EventId,
    /// Its transaction and time, `<xid>-<microseconds>`: a database that lost transactions assigns their numbers again,
    /// and only this distinguishes the new event from the lost one.
    pub origin: String,
    /// The user of the site, command or database role that caused it.
    pub actor: String,
    /// The change.
    pub change: Change,
}

/// A changed row of a table, with its versions: `before` is absent for a new row, `after` for a deleted one. Each
/// variant is one entity of the log; `events::tags` decides which tags its change affects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entity {
    /// A row of `property`.
    Listing {
        /// Its number.
        id: PropertyId,
        /// The version before the change.
        before: Option<RowState>,
        /// The version after the change.
        after: Option<RowState>,
    },
}

/// A change of one row, or of many at once.
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
    /// One statement changed more rows than are listed individually (1,000), or emptied the table. An unreadable event
    /// counts as this.
    Bulk {
        /// The number of rows, if the database knows it.
        rows: i64,
    },
    /// No row was changed: the cache was cleared.
    Cleared,
    /// No row was changed: part of the cache was cleared.
    ClearedTags {
        /// The tags whose entries become invalid.
        tags: Vec<String>,
    },
}

impl Change {
    /// The name in logs: Django's signal, `bulk` or `clear`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PostSave { .. } => "post_save",
            Self::PostDelete { .. } => "post_delete",
            Self::Bulk { .. } => "bulk",
            Self::Cleared | Self::ClearedTags { .. } => "clear",
        }
    }
}

/// The facts of a listing that receivers need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowState {
    /// Its headline.
    pub title: Title,
    /// The price.
    pub price: Price,
    /// Its location as the database folds it.
    pub location_folded: FoldedLocation,
    /// Its status. Events that are older than this field are about active listings.
    #[serde(default)]
    pub status: Status,
    /// Its location as typed, if an update changed it.
    #[serde(default)]
    pub location: Option<String>,
}
