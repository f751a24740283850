//! `check` and `check --deploy`: problems of the servers and the files. Problems of the configuration alone are tested
//! next to the code.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::harness::{OwnRedis, Plan, RedisCli, Shell, Shows as _, TestDatabase, create_role};

const CACHE: [&str; 4] = ["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"];
/// Silences the findings about the tests' PostgreSQL, which is fast but not crash-safe.
const TESTS_OWN: [&str; 4] = ["--silence", "database.W004", "--silence", "database.W005"];

/// A site without findings, with its own Redis and a role that owns nothing.
async fn good(plan: &Plan, redis: &OwnRedis) -> Shell {
    let role = create_role(&plan.database).await;
    let url =
        plan.variables["DATABASE_URL"].replace("user=property_listings", &format!("user={role}"));
    Shell::of(plan)
        .set("DATABASE_URL", url)
        .set("REDIS_URL", redis.url())
        .set("SITE_URL", "https://homes.example")
        .set("ALLOWED_HOSTS", "homes.example")
        .set("SECRET_KEY", "5b1c8f0e97a34d26b8e0f1a2c3d4e5f60718293a4b5c6d7e")
}

/// The ids of the findings for a public site.
fn found(shell: &Shell) -> Vec<String> {
    let words = [&["check", "--deploy", "--format", "json"], &TESTS_OWN[..]].concat();
    let said = shell.run(&words);
    let result: Value =
        serde_json::from_str(&said.out).unwrap_or_else(|err| panic!("{err}: {said:?}"));
    assert_eq!(result["success"], said.code == 0);
    let issues = result["issues"].as_array().expect("a list").clone();
    let id = |issue: Value| {
        for part in ["level", "problem", "remedy"] {
            assert!(!issue[part].as_str().expect("a text").is_empty(), "{issue}");
        }
        issue["id"].as_str().expect("a text").to_owned()
    };
    issues.into_iter().map(id).collect()
}

#[tokio::test]
async fn a_site_in_order_has_no_issues() {
    let redis = OwnRedis::start(&CACHE).await;
    let plan = Plan::new().await;
    let shell = good(&plan, &redis).await;
    let deploy = [&["check", "--deploy"], &TESTS_OWN[..]].concat();
    for (words, silenced) in [(&["check"][..], 0), (&deploy, 2)] {
        let said = shell.run(words);
        let line = format!("System check identified no issues ({silenced} silenced).");
        assert!(said.out.contains(&line), "{said:?}");
        said.done();
    }
    assert_eq!(found(&shell), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_public_site_should_not_have_is_warned_of_with_a_remedy() {
    let redis = OwnRedis::start(&["--maxmemory-policy", "noeviction"]).await;
    let plan = Plan::new().await.unset("SECRET_KEY").unset("CACHE_API_TOKEN");
    let shell = Shell::of(&plan)
        .set("REDIS_URL", redis.url())
        .set("DEBUG", "true")
        .set("SITE_URL", "http://localhost")
        .set("RUST_LOG", "debug,tokio_postgres=warn")
        .set("ALLOWED_HOSTS", "localhost");
    let said = shell.run(&["check", "--deploy"]);
    said.err.shows([
        "WARNINGS:",
        "INFOS:",
        "DEBUG=false",
        "SECRET_KEY",
        "ALLOWED_HOSTS",
        "SITE_URL",
        "CACHE_API_TOKEN",
        "maxmemory",
        "noeviction",
        "RUST_LOG",
        "CREATE ROLE",
        "fsync",
        "synchronous_commit",
    ]);
    said.done();
    let said = shell.run(&["check"]);
    assert!(!said.err.contains("SECRET_KEY"), "{said:?}");
}

#[tokio::test]
async fn what_keeps_the_site_from_working_is_an_error() {
    let plan = Plan::new().await;
    let shell = Shell::of(&plan).set("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none");
    let err = shell.run(&["check"]).failed(1);
    assert!(err.contains("DATABASE_URL"), "{err}");
    let empty = Plan::on(TestDatabase::create_empty().await);
    let said = Shell::of(&empty).run(&["check"]);
    assert!(said.err.contains("migrate"), "{said:?}");
    plan.database.run("DELETE FROM site_user").await;
    let said = Shell::of(&plan).set("REDIS_URL", "redis://127.0.0.1:1").run(&["check"]);
    assert!(said.err.contains("createsuperuser") && said.err.contains("Redis"), "{said:?}");
    let name = &plan.database.name;
    let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    plan.database.run(&sql).await;
    let err = Shell::of(&plan).run(&["check"]).failed(1);
    assert!(err.contains("(database.E004)"), "{err}");
}

#[tokio::test]
async fn how_bad_is_too_bad_is_for_the_caller_to_say() {
    let redis = OwnRedis::start(&["--maxmemory-policy", "allkeys-lru"]).await;
    let plan = Plan::new().await;
    let shell = good(&plan, &redis).await;
    for (level, code) in [("ERROR", 0), ("critical", 0), ("warning", 1), ("INFO", 1)] {
        let said = shell.run(&["check", "--fail-level", level]);
        assert_eq!(said.code, code, "{level}: {said:?}");
    }
    shell.run(&["check", "--fail-level", "warning", "--silence", "cache.W004"]).done();
    shell.run(&["check", "--fail-level", "nonsense"]).failed(2);
}

#[tokio::test]
async fn a_database_for_everything_is_told_of() {
    let redis = OwnRedis::start(&CACHE).await;
    let plan = Plan::new().await;
    let shell = good(&plan, &redis).await;
    let url = shell.variables["DATABASE_URL"].clone();
    let role = url.split_whitespace().find_map(|word| word.strip_prefix("user="));
    plan.database.run(&format!("ALTER ROLE {} CONNECTION LIMIT 5", role.expect("a role"))).await;
    assert_eq!(found(&shell), ["database.W007"]);
    let own = shell.set("DATABASE_URL", plan.variables["DATABASE_URL"].clone());
    assert_eq!(found(&own), ["database.W003"]);
}

#[tokio::test]
async fn a_redis_that_others_use_or_that_is_no_mere_cache_is_told_of() {
    let plan = Plan::new().await;
    let redis = OwnRedis::start(&CACHE).await;
    let shell = good(&plan, &redis).await;
    RedisCli::connect(&redis.url()).await.run::<()>(&["SET", "somebody:else", "1"]).await;
    assert_eq!(found(&shell), ["cache.I005"]);
    let redis = OwnRedis::start(&[&CACHE[..], &["--save", "3600 1"]].concat()).await;
    let shell = shell.set("REDIS_URL", redis.url());
    assert_eq!(found(&shell), ["cache.I004"]);
    let redis = OwnRedis::start(&[&CACHE[..], &["--replicaof", "127.0.0.1 1"]].concat()).await;
    assert_eq!(found(&shell.set("REDIS_URL", redis.url())), ["cache.W007"]);
}

#[tokio::test]
async fn files_that_others_may_read_or_change_are_told_of() {
    let redis = OwnRedis::start(&CACHE).await;
    let plan = Plan::new().await;
    let shell = good(&plan, &redis).await;
    let data = shell.directory.join("data");
    std::fs::create_dir(&data).expect("writable");
    let shell = shell.set("DATA_DIR", data.display().to_string());
    let key = data.join("secret_key").display().to_string();
    std::fs::write(&key, "k").expect("writable");
    let env = shell.file(".env", "WORKERS=1\n");
    let data = data.display().to_string();
    for (open, closed, path, id) in [
        (0o770, 0o711, &data, "files.W001"),
        (0o640, 0o600, &key, "files.W002"),
        (0o604, 0o600, &env, "files.W003"),
    ] {
        for (path, mode) in [(&data, 0o711), (&key, 0o600), (&env, 0o600), (path, open)] {
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(path, permissions).expect("it is this test's own");
        }
        assert_eq!(found(&shell), [id]);
        let permissions = std::fs::Permissions::from_mode(closed);
        std::fs::set_permissions(path, permissions).expect("it is this test's own");
    }
    assert_eq!(found(&shell), Vec::<String>::new());
}
