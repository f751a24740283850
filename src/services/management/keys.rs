//! The number and size of Redis's keys, by kind.

use std::time::Instant;

use serde::Serialize;
use utoipa::ToSchema;

/// The result of a bounded census of Redis's keys.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Keys {
    /// The number of examined keys.
    pub looked_at: u64,
    /// The number of all keys, including other programs'.
    pub total: u64,
    /// Whether the numbers are estimates, because not all keys were examined.
    pub estimated: bool,
    /// The number of keys that are not this site's.
    pub foreign: u64,
    /// The site's keys, by kind.
    pub families: Vec<KeyFamily>,
    /// Why no key was weighed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

/// The keys of one kind of entry.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KeyFamily {
    /// The kind's label.
    pub name: &'static str,
    /// The number of keys.
    pub entries: u64,
    /// Their size in Redis's memory including overhead, in bytes, estimated from a sample; null if none was weighed.
    pub bytes: Option<u64>,
    /// The number of weighed keys.
    pub weighed: u64,
}

/// The last census of the keys, and its time.
pub(super) type LastKeys = tokio::sync::Mutex<Option<(Instant, Result<Keys, String>)>>;
