//! What a Redis server reports about itself.

use std::collections::BTreeMap;

/// The fields of the answer to `INFO`.
#[derive(Debug, Clone, Default)]
pub struct RedisReport(BTreeMap<String, String>);

impl RedisReport {
    /// Reads the answer to `INFO`.
    pub fn parse(text: &str) -> Self {
        let pair = |line: &str| {
            let (field, value) = line.split_once(':')?;
            Some((field.to_owned(), value.trim().to_owned()))
        };
        Self(text.lines().filter_map(pair).collect())
    }

    /// A field as text.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// A field as a whole number; `None` if it is absent.
    pub fn number(&self, field: &str) -> Option<u64> {
        self.text(field)?.parse().ok()
    }
}
