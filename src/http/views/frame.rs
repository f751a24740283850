//! The frame of admin pages: everything except their content.

use serde::{Deserialize, Serialize};

use crate::domain::{Permission, Permissions, Status};

/// A message to show once, on the next page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::http) struct Message {
    /// `success` or `warning`.
    pub(in crate::http) level: String,
    /// The text of the message.
    pub(in crate::http) text: String,
    /// The undo button of the message.
    #[serde(default)]
    pub(in crate::http) undo: Option<Undo>,
}

/// The form that undoes a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::http) struct Undo {
    /// The URL that receives the form.
    pub(in crate::http) address: String,
    /// The status to set, if a change of the status is undone.
    #[serde(default)]
    pub(in crate::http) status: Option<Status>,
    /// The state of the list to return to.
    pub(in crate::http) filters: String,
}

/// Everything that an admin page shows besides its content.
#[derive(Default)]
pub(in crate::http) struct Frame {
    pub(in crate::http) username: String,
    pub(in crate::http) csrf_token: String,
    pub(in crate::http) messages: Vec<Message>,
    /// Whether the user has all permissions.
    pub(in crate::http) is_superuser: bool,
    /// The permissions of the user.
    pub(in crate::http) permissions: Permissions,
    /// The number of unread enquiries; 0 for users who may not read them.
    pub(in crate::http) unread: i64,
}

impl Frame {
    /// The frame of a page that was opened without a session.
    pub(in crate::http) fn without_session() -> Self {
        Self { permissions: Permissions::all(), ..Self::default() }
    }

    /// Whether the user has a permission.
    pub(in crate::http) fn may(&self, permission: &str) -> bool {
        let named = Permission::named(permission);
        self.is_superuser || named.is_some_and(|named| self.permissions.allow(named))
    }
}
