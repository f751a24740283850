//! Checks of PostgreSQL and Redis.

use std::time::{Duration, SystemTime};

use super::finding::Finding;
use super::{database, redis};
use crate::app::platform::Platform;
use crate::cache::{CacheError, Refusal};
use crate::db::{DbError, migrations, server};

/// The allowed difference between clocks; a larger one makes times in the log and of sessions wrong.
const SKEW: Duration = Duration::from_secs(2);

/// Checks both servers as far as they respond; `deploy` adds checks for a public site.
pub(super) async fn findings(platform: &Platform, deploy: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let readiness = platform.services.health.readiness().await;
    match of_database(platform, deploy).await {
        Ok(found) => findings.extend(found),
        Err(err) => findings.push(no_answer(&err)),
    }
    if readiness.database && !readiness.migrated {
        findings.push(Finding::new(
            "database.W002",
            "Migrations are not applied.",
            "Run “property-listings migrate”.",
        ));
    }
    findings.extend(of_redis(platform, deploy).await);
    let no_superuser = matches!(platform.services.accounts.has_superuser().await, Ok(false));
    if readiness.migrated && no_superuser {
        findings.push(Finding::new(
            "accounts.W001",
            "No user can log in to the admin.",
            "Run “property-listings createsuperuser”.",
        ));
    }
    findings
}

/// The finding for a database that does not respond.
fn no_answer(err: &DbError) -> Finding {
    match err {
        DbError::Unavailable(reason) | DbError::Full(reason) => Finding::new(
            "database.E001",
            format!("The database can't be reached: {reason}."),
            "Start the database, or correct DATABASE_URL.",
        ),
        err => Finding::new(
            "database.E005",
            format!("The database returned an unexpected error: {err}."),
            "See pg_stat_activity and the database's log.",
        ),
    }
}

async fn of_database(platform: &Platform, deploy: bool) -> Result<Vec<Finding>, DbError> {
    let config = &platform.config.database;
    let client = platform.database.client().await?;
    let before = SystemTime::now();
    let facts = server::find_facts(&client).await?;
    // The same query as at every start.
    migrations::list(&platform.database).await?;
    let after = SystemTime::now();
    let mut findings = database::always(&facts);
    if deploy {
        findings.extend(database::deployed(&facts, config.pool_size, config.is_private()));
        let skew = skew((before, after), facts.now.into());
        findings.extend(clock("clock.W001", "PostgreSQL", skew));
    }
    Ok(findings)
}

async fn of_redis(platform: &Platform, deploy: bool) -> Vec<Finding> {
    let cache = &platform.cache;
    let tiers = cache.tier_state();
    if tiers.redis == "off" {
        return Vec::new();
    }
    // Tries the site's commands, because a server that responds may still refuse them.
    let probed = match tiers.answers {
        true => cache.probe_redis().await,
        false => Err(CacheError::Unavailable),
    };
    let refusals: Vec<Refusal> = match probed {
        Ok(steps) => steps.into_iter().filter_map(|step| step.refused).collect(),
        Err(CacheError::Refused(refusal)) => vec![refusal],
        Err(CacheError::Unavailable | CacheError::Redis(_)) => {
            let problem = tiers.problem.map_or_else(String::new, |problem| format!(" ({problem})"));
            return vec![Finding::new(
                "cache.W003",
                format!(
                    "Redis can't be reached{problem}; pages come from the program's memory or are computed."
                ),
                "Start Redis, or correct REDIS_URL.",
            )];
        }
    };
    let before = SystemTime::now();
    let report = cache.report_redis().await;
    let after = SystemTime::now();
    let mut findings = report.as_ref().map_or_else(|_| Vec::new(), redis::always);
    findings.extend(redis::refused(&refusals, &findings));
    let report = match report {
        Ok(report) => report,
        Err(CacheError::Refused(refusal)) => {
            // A refused connection is already reported.
            if !refusals.iter().any(|told| told.code == refusal.code && told.code != "NOPERM") {
                findings.push(redis::untold(&refusal, "its version, memory and policy"));
            }
            return findings;
        }
        Err(CacheError::Unavailable | CacheError::Redis(_)) => return findings,
    };
    if deploy {
        let saves = cache.find_setting("save").await;
        let foreign = cache.census(|_| None, 0).await.map(|census| census.foreign);
        for (refused, what) in [
            (saves.as_ref().err(), "whether it saves to disk"),
            (foreign.as_ref().err(), "whether other programs use it"),
        ] {
            if let Some(CacheError::Refused(refusal)) = refused {
                findings.push(redis::untold(refusal, what));
            }
        }
        let saves = saves.ok().flatten();
        findings.extend(redis::deployed(&report, saves.as_deref(), foreign.unwrap_or(0)));
        // Servers before 6.2 don't report it.
        let skew = report.number("server_time_usec").map(|micros| {
            let now = SystemTime::UNIX_EPOCH + Duration::from_micros(micros);
            skew((before, after), now)
        });
        findings.extend(skew.and_then(|skew| clock("clock.W002", "Redis", skew)));
    }
    findings
}

/// The difference between the clocks of a server and this machine; the server's was read between two times of this machine.
fn skew((before, after): (SystemTime, SystemTime), server: SystemTime) -> Duration {
    let ahead = server.duration_since(after).unwrap_or_default();
    let behind = before.duration_since(server).unwrap_or_default();
    ahead.max(behind)
}

fn clock(id: &'static str, server: &str, skew: Duration) -> Option<Finding> {
    (skew > SKEW).then(|| {
        let seconds = skew.as_secs_f64();
        Finding::new(
            id,
            format!("The clocks of this machine and of {server} are {seconds:.1} s apart."),
            "Synchronise both with the same time servers (NTP).",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_apart_by_what_the_way_to_the_server_does_not_explain() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let asked = (at(100), at(103));
        for (server, want) in [(90, 10), (99, 1), (100, 0), (102, 0), (103, 0), (110, 7)] {
            assert_eq!(skew(asked, at(server)), Duration::from_secs(want), "{server}");
        }
        assert!(clock("clock.W001", "PostgreSQL", SKEW).is_none());
        let found =
            clock("clock.W001", "PostgreSQL", Duration::from_millis(2500)).expect("too far");
        assert!(found.problem.contains("2.5 s"), "{}", found.problem);
    }
}
