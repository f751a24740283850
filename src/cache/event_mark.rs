//! What marks an event of the log as applied.

/// An event of the log, told from every other, also from one that got the same number after the database lost some:
/// `<number>@<origin>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventMark(String);

impl EventMark {
    /// The mark of an event; `origin` differs between any two events of one number.
    pub fn new(number: i64, origin: &str) -> Self {
        Self(format!("{number}@{origin}"))
    }

    /// The event's number in the log.
    pub fn number(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }

    /// The whole mark.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
