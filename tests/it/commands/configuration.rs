//! An invalid configuration is reported completely, with its secrets hidden.

use crate::harness::Shell;

#[test]
fn every_wrong_variable_is_named_at_once_and_secrets_are_hidden() {
    let wrong = [
        ("DATABASE_URL", "postgres://user:hunter2@homes.example:port"),
        ("REDIS_URL", "http://:hunter3@example"),
        ("HOST", "nowhere"),
        ("PORT", "65536"),
        ("DEBUG", "perhaps"),
        ("SECRET_KEY", "hunter4"),
        ("ALLOWED_HOSTS", "a b"),
        ("SITE_URL", "ftp://homes.example"),
        ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("CACHE_API_TOKEN", "hunter5"),
        ("PAGE_CACHE_TTL", "0"),
        ("QUERYSET_CACHE_TTL", "-1"),
        ("COUNT_CACHE_TTL", "1.5"),
        ("PAGE_CACHE_MEMORY_MB", "x"),
        ("CACHE_KEY_PREFIX", "white space"),
        ("DATABASE_POOL_SIZE", "1"),
        ("WORKERS", "0"),
    ];
    let mut shell = Shell::bare();
    shell.variables.extend(wrong.map(|(name, value)| (name, value.to_owned())));
    for words in
        [&[][..], &["serve"], &["migrate"], &["check", "--deploy"], &["manage_cache", "--status"]]
    {
        let err = shell.run(words).failed(2);
        for (name, value) in wrong {
            let line = err.lines().find(|line| line.trim().starts_with(&format!("{name}=")));
            let line = line.unwrap_or_else(|| panic!("{name} is not named: {err}"));
            assert_eq!(line.contains(value), !value.contains("hunter"), "{line}");
        }
        assert!(!err.contains("hunter"), "{err}");
    }
}

#[test]
fn development_mode_is_refused_on_an_address_that_others_reach() {
    for host in ["0.0.0.0", "::", "192.0.2.1"] {
        let shell = Shell::bare().set("HOST", host).set("DEBUG", "true");
        let err = shell.run(&["serve"]).failed(2);
        assert!(err.contains("DEBUG=false") && err.contains(host), "{err}");
    }
    for (name, value) in [
        ("SITE_URL", "https://homes.example"),
        ("ALLOWED_HOSTS", "localhost,homes.example"),
        ("ALLOWED_HOSTS", "*"),
    ] {
        let err = Shell::bare().set("DEBUG", "true").set(name, value).run(&["serve"]).failed(2);
        assert!(err.contains("DEBUG=false") && err.contains(&format!("{name}={value}")), "{err}");
    }
    // It is the default if the database is a private one.
    let err = Shell::bare().set("HOST", "0.0.0.0").run(&["serve"]).failed(2);
    assert!(err.contains("DEBUG=false"), "{err}");
}

#[test]
fn a_wrong_database_url_does_not_count_as_an_absent_one() {
    let shell = Shell::bare().set("HOST", "0.0.0.0").set("DATABASE_URL", "nonsense");
    let err = shell.run(&["serve"]).failed(2);
    assert!(err.contains("DATABASE_URL=") && !err.contains("DEBUG"), "{err}");
}

#[test]
fn a_file_named_dot_env_is_read_and_the_environment_goes_first() {
    let shell = Shell::bare();
    shell.file(".env", "PORT=from-file\nWORKERS=from-file\n");
    let err = shell.run(&["serve"]).failed(2);
    assert_eq!(err.matches("from-file").count(), 2, "{err}");
    let shell = shell.set("WORKERS", "from-environment");
    let err = shell.run(&["serve"]).failed(2);
    assert_eq!(err.matches("from-file").count(), 1, "{err}");
    assert!(err.contains("WORKERS=from-environment"), "{err}");
}

#[test]
fn every_variable_is_in_the_example() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(".env.example");
    let example = std::fs::read_to_string(path).expect("the example");
    let mut names = std::collections::BTreeSet::new();
    let asked = std::sync::Mutex::new(&mut names);
    let read = property_listings::config::Config::from_variables(|name| {
        asked.lock().expect("no panic").insert(name.to_owned());
        None
    });
    read.expect("the defaults are right");
    names.retain(|name| !["HOME", "XDG_DATA_HOME", "USER"].contains(&name.as_str()));
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        assert!(example.contains(&format!("{name}=")), "{name} is not in .env.example");
    }
}
