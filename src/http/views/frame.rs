//! What every page of the admin shows besides its content.

use serde::{Deserialize, Serialize};

use crate::domain::{Permission, Permissions, Status};

/// A message to show once, on the next page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::http) struct Message {
    /// `success` or `warning`.
    pub(in crate::http) level: String,
    /// What to say.
    pub(in crate::http) text: String,
    /// What can be undone about it.
    #[serde(default)]
    pub(in crate::http) undo: Option<Undo>,
}

/// The form that undoes a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::http) struct Undo {
    /// Where it is sent.
    pub(in crate::http) address: String,
    /// The status to set, where a change of the status is undone.
    #[serde(default)]
    pub(in crate::http) status: Option<Status>,
    /// The state of the list that one comes back to.
    pub(in crate::http) filters: String,
}

/// What every admin page shows besides its content.
#[derive(Default)]
pub(in crate::http) struct Frame {
    pub(in crate::http) username: String,
    pub(in crate::http) csrf_token: String,
    pub(in crate::http) messages: Vec<Message>,
    /// Whether they may do everything.
    pub(in crate::http) is_superuser: bool,
    /// What they may do besides.
    pub(in crate::http) permissions: Permissions,
    /// How many enquiries are unread; 0 for those who may not read them.
    pub(in crate::http) unread: i64,
}

impl Frame {
    /// The frame of a page that was opened without a session.
    pub(in crate::http) fn without_session() -> Self {
        Self { permissions: Permissions::all(), ..Self::default() }
    }

    /// Whether the one who looks may do something.
    pub(in crate::http) fn may(&self, permission: &str) -> bool {
        let named = Permission::named(permission);
        self.is_superuser || named.is_some_and(|named| self.permissions.allow(named))
    }
}
