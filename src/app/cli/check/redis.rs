//! Problems of Redis, and commands that it refuses.

use std::collections::BTreeSet;

use super::finding::Finding;
use crate::cache::{RedisReport, Refusal};

/// The oldest version with every feature that the site uses. Every Valkey is newer.
const LEAST: u32 = 7;

/// Problems that keep the cache from working well.
pub(super) fn always(report: &RedisReport) -> Vec<Finding> {
    let mut findings = Vec::new();
    let version = report.text("redis_version").unwrap_or_default();
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major < LEAST) {
        findings.push(Finding::new(
            "cache.W006",
            format!("Redis {version} is older than the oldest tested version."),
            format!("Use Redis {LEAST} or later, or Valkey."),
        ));
    }
    if report.number("maxmemory") == Some(0) {
        findings.push(Finding::new(
            "cache.W004",
            "Redis has no maxmemory.",
            "Set maxmemory in Redis's configuration.",
        ));
    }
    if report.text("maxmemory_policy") == Some("noeviction") {
        findings.push(Finding::new(
            "cache.W005",
            "Redis refuses new entries when it is full (noeviction).",
            "Set maxmemory-policy allkeys-lru.",
        ));
    }
    if report.text("role") == Some("slave") {
        findings.push(Finding::new(
            "cache.W007",
            "Redis is a replica, which refuses writes: nothing can be cached in it.",
            "Set REDIS_URL to the primary server.",
        ));
    }
    if report.text("rdb_last_bgsave_status") == Some("err") {
        findings.push(Finding::new(
            "cache.W008",
            "Redis could not save to disk, and by default then refuses writes.",
            "Set save \"\" in its configuration, because a cache needs no copy on disk, or fix the disk problem.",
        ));
    }
    findings
}

/// Refused commands that the site needs, except those that `found` already reports.
pub(super) fn refused(refusals: &[Refusal], found: &[Finding]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut told = BTreeSet::new();
    for refusal in refusals {
        let id = match &*refusal.code {
            "READONLY" => "cache.W007",
            "MISCONF" => "cache.W008",
            _ => "cache.W010",
        };
        // A missing permission affects one command; every other problem affects all commands.
        let command = Some(&refusal.command).filter(|_| refusal.code == "NOPERM");
        if told.insert((&refusal.code, command)) && found.iter().all(|found| found.id != id) {
            let problem = format!("{refusal}. The site can't use Redis as it should.");
            findings.push(Finding::new(id, problem, refusal.remedy()));
        }
    }
    findings
}

/// A check that can't be made because Redis refuses a command; the site works without it.
pub(super) fn untold(refusal: &Refusal, what: &str) -> Finding {
    Finding::new(
        "cache.I006",
        format!("{refusal}. So the check can't see {what}. The site works without it."),
        refusal.remedy(),
    )
}

/// Problems for a public site. `saves` is the setting `save`, if it is known; `foreign` is the number of keys of a sample
/// that do not belong to the site.
pub(super) fn deployed(report: &RedisReport, saves: Option<&str>, foreign: u64) -> Vec<Finding> {
    let mut findings = Vec::new();
    let appends = report.number("aof_enabled") == Some(1);
    if appends || saves.is_some_and(|saves| !saves.is_empty()) {
        findings.push(Finding::new(
            "cache.I004",
            "Redis saves its data to disk, which the site does not need: lost entries are computed again.",
            "Set save \"\" and appendonly no, if no other program uses this Redis.",
        ));
    }
    if foreign > 0 {
        findings.push(Finding::new(
            "cache.I005",
            format!("Other programs use this Redis too ({foreign} keys of a sample). They and the site evict \
            each other's keys."),
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
        let found = always(&report).into_iter().chain(deployed(&report, Some(""), 0));
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
