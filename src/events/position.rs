//! A place in the event log of one database, as Redis keeps it.

use std::fmt;
use std::str::FromStr;

/// A database and a transaction id: every event of a transaction below it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPosition {
    /// Which database.
    pub identity: String,
    /// The transaction id.
    pub xid: u64,
}

impl LogPosition {
    /// The transaction id, if the position is one of this database.
    pub fn xid_in(&self, identity: &str) -> Option<u64> {
        (self.identity == identity).then_some(self.xid)
    }
}

impl fmt::Display for LogPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.identity, self.xid)
    }
}

/// The text is not a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAPosition;

impl FromStr for LogPosition {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (identity, xid) = text.rsplit_once(' ').ok_or(NotAPosition)?;
        let xid = xid.parse().map_err(|_| NotAPosition)?;
        Ok(Self {
            identity: identity.to_owned(),
            xid,
        })
    }
}
