//! `check`

use super::{CommandError, output};
use crate::app::platform::Platform;
use crate::app::servers::Role;
use crate::config::{Config, DatabaseChoice, RedisChoice};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Severity {
    Error,
    Warning,
}

/// Something to mend, and how.
struct Finding {
    severity: Severity,
    id: &'static str,
    problem: String,
    remedy: &'static str,
}

pub(super) async fn run(config: Config, deploy: bool) -> Result<(), CommandError> {
    let mut findings = Vec::new();
    if deploy {
        findings.extend(deployment(&config));
    }
    match Platform::start(config, Role::Command, Vec::new()).await {
        Ok(platform) => {
            findings.extend(servers(&platform).await);
            platform.stop().await;
        }
        Err(err) => findings.push(Finding {
            severity: Severity::Error,
            id: "servers.E001",
            problem: err.to_string(),
            remedy: "Mend what the message names.",
        }),
    }
    report(&findings)
}

fn report(findings: &[Finding]) -> Result<(), CommandError> {
    for severity in [Severity::Error, Severity::Warning] {
        let of_kind: Vec<_> = findings
            .iter()
            .filter(|found| found.severity == severity)
            .collect();
        if !of_kind.is_empty() {
            output::note(if severity == Severity::Error {
                "ERRORS:"
            } else {
                "WARNINGS:"
            });
        }
        for Finding {
            id,
            problem,
            remedy,
            ..
        } in of_kind
        {
            output::note(&format!("({id}) {problem}\n    HINT: {remedy}"));
        }
    }
    let count = match findings.len() {
        0 => "no issues".to_owned(),
        1 => "1 issue".to_owned(),
        many => format!("{many} issues"),
    };
    let line = format!("System check identified {count}.");
    match findings
        .iter()
        .any(|found| found.severity == Severity::Error)
    {
        true => Err(CommandError::Failed(line)),
        false => {
            output::line(&line);
            Ok(())
        }
    }
}

/// What a public site should not have.
fn deployment(config: &Config) -> Vec<Finding> {
    let site = &config.site;
    let warn = |condition: bool, id, problem: &str, remedy| {
        condition.then(|| Finding {
            severity: Severity::Warning,
            id,
            problem: problem.to_owned(),
            remedy,
        })
    };
    let https = site
        .site_url
        .as_deref()
        .is_some_and(|url| url.starts_with("https://"));
    [
        warn(site.debug, "security.W018", "DEBUG is true: the cache's endpoints are open.", "Set DEBUG=false."),
        warn(
            site.secret_key.is_none(),
            "security.W009",
            "SECRET_KEY is not set: each DATA_DIR has a key of its own, and instances don't share sessions.",
            "Set SECRET_KEY to at least 32 random bytes, the same for every instance.",
        ),
        warn(
            site.allowed_hosts.is_any(),
            "security.W020",
            "ALLOWED_HOSTS allows every host name.",
            "Set ALLOWED_HOSTS to the names that the site is reached by.",
        ),
        warn(
            site.allowed_hosts.is_local(),
            "security.W021",
            "ALLOWED_HOSTS names only this machine.",
            "Set ALLOWED_HOSTS to the names that the site is reached by.",
        ),
        warn(
            !https,
            "security.W012",
            "SITE_URL is not an https address: cookies are sent without Secure, and links are wrong behind a proxy.",
            "Set SITE_URL to the site's public https origin.",
        ),
        warn(
            matches!(config.database.choice, DatabaseChoice::Private),
            "database.W001",
            "DATABASE_URL is not set: the database is the program's own, without backups or replicas.",
            "Set DATABASE_URL to a PostgreSQL server that is backed up.",
        ),
        warn(
            config.cache.redis != RedisChoice::Off && matches!(config.cache.redis, RedisChoice::Private),
            "cache.W001",
            "REDIS_URL is not set: instances on other machines can't share the cache.",
            "Set REDIS_URL to a Redis server that all instances reach.",
        ),
        warn(
            site.cache_api_token.is_none(),
            "cache.W002",
            "CACHE_API_TOKEN is not set: scripts can't use the cache's endpoints.",
            "Set CACHE_API_TOKEN to a random token of at least 16 characters, if scripts need them.",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What the servers say.
async fn servers(platform: &Platform) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |severity, id, problem: String, remedy| {
        findings.push(Finding {
            severity,
            id,
            problem,
            remedy,
        });
    };
    let readiness = platform.services.health.readiness().await;
    if !readiness.database {
        let problem = "The database can't be reached.".to_owned();
        add(
            Severity::Error,
            "database.E001",
            problem,
            "Start it, or correct DATABASE_URL.",
        );
    } else if !readiness.migrated {
        let problem = "Migrations are not applied.".to_owned();
        add(
            Severity::Warning,
            "database.W002",
            problem,
            "Run “property-listings migrate”.",
        );
    }
    if readiness.redis == "down" {
        let problem =
            "Redis can't be reached; pages come from the program's memory, or are computed."
                .to_owned();
        add(
            Severity::Warning,
            "cache.W003",
            problem,
            "Start it, or correct REDIS_URL.",
        );
    }
    if readiness.redis == "up" {
        let report = platform.services.management.report().await;
        if report.number("maxmemory") == 0 {
            let problem = "Redis has no maxmemory.".to_owned();
            add(
                Severity::Warning,
                "cache.W004",
                problem,
                "Set maxmemory in Redis's configuration.",
            );
        }
        if report.text("maxmemory_policy") == "noeviction" {
            let problem = "Redis refuses new entries when it is full (noeviction).".to_owned();
            add(
                Severity::Warning,
                "cache.W005",
                problem,
                "Set maxmemory-policy allkeys-lru.",
            );
        }
    }
    let no_superuser = matches!(platform.services.accounts.has_superuser().await, Ok(false));
    if readiness.migrated && no_superuser {
        let problem = "Nobody can log in to the admin.".to_owned();
        add(
            Severity::Warning,
            "accounts.W001",
            problem,
            "Run “property-listings createsuperuser”.",
        );
    }
    findings
}
