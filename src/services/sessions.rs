//! Sessions, as Django's `cached_db`: read from Redis, written through to PostgreSQL.
//!
//! The copy in Redis is an entry like any other, with a tag of its own: ending a session while Redis is out of reach
//! can't bring it back later, because nothing that Redis held is read again before it is repaired.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::ServiceError;
use crate::cache::{Cache, CacheKey, Fill, Level, Tag, TagSet, hex};
use crate::db::{Client, Database, sessions};
use crate::domain::UserId;

/// A session's values by name; each is JSON text.
pub type SessionState = HashMap<String, String>;

/// The entry of the state that names the user.
pub const USER_ID: &str = "user_id";

/// How long the copy in Redis may live.
const COPY_TTL: Duration = Duration::from_secs(900);

/// Keeps sessions; cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    database: Database,
    cache: Cache,
}

impl Sessions {
    pub(super) fn new(database: Database, cache: Cache) -> Self {
        Self { database, cache }
    }

    /// The state of a session that has neither ended nor expired.
    ///
    /// # Errors
    /// When the database is needed and can't answer.
    pub async fn find(&self, key: &str) -> Result<Option<SessionState>, ServiceError> {
        let hash = hash(key);
        let name = hex(&hash);
        let database = self.database.clone();
        let load = async move || -> Result<_, ServiceError> {
            let client = database.client().await?;
            let state = sessions::find(&client, &hash).await?;
            let value: Option<SessionState> =
                state.and_then(|state| serde_json::from_value(state).ok());
            // The absence of a session is not worth a key: keys are guessed, not linked to.
            let ttl = if value.is_some() {
                COPY_TTL
            } else {
                Duration::ZERO
            };
            Ok(Fill::new(value, ttl))
        };
        let key = CacheKey::new(Level::Session, "session", &name);
        let cached = self
            .cache
            .get_or_load(&key, &TagSet::from([tag(&name)]), load)
            .await?;
        Ok(cached.tagged.value)
    }

    /// Begins a session.
    ///
    /// # Errors
    /// When the database can't answer.
    pub async fn begin(
        &self,
        key: &str,
        state: &SessionState,
        lifetime: Duration,
    ) -> Result<(), ServiceError> {
        let client = self.database.client().await?;
        Ok(sessions::insert(&client, &hash(key), user(state), &json!(state), lifetime).await?)
    }

    /// Writes a session's state, and starts its lifetime anew. A session that ended meanwhile, such as by a logout
    /// that overtook a slow request, stays ended.
    ///
    /// # Errors
    /// When the database can't answer.
    pub async fn update(
        &self,
        key: &str,
        state: &SessionState,
        lifetime: Duration,
    ) -> Result<(), ServiceError> {
        let hash = hash(key);
        let client = self.database.client().await?;
        sessions::update(&client, &hash, user(state), &json!(state), lifetime).await?;
        self.cache.void(&tag(&hex(&hash))).await;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database can't answer.
    pub async fn end(&self, key: &str) -> Result<(), ServiceError> {
        let hash = hash(key);
        let client = self.database.client().await?;
        sessions::delete(&client, &hash).await?;
        self.cache.void(&tag(&hex(&hash))).await;
        Ok(())
    }

    /// Ends every session of a user.
    ///
    /// # Errors
    /// When the database can't answer.
    pub(super) async fn end_all(&self, client: &Client, user: UserId) -> Result<(), ServiceError> {
        for hash in sessions::delete_of_user(client, user).await? {
            self.cache.void(&tag(&hex(&hash))).await;
        }
        Ok(())
    }
}

fn user(state: &SessionState) -> Option<UserId> {
    state
        .get(USER_ID)
        .and_then(|id| id.parse().ok())
        .map(UserId)
}

fn tag(name: &str) -> Tag {
    Tag::one("session", name)
}

fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key).into()
}
