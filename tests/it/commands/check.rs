//! `check`, and `check --deploy`.

use crate::harness::{OwnRedis, Plan, Shell, TestDatabase};

#[tokio::test]
async fn a_site_in_order_has_no_issues() {
    let redis =
        OwnRedis::start(&["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"]).await;
    let plan = Plan::new().await;
    let shell = Shell::of(&plan)
        .set("REDIS_URL", redis.url())
        .set("SITE_URL", "https://homes.example")
        .set("ALLOWED_HOSTS", "homes.example");
    for words in [&["check"][..], &["check", "--deploy"]] {
        let said = shell.run(words);
        assert!(said.out.contains("no issues"), "{said:?}");
        said.done();
    }
}

#[tokio::test]
async fn what_a_public_site_should_not_have_is_warned_of_with_a_remedy() {
    let redis = OwnRedis::start(&["--maxmemory-policy", "noeviction"]).await;
    let plan = Plan::new()
        .await
        .unset("SECRET_KEY")
        .unset("CACHE_API_TOKEN");
    let shell = Shell::of(&plan)
        .set("REDIS_URL", redis.url())
        .set("DEBUG", "true")
        .set("ALLOWED_HOSTS", "*");
    let said = shell.run(&["check", "--deploy"]);
    for text in [
        "DEBUG=false",
        "SECRET_KEY",
        "ALLOWED_HOSTS",
        "SITE_URL",
        "CACHE_API_TOKEN",
        "maxmemory",
        "noeviction",
    ] {
        assert!(said.err.contains(text), "{text}: {said:?}");
    }
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
    let said = Shell::of(&plan)
        .set("REDIS_URL", "redis://127.0.0.1:1")
        .run(&["check"]);
    assert!(
        said.err.contains("createsuperuser") && said.err.contains("Redis"),
        "{said:?}"
    );
}
