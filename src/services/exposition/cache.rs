//! The metrics of each cache level and of the link to Redis.

use prometheus::proto::MetricFamily;

use super::family::{COUNTER, GAUGE, HISTOGRAM, counter, family, gauge, histogram};
use crate::cache::metrics::{Buckets, LevelCounts, Source};
use crate::cache::{Cache, Level, LevelReport, LinkReport, LinkState};

/// A level with its counters.
type Counted = (Level, LevelCounts);

pub(super) fn families(cache: &Cache) -> Vec<MetricFamily> {
    let levels = Level::ALL.map(|level| (level, cache.metrics().level(level)));
    let mut families: Vec<_> = pages(cache).into();
    families.extend([
        lookups(&levels),
        per_level(&levels, "stores", "Entries stored.", |counts| counts.stores),
        per_level(&levels, "invalidations", "Invalidations applied.", |counts| {
            counts.invalidations
        }),
        per_level(&levels, "errors", "Failed operations.", |counts| counts.errors),
        durations(&levels, "hit", "Duration of lookups that hit.", |counts| &counts.hit_times),
        durations(&levels, "load", "Duration of loads after a miss.", |counts| &counts.load_times),
    ]);
    families.push(family(
        COUNTER,
        "cache_not_admitted_total",
        "Values of pages that anyone can make up, which were not stored in Redis at their first request.",
        [counter(&[], cache.not_admitted())],
    ));
    families.extend(memory(cache));
    families.extend(redis(cache));
    families.extend(event_log(cache));
    families
}

/// The site's overall numbers of pages, independent of the levels.
fn pages(cache: &Cache) -> [MetricFamily; 2] {
    let pages = cache.metrics().pages();
    let outcomes = [("cached", pages.cached()), ("computed", pages.computed())];
    let sources = Source::ALL.map(|of| counter(&[("source", of.name())], pages.of(of)));
    let by_source = family(
        COUNTER,
        "cache_responses_total",
        "Pages by where they came from: memory, redis, query (rendered from cached query results), database, \
        stale (expired, during an outage), or unavailable (answered with 503).",
        sources,
    );
    let by_outcome = family(
        COUNTER,
        "cache_pages_total",
        "Pages served, by whether they came from a cache level (cached), or were computed or waited for \
        (computed).",
        outcomes.map(|(outcome, count)| counter(&[("outcome", outcome)], count)),
    );
    [by_outcome, by_source]
}

fn lookups(levels: &[Counted]) -> MetricFamily {
    let of_level = |(level, counts): &Counted| {
        let level = level.field();
        let waited = counts.collapsed.min(counts.misses);
        [
            ("hit", counts.hits),
            ("miss", counts.misses - waited),
            ("collapsed", waited),
            ("stale", counts.stale),
            ("bypass", counts.bypass),
        ]
        .map(|(outcome, count)| counter(&[("level", level), ("outcome", outcome)], count))
    };
    let help = "Lookups by cache level and outcome.";
    family(COUNTER, "cache_lookups_total", help, levels.iter().flat_map(of_level))
}

fn per_level(
    levels: &[Counted],
    name: &str,
    help: &str,
    count: fn(&LevelCounts) -> u64,
) -> MetricFamily {
    let of_level = |(level, counts): &Counted| counter(&[("level", level.field())], count(counts));
    family(COUNTER, &format!("cache_{name}_total"), help, levels.iter().map(of_level))
}

fn durations(
    levels: &[Counted],
    name: &str,
    help: &str,
    times: fn(&LevelCounts) -> &Buckets,
) -> MetricFamily {
    let of_level =
        |(level, counts): &Counted| histogram(&[("level", level.field())], times(counts));
    let name = format!("cache_{name}_duration_seconds");
    family(HISTOGRAM, &name, help, levels.iter().map(of_level))
}

fn memory(cache: &Cache) -> [MetricFamily; 4] {
    let LevelReport { entries, bytes } = cache.report_memory();
    let armed = cache.memory_is_armed() == Some(true);
    let one = |name, help, value| family(GAUGE, name, help, [gauge(&[], value)]);
    [
        one(
            "cache_memory_entries",
            "Pages in this process, including invalid ones.",
            entries as f64,
        ),
        one("cache_memory_bytes", "Bytes used by the pages in this process.", bytes as f64),
        one(
            "cache_memory_limit_bytes",
            "Limit of these bytes (PAGE_CACHE_MEMORY_MB).",
            cache.tier_state().memory_bound as f64,
        ),
        one(
            "cache_memory_armed",
            "1 while this process may answer from its memory.",
            f64::from(u8::from(armed)),
        ),
    ]
}

/// Without Redis, none of the states is 1.
fn redis(cache: &Cache) -> Vec<MetricFamily> {
    let link = cache.report_link();
    let is = |state| f64::from(u8::from(link.as_ref().is_some_and(|link| link.state == state)));
    let states =
        [("up", LinkState::Up), ("repairing", LinkState::Repairing), ("down", LinkState::Down)];
    let connections = link.as_ref().map_or(0, |link| link.connections);
    let needed = |link: &LinkReport| link.refusals.iter().any(|refusal| !refusal.is_of_figures());
    let refusing = link.as_ref().is_some_and(needed);
    let mut families = vec![
        family(
            GAUGE,
            "cache_redis_up",
            "1 while Redis is in use.",
            [gauge(&[], is(LinkState::Up))],
        ),
        family(
            GAUGE,
            "cache_redis_state",
            "1 for the current state of the Redis connection: up, repairing (missed events are being applied) \
            or down (bypassed). All are 0 without Redis.",
            states.map(|(name, state)| gauge(&[("state", name)], is(state))),
        ),
        family(
            COUNTER,
            "cache_redis_connections_total",
            "How often Redis was connected; each time after the first follows an outage.",
            [counter(&[], connections)],
        ),
        family(
            GAUGE,
            "cache_redis_refusing",
            "1 while Redis refuses a command that the site needs for its pages.",
            [gauge(&[], f64::from(u8::from(refusing)))],
        ),
    ];
    let refused = link.map_or_else(Vec::new, |link| link.refused);
    let refused: Vec<_> = refused
        .iter()
        .map(|(command, code, count)| counter(&[("command", command), ("code", code)], *count))
        .collect();
    // A family has at least one series.
    if !refused.is_empty() {
        families.push(family(
            COUNTER,
            "cache_redis_refused_total",
            "Commands that Redis refused, by error code: NOPERM, READONLY, MISCONF, OOM, …",
            refused,
        ));
    }
    families
}

fn event_log(cache: &Cache) -> [MetricFamily; 2] {
    let help = "Seconds since all committed changes were last known to be applied to the cache, or since the \
    start. This limits how old a response can be. Below one second while the database connection works.";
    let lag = cache.caught_up_since();
    let held = [("memory", cache.memory_is_armed() == Some(true)), ("redis", cache.is_following())];
    [
        family(GAUGE, "event_log_lag_seconds", help, [gauge(&[], lag.as_secs_f64())]),
        family(
            GAUGE,
            "cache_lease_held",
            "1 while this process may answer from the tier, because all committed changes were applied \
            recently enough.",
            held.map(|(tier, held)| gauge(&[("tier", tier)], f64::from(u8::from(held)))),
        ),
    ]
}
