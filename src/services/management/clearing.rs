//! Clears the cache, or the entries with certain tags, at every level and instance.

use serde::Serialize;
use utoipa::ToSchema;

use super::Management;
use crate::cache::{CacheError, Carriers, Sampled, Tag, TagSet};
use crate::domain::FieldErrors;
use crate::events::kinds;
use crate::services::families::{FAMILIES, REMOVED};
use crate::services::{PageKey, Result};

/// The entries that a clear removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Removed)]
pub struct Cleared {
    /// Rendered pages; null if they are invalidated but could not be counted.
    pub pages: Option<u64>,
    /// Query results and counts; null in the same case.
    pub querysets: Option<u64>,
    /// Why the entries were not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

/// The part of the cache that carries one of some tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClearScope(TagSet);

/// The number of entries that carry some tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Carriers)]
pub struct WouldEnd {
    /// Pages of this process.
    pub memory_pages: u64,
    /// Pages in Redis; null if they could not be counted.
    pub pages: Option<u64>,
    /// Query results and counts in Redis; null if they could not be counted.
    pub querysets: Option<u64>,
    /// Why the entries were not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
    /// The number of examined keys in Redis.
    pub keys_looked_at: u64,
    /// The number of all keys.
    pub keys: u64,
    /// Whether the numbers of entries in Redis are estimates, because not every key was examined.
    pub estimated: bool,
}

impl WouldEnd {
    /// The entries, as a clear reports them. A page is in memory, in Redis, or in both.
    pub fn cleared(&self) -> Cleared {
        Cleared {
            pages: self.pages.map(|pages| pages.max(self.memory_pages)),
            querysets: self.querysets,
            reason: self.reason.clone(),
        }
    }
}

impl ClearScope {
    /// The scope of a tag, by its name.
    pub fn of_tag(name: &str) -> Result<Self, FieldErrors> {
        let tag = kinds::named(name).ok_or_else(|| {
            let message = format!(
                "“{name}” is not a tag of this site. Tags are site, properties, tally, property:7, location:Leith, \
                band:…, sitemap:1."
            );
            FieldErrors::of("tag", message)
        })?;
        Ok(Self(TagSet::from([tag])))
    }

    /// The scope of all entries.
    pub fn everything() -> Self {
        Self(TagSet::from([Tag::site()]))
    }

    /// The tags as in the event log.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(|tag| tag.as_str().to_owned()).collect()
    }
}

impl Management {
    /// Invalidates this site's entries at every level and instance, and removes them; the event log will name `actor`.
    /// If Redis can't be reached or refuses, all its entries become invalid before it is used again.
    ///
    /// # Errors
    /// If the database, which informs other instances, can't be reached. This instance's pages are cleared
    /// nevertheless, and the entries in Redis are invalid.
    pub async fn clear(&self, actor: &str) -> Result<Cleared> {
        let held = self.cache.report_memory().entries;
        let told = self.editor.log_clear(actor, None).await;
        self.cache.void(&Tag::site()).await;
        let cleared = match self.cache.redis_is_up() {
            None => Cleared { pages: Some(held), querysets: Some(0), reason: None },
            Some(_) => self.removed(self.cache.remove(&REMOVED).await),
        };
        // Last, so that no page is loaded from Redis again.
        self.cache.clear_memory();
        told?;
        log::info!("cache invalidated level=redis event=clear tags=site");
        Ok(cleared)
    }

    /// The number of entries removed from Redis; all are invalid in any case.
    fn removed(&self, removed: Result<Vec<u64>, CacheError>) -> Cleared {
        let void = "All entries are invalid nevertheless, and will expire.";
        let reason = removed.as_ref().err().map(|err| format!("{}. {void}", self.why_not(err)));
        let number = |at: usize| Some(removed.as_ref().ok()?.get(at).copied().unwrap_or(0));
        let querysets = number(1).zip(number(2)).map(|(lists, counts)| lists + counts);
        Cleared { pages: number(0), querysets, reason }
    }

    /// The scope of a page: its tags, so that its queries are loaded again too.
    pub async fn scope_of(&self, page: &PageKey) -> Result<ClearScope, FieldErrors> {
        let mut tags = self.tags_now(page).await;
        tags.remove(&Tag::site());
        match tags.is_empty() {
            false => Ok(ClearScope(tags)),
            true => {
                let message = "This page shows no listings, so it is cleared only when everything is cleared.";
                Err(FieldErrors::of("url", message))
            }
        }
    }

    /// Counts the entries that clearing a part would invalidate.
    pub async fn would_end(&self, scope: &ClearScope) -> WouldEnd {
        let families = FAMILIES.map(|(_, family)| family);
        let Carriers { redis, memory } = self.cache.count_carriers(&families, &scope.0).await;
        let (counted, reason) = match redis.transpose() {
            // Without a Redis, it has no entries.
            Ok(counted) => (Some(counted.unwrap_or_default()), None),
            Err(err) => (None, Some(self.why_not(&err))),
        };
        let sampled = counted.as_ref().map_or_else(Sampled::default, |found| found.sampled);
        let number = |at: &[usize]| {
            let found = counted.as_ref()?.families.iter().enumerate();
            let found = found.filter(|(family, _)| at.contains(family));
            Some(sampled.scaled(found.map(|(_, count)| count).sum()))
        };
        WouldEnd {
            memory_pages: memory,
            pages: number(&[0]),
            querysets: number(&[1, 2]),
            reason,
            keys_looked_at: sampled.looked_at,
            keys: sampled.total,
            estimated: !sampled.is_complete(),
        }
    }

    /// Clears a part at every level and instance; the event log will name `actor`. Returns the number of entries.
    ///
    /// # Errors
    /// If the database, which informs other instances, can't be reached. The entries of this instance are invalid
    /// nevertheless, and those in Redis are invalid too, or will be before it is used again.
    pub async fn clear_part(&self, actor: &str, scope: &ClearScope) -> Result<WouldEnd> {
        let ended = self.would_end(scope).await;
        let told = self.editor.log_clear(actor, Some(scope.names())).await;
        if told.is_err() {
            for tag in &scope.0 {
                self.cache.void(tag).await;
            }
        }
        told.map(|()| ended)
    }
}
