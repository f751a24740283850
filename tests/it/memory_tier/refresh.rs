//! A page that is about to expire is computed again while readers get hits.

use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use property_listings::cache::Level;

use crate::harness::{App, Page, Plan, until};

/// The lifetime of entries in these tests: long enough that even a busy machine sends a request in its last tenth.
const LIFETIME: Duration = Duration::from_secs(5);

/// The pause between requests to a site: several sites are tested at once.
const PACE: Duration = Duration::from_millis(10);

/// Requests a page repeatedly for three lifetimes. A response counts if the earlier ones came steadily for a while: a
/// machine that stood still may have missed a refresh, or failed to arm the memory. Returns the number of requests.
async fn ask_steadily(app: &App, path: &str, mut check: impl FnMut(&Page)) -> u64 {
    let start = Instant::now();
    let mut asked = 0;
    let (mut last, mut steady_since) = (start, start);
    let mut pace = tokio::time::interval(PACE);
    while start.elapsed() < 3 * LIFETIME + LIFETIME / 5 {
        pace.tick().await;
        let page = app.get(path).await.assert_status(200);
        asked += 1;
        if last.elapsed() > LIFETIME / 40 {
            steady_since = Instant::now();
        }
        if steady_since.elapsed() > LIFETIME / 5 {
            check(&page);
        }
        last = Instant::now();
    }
    asked
}

/// A site whose entries of a level live for [`LIFETIME`], and the signs of its refreshes.
struct Case {
    name: &'static str,
    variables: &'static [(&'static str, &'static str)],
    path: &'static str,
    /// The level that is refreshed.
    level: Level,
    /// The start of the `Cache-Status` of responses that are allowed besides page hits.
    beside: Option<&'static str>,
    /// The number of entries that are stored in three lifetimes.
    stores: RangeInclusive<u64>,
    /// The age of the oldest page, in seconds.
    oldest: RangeInclusive<u64>,
}

const LIST: &str = "/properties/";
const CASES: [Case; 5] = [
    Case {
        name: "a page",
        variables: &[("PAGE_CACHE_TTL", "5")],
        path: LIST,
        level: Level::PageRedis,
        beside: None,
        // Three lifetimes, each refreshed at nine tenths, ± 5 %, and one that began before.
        stores: 2..=6,
        // The page is made again from rows that live longer, and has their age.
        oldest: 4..=20,
    },
    Case {
        name: "a page in memory, without Redis",
        variables: &[("PAGE_CACHE_TTL", "5"), ("REDIS_URL", "off")],
        path: LIST,
        level: Level::PageMemory,
        beside: None,
        stores: 2..=6,
        oldest: 4..=5,
    },
    Case {
        name: "a page in Redis, without memory",
        variables: &[("PAGE_CACHE_TTL", "5"), ("PAGE_CACHE_MEMORY_MB", "0")],
        path: LIST,
        level: Level::PageRedis,
        beside: None,
        stores: 2..=5,
        oldest: 0..=20,
    },
    Case {
        name: "rows",
        variables: &[
            ("PAGE_CACHE_TTL", "1"),
            ("QUERYSET_CACHE_TTL", "5"),
            ("PAGE_CACHE_MEMORY_MB", "0"),
        ],
        // As JSON, a list is one entry of rows.
        path: "/properties/?format=json",
        level: Level::Queryset,
        beside: Some("queryset; hit"),
        stores: 2..=5,
        oldest: 0..=20,
    },
    Case {
        name: "a page of rows that are far older than it, which is computed anew no more often",
        variables: &[("PAGE_CACHE_TTL", "1")],
        path: LIST,
        level: Level::PageRedis,
        beside: Some(""),
        // Sixteen seconds with a lifetime of one: more than twice as many stores are too many.
        stores: 2..=32,
        oldest: 0..=20,
    },
];

impl Case {
    async fn check(&self) {
        let plan = Plan::with_homes(2).await;
        let variables = self.variables.iter();
        let app = variables.fold(plan, |plan, (name, value)| plan.set(name, *value)).start().await;
        let in_memory = !self.variables.contains(&("PAGE_CACHE_MEMORY_MB", "0"));
        if in_memory {
            app.has_in_memory(self.path).await;
        } else {
            app.get(self.path).await;
        }
        // A page from Redis is stored in memory too, which is not a refresh.
        let before = app.counts(self.level).await.stores;
        let pages_before: u64 = app.pages().await.iter().sum();
        let (mut oldest, mut judged, mut hits) = (0, 0, 0);
        let asked = ask_steadily(&app, self.path, |page| {
            let status = page.cache_status();
            let is_beside = self.beside.is_some_and(|start| status.starts_with(start));
            assert!(page.is_hit() || is_beside, "{}: {status}", self.name);
            judged += 1;
            hits += u64::from(!status.contains("fwd="));
            oldest = oldest.max(page.header("age").parse().unwrap_or(0));
        })
        .await;
        assert!(hits > judged / 2, "{}: {hits} of {judged}", self.name);
        assert!(self.oldest.contains(&oldest), "{}: {oldest} s", self.name);
        let stores = app.counts(self.level).await.stores - before;
        assert!(self.stores.contains(&stores), "{}: {stores}", self.name);
        if in_memory {
            // Pages that are computed in the background are not responses to requests.
            let pages: u64 = app.pages().await.iter().sum();
            assert_eq!(pages - pages_before, asked, "{}", self.name);
        }
    }
}

#[tokio::test]
async fn readers_of_what_expires_never_wait_and_it_is_computed_anew_once_a_lifetime() {
    join_all(CASES.iter().map(Case::check)).await;
}

#[tokio::test]
async fn a_page_that_nobody_asks_for_is_not_computed_anew() {
    let app = Plan::with_homes(2).await.set("PAGE_CACHE_TTL", "1").start().await;
    app.get("/properties/").await;
    let before = app.counts(Level::PageMemory).await;
    let start = Instant::now();
    until("it has expired", async || start.elapsed() > Duration::from_millis(1100)).await;
    assert_eq!(app.counts(Level::PageMemory).await.stores, before.stores);
    app.get("/properties/").await.assert_stored();
}

#[tokio::test]
async fn lifetimes_in_memory_are_spread_so_that_pages_do_not_expire_together() {
    let app = Plan::with_homes(1).await.set("REDIS_URL", "off").start().await;
    let mut seconds = Vec::new();
    for price in 1..=40 {
        let page = app.has_in_memory(&format!("/properties/?min_price={price}&format=json")).await;
        let (_, ttl) = page.cache_status().split_once("ttl=").expect("a lifetime");
        seconds.push(ttl.parse::<u64>().expect("seconds"));
    }
    let (min, max) = (seconds.iter().min(), seconds.iter().max());
    let (min, max) = (*min.expect("some"), *max.expect("some"));
    assert!(min >= 840 && max <= 945, "{min} {max}");
    assert!(max - min > 40, "{min} {max}: they expire together");
}
