//! Files of listings that staff preview before they import them.

use std::fmt;

use chrono::{DateTime, Utc};

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

/// An import that can be undone.
#[derive(Debug, Clone)]
pub struct ImportRecord {
    /// Its number.
    pub id: i64,
    /// When it was committed.
    pub at: DateTime<Utc>,
    /// Who imported.
    pub actor: String,
    /// The name of the file.
    pub file_name: String,
    /// Listings that it added.
    pub added: i64,
    /// Listings that it changed.
    pub changed: i64,
    /// Listings that it withdrew.
    pub withdrawn: i64,
}
