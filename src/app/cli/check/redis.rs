//! What Redis should not say of itself, and what it refuses.

use std::collections::BTreeSet;

use super::finding::Finding;
use crate::cache::{RedisReport, Refusal};

/// The oldest version that has everything the site uses. Every Valkey is newer.
const LEAST: u32 = 7;

/// What keeps the cache from working well.
pub(super) fn always(report: &RedisReport) -> Vec<Finding> {
    let mut findings = Vec::new();
    let version = report.text("redis_version").unwrap_or_default();
    let major = version
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major < LEAST) {
        findings.push(Finding::warning(
            "cache.W006",
            format!("Redis {version} is older than the site is tested with."),
            format!("Use Redis {LEAST} or later, or Valkey."),
        ));
    }
    if report.number("maxmemory") == Some(0) {
        findings.push(Finding::warning(
            "cache.W004",
            "Redis has no maxmemory.",
            "Set maxmemory in Redis's configuration.",
        ));
    }
    if report.text("maxmemory_policy") == Some("noeviction") {
        findings.push(Finding::warning(
            "cache.W005",
            "Redis refuses new entries when it is full (noeviction).",
            "Set maxmemory-policy allkeys-lru.",
        ));
    }
    if report.text("role") == Some("slave") {
        findings.push(Finding::warning(
            "cache.W007",
            "Redis is a replica, which refuses writes: nothing can be cached in it.",
            "Let REDIS_URL name the primary server.",
        ));
    }
    if report.text("rdb_last_bgsave_status") == Some("err") {
        findings.push(Finding::warning(
            "cache.W008",
            "Redis could not save to disk the last time, and then refuses writes by default.",
            "Set save \"\" in its configuration: a cache needs no copy on disk. Or mend its disk.",
        ));
    }
    findings
}

/// What Redis refuses that the site needs, except what `found` tells already.
pub(super) fn refused(refusals: &[Refusal], found: &[Finding]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut told = BTreeSet::new();
    for refusal in refusals {
        let id = match &*refusal.code {
            "READONLY" => "cache.W007",
            "MISCONF" => "cache.W008",
            _ => "cache.W010",
        };
        // Each permission is given by itself; whatever else is in the way is in the way of every command.
        let command = Some(&refusal.command).filter(|_| refusal.code == "NOPERM");
        if told.insert((&refusal.code, command)) && found.iter().all(|found| found.id != id) {
            let problem = format!("{refusal}. The site can't use Redis as it should.");
            findings.push(Finding::warning(id, problem, refusal.remedy()));
        }
    }
    findings
}

/// What can't be told because Redis refuses to; the site works without.
pub(super) fn untold(refusal: &Refusal, what: &str) -> Finding {
    Finding::info(
        "cache.I006",
        format!("{refusal}. So {what} can't be checked; the site works without."),
        refusal.remedy(),
    )
}

/// What a public site should know. `saves` is the setting `save`, if the server tells it; `foreign` is how many keys of a
/// sample are not the site's.
pub(super) fn deployed(report: &RedisReport, saves: Option<&str>, foreign: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    let appends = report.number("aof_enabled") == Some(1);
    if appends || saves.is_some_and(|saves| !saves.is_empty()) {
        findings.push(Finding::info(
            "cache.I004",
            "Redis keeps a copy on disk, which the site doesn't need: what is lost is computed anew.",
            "Set save \"\" and appendonly no, if nobody else uses this Redis.",
        ));
    }
    if foreign > 0 {
        findings.push(Finding::info(
            "cache.I005",
            format!("Others use this Redis too ({foreign} keys of a sample): they and the site evict each other's keys."),
            "Give the site a Redis of its own, or watch evicted_keys. CACHE_KEY_PREFIX keeps keys apart.",
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "redis_version:7.2.4\r\nmaxmemory:1000\r\nmaxmemory_policy:allkeys-lru\r\nrole:master\r\n\
        rdb_last_bgsave_status:ok\r\naof_enabled:0\r\n";

    fn ids(from: &str, to: &str) -> Vec<&'static str> {
        let report = RedisReport::parse(&GOOD.replace(from, to));
        let found = always(&report)
            .into_iter()
            .chain(deployed(&report, Some(""), 0));
        found.map(|found| found.id).collect()
    }

    #[test]
    fn each_figure_that_is_not_good_is_found() {
        for (from, to, want) in [
            ("", "", &[][..]),
            ("7.2.4", "6.2.1", &["cache.W006"]),
            ("7.2.4", "8.0.0", &[]),
            ("maxmemory:1000", "maxmemory:0", &["cache.W004"]),
            ("allkeys-lru", "noeviction", &["cache.W005"]),
            ("allkeys-lru", "volatile-ttl", &[]),
            ("role:master", "role:slave", &["cache.W007"]),
            ("status:ok", "status:err", &["cache.W008"]),
            ("aof_enabled:0", "aof_enabled:1", &["cache.I004"]),
        ] {
            assert_eq!(ids(from, to), want, "{to}");
        }
    }

    #[test]
    fn copies_on_disk_and_other_users_are_told_of() {
        let report = RedisReport::parse(GOOD);
        let ids = |saves, foreign| {
            let found = deployed(&report, saves, foreign);
            found.into_iter().map(|found| found.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(Some("3600 1"), 0), ["cache.I004"]);
        assert_eq!(ids(None, 7), ["cache.I005"]);
    }
}
