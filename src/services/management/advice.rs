//! What the figures advise.

use super::Report;

/// So many events may wait for a transaction that is still running.
const MOST_LAG: u64 = 100;

impl Report {
    /// What the figures advise, each with its figure and the setting to change.
    pub fn recommendations(&self) -> Vec<String> {
        let mut advice = Vec::new();
        if self.tiers.redis == "off" {
            advice.push(
                "Redis is off (REDIS_URL): after a restart every page is computed anew, and instances share nothing. \
                 Set REDIS_URL to a server to change that."
                    .to_owned(),
            );
            advice.extend(self.low_ratio());
            return advice;
        }
        let problem = self.tiers.problem.as_deref();
        let problem = problem.map_or_else(String::new, |problem| format!(" ({problem})"));
        if self.redis.is_none() {
            advice.push(format!(
                "Redis can't be reached{problem}. Start it, or correct REDIS_URL; the site uses it again by itself."
            ));
            return advice;
        }
        if self.redis_state() == "repairing" {
            advice.push(format!(
                "Redis answers, but is not used before it is repaired{problem}. It has to take writes (maxmemory, \
                 REDIS_URL), and the event log has to be read (DATABASE_URL); the site uses it again by itself."
            ));
        }
        advice.extend(self.low_ratio());
        let evicted = self.number("evicted_keys");
        if evicted > 0 {
            advice.push(format!(
                "Redis has evicted {evicted} keys. Raise its maxmemory setting."
            ));
        }
        if self.number("maxmemory") == 0 {
            advice.push(
                "maxmemory is 0, no limit. Set maxmemory, so that Redis can't exhaust the machine."
                    .to_owned(),
            );
        }
        if self.text("maxmemory_policy") == "noeviction" {
            advice.push(
                "maxmemory_policy is noeviction: a full Redis refuses new entries. Set it to allkeys-lru.".to_owned(),
            );
        }
        // Of a small data set the allocator's own overhead is most.
        let sizeable = self.number("used_memory") > 64 * 1024 * 1024;
        if let Some(ratio) = self
            .fragmentation()
            .filter(|ratio| *ratio > 1.5 && sizeable)
        {
            advice.push(format!(
                "The fragmentation ratio is {ratio:.2}, above 1.5. Set activedefrag to yes, or restart Redis."
            ));
        }
        if let Some(lag) = self.events.lag.filter(|lag| *lag > MOST_LAG) {
            advice.push(format!(
                "{lag} events are not reflected for certain, more than {MOST_LAG}: a transaction has been open since \
                 before them. End it (pg_stat_activity shows it), and set idle_in_transaction_session_timeout."
            ));
        }
        if advice.is_empty() {
            advice.push("Nothing to change.".to_owned());
        }
        advice
    }

    fn low_ratio(&self) -> Option<String> {
        let low = |ratio: &f64| *ratio < 0.7;
        let ratio = self.page_hit_ratio().filter(low)?;
        // A command can only warm what it shares with the sites.
        let warming = match self.tiers.redis {
            "off" => "POST /properties/cache-warm/ at each instance",
            _ => "“manage_cache --warm”",
        };
        Some(format!(
            "The page hit ratio is {:.1} %, below 70 %. Raise PAGE_CACHE_TTL, or warm the cache after a deployment: by \
             {warming}.",
            ratio * 100.0
        ))
    }
}

#[cfg(test)]
mod tests {
    use crate::cache::metrics::PageCounts;
    use crate::cache::{RedisReport, TierState};
    use crate::services::management::{EventState, Report};

    fn report(info: &str, lag: u64) -> Report {
        Report {
            redis: Some(RedisReport::parse(info)),
            tiers: TierState {
                redis: "up",
                connections: 1,
                answers: true,
                problem: None,
                listening: true,
                memory_bound: 0,
            },
            events: EventState {
                lag: Some(lag),
                ..EventState::default()
            },
            levels: Vec::new(),
            pages: PageCounts {
                cached: 69,
                computed: 31,
            },
        }
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
                advice[0].contains("answers") && advice[0].contains("OOM command not allowed"),
                "{advice:#?}"
            );
            assert!(advice.iter().any(|line| line.contains("noeviction")));
            assert!(report.efficiency().contains("repaired"));
        }
    }

    #[test]
    fn without_redis_each_instance_is_to_be_warmed_by_itself() {
        let mut report = report("", 0);
        (report.redis, report.tiers.redis) = (None, "off");
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
