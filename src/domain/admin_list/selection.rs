//! The rows that a bulk action changes.

use std::fmt;
use std::str::FromStr;

use super::super::{Location, PropertyId, Status};
use super::AdminFilter;

/// The rows that staff selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// These rows, if they still exist.
    Rows(Vec<PropertyId>),
    /// Every row that the filter selects, on all pages of the list.
    Matching(AdminFilter),
}

/// The action for every selected row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkChange {
    /// Delete the row.
    Delete,
    /// Set the location of the row.
    Move(Location),
    /// Set the status of the row.
    SetStatus(Status),
}

/// The rows that staff were asked to confirm: their number, and a digest of their ids and versions. Equal values mean
/// the same rows in the same versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowsSeen {
    /// The number of rows.
    pub count: i64,
    /// The digest; 0 for no rows.
    pub digest: u128,
}

impl fmt::Display for RowsSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:032x}", self.count, self.digest)
    }
}

impl FromStr for RowsSeen {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (count, digest) = text.split_once('-').ok_or(())?;
        Ok(Self {
            count: count.parse().map_err(|_| ())?,
            digest: u128::from_str_radix(digest, 16).map_err(|_| ())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_were_seen_are_read_as_they_are_written() {
        for (count, digest) in [(0, 0), (5, 1), (i64::MAX, u128::MAX)] {
            let seen = RowsSeen { count, digest };
            assert_eq!(seen.to_string().parse(), Ok(seen));
        }
        for text in ["", "5", "5-", "-5", "many-0", "5-xyz", "5-1-2"] {
            assert_eq!(text.parse::<RowsSeen>(), Err(()), "{text}");
        }
    }
}
