//! Files of listings that staff look at before they import them.

use std::fmt;

use super::{FieldChange, PropertyId};

/// A kept file's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadId(pub i64);

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What an import would do with one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSample {
    /// The listing; `None` for one that gets its number then.
    pub id: Option<PropertyId>,
    /// Its headline as the file has it.
    pub title: String,
    /// Whether there is no such listing yet.
    pub is_new: bool,
    /// The fields that would change; of a new listing all of them, without values before.
    pub changes: Vec<FieldChange>,
}
