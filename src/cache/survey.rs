//! Examines what else Redis holds and how it is configured, for the command `check`.

use std::collections::BTreeMap;

use deadpool_redis::redis;

use super::{Cache, CacheError};

/// The number of keys that are examined.
const SAMPLE: usize = 1000;

impl Cache {
    /// How many keys of a sample are not this site's.
    ///
    /// # Errors
    /// When Redis can't be reached or refuses.
    pub async fn count_foreign_keys(&self) -> Result<usize, CacheError> {
        let tier = self.tier()?;
        let mut redis = tier.link.unhurried().await?;
        let mut command = redis::cmd("SCAN");
        command.arg(0).arg("COUNT").arg(SAMPLE);
        let (_, keys): (u64, Vec<Vec<u8>>) = redis.ask(&command).await?;
        let own = tier.key("");
        let foreign = |key: &&Vec<u8>| !key.starts_with(own.as_bytes());
        Ok(keys.iter().filter(foreign).count())
    }

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
