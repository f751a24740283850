//! Loads values once and stores them: query results, counts, sessions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::flight::{Landed, Leader, Part};
use super::loaded::{Cached, Fill, Interrupted, LoadError, content_of, ended, unkept};
use super::memory::LocalStamps;
use super::redis_tier::{Found, RedisTier};
use super::storing::Storing;
use super::{Cache, CacheKey, Entry, Generation, Level, Outcome, Stamps, Tag, TagSet, caller};

/// The time limit of a load; then it is aborted and its followers are freed.
const LOAD: Duration = Duration::from_secs(15);
/// How often a follower whose leader was dropped joins again before it loads for itself.
pub(super) const ATTEMPTS: usize = 3;
/// How long to wait for another instance's load in all, and the first and the longest pause between two looks.
const WAIT: (Duration, Duration, Duration) =
    (Duration::from_secs(1), Duration::from_millis(2), Duration::from_millis(50));

impl Cache {
    /// Returns the value under a key, loaded if the cache has no valid one; one load, however many requests arrive.
    /// `tags` are what the value depends on. The load continues if the caller is dropped.
    ///
    /// # Errors
    /// Only the errors of the loader: if Redis fails, the value is loaded.
    pub async fn get_or_load<T, E, F>(
        &self,
        key: &CacheKey,
        tags: TagSet,
        load: impl FnOnce() -> F + Send + 'static,
    ) -> Result<Cached<T>, E>
    where
        T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
        E: LoadError,
        F: Future<Output = Result<Fill<T>, E>> + Send + 'static,
    {
        Ok(self.get_or_load_early(key, tags, load).await?.settled().await)
    }

    /// Does the same for a page: the value may not be stored in Redis yet; the page waits for that after it is
    /// rendered.
    ///
    /// # Errors
    /// The errors of [`Self::get_or_load`].
    pub async fn get_or_load_early<T, E, F>(
        &self,
        key: &CacheKey,
        tags: TagSet,
        load: impl FnOnce() -> F + Send + 'static,
    ) -> Result<Cached<T>, E>
    where
        T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
        E: LoadError,
        F: Future<Output = Result<Fill<T>, E>> + Send + 'static,
    {
        let tags = Arc::new(super::with_site(tags));
        for _ in 0..ATTEMPTS {
            match self.join(key, &tags) {
                Part::Leader(leader) => return self.lead(leader, key, tags, load).await,
                Part::Follower(follower) => {
                    if let Some(result) = follower.wait().await.and_then(landed::<T, E>) {
                        return self.followed(key, result);
                    }
                }
                Part::Alone => break,
            }
        }
        let local = self.memory.generations.capture(&tags);
        let Fill { value, ttl, until, .. } = load().await?;
        self.record(key, Outcome::Bypass);
        Ok(unkept(value, ended(ttl, until), Stamps::Unknown, local, Outcome::Bypass))
    }

    /// A value in Redis after the lease for reading it has ended: it may be old.
    pub async fn find_beyond_lease<T: DeserializeOwned>(
        &self,
        key: &CacheKey,
        tags: TagSet,
    ) -> Option<T> {
        self.lease.ended_for(Instant::now())?;
        let tier = self.redis.as_ref()?.beyond_lease();
        let tags = super::with_site(tags);
        let local = self.memory.generations.capture(&tags);
        let found = self.counted(key.level(), tier.find(key, None, &tags).await).ok()?;
        let (entry, ..) = self.validated(&tier, key.level(), &found, &local).await?;
        serde_json::from_slice(&entry.value).ok()
    }

    async fn lead<T, E, F>(
        &self,
        leader: Leader,
        key: &CacheKey,
        tags: Arc<TagSet>,
        load: impl FnOnce() -> F + Send + 'static,
    ) -> Result<Cached<T>, E>
    where
        T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
        E: LoadError,
        F: Future<Output = Result<Fill<T>, E>> + Send + 'static,
    {
        let found = match leader.stamps().are_absent() {
            true => None,
            false => self.look_up::<T>(key, &tags, leader.stamps()).await,
        };
        let filling = |leader| {
            let (cache, key) = (self.clone(), key.clone());
            Box::pin(async move { cache.fill(leader, &key, &tags, load).await })
        };
        let Some((cached, ends_soon)) = found else {
            return to_the_end(filling(leader)).await;
        };
        self.record(key, cached.outcome);
        if ends_soon || leader.has_followers() {
            leader.land(Arc::new(Ok::<_, E>(cached.clone())));
        }
        if ends_soon {
            tokio::spawn(caller::carried(to_the_end(filling(leader))));
        }
        Ok(cached)
    }

    /// The valid entry that Redis has under a key, and whether it is about to expire.
    async fn look_up<T: DeserializeOwned>(
        &self,
        key: &CacheKey,
        tags: &TagSet,
        local: &LocalStamps,
    ) -> Option<(Cached<T>, bool)> {
        let started = Instant::now();
        let tier = self.redis.as_ref()?;
        let found = self.counted(key.level(), tier.find(key, None, tags).await).ok()?;
        let (entry, left, local) = self.validated(tier, key.level(), &found, local).await?;
        let value = serde_json::from_slice(&entry.value).ok()?;
        self.metrics.time_hit(key.level(), started.elapsed());
        let outcome = Outcome::Hit(left);
        let mut cached = unkept(value, left, entry.stamps(), local, outcome);
        let loaded = cached.tagged.loaded.checked_sub(entry.age());
        cached.tagged.loaded = loaded.unwrap_or(cached.tagged.loaded);
        Some((cached, left < entry.ttl / 10))
    }

    /// Loads, stores, and gives the result to the followers.
    async fn fill<T, E, F>(
        self,
        leader: Leader,
        key: &CacheKey,
        tags: &TagSet,
        load: impl FnOnce() -> F,
    ) -> Result<Cached<T>, E>
    where
        T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
        E: LoadError,
        F: Future<Output = Result<Fill<T>, E>>,
    {
        let mut admitted = self.admission.admits(key);
        // Before the load, so that a write during it makes the entry void.
        let stamps = match &self.redis {
            Some(tier) => match self.lease(tier, key, tags, leader.stamps(), admitted).await {
                Ok(stamps) => stamps,
                Err(cached) => {
                    self.record(key, cached.outcome);
                    leader.land(Arc::new(Ok::<_, E>((*cached).clone())));
                    return Ok(*cached);
                }
            },
            None => Stamps::Local(tags.clone()),
        };
        let started = Instant::now();
        let loaded = load().await;
        self.metrics.time_load(key.level(), started.elapsed());
        let Fill { value, ttl, until, only, is_rare } = match loaded {
            Ok(fill) => fill,
            Err(err) => {
                leader.land(Arc::new(Err::<Cached<T>, E>(err.clone())));
                if let (Stamps::Known(_), true) = (&stamps, admitted) {
                    self.give_up(key).await;
                }
                return Err(err);
            }
        };
        let leased = admitted;
        admitted &= !is_rare || key.is_rare() || self.admission.admits_rare(key, started);
        let ttl = ended(jittered(ttl), until);
        let (stamps, local) = match only {
            Some(only) => {
                let only = super::with_site(only);
                let local = leader.stamps().only(&only);
                (stamps.only(&only), local.unwrap_or_default())
            }
            None => (stamps, leader.stamps().clone()),
        };
        let mut cached = unkept(value, ttl, stamps, local, Outcome::Bypass);
        let content = content_of(&cached.tagged.value, ttl);
        match (&cached.tagged.stamps, content) {
            (Stamps::Known(_), Some(content)) if admitted => {
                cached.outcome = Outcome::Miss { stored: true };
                // Followers don't wait for the store.
                if leader.has_followers() {
                    leader.land(Arc::new(Ok::<_, E>(cached.clone())));
                }
                let (key, stamps) = (key.clone(), cached.tagged.stamps.clone());
                let loaded = cached.tagged.loaded;
                cached.tagged.storing = Storing::begin(async move {
                    let age = loaded.elapsed();
                    let left = ttl.saturating_sub(age);
                    let stored = self.store(&key, &stamps, age, left, content).await;
                    self.record(&key, Outcome::Miss { stored });
                    if !stored {
                        self.give_up(&key).await;
                    }
                    // Until now requests join the flight, because Redis does not have the value yet.
                    drop(leader);
                    stored
                });
                return Ok(cached);
            }
            (Stamps::Known(_) | Stamps::Unknown, _) => {
                if leased {
                    self.give_up(key).await;
                }
                cached.outcome = Outcome::Miss { stored: false };
            }
            (Stamps::Local(_), _) => {}
        }
        self.record(key, cached.outcome);
        if leader.has_followers() {
            leader.land(Arc::new(Ok::<_, E>(cached.clone())));
        }
        Ok(cached)
    }

    /// Ends the lease of a load that stored nothing, so that other instances don't wait for it. If this fails, the
    /// lease expires.
    async fn give_up(&self, key: &CacheKey) {
        if let Some(tier) = &self.redis {
            let _ = tier.release(key).await;
        }
    }

    /// The generations to load under, or the value that another instance loaded meanwhile.
    async fn lease<T: DeserializeOwned>(
        &self,
        tier: &RedisTier,
        key: &CacheKey,
        tags: &TagSet,
        local: &LocalStamps,
        stored: bool,
    ) -> Result<Stamps, Box<Cached<T>>> {
        let (patience, mut pause, longest) = WAIT;
        let deadline = Instant::now() + patience;
        let mut waited = false;
        loop {
            let leased = self.counted(key.level(), tier.lease(key, tags, stored).await);
            local.note_minted();
            match leased {
                Err(_) => return Ok(Stamps::Local(tags.clone())),
                Ok((stamps, leased)) if leased || Instant::now() > deadline => {
                    // The other instance may have stored the value between the last look and this lease.
                    if waited && let Some((mut cached, _)) = self.look_up(key, tags, local).await {
                        let _ = tier.release(key).await;
                        cached.outcome = Outcome::Collapsed;
                        return Err(Box::new(cached));
                    }
                    return Ok(stamps);
                }
                Ok(_) => waited = true,
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(longest);
            if let Some((mut cached, _)) = self.look_up(key, tags, local).await {
                cached.outcome = Outcome::Collapsed;
                return Err(Box::new(cached));
            }
        }
    }

    /// A follower's copy of its leader's result.
    fn followed<T, E>(&self, key: &CacheKey, result: Result<Cached<T>, E>) -> Result<Cached<T>, E> {
        let mut cached = result?;
        // The leader waits for the store.
        cached.tagged.storing = Storing::default();
        if !matches!(cached.outcome, Outcome::Hit(_)) {
            cached.outcome = Outcome::Collapsed;
        }
        self.record(key, cached.outcome);
        Ok(cached)
    }

    /// Checks a looked-up entry: returns it with its remaining time and its stamps within this process if it is valid.
    /// `local` are the stamps that were captured before the look-up; for an entry that carries other tags as well, they
    /// are captured here, before the tags' generations in Redis are read.
    pub(super) async fn validated(
        &self,
        tier: &RedisTier,
        level: Level,
        found: &Found,
        local: &LocalStamps,
    ) -> Option<(Entry, Duration, LocalStamps)> {
        let entry = Entry::decode(found.bytes.as_ref()?, level.version(&self.versions))?;
        let left = entry.remaining()?;
        if !entry.stamps.contains_key(&Tag::site()) {
            return None;
        }
        let is_current = |current: &BTreeMap<Tag, Generation>| {
            entry.stamps.iter().all(|(tag, generation)| current.get(tag) == Some(generation))
        };
        // Most entries carry exactly the expected tags.
        if entry.stamps.keys().eq(local.tags()) {
            return is_current(&found.generations).then(|| (entry, left, local.clone()));
        }
        let carried: TagSet = entry.stamps.keys().cloned().collect();
        if let Some(local) = local.only(&carried) {
            return is_current(&found.generations).then_some((entry, left, local));
        }
        let local = self.memory.generations.capture(&carried);
        let current = self.counted(level, tier.generations(&carried).await).ok()?;
        is_current(&current).then_some((entry, left, local))
    }
}

/// Runs a load to its end even if the client disconnects, within a time limit, because other requests wait for it.
pub(super) async fn to_the_end<T, E>(
    load: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: LoadError,
{
    match tokio::spawn(caller::carried(tokio::time::timeout(LOAD, load))).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Interrupted::TooLong.into()),
        Err(_) => Err(Interrupted::Panicked.into()),
    }
}

fn landed<T, E>(landed: Landed) -> Option<Result<Cached<T>, E>>
where
    T: Clone + 'static,
    E: Clone + 'static,
{
    landed.downcast_ref::<Result<Cached<T>, E>>().cloned()
}

/// Varies a lifetime by ± 5 %, so that entries that were stored together don't expire together.
pub(super) fn jittered(ttl: Duration) -> Duration {
    ttl.mul_f64(rand::random_range(0.95..=1.05))
}
