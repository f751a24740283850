//! What Redis holds beside this site's entries, and how it is set: for whoever looks for problems.

use std::collections::BTreeMap;

use deadpool_redis::redis;

use super::{Cache, CacheError};

/// How many keys are looked at.
const SAMPLE: usize = 1000;

impl Cache {
    /// How many keys of a sample are not this site's.
    ///
    /// # Errors
    /// When Redis is not in use or fails.
    pub async fn count_foreign_keys(&self) -> Result<usize, CacheError> {
        let tier = self.tier()?;
        let mut redis = tier.link.pooled().await?;
        let mut command = redis::cmd("SCAN");
        command.arg(0).arg("COUNT").arg(SAMPLE);
        let (_, keys): (u64, Vec<Vec<u8>>) = command.query_async(&mut redis).await?;
        let own = tier.key("");
        let foreign = |key: &&Vec<u8>| !key.starts_with(own.as_bytes());
        Ok(keys.iter().filter(foreign).count())
    }

    /// One of the server's settings; `None` where it doesn't tell, because this user may not ask for example.
    pub async fn find_setting(&self, name: &str) -> Option<String> {
        let mut redis = self.tier().ok()?.link.pooled().await.ok()?;
        let mut command = redis::cmd("CONFIG");
        command.arg("GET").arg(name);
        let answer: Result<BTreeMap<String, String>, _> = command.query_async(&mut redis).await;
        answer.ok()?.remove(name)
    }
}
