//! Each finding about the configuration, with the value that causes it.

use super::*;

/// A configuration without findings.
const GOOD: [(&str, &str); 8] = [
    ("DATABASE_URL", "postgres://homes:secret@localhost/homes"),
    ("REDIS_URL", "redis://127.0.0.1:6379/0"),
    ("DEBUG", "false"),
    ("SECRET_KEY", "5b1c8f0e97a34d26b8e0f1a2c3d4e5f60718293a4b5c6d7e"),
    ("CACHE_API_TOKEN", "q7Xw2LkP9sVb4NfT1mRz8HdC"),
    ("SITE_URL", "https://homes.example"),
    ("ALLOWED_HOSTS", "homes.example,.homes.test"),
    ("WORKERS", "2"),
];

/// The ids of the findings after some variables of the good configuration are changed; an empty value means unset.
fn ids(changes: &[(&str, &str)]) -> Vec<&'static str> {
    let config = Config::from_variables(|name| {
        let mut all = changes.iter().chain(&GOOD);
        all.find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
    });
    let found = findings(&config.expect("valid"), "");
    assert!(
        found.iter().all(|found| !found.remedy.is_empty() && !found.problem.contains("secret@"))
    );
    found.into_iter().map(|found| found.id).collect()
}

#[test]
fn a_good_configuration_has_no_findings() {
    assert_eq!(ids(&[]), Vec::<&str>::new());
}

/// Changed variables, and the expected findings.
type Case = (&'static [(&'static str, &'static str)], &'static [&'static str]);

#[test]
fn each_value_that_is_not_good_is_found() {
    let cases: [Case; 19] = [
        (
            &[("DEBUG", "true"), ("SITE_URL", "http://localhost"), ("ALLOWED_HOSTS", "localhost")],
            &["security.W018", "security.W021", "security.W012"],
        ),
        (&[("SECRET_KEY", "")], &["security.W009"]),
        (&[("SECRET_KEY", "changemechangemechangemechangeme")], &["security.W023"]),
        (&[("CACHE_API_TOKEN", "")], &["cache.I002"]),
        (&[("CACHE_API_TOKEN", "aaaaaaaaaaaaaaaabbbb")], &["security.W024"]),
        (&[("ALLOWED_HOSTS", "*")], &["security.W020"]),
        (&[("ALLOWED_HOSTS", "localhost")], &["security.W021", "security.W022"]),
        (&[("ALLOWED_HOSTS", "other.example")], &["security.W022"]),
        (&[("SITE_URL", "https://www.homes.test")], &[]),
        (&[("SITE_URL", "http://homes.example")], &["security.W012"]),
        (&[("SITE_URL", "")], &["security.W012"]),
        (&[("HOST", "0.0.0.0")], &["security.I001"]),
        (&[("DATABASE_URL", ""), ("DEBUG", "false")], &["database.W001"]),
        (&[("DATABASE_URL", "postgres://homes@db.example/homes")], &["database.I001"]),
        (&[("REDIS_URL", "")], &["cache.W001"]),
        (&[("REDIS_URL", "off")], &["cache.I001"]),
        (&[("REDIS_URL", "off"), ("PAGE_CACHE_MEMORY_MB", "0")], &["cache.W002"]),
        (&[("REDIS_URL", "redis://cache.example")], &["cache.I003", "cache.W009"]),
        (
            &[("REDIS_URL", "redis://:word@cache.example"), ("WORKERS", "1024")],
            &["cache.I003", "site.I001"],
        ),
    ];
    for (changes, want) in cases {
        assert_eq!(ids(changes), want, "{changes:?}");
    }
}

#[test]
fn this_machine_and_its_sockets_need_no_encryption() {
    for url in [
        "postgres://homes@localhost/homes",
        "postgres://homes@127.0.0.1/homes",
        "postgres://homes@[::1]/homes",
        "host=/run/postgresql user=homes",
    ] {
        assert_eq!(ids(&[("DATABASE_URL", url)]), Vec::<&str>::new(), "{url}");
    }
    for url in ["redis://localhost", "redis://[::1]:6379", "redis+unix:///run/redis.sock"] {
        assert_eq!(ids(&[("REDIS_URL", url)]), Vec::<&str>::new(), "{url}");
    }
}

#[test]
fn only_what_logs_every_request_is_found_in_rust_log() {
    for quiet in ["", "info", "warn,property_listings=info", "off"] {
        assert!(logging(quiet).is_none(), "{quiet}");
    }
    for chatty in ["debug", "TRACE", "info,property_listings=debug", "info, actix=trace"] {
        let found = logging(chatty).expect(chatty);
        assert_eq!(found.id, "logging.W001");
    }
}
