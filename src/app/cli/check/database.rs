//! Problems of PostgreSQL.

use super::finding::Finding;
use crate::db::connections_of_instance;
use crate::db::server::ServerFacts;

/// The oldest version with every feature that the site uses.
const LEAST: i32 = 15;
/// Problems that keep the site from working.
pub(super) fn always(facts: &ServerFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    if facts.major < LEAST {
        findings.push(Finding::new(
            "database.E002",
            format!("PostgreSQL {} is too old.", facts.version),
            format!("Use PostgreSQL {LEAST} or later."),
        ));
    }
    if facts.encoding != "UTF8" {
        findings.push(Finding::new(
            "database.E003",
            format!("The database's encoding is {}, which can't store every text.", facts.encoding),
            "Create the database with ENCODING 'UTF8' TEMPLATE template0, and load a dump into it.",
        ));
    }
    if facts.is_read_only {
        findings.push(Finding::new(
            "database.E004",
            "The database refuses writes: it is a standby, or default_transaction_read_only is on.",
            "Set DATABASE_URL to the primary server.",
        ));
    }
    findings
}

/// Problems for a public site. A private server is not checked, because the program configures it.
pub(super) fn deployed(facts: &ServerFacts, pool_size: usize, is_private: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    if facts.role_is_superuser && !is_private {
        findings.push(Finding::new(
            "database.W003",
            "The site connects to PostgreSQL as a superuser, so a flaw in the site could affect every database \
            and file of the server.",
            "Create a role for the site (CREATE ROLE … LOGIN), make it the owner of the database, and use it in \
            DATABASE_URL.",
        ));
    }
    let unsafe_settings: Vec<_> =
        [(facts.syncs, "fsync"), (facts.writes_full_pages, "full_page_writes")]
            .into_iter()
            .filter_map(|(is_on, name)| (!is_on).then_some(name))
            .collect();
    if !unsafe_settings.is_empty() {
        let names = unsafe_settings.join(" and ");
        findings.push(Finding::new(
            "database.W004",
            format!("{names} is off: a crash of the machine can destroy the database."),
            format!("Turn {names} on in postgresql.conf."),
        ));
    }
    if !facts.commits_synchronously {
        findings.push(Finding::new(
            "database.W005",
            "synchronous_commit is off: a crash can lose changes that were reported as saved.",
            "Turn synchronous_commit on.",
        ));
    }
    if !facts.vacuums {
        findings.push(Finding::new(
            "database.W006",
            "autovacuum is off: tables grow with every change, and query plans become bad.",
            "Turn autovacuum on.",
        ));
    }
    findings.extend(connections(facts, pool_size));
    findings
}

/// Whether all running instances (or one, if none runs) can have the connections that they need.
fn connections(facts: &ServerFacts, pool_size: usize) -> Option<Finding> {
    let number = |count: i64| usize::try_from(count).unwrap_or(0);
    let of_server =
        number(facts.connections.into()).saturating_sub(number(facts.other_connections));
    // A negative value means no limit.
    let of_role = usize::try_from(facts.role_connections).unwrap_or(usize::MAX);
    let instances = number(facts.instances).max(1);
    let needed = instances.saturating_mul(connections_of_instance(pool_size));
    let (most, setting, wanted) = match of_role < of_server {
        true => (of_role, "the role's CONNECTION LIMIT", needed),
        false => {
            // The server also keeps connections for superusers, and other programs use some.
            let missing = needed.saturating_sub(of_server);
            (of_server, "max_connections", number(facts.max_connections.into()) + missing)
        }
    };
    let fitting = (2..pool_size).rev();
    let fitting =
        fitting.into_iter().find(|size| instances * connections_of_instance(*size) <= most);
    let lower =
        fitting.map_or_else(String::new, |size| format!(", or lower DATABASE_POOL_SIZE to {size}"));
    (needed > most).then(|| {
        Finding::new(
            "database.W007",
            format!(
                "{instances} instance(s) with DATABASE_POOL_SIZE={pool_size} may need {needed} connections together, \
                 but the server has {most} for them. Requests then wait for the connections that are open."
            ),
            format!("Raise {setting} to {wanted}{lower}."),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> ServerFacts {
        ServerFacts {
            version: "17.2".to_owned(),
            major: 17,
            encoding: "UTF8".to_owned(),
            is_read_only: false,
            role_is_superuser: false,
            syncs: true,
            writes_full_pages: true,
            commits_synchronously: true,
            vacuums: true,
            connections: 97,
            max_connections: 100,
            role_connections: -1,
            now: chrono::Utc::now(),
            instances: 1,
            other_connections: 0,
        }
    }

    fn ids(change: impl FnOnce(&mut ServerFacts)) -> Vec<&'static str> {
        let mut facts = good();
        change(&mut facts);
        let found = always(&facts).into_iter().chain(deployed(&facts, 16, false));
        found.map(|found| found.id).collect()
    }

    #[test]
    fn each_fact_that_is_not_good_is_found() {
        assert_eq!(ids(|_| {}), Vec::<&str>::new());
        assert_eq!(ids(|facts| facts.major = 14), ["database.E002"]);
        assert_eq!(ids(|facts| facts.encoding = "LATIN1".into()), ["database.E003"]);
        assert_eq!(ids(|facts| facts.is_read_only = true), ["database.E004"]);
        assert_eq!(ids(|facts| facts.role_is_superuser = true), ["database.W003"]);
        assert_eq!(ids(|facts| facts.syncs = false), ["database.W004"]);
        assert_eq!(ids(|facts| facts.writes_full_pages = false), ["database.W004"]);
        assert_eq!(ids(|facts| facts.commits_synchronously = false), ["database.W005"]);
        assert_eq!(ids(|facts| facts.vacuums = false), ["database.W006"]);
        assert_eq!(ids(|facts| facts.connections = 34), ["database.W007"]);
        assert_eq!(ids(|facts| facts.connections = 35), Vec::<&str>::new());
        assert_eq!(ids(|facts| facts.role_connections = 4), ["database.W007"]);
    }

    #[test]
    fn the_role_of_a_private_server_may_do_everything() {
        let facts = ServerFacts { role_is_superuser: true, ..good() };
        assert!(deployed(&facts, 16, true).is_empty());
    }

    #[test]
    fn the_limit_that_is_too_low_is_named() {
        let role = ServerFacts { role_connections: 4, ..good() };
        let server = ServerFacts { connections: 4, ..good() };
        let remedy = |facts| deployed(facts, 16, false).remove(0).remedy;
        assert!(remedy(&role).contains("CONNECTION LIMIT"));
        assert!(remedy(&server).contains("max_connections"));
    }

    #[test]
    fn the_connections_of_all_instances_and_of_other_programs_count() {
        for (instances, other, want) in [
            (0, 0, None),
            (1, 62, None),
            (1, 63, Some("Raise max_connections to 101, or lower DATABASE_POOL_SIZE to 15.")),
            (2, 0, None),
            (2, 28, Some("Raise max_connections to 101, or lower DATABASE_POOL_SIZE to 15.")),
            (3, 0, Some("Raise max_connections to 108, or lower DATABASE_POOL_SIZE to 14.")),
            (20, 0, Some("Raise max_connections to 703.")),
        ] {
            let facts = ServerFacts { instances, other_connections: other, ..good() };
            let found = connections(&facts, 16).map(|found| found.remedy);
            assert_eq!(found.as_deref(), want, "{instances} {other}");
        }
    }
}
