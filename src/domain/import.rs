//! Files of listings that staff preview before they import them.

use std::fmt;

use super::{FieldChange, PropertyId};

/// The number of an uploaded file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadId(pub i64);

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The effect of an import on one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSample {
    /// The listing; `None` if it will get a new number.
    pub id: Option<PropertyId>,
    /// Its headline in the file.
    pub title: String,
    /// Whether the listing does not exist yet.
    pub is_new: bool,
    /// The fields that would change; for a new listing all of them, without old values.
    pub changes: Vec<FieldChange>,
}
