//! What Redis's keys hold, and how much.

use std::time::Instant;

use serde::Serialize;
use utoipa::ToSchema;

/// What a bounded look at Redis's keys found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Keys {
    /// How many keys were looked at.
    pub looked_at: u64,
    /// How many there are, of every client.
    pub total: u64,
    /// Whether numbers of keys are estimates, because not all were looked at.
    pub estimated: bool,
    /// How many are not this site's.
    pub foreign: u64,
    /// The site's, by what they hold.
    pub families: Vec<KeyFamily>,
    /// Why none was weighed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

/// Keys of one kind of entry.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KeyFamily {
    /// What they hold.
    pub name: &'static str,
    /// How many there are.
    pub entries: u64,
    /// Their bytes in Redis's memory with its bookkeeping, estimated from a sample; null where none was weighed.
    pub bytes: Option<u64>,
    /// How many were weighed for that.
    pub weighed: u64,
}

/// A look at the keys, and when it was taken.
pub(super) type LastKeys = tokio::sync::Mutex<Option<(Instant, Result<Keys, String>)>>;
