//! Advice from the figures.
//!
//! **Invariant:** a figure that is counted over time causes no advice before that time has passed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::figures::Report;
use crate::cache::Refusal;

/// The number of events that may wait for a running transaction before this causes advice.
const MOST_LAG: u64 = 100;
const MEGABYTE: u64 = 1024 * 1024;
/// With less data than this, the allocator's overhead dominates, so the fragmentation means nothing.
const SIZEABLE: u64 = 64 * MEGABYTE;
/// The ratio of used to requested memory above which advice is given.
const MOST_FRAGMENTED: f64 = 1.5;

impl Report {
    /// How long this instance has been counting, in words.
    pub fn age_in_words(&self) -> String {
        span(self.age)
    }

    /// The advice, each item with its figure and the setting to change.
    pub fn recommendations(&self) -> Vec<String> {
        let mut advice = Vec::new();
        if self.tiers.redis == "off" {
            advice.push(
                "Redis is off (REDIS_URL). After a restart, every page must be computed again, and instances \
                share no cache. To change this, set REDIS_URL to a Redis server."
                    .to_owned(),
            );
            advice.extend(self.low_ratio());
            return advice;
        }
        let problem = self.tiers.problem.as_deref();
        let problem = problem.map_or_else(String::new, |problem| format!(" ({problem})"));
        if !self.is_redis_reachable() {
            advice.push(format!(
                "Redis can't be reached{problem}. Start Redis, or correct REDIS_URL. The site reconnects \
                automatically."
            ));
            return advice;
        }
        let refusals = self.refusals();
        if self.redis_state() == "repairing" {
            advice.push(match self.refusals_of_pages().is_empty() {
                true => format!(
                    "Redis responds, but is not used until missed events are applied{problem}. Redis must \
                    accept writes (check maxmemory and REDIS_URL), and the event log must be readable \
                    (DATABASE_URL). The site then uses it again automatically."
                ),
                false => "Redis responds, but is not used while it refuses commands that the site needs. The \
                site then uses it again automatically."
                    .to_owned(),
            });
        }
        advice.extend(refusals);
        advice.extend(self.low_ratio());
        if let Some(evicted) = self.number("evicted_keys").filter(|evicted| *evicted > 0) {
            let since = self.number("uptime_in_seconds").map_or_else(String::new, |seconds| {
                format!(" since it started {} ago", span(Duration::from_secs(seconds)))
            });
            advice.push(format!(
                "Redis has evicted {evicted} keys{since}. Raise its maxmemory setting."
            ));
        }
        if self.number("maxmemory") == Some(0) {
            advice.push(
                "maxmemory is 0 (no limit). Set maxmemory, so that Redis can't use all memory of the machine."
                    .to_owned(),
            );
        }
        if self.text("maxmemory_policy") == Some("noeviction") {
            advice.push(
                "maxmemory_policy is noeviction: a full Redis refuses new entries. Set it to allkeys-lru.".to_owned(),
            );
        }
        let fragmented = self.fragmentation().filter(|ratio| *ratio > MOST_FRAGMENTED);
        let used = self.number("used_memory").unwrap_or(0);
        if let Some(ratio) = fragmented.filter(|_| used > SIZEABLE) {
            advice.push(format!(
                "The fragmentation ratio is {ratio:.2}, above {MOST_FRAGMENTED}. Set activedefrag to yes, or restart Redis."
            ));
        }
        if let Some(lag) = self.events.lag.filter(|lag| *lag > MOST_LAG) {
            advice.push(format!(
                "{lag} events may not be applied to Redis yet, more than {MOST_LAG}, because an older \
                transaction is still open. End it (see pg_stat_activity), and set \
                idle_in_transaction_session_timeout."
            ));
        }
        if advice.is_empty() {
            advice.push("Nothing to change.".to_owned());
        }
        if let Some(ratio) = fragmented.filter(|_| used <= SIZEABLE) {
            advice.push(format!(
                "The fragmentation ratio is {ratio:.2}, but Redis uses only {:.1} MB, and the allocator's \
                overhead is a large part of that. This is not a problem. If the ratio is still above \
                {MOST_FRAGMENTED} when Redis uses more than {} MB, set \
                 activedefrag to yes.",
                used as f64 / MEGABYTE as f64,
                SIZEABLE / MEGABYTE
            ));
        }
        advice
    }

    /// The refused commands with remedies, one sentence per kind of error.
    fn refusals(&self) -> Vec<String> {
        let mut by_code: BTreeMap<&str, Vec<&Refusal>> = BTreeMap::new();
        for refusal in &self.tiers.refusals {
            by_code.entry(&refusal.code).or_default().push(refusal);
        }
        let told = |(code, mut refusals): (&str, Vec<&Refusal>)| {
            refusals.dedup_by(|one, other| one.command == other.command);
            let commands: Vec<_> = refusals.iter().map(|refusal| &*refusal.command).collect();
            let Refusal { account, reason, .. } = refusals[0];
            let rules: BTreeSet<_> = refusals.iter().map(|refusal| refusal.rule()).collect();
            let rules: Vec<_> = rules.into_iter().collect();
            let remedy = match code {
                "NOPERM" => {
                    format!("To allow it, run “ACL SETUSER {account} {}”.", rules.join(" "))
                }
                _ => refusals[0].remedy(),
            };
            let without = match refusals.iter().all(|refusal| refusal.is_of_figures()) {
                true => " Pages don't need it, but some figures are missing.",
                false => "",
            };
            format!(
                "Redis refuses {} for the account “{account}”: {code} {reason}{}{without} {remedy}",
                commands.join(", "),
                if reason.ends_with('.') { "" } else { "." },
            )
        };
        by_code.into_iter().map(told).collect()
    }

    /// A ratio means nothing before pages had time to be requested again.
    fn low_ratio(&self) -> Option<String> {
        let low = |ratio: &f64| *ratio < 0.7 && self.age >= self.page_ttl;
        let ratio = self.page_hit_ratio().filter(low)?;
        // A command can only warm the cache that it shares with the site.
        let warming = match self.tiers.redis {
            "off" => "POST /properties/cache-warm/ at each instance",
            _ => "“manage_cache --warm”",
        };
        Some(format!(
            "The page hit ratio since the start {} ago is {:.1} %, below 70 %. Raise PAGE_CACHE_TTL ({} s), or \
            warm the cache after a deployment with {warming}.",
            self.age_in_words(),
            ratio * 100.0,
            self.page_ttl.as_secs(),
        ))
    }
}

/// A duration in its largest unit.
fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use crate::cache::metrics::PageCounts;
    use crate::cache::{CacheError, RedisReport, Refusal, TierState};
    use crate::services::management::figures::{EventState, Report};

    pub(in super::super) fn report(info: &str, lag: u64) -> Report {
        Report {
            redis: Ok(RedisReport::parse(info)),
            tiers: TierState {
                redis: "up",
                connections: 1,
                answers: true,
                problem: None,
                refusals: Vec::new(),
                listening: true,
                memory_bound: 0,
            },
            events: EventState { lag: Some(lag), ..EventState::default() },
            levels: Vec::new(),
            pages: PageCounts::new([69, 0, 0, 31, 0, 0]),
            age: Duration::from_secs(900),
            page_ttl: Duration::from_secs(900),
        }
    }

    fn refusal(command: &str, code: &str, reason: &str) -> Refusal {
        Refusal {
            command: command.to_owned(),
            account: "site".to_owned(),
            code: code.to_owned(),
            reason: reason.to_owned(),
        }
    }

    #[test]
    fn a_young_instance_is_not_judged_by_its_ratio() {
        let mut report = report("maxmemory:1\r\nmaxmemory_policy:allkeys-lru\r\n", 0);
        report.age = Duration::from_secs(899);
        assert_eq!(report.recommendations(), ["Nothing to change."]);
        report.age = Duration::from_secs(900);
        assert!(report.recommendations()[0].contains("69.0 %"));
    }

    #[test]
    fn the_fragmentation_of_a_tiny_redis_is_told_and_is_no_alarm() {
        let info = "maxmemory:1\r\nmaxmemory_policy:allkeys-lru\r\nused_memory:1048576\r\n\
            mem_fragmentation_ratio:16.02\r\n";
        let mut report = report(info, 0);
        report.pages = PageCounts::default();
        let advice = report.recommendations();
        assert_eq!(advice[0], "Nothing to change.");
        for text in ["16.02", "1.0 MB", "64 MB", "activedefrag"] {
            assert!(advice[1].contains(text), "{text}: {advice:#?}");
        }
    }

    #[test]
    fn what_is_refused_is_told_with_the_account_and_a_remedy() {
        let mut report = report("", 0);
        report.tiers.refusals = vec![
            refusal("EVALSHA", "OOM", "command not allowed"),
            refusal("MGET", "NOPERM", "this user has no permissions to run the 'mget' command"),
            refusal("SET", "OOM", "command not allowed"),
        ];
        let advice = report.recommendations();
        for texts in [
            ["MGET", "“site”", "ACL SETUSER site +mget"],
            ["EVALSHA, SET", "“site”", "allkeys-lru"],
        ] {
            let told = |line: &String| texts.iter().all(|text| line.contains(text));
            assert!(advice.iter().any(told), "{texts:?}: {advice:#?}");
        }
        report.redis = Err(CacheError::Refused(refusal("INFO", "NOPERM", "no")));
        let json = report.json();
        let memory = &json["metrics"]["memory_usage"];
        assert!(memory["used_memory"].is_null());
        let reason = memory["reason"].as_str().expect("a reason");
        assert!(reason.starts_with("not permitted: Redis refused INFO"), "{reason}");
        assert_eq!(json["metrics"]["redis"]["reachable"], true);
    }

    #[test]
    fn every_condition_is_told_with_its_figure_and_its_setting() {
        let info = "evicted_keys:7\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\nused_memory:100000000\r\n\
            mem_fragmentation_ratio:1.81\r\n";
        let advice = report(info, 101).recommendations();
        for (figure, setting) in [
            ("69.0 %", "PAGE_CACHE_TTL"),
            ("evicted 7 keys", "maxmemory"),
            ("maxmemory is 0", "maxmemory"),
            ("noeviction", "allkeys-lru"),
            ("1.81", "activedefrag"),
            ("101 events", "idle_in_transaction_session_timeout"),
        ] {
            let told = |line: &String| line.contains(figure) && line.contains(setting);
            assert!(advice.iter().any(told), "{figure}: {advice:#?}");
        }
        assert_eq!(advice.len(), 6);
    }

    #[test]
    fn a_redis_that_answers_and_is_not_used_is_told_from_one_out_of_reach() {
        let mut report = report("maxmemory:1\r\nmaxmemory_policy:noeviction\r\n", 0);
        report.tiers.problem = Some("OOM command not allowed".into());
        for state in ["repairing", "down"] {
            report.tiers.redis = state;
            assert_eq!(report.redis_state(), "repairing");
            let advice = report.recommendations();
            assert!(
                advice[0].contains("responds") && advice[0].contains("OOM command not allowed"),
                "{advice:#?}"
            );
            assert!(advice.iter().any(|line| line.contains("noeviction")));
            assert!(report.efficiency().contains("repaired"));
        }
    }

    #[test]
    fn without_redis_each_instance_is_to_be_warmed_by_itself() {
        let mut report = report("", 0);
        (report.redis, report.tiers.redis) = (Err(CacheError::Unavailable), "off");
        let advice = report.recommendations().join(" ");
        assert!(advice.contains("POST /properties/cache-warm/"), "{advice}");
        assert!(!advice.contains("manage_cache"), "{advice}");
    }

    #[test]
    fn where_all_is_well_nothing_is_to_be_changed() {
        let mut report = report("maxmemory:1000000\r\nmaxmemory_policy:allkeys-lru\r\n", 0);
        report.pages = PageCounts::default();
        assert_eq!(report.recommendations(), ["Nothing to change."]);
    }
}
