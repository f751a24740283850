//! Sessions, like Django's `cached_db`: read from Redis, written through to PostgreSQL.
//!
//! The copy in Redis is an entry with its own tag. A session that ends while Redis can't be reached does not come back
//! later, because nothing in Redis is read again before it is repaired. In addition, finding a session's user always
//! asks PostgreSQL whether the session has ended: the copy only saves reading its state.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::Result;
use crate::cache::{Cache, CacheKey, Fill, Level, LoadError, Tag, TagSet, hex};
use crate::db::sessions::{self, NewSession};
use crate::db::{Database, DbError, GenericClient};
use crate::domain::UserId;

/// A session's values by name; each is JSON text.
pub type SessionState = HashMap<String, String>;

/// The entry of the state that names the user.
pub const USER_ID: &str = "user_id";

/// The entry with the session's name, for lists of sessions: 16 to 64 ASCII letters, digits, `-` and `_`, unique among
/// sessions.
pub const NAME: &str = "name";

/// The allowed length of a session's name, in characters.
const NAME_LENGTH: RangeInclusive<usize> = 16..=64;

/// The entry with the client's address at the start of the session.
pub(super) const ADDRESS: &str = "address";

/// The entry with the browser's `User-Agent`.
pub(super) const USER_AGENT: &str = "user_agent";

/// How long the copy in Redis lives: longer than it takes to fill in a form, because while PostgreSQL can't be reached
/// only a user with a copy gets the typed text back. It does not extend a login: PostgreSQL decides whether a session
/// has ended.
const COPY_TTL: Duration = Duration::from_secs(12 * 60 * 60);

/// Stores sessions; cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    pub(super) database: Database,
    pub(super) cache: Cache,
}

impl Sessions {
    /// The state of a session that has not ended or expired.
    pub async fn find(&self, key: &str) -> Result<Option<SessionState>> {
        let hash = hash(key);
        let name = hex(&hash);
        let database = self.database.clone();
        let load = async move || -> Result<_> {
            let client = database.client().await?;
            let state = sessions::find(&client, &hash).await?;
            let value: Option<SessionState> =
                state.and_then(|state| serde_json::from_value(state).ok());
            // The absence of a session is not stored: requests with unknown keys are guesses.
            let ttl = if value.is_some() { COPY_TTL } else { Duration::ZERO };
            Ok(Fill::new(value, ttl))
        };
        let key = CacheKey::new(Level::Session, "session", &name);
        let tags = || TagSet::from([tag(&name)]);
        match self.cache.get_or_load(&key, tags(), load).await {
            Ok(cached) => Ok(cached.tagged.value),
            // Nothing can be written without the database, but the user keeps the form's input.
            Err(err) if err.is_outage() => {
                let copy = self.cache.find_beyond_lease(&key, tags()).await;
                copy.ok_or(err)
            }
            Err(err) => Err(err),
        }
    }

    /// Begins a session.
    pub async fn begin(&self, key: &str, state: &SessionState, lifetime: Duration) -> Result<()> {
        let client = self.database.client().await?;
        let new = NewSession {
            key_hash: &hash(key),
            name: &text_of(state, NAME),
            user: user(state),
            state: &json!(state),
            lifetime,
            address: &text_of(state, ADDRESS),
            user_agent: &text_of(state, USER_AGENT),
        };
        Ok(sessions::insert(&client, new).await?)
    }

    /// Writes a session's state, restarts its lifetime, and makes the copy for the next request. A session that has
    /// ended meanwhile, for example by a logout during a slow request, stays ended.
    pub async fn update(&self, key: &str, state: &SessionState, lifetime: Duration) -> Result<()> {
        let hash = hash(key);
        let client = self.database.client().await?;
        sessions::update(&client, &hash, user(state), &json!(state), lifetime).await?;
        self.cache.void(&tag(&hex(&hash))).await;
        drop(client);
        // The state is stored; without a copy, the next request reads it from PostgreSQL.
        let _ = self.find(key).await;
        Ok(())
    }

    /// Ends a session.
    pub async fn end(&self, key: &str) -> Result<()> {
        let hash = hash(key);
        let client = self.database.client().await?;
        sessions::delete(&client, &hash).await?;
        self.cache.void(&tag(&hex(&hash))).await;
        Ok(())
    }

    /// Ends a user's other sessions, except one; returns how many.
    pub async fn end_others(&self, user: UserId, but_for: &str) -> Result<usize> {
        let client = self.database.client().await?;
        let ended = sessions::delete_of_user(&client, user, Some(but_for)).await?;
        let count = ended.len();
        self.void(ended).await;
        Ok(count)
    }

    /// Ends one of a user's own sessions by its name; returns whether it existed.
    pub async fn end_named(&self, user: UserId, name: &str) -> Result<bool> {
        let client = self.database.client().await?;
        let ended = Self::delete_named(&client, user, name).await?;
        let found = !ended.is_empty();
        self.void(ended).await;
        Ok(found)
    }

    /// Deletes a session of a user by its name; returns the hashes of the keys that ended. An impossible name counts as
    /// unknown and is not sent to PostgreSQL, which would refuse a NUL.
    pub(super) async fn delete_named(
        client: &impl GenericClient,
        user: UserId,
        name: &str,
    ) -> Result<Vec<Vec<u8>>, DbError> {
        match can_be_name(name) {
            true => sessions::delete_named(client, user, name).await,
            false => Ok(Vec::new()),
        }
    }

    /// Removes expired sessions; returns their number.
    pub async fn clear_expired(&self) -> Result<u64> {
        let client = self.database.unhurried_client().await?;
        Ok(sessions::delete_expired(&client).await?)
    }

    /// Invalidates the copies of ended sessions, given the hashes of their keys.
    pub(super) async fn void(&self, ended: Vec<Vec<u8>>) {
        for hash in ended {
            self.cache.void(&tag(&hex(&hash))).await;
        }
    }
}

fn user(state: &SessionState) -> Option<UserId> {
    state.get(USER_ID).and_then(|id| id.parse().ok()).map(UserId)
}

fn tag(name: &str) -> Tag {
    Tag::one("session", name)
}

fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key).into()
}

fn can_be_name(text: &str) -> bool {
    let allowed = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
    NAME_LENGTH.contains(&text.len()) && text.bytes().all(allowed)
}

/// A text among a session's values; empty if absent.
fn text_of(state: &SessionState, name: &str) -> String {
    let json = state.get(name).map(String::as_str).unwrap_or_default();
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_named_by_a_word_of_some_length() {
        assert!(can_be_name("q9Kx-Vw3_Zt0Lm8Ry5Bn2Cd7Fg4Hj6Ps1Ta0Ue-Xi_O"));
        for name in ["", "a\0b", "fifteen-letters", "0123456789abcdef\0"] {
            assert!(!can_be_name(name), "{name:?}");
        }
        for name in ["0123456789 abcdef", "0123456789abcdéf", &*"x".repeat(65)] {
            assert!(!can_be_name(name), "{name:?}");
        }
    }
}
