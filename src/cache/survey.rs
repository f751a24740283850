//! Reads the configuration of Redis, for the command `check`.

use std::collections::BTreeMap;

use deadpool_redis::redis;

use super::{Cache, CacheError};

impl Cache {
    /// One of the server's settings; `None` if it has none of that name.
    ///
    /// # Errors
    /// When Redis can't be reached or refuses.
    pub async fn find_setting(&self, name: &str) -> Result<Option<String>, CacheError> {
        let mut redis = self.tier()?.link.unhurried().await?;
        let mut command = redis::cmd("CONFIG");
        command.arg("GET").arg(name);
        let mut found: BTreeMap<String, String> = redis.ask(&command).await?;
        Ok(found.remove(name))
    }
}
