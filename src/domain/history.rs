//! The history: what was changed, by whom and when.

use chrono::{DateTime, Utc};

use super::{EventId, Fact, PropertyForm, PropertyId};

/// One entry of the history of a listing, or of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Its number, which is also its event's.
    pub id: EventId,
    /// The time of the change.
    pub at: DateTime<Utc>,
    /// A user of the site, a command, or a database role.
    pub actor: String,
    /// `created`, `updated`, `deleted`, `bulk` or `cleared`.
    pub kind: String,
    /// The listing; `None` for a bulk change or a clear.
    pub property: Option<PropertyId>,
    /// Its headline at that time; for other entries a description of what was changed.
    pub title: String,
    /// A note with the reason, if there is one.
    pub note: Option<String>,
    /// The fields that an update changed.
    pub changes: Vec<FieldChange>,
    /// The whole listing before; `None` if it was added then, or if the history does not say.
    pub before: Option<PropertyForm>,
    /// The whole listing after; `None` if it was deleted then, or if the history does not say.
    pub after: Option<PropertyForm>,
}

/// The changes of one kind in one step of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeMark {
    /// The start of the step, in seconds since 1970.
    pub at: i64,
    /// `created`, `updated`, `deleted`, `bulk` or `cleared`.
    pub kind: String,
    /// The number of history entries.
    pub changes: i64,
    /// The number of rows that they changed.
    pub rows: i64,
    /// The number of users, commands or roles that made them.
    pub actors: i64,
    /// One of the actors.
    pub actor: String,
    /// The listing, if there is only one.
    pub listing: Option<PropertyId>,
    /// The listing's headline.
    pub title: Option<String>,
}

/// Who made a change that conflicts with an edit, from the editor's point of view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Author {
    /// The editor, in another tab or window.
    Own,
    /// A user of the site, a command, or a database role.
    Other(String),
    /// The log does not say.
    #[default]
    Unknown,
}

impl Author {
    /// The first actor who is not the editor; the editor if there is no other.
    pub fn among(actors: impl IntoIterator<Item = String>, editor: &str) -> Self {
        let mut author = Self::Unknown;
        for actor in actors {
            if actor != editor {
                return Self::Other(actor);
            }
            author = Self::Own;
        }
        author
    }

    /// A sentence such as “You changed this listing in another tab or window”; `did` is a regular verb in the past
    /// tense.
    pub fn said(&self, did: &str, what: &str) -> String {
        match self {
            Self::Own => format!("You {did} this {what} in another tab or window"),
            Self::Other(name) => format!("“{name}” {did} this {what}"),
            Self::Unknown => format!("This {what} was {did}"),
        }
    }
}

/// The old and the new value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field.
    pub fact: &'static Fact,
    /// Its value before.
    pub before: String,
    /// Its value after.
    pub after: String,
}

impl FieldChange {
    /// The fields in which two states differ.
    pub fn between(before: &PropertyForm, after: &PropertyForm) -> Vec<Self> {
        let fields = before.fields().zip(after.fields());
        let changed = fields.filter(|((_, before), (_, after))| before != after);
        let change = |((fact, before), (_, after)): ((_, &str), (_, &str))| Self {
            fact,
            before: before.to_owned(),
            after: after.to_owned(),
        };
        changed.map(change).collect()
    }
}

/// A listing that was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedListing {
    /// Its entry in the history.
    pub event: EventId,
    /// Its number.
    pub id: PropertyId,
    /// Its headline.
    pub title: String,
    /// Its location.
    pub location: String,
    /// Its price.
    pub price: String,
    /// Whether its number is in use again.
    pub is_back: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_said_to_be_anothers_if_anyone_else_took_part_in_it() {
        let said = |actors: &[&str]| {
            let actors = actors.iter().map(|actor| (*actor).to_owned());
            Author::among(actors, "ada").said("changed", "listing")
        };
        assert_eq!(said(&[]), "This listing was changed");
        assert_eq!(said(&["ada"]), "You changed this listing in another tab or window");
        for actors in [&["sam"][..], &["ada", "sam"], &["sam", "ada", "eve"]] {
            assert_eq!(said(actors), "“sam” changed this listing");
        }
    }
}
