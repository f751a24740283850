//! Staff sessions: a signed cookie with a random key, and the state on the server.

use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration as CookieDuration;
use anyhow::anyhow;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::http::Site;
use crate::services::{SessionState, Sessions};

/// The lifetime of a session: two weeks, as Django's `SESSION_COOKIE_AGE`.
const LIFETIME: CookieDuration = CookieDuration::weeks(2);

/// The session middleware for the admin's routes.
pub(in crate::http) fn sessions(site: &Site, sessions: &Sessions) -> SessionMiddleware<Store> {
    SessionMiddleware::builder(Store(sessions.clone()), site.cookie_key.clone())
        .cookie_name("sessionid".to_owned())
        .cookie_content_security(CookieContentSecurity::Signed)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_secure(site.is_https())
        .session_lifecycle(PersistentSession::default().session_ttl(LIFETIME))
        .build()
}

/// The session store. Every failure is an outage, which is reported to the client.
pub(in crate::http) struct Store(Sessions);

impl SessionStore for Store {
    async fn load(&self, key: &SessionKey) -> Result<Option<SessionState>, LoadError> {
        self.0.find(key.as_ref()).await.map_err(|err| LoadError::Other(err.into()))
    }

    async fn save(
        &self,
        state: SessionState,
        ttl: &CookieDuration,
    ) -> Result<SessionKey, SaveError> {
        let key = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let begun = self.0.begin(&key, &state, ttl.unsigned_abs()).await;
        begun.map_err(|err| SaveError::Other(err.into()))?;
        SessionKey::try_from(key)
            .map_err(|_| SaveError::Other(anyhow!("a session key is malformed")))
    }

    async fn update(
        &self,
        key: SessionKey,
        state: SessionState,
        ttl: &CookieDuration,
    ) -> Result<SessionKey, UpdateError> {
        let updated = self.0.update(key.as_ref(), &state, ttl.unsigned_abs()).await;
        updated.map_err(|err| UpdateError::Other(err.into()))?;
        Ok(key)
    }

    async fn update_ttl(
        &self,
        key: &SessionKey,
        ttl: &CookieDuration,
    ) -> Result<(), anyhow::Error> {
        if let Some(state) = self.0.find(key.as_ref()).await? {
            self.0.update(key.as_ref(), &state, ttl.unsigned_abs()).await?;
        }
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        Ok(self.0.end(key.as_ref()).await?)
    }
}
