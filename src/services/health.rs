//! Readiness: whether the site can serve.

use super::Drain;
use crate::cache::Cache;
use crate::db::{Database, migrations};

/// The state of the servers, on which readiness depends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// Whether the database answers.
    pub database: bool,
    /// Whether every migration is applied.
    pub migrated: bool,
    /// `up`, `down` or `off`; reported, not required.
    pub redis: &'static str,
    /// Whether the instance is about to stop.
    pub stopping: bool,
    /// Whether the event log is followed; reported, not required: without it every page is computed.
    pub following: bool,
}

impl Readiness {
    /// Whether the instance is ready for requests.
    pub fn is_ready(&self) -> bool {
        self.reason().is_none()
    }

    /// Why the instance is not ready.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self { stopping: true, .. } => Some("the instance is about to stop"),
            Self { database: false, .. } => Some("PostgreSQL does not respond"),
            Self { migrated: false, .. } => Some("migrations are not applied"),
            _ => None,
        }
    }
}

/// Checks health; cheap to clone.
#[derive(Clone)]
pub struct Health {
    pub(super) database: Database,
    pub(super) cache: Cache,
    pub(super) drain: Drain,
}

impl Health {
    /// Asks each server.
    pub async fn readiness(&self) -> Readiness {
        let migrations = migrations::list(&self.database).await;
        let redis = match self.cache.redis_is_up() {
            Some(true) => "up",
            Some(false) => "down",
            None => "off",
        };
        Readiness {
            database: migrations.is_ok(),
            migrated: migrations.is_ok_and(|list| list.iter().all(|migration| migration.applied)),
            stopping: self.drain.is_begun(),
            redis,
            following: self.cache.is_following(),
        }
    }
}
