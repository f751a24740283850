//! The mark of an applied event.

/// Identifies an event of the log as `<number>@<origin>`. The origin distinguishes it from an event that got the same
/// number after the database lost some events.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventMark(String);

impl EventMark {
    /// The mark of an event; two events with the same number have different origins.
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
