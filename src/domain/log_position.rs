//! A position in the event log: the transactions whose events a cache reflects.
//!
//! A position has three parts. The *history* identifies the log: server, database, WAL timeline, and the tables with
//! their triggers. The *snapshot* lists the transactions that had ended: exactly their events are applied. The *tail*
//! is a checksum of the newest events that the snapshot sees: they must still exist unchanged.
//!
//! **Invariant:** a cache at a position is up to date after the events of all other transactions are applied, if
//! history and tail are still the database's. If not, the database lost or replaced transactions, and the state of the
//! cache is unknown.

use std::fmt;
use std::str::FromStr;

/// A position in the event log of one database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPosition {
    /// Identifies the log; without spaces.
    pub history: String,
    /// The transactions that had ended.
    pub snapshot: LogSnapshot,
    /// A checksum of the newest events of those transactions; without spaces.
    pub tail: String,
}

/// A snapshot in PostgreSQL's notation, `xmin:xmax:running,…`: every transaction below `xmax` had ended, except the
/// running ones. See PostgreSQL's documentation of `pg_snapshot`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSnapshot {
    text: String,
    xmin: u64,
    xmax: u64,
    running: Vec<u64>,
}

impl LogSnapshot {
    /// The snapshot in PostgreSQL's notation.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Every transaction below this id had ended.
    pub fn xmin(&self) -> u64 {
        self.xmin
    }

    /// The first transaction id that was not assigned yet.
    pub fn xmax(&self) -> u64 {
        self.xmax
    }

    /// The transactions below `xmax` that were running.
    pub fn running(&self) -> &[u64] {
        &self.running
    }
}

/// The error for a text that is not a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAPosition;

impl FromStr for LogSnapshot {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| text.parse().map_err(|_| NotAPosition);
        let mut parts = text.splitn(3, ':');
        let mut part = || parts.next().ok_or(NotAPosition);
        let (xmin, xmax, running) = (number(part()?)?, number(part()?)?, part()?);
        let running = running.split(',').filter(|xid| !xid.is_empty());
        Ok(Self {
            xmin,
            xmax,
            running: running.map(number).collect::<Result<_, _>>()?,
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for LogPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.history, self.snapshot.text, self.tail)
    }
}

impl FromStr for LogPosition {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split(' ');
        let mut part = || parts.next().filter(|part| !part.is_empty());
        match (part(), part(), part(), part()) {
            (Some(history), Some(snapshot), Some(tail), None) => Ok(Self {
                history: history.to_owned(),
                snapshot: snapshot.parse()?,
                tail: tail.to_owned(),
            }),
            _ => Err(NotAPosition),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_was_written() {
        for text in ["1/2/00000001 7:7: -5", "h 7:12:7,9 0"] {
            let position: LogPosition = text.parse().expect(text);
            assert_eq!(position.to_string(), text);
        }
        let position: LogPosition = "h 7:12:7,9 0".parse().expect("a position");
        let snapshot = position.snapshot;
        assert_eq!((snapshot.xmin(), snapshot.xmax(), snapshot.running()), (7, 12, &[7, 9][..]));
    }

    #[test]
    fn other_texts_are_no_positions() {
        let others =
            ["", "h", "h 7", "h 7:7 0", "h 7:7:x 0", "h a:7: 0", "h 7:7: 0 1", "h  7:7:", "1/2 99"];
        for text in others {
            assert_eq!(text.parse::<LogPosition>(), Err(NotAPosition), "{text}");
        }
    }
}
