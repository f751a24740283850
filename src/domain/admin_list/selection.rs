//! Rows that something is done with.

use super::super::PropertyId;
use super::AdminFilter;

/// Rows that staff chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// These, as far as they still exist.
    Rows(Vec<PropertyId>),
    /// Every row that the filter selects, on whatever page of the list.
    Matching(AdminFilter),
}
