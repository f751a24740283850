//! Whether the site can do its work.

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
    /// Whether the event log is followed; reported, not required: without it every page is computed.
    pub following: bool,
}

impl Readiness {
    /// Whether the instance is ready for requests.
    pub fn is_ready(&self) -> bool {
        self.database && self.migrated
    }
}

/// Checks health; cheap to clone.
#[derive(Clone)]
pub struct Health {
    pub(super) database: Database,
    pub(super) cache: Cache,
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
            redis,
            following: self.cache.is_following(),
        }
    }
}
