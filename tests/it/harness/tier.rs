//! Helpers for tests of the memory tier and of single-flight.

use property_listings::cache::Level;
use property_listings::cache::metrics::LevelCounts;
use tokio::task::JoinHandle;

use super::{App, Browser, Page, Shows as _, eventually, until};

impl Page {
    /// Whether the memory tier answered with a page that has not expired.
    pub(crate) fn is_memory_hit(&self) -> bool {
        let ttl = self.cache_status().strip_prefix("page-memory; hit; ttl=");
        ttl.is_some_and(|ttl| ttl.parse::<u64>().is_ok())
    }

    /// Asserts that the memory tier answered.
    pub(crate) fn assert_memory_hit(&self) -> &Self {
        assert!(self.is_memory_hit(), "no hit in memory: {self:?}");
        self
    }

    /// Whether a stale page answered because the database can't be reached.
    pub(crate) fn is_stale(&self) -> bool {
        let ttl = self
            .cache_status()
            .strip_prefix("page-memory; hit; ttl=-")
            .and_then(|rest| rest.strip_suffix("; detail=stale-if-error"));
        ttl.is_some_and(|ttl| ttl.parse::<u64>().is_ok_and(|ttl| ttl > 0))
    }

    /// Whether another request's load answered.
    pub(crate) fn is_collapsed(&self) -> bool {
        self.cache_status().ends_with("; collapsed")
    }
}

impl Browser {
    /// Requests a page in the background.
    pub(crate) fn asks(&self, path: &str) -> JoinHandle<Page> {
        let (reader, path) = (self.clone(), path.to_owned());
        tokio::spawn(async move { reader.get(&path).await })
    }
}

impl App {
    /// Returns when the memory tier answers, with that response.
    pub(crate) async fn has_in_memory(&self, path: &str) -> Page {
        eventually("the page is in memory", async || {
            let page = self.get(path).await.assert_status(200);
            page.is_memory_hit().then_some(page)
        })
        .await
    }

    /// Returns when a page contains a text, with that response.
    pub(crate) async fn comes_to_show(&self, path: &str, text: &str) -> Page {
        eventually("the page shows a write", async || {
            let page = self.get(path).await.assert_status(200);
            page.has(text).then_some(page)
        })
        .await
    }

    /// Asserts that a page always contains a text, at every level.
    pub(crate) async fn keeps_showing(&self, path: &str, text: &str) {
        for _ in 0..50 {
            self.get(path).await.assert_status(200).shows([text]);
        }
    }

    /// The counters of a level.
    pub(crate) async fn counts(&self, level: Level) -> LevelCounts {
        let report = self.services.management.report().await;
        let mut levels = report.levels.into_iter();
        levels.find(|figures| figures.level == level).expect("every level has figures").counts
    }

    /// The numbers of pages that came from a cache, and of computed ones.
    pub(crate) async fn pages(&self) -> [u64; 2] {
        let json = self.services.management.report().await.json();
        let pages = &json["metrics"]["pages"];
        ["hits", "misses"].map(|name| pages[name].as_u64().expect("a number"))
    }

    /// Returns when `count` requests were not answered from memory since the site started.
    pub(crate) async fn has_missed(&self, count: u64) {
        until("the requests are there", async || {
            self.counts(Level::PageMemory).await.misses >= count
        })
        .await;
    }

    /// Whether the memory tier answers.
    pub(crate) async fn is_armed(&self) -> bool {
        self.services.management.status().await["levels"]["page_memory"]["armed"] == true
    }
}
