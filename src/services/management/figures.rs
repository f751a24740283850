//! The cache's figures, and values derived from them.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::Management;
use super::rating::{hit_ratio, rating};
use crate::cache::metrics::{LevelCounts, PageCounts};
use crate::cache::{Cache, CacheError, Level, RedisReport, Refusal, TierState};

/// The figures at one moment.
#[derive(Debug, Clone)]
pub struct Report {
    /// The report of Redis, or why there is none.
    pub redis: Result<RedisReport, CacheError>,
    /// The states of Redis and the event log.
    pub tiers: TierState,
    /// The position of the caches in the event log.
    pub events: EventState,
    /// The site's own counters.
    pub levels: Vec<LevelFigures>,
    /// The pages that readers received.
    pub pages: PageCounts,
    /// How long this instance has been counting.
    pub age: Duration,
    /// The maximum lifetime of a page (`PAGE_CACHE_TTL`).
    pub page_ttl: Duration,
}

/// The counters of one level since the program started.
#[derive(Debug, Clone)]
pub struct LevelFigures {
    /// The level.
    pub level: Level,
    /// Its counters.
    pub counts: LevelCounts,
}

/// The caches' position in the event log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct EventState {
    /// The last event's number; null if there is none, or the database can't be reached.
    pub last_id: Option<i64>,
    /// The transaction up to which Redis reflects the log; null if unknown.
    pub position: Option<u64>,
    /// The number of events that Redis may not reflect; null if unknown, or too many to count.
    pub lag: Option<u64>,
}

/// Estimates of the work that hits have saved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Saved {
    /// Hits × (the median load − the median hit), in microseconds.
    pub time_us: u64,
    /// Hits × the statements of a load.
    pub statements: u64,
    /// Statements of a load: 1 for a query, the average of computed pages for a page.
    pub statements_per_load: f64,
}

/// Why some information about Redis is missing.
pub(super) fn why_not(err: &CacheError, tiers: &TierState) -> String {
    let state = match err {
        CacheError::Refused(refusal) => return refusal.in_place_of_figures(),
        _ if tiers.redis == "off" => return "Redis is off (REDIS_URL)".to_owned(),
        CacheError::Unavailable if tiers.answers => "Redis is not in use",
        CacheError::Unavailable | CacheError::Redis(_) => "Redis can't be reached",
    };
    match (err, &tiers.problem) {
        (CacheError::Redis(err), _) => format!("{state}: {err}"),
        (_, Some(problem)) => format!("{state}: {problem}"),
        (_, None) => state.to_owned(),
    }
}

impl LevelFigures {
    pub(super) fn of(cache: &Cache, level: Level) -> Self {
        let counts = cache.metrics().level(level);
        Self { level, counts }
    }

    /// The level's hit ratio.
    pub fn hit_ratio(&self) -> Option<f64> {
        hit_ratio(self.counts.hits, self.counts.misses)
    }

    /// The duration below which a share of its hits took, in microseconds.
    pub fn quantile(&self, share: f64) -> u64 {
        self.counts.hit_times.quantile_micros(share)
    }

    /// The duration below which a share of its loads took, in microseconds.
    pub fn load_quantile(&self, share: f64) -> u64 {
        self.counts.load_times.quantile_micros(share)
    }
}

impl Report {
    /// A number of `INFO`; `None` if unknown.
    pub fn number(&self, field: &str) -> Option<u64> {
        self.redis.as_ref().ok()?.number(field)
    }

    /// A text of `INFO`; `None` if unknown.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.redis.as_ref().ok()?.text(field)
    }

    /// Why the statistics of Redis are missing; `None` if they are known.
    pub fn why_no_figures(&self) -> Option<String> {
        let err = self.redis.as_ref().err()?;
        Some(why_not(err, &self.tiers))
    }

    /// The refused commands that pages depend on.
    pub fn refusals_of_pages(&self) -> Vec<&Refusal> {
        let refusals = self.tiers.refusals.iter();
        refusals.filter(|refusal| !refusal.is_of_figures()).collect()
    }

    /// Whether Redis responds, even if it refuses commands.
    pub fn is_redis_reachable(&self) -> bool {
        matches!(self.redis, Ok(_) | Err(CacheError::Refused(_)))
    }

    /// `up`, `repairing`, `down` or `off`. A repair takes moments, so a Redis that answers is not shown as down between
    /// two attempts.
    pub fn redis_state(&self) -> &'static str {
        match self.tiers.redis {
            "down" if self.is_redis_reachable() => "repairing",
            state => state,
        }
    }

    /// Redis's own hit ratio, over every client and key.
    pub fn server_hit_ratio(&self) -> Option<f64> {
        hit_ratio(self.number("keyspace_hits")?, self.number("keyspace_misses")?)
    }

    /// The ratio of used to requested memory; `None` if unknown.
    pub fn fragmentation(&self) -> Option<f64> {
        let ratio: f64 = self.text("mem_fragmentation_ratio")?.parse().ok()?;
        ratio.is_finite().then_some(ratio)
    }

    /// The hit ratio of the pages that readers requested from this instance, at any level.
    pub fn page_hit_ratio(&self) -> Option<f64> {
        hit_ratio(self.pages.cached(), self.pages.computed())
    }

    /// The figures of a level.
    pub fn level(&self, level: Level) -> Option<&LevelFigures> {
        self.levels.iter().find(|figures| figures.level == level)
    }

    /// The work that the hits of a level have saved; `None` without hits, or without loads to compare with.
    pub fn saved(&self, figures: &LevelFigures) -> Option<Saved> {
        let is_page = matches!(figures.level, Level::PageMemory | Level::PageRedis);
        // Loads of pages are timed once for both tiers.
        let loaded = match is_page {
            true => self.level(Level::PageRedis)?,
            false => figures,
        };
        let loads = loaded.counts.load_times.total();
        if loads == 0 || figures.counts.hits == 0 {
            return None;
        }
        let statements_per_load = match is_page {
            true => {
                let queries = [Level::Queryset, Level::Count];
                let queries = queries.into_iter().filter_map(|level| self.level(level));
                let queries: u64 = queries.map(|level| level.counts.load_times.total()).sum();
                queries as f64 / loads as f64
            }
            false => 1.0,
        };
        let spared = loaded.load_quantile(0.5).saturating_sub(figures.quantile(0.5));
        Some(Saved {
            time_us: figures.counts.hits.saturating_mul(spared),
            statements: (figures.counts.hits as f64 * statements_per_load) as u64,
            statements_per_load,
        })
    }

    /// A sentence about the cache's efficiency.
    pub fn efficiency(&self) -> String {
        let problem = match self.redis_state() {
            "off" | "up" if self.tiers.redis == "off" || self.is_redis_reachable() => None,
            "repairing" if !self.refusals_of_pages().is_empty() => {
                Some("Redis refuses commands that the site needs")
            }
            "repairing" => Some("Redis is being repaired"),
            _ => Some("Redis can't be reached"),
        };
        if let Some(problem) = problem {
            return format!("{problem}: pages come from this program's memory or are computed.");
        }
        match self.page_hit_ratio() {
            Some(ratio) => {
                format!("{:.1} % of the requested pages came from the cache.", ratio * 100.0)
            }
            None => "No pages have been requested yet.".to_owned(),
        }
    }
}

impl Management {
    /// The figures now.
    pub(super) async fn figures(&self) -> Report {
        let tiers = self.cache.tier_state();
        // If Redis is known to be unreachable, it is not asked again, to save time.
        let redis = match tiers.answers {
            true => self.cache.report_redis().await,
            false => Err(CacheError::Unavailable),
        };
        // The request showed whether it is refused.
        let tiers = self.cache.tier_state();
        Report {
            redis,
            tiers,
            events: self.event_state().await,
            pages: self.cache.metrics().pages(),
            age: self.started.elapsed(),
            page_ttl: self.cache.lifetimes().page,
            levels: Level::ALL.iter().map(|level| LevelFigures::of(&self.cache, *level)).collect(),
        }
    }

    /// The figures now; also logged.
    pub async fn report(&self) -> Report {
        let report = self.figures().await;
        let number = |field| {
            let number = report.number(field);
            number.map_or_else(|| "unknown".to_owned(), |number| number.to_string())
        };
        log::info!(
            "cache metrics keyspace_hits={} keyspace_misses={} rating=\"{}\" used_memory={} {}",
            number("keyspace_hits"),
            number("keyspace_misses"),
            rating(report.server_hit_ratio()),
            number("used_memory"),
            report.why_no_figures().unwrap_or_else(|| report.efficiency()),
        );
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::metrics::Buckets;
    use crate::services::management::advice::tests::report;

    fn unreachable() -> Report {
        let mut report = report("", 0);
        report.redis = Err(CacheError::Unavailable);
        report.tiers.redis = "down";
        report.tiers.answers = false;
        report.tiers.problem = Some("connection refused".into());
        report
    }

    #[test]
    fn what_hits_spare_follows_from_the_median_load_and_hit() {
        let mut report = unreachable();
        let figures = |level, hits, hit: &[(usize, u64)], load: &[(usize, u64)]| {
            let mut counts = LevelCounts { hits, ..LevelCounts::default() };
            counts.hit_times = Buckets::of_sparse(hit.iter().copied());
            counts.load_times = Buckets::of_sparse(load.iter().copied());
            LevelFigures { level, counts }
        };
        report.levels = vec![
            figures(Level::PageMemory, 100, &[(0, 1)], &[]),
            figures(Level::PageRedis, 0, &[], &[(40, 4)]),
            figures(Level::Queryset, 10, &[(20, 1)], &[(40, 6)]),
            figures(Level::Count, 0, &[], &[(40, 2)]),
        ];
        let saved = |at: usize| report.saved(&report.levels[at]);
        // Bucket 40 ends at 1280 µs, bucket 20 at 40 µs, bucket 0 at 1 µs.
        let memory = saved(0).expect("hits and loads");
        assert_eq!((memory.time_us, memory.statements), (100 * 1279, 200));
        let rows = saved(2).expect("hits and loads");
        assert_eq!((rows.time_us, rows.statements), (10 * 1240, 10));
        assert_eq!((saved(1), saved(3)), (None, None));
    }

    #[test]
    fn an_unreachable_redis_is_said_and_its_figures_are_no_numbers() {
        let json = unreachable().json();
        assert_eq!(json["metrics"]["redis"]["reachable"], false);
        assert!(json["metrics"]["cache_performance"]["hit_ratio"].is_null());
        let memory = &json["metrics"]["memory_usage"];
        assert!(memory["used_memory"].is_null());
        let reason = memory["reason"].as_str().expect("a reason");
        assert!(reason.contains("connection refused"), "{reason}");
        let advice = json["metrics"]["analysis"]["recommendations"][0].to_string();
        assert!(advice.contains("REDIS_URL") && advice.contains("connection refused"), "{advice}");
    }
}
