//! A Redis that answers but refuses some commands, because of the account's permissions or its own state: every place
//! names the command and the account, and shows no figure that is unknown.

use serde_json::Value;

use super::{advice, metrics};
use crate::harness::{
    App, OwnRedis, Plan, RedisCli, Shell, Shows as _, TOKEN, eventually, listing, scratch, until,
};

const FIGURES: &str = "/properties/redis-metrics/";

/// A Redis with an account `site` that lacks some permissions.
async fn restricted(rules: &[&str]) -> (OwnRedis, String, RedisCli) {
    let redis = OwnRedis::start(&[]).await;
    let cli = redis.cli().await;
    let all = ["ACL", "SETUSER", "site", "on", ">pw", "~*", "+@all"];
    cli.run::<()>(&[&all[..], rules].concat()).await;
    let url = format!("{}?user=site&pass=pw", redis.url());
    (redis, url, cli)
}

async fn operator(url: &str) -> App {
    Plan::with_homes(2).await.set("DEBUG", "true").set("REDIS_URL", url).start().await
}

async fn clear(app: &App) -> Value {
    app.reader.post_empty("/properties/cache-clear/").await.assert_status(200).json()
}

/// Whether a text names the command and the account.
fn names(text: &str, command: &str) -> bool {
    text.contains(command) && text.contains("site")
}

#[tokio::test]
async fn an_account_without_info_has_no_figures_and_redis_is_in_use() {
    let (_redis, url, _cli) = restricted(&["-info"]).await;
    let app = operator(&url).await;
    app.get("/properties/").await;
    assert!(app.get("/properties/").await.is_hit());
    let told = metrics(&app).await;
    assert_eq!(
        (&told["redis"]["reachable"], &told["redis"]["state"]),
        (&true.into(), &"up".into()),
        "{told}"
    );
    for (group, field) in [
        ("cache_performance", "keyspace_hits"),
        ("memory_usage", "used_memory"),
        ("memory_usage", "maxmemory_policy"),
        ("connection_stats", "connected_clients"),
    ] {
        let (value, reason) = (&told[group][field], &told[group]["reason"]);
        assert!(value.is_null(), "{group} {field}: {told}");
        let reason = reason.as_str().expect("a reason");
        assert!(reason.contains("not permitted") && names(reason, "INFO"), "{reason}");
    }
    let said = advice(&told);
    assert!(names(&said, "INFO") && said.contains("+info"), "{said}");
    said.hides(["Start Redis", "can't be reached", "maxmemory is 0"]);
    let page = app.get(FIGURES).await.assert_status(200);
    page.shows(["not permitted", "INFO", "In use"]).hides(["can’t be reached"]);
    let shell = Shell::of(&app.another());
    let said = shell.run(&["manage_cache", "--metrics"]).done();
    assert!(said.contains("not permitted") && names(&said, "INFO"), "{said}");
    let said = shell.run(&["check"]);
    assert!(names(&said.err, "INFO"), "{said:?}");
    said.err.hides(["can't be reached"]);
}

#[tokio::test]
async fn an_account_without_scan_clears_everything_and_counts_nothing() {
    let (_redis, url, _cli) = restricted(&["-scan"]).await;
    let app = operator(&url).await;
    app.get("/properties/").await;
    let status = app.get_json("/properties/cache-status/").await;
    let level = &status["levels"]["page_redis"];
    assert_eq!(level["reachable"], true, "{status}");
    assert!(level["entries"].is_null() && level["bytes"].is_null(), "{status}");
    let reason = level["reason"].as_str().expect("a reason");
    assert!(reason.contains("not permitted") && names(reason, "SCAN"), "{reason}");

    let cleared = clear(&app).await;
    assert_eq!(cleared["success"], true, "{cleared}");
    assert!(cleared["cleared"]["pages"].is_null(), "{cleared}");
    let reason = cleared["cleared"]["reason"].as_str().expect("a reason");
    assert!(names(reason, "SCAN") && reason.contains("invalid"), "{reason}");
    assert!(app.get("/properties/").await.is_stored());
    app.get(FIGURES).await.assert_status(200).shows(["not permitted", "SCAN"]);
    let shell = Shell::of(&app.another());
    for verb in ["--status", "--clear"] {
        let said = shell.run(&["manage_cache", verb]).done();
        assert!(names(&said, "SCAN"), "{verb}: {said}");
    }
    let counted = app.reader.post("/properties/cache-clear/", &[("tag", "location:Leith")]).await;
    let counted = counted.assert_status(200).json();
    assert!(counted["entries"]["pages"].is_null(), "{counted}");
    assert!(counted.to_string().contains("SCAN"), "{counted}");
}

#[tokio::test]
async fn entries_that_can_not_be_weighed_are_counted() {
    let (_redis, url, _cli) = restricted(&["-memory", "-dbsize"]).await;
    let app = operator(&url).await;
    app.get("/properties/").await;
    let status = app.get_json("/properties/cache-status/").await;
    let level = &status["levels"]["page_redis"];
    assert_eq!((&level["entries"], &level["bytes"]), (&1.into(), &Value::Null));
    assert!(level["reason"].to_string().contains("MEMORY USAGE"), "{status}");
    let keys = metrics(&app).await["keys"].clone();
    assert!(keys["families"][0]["bytes"].is_null(), "{keys}");
}

/// The permissions that the site needs, one by one: the rule, and the command to name.
const NEEDED: [(&str, &str); 6] = [
    ("-mget", "MGET"),
    ("-set", "SET"),
    ("-del", "DEL"),
    ("-eval", "EVAL"),
    ("-evalsha", "EVALSHA"),
    ("-expire", "EXPIRE"),
];

#[tokio::test]
async fn a_command_that_the_site_needs_and_may_not_use_is_named_everywhere() {
    for (rule, command) in NEEDED {
        let (_redis, url, _cli) = restricted(&[rule]).await;
        let app = operator(&url).await;
        for _ in 0..2 {
            app.get("/properties/").await.assert_status(200);
        }
        let test = app.get_json("/properties/cache-test/").await;
        assert_eq!(test["success"], false, "{rule}: {test}");
        assert!(names(&test.to_string(), command), "{rule}: {test}");
        let told = metrics(&app).await;
        assert!(names(&told["redis"]["refused"].to_string(), command), "{rule}: {told}");
        let said = advice(&told);
        assert!(names(&said, command) && said.contains("ACL SETUSER site"), "{rule}: {said}");
        assert!(!said.contains("Start Redis"), "{rule}: {said}");
        let page = app.get(FIGURES).await.assert_status(200);
        assert!(page.has("Refusing commands") && page.has(command), "{rule}: {page:?}");
        let bearer = format!("Bearer {TOKEN}");
        let exposed = app.reader.get_with("/metrics", &[("authorization", &bearer)]).await;
        assert!(exposed.has("property_listings_cache_redis_refusing 1"), "{rule}: {exposed:?}");
        let shell = Shell::of(&app.another());
        let said = shell.run(&["check"]);
        assert!(said.err.contains("cache.W010") && names(&said.err, command), "{rule}: {said:?}");
        let said = shell.run(&["manage_cache", "--test"]);
        assert!(names(&said.out, command), "{rule}: {said:?}");
        assert_ne!(said.code, 0, "{rule}");
    }
}

#[tokio::test]
async fn keys_that_the_account_may_not_use_are_told_of() {
    let (_redis, url, _cli) = restricted(&["resetkeys", "~other:*"]).await;
    let app = operator(&url).await;
    advice(&metrics(&app).await).shows(["keys", "~CACHE_KEY_PREFIX:*"]);
    let said = Shell::of(&app.another()).run(&["check"]);
    said.err.shows(["cache.W010", "keys"]);
}

#[tokio::test]
async fn a_wrong_password_is_not_an_outage() {
    let (redis, _, cli) = restricted(&[]).await;
    let wrong = format!("{}?user=site&pass=wrong", redis.url());
    cli.run::<()>(&["ACL", "SETUSER", "default", ">secret"]).await;
    for (url, code) in [(wrong, "WRONGPASS"), (redis.url(), "NOAUTH")] {
        let app = operator(&url).await;
        let told = metrics(&app).await;
        let said = advice(&told);
        assert!(said.contains(code) && said.contains("REDIS_URL"), "{said}");
        said.hides(["can't be reached"]);
        assert_eq!(told["redis"]["reachable"], true, "{told}");
        let found = Shell::of(&app.another()).run(&["check"]);
        assert!(found.err.contains(code), "{found:?}");
        found.err.hides(["can't be reached"]);
        let test = app.get_json("/properties/cache-test/").await;
        assert!(test.to_string().contains(code), "{test}");
    }
}

#[tokio::test]
async fn a_replica_is_found_though_it_tells_no_figures() {
    let (_redis, url, cli) = restricted(&["-info"]).await;
    cli.run::<()>(&["REPLICAOF", "127.0.0.1", "1"]).await;
    let app = operator(&url).await;
    advice(&metrics(&app).await).shows(["READONLY", "primary"]);
    let found = Shell::of(&app.another()).run(&["check"]);
    found.err.shows(["cache.W007"]);
}

#[tokio::test]
async fn a_redis_that_can_not_save_is_told_from_one_that_is_gone_and_is_used_again() {
    let directory = scratch().display().to_string();
    let redis = OwnRedis::start(&["--dir", &directory]).await;
    let app = operator(&redis.url()).await;
    let cli = redis.cli().await;
    cli.run::<()>(&["CONFIG", "SET", "save", "3600 1"]).await;
    std::fs::remove_dir_all(&directory).expect("it is this test's own");
    cli.try_run(&["BGSAVE"]).await.ok();
    eventually("writes are refused", async || {
        cli.try_run(&["SET", "a", "1"]).await.err().filter(|err| err.contains("MISCONF"))
    })
    .await;
    app.create_without_session(&listing("New", "1", "Leith")).await;
    until("it is said", async || {
        let told = metrics(&app).await;
        let said = advice(&told);
        said.hides(["can't be reached"]);
        said.contains("MISCONF") && told["redis"]["state"] == "repairing"
    })
    .await;
    Shell::of(&app.another()).run(&["check"]).err.shows(["cache.W008"]).hides(["can't be reached"]);
    cli.run::<()>(&["CONFIG", "SET", "save", ""]).await;
    until("nothing is refused any more", async || {
        let told = metrics(&app).await;
        let refused = told["redis"]["refused"].as_array().expect("a list").len();
        told["redis"]["state"] == "up" && refused == 0
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_reads_its_data_is_not_gone() {
    let directory = scratch().display().to_string();
    // The time for loading each key, in microseconds; Redis answers in between.
    let slowly = ["--key-load-delay", "2000", "--loading-process-events-interval-bytes", "1024"];
    let mut redis = OwnRedis::start(&[&["--dir", &*directory], &slowly[..]].concat()).await;
    let cli = redis.cli().await;
    let fill = "for i = 1, 2000 do redis.call('SET', 'key:' .. i, string.rep('x', 100)) end";
    cli.run::<()>(&["EVAL", fill, "0"]).await;
    cli.run::<()>(&["SAVE"]).await;
    redis.kill();
    redis.begin().await;
    let app = operator(&redis.url()).await;
    let told = metrics(&app).await;
    advice(&told).shows(["LOADING", "Wait"]).hides(["can't be reached"]);
    assert_eq!(told["redis"]["reachable"], true, "{told}");
    until("it is used once it has read them", async || {
        let told = metrics(&app).await;
        told["redis"]["state"] == "up" && !advice(&told).contains("LOADING")
    })
    .await;
}

#[tokio::test]
async fn a_permission_that_is_given_later_ends_the_complaint() {
    let (_redis, url, cli) = restricted(&["-mget"]).await;
    let app = operator(&url).await;
    app.get("/properties/").await;
    assert!(advice(&metrics(&app).await).contains("MGET"));
    cli.run::<()>(&["ACL", "SETUSER", "site", "+mget"]).await;
    app.get("/properties/1/").await;
    advice(&metrics(&app).await).hides(["MGET"]);
}

#[tokio::test]
async fn what_can_not_be_checked_of_a_public_site_is_said() {
    let (_redis, url, _cli) = restricted(&["-config", "-scan"]).await;
    let plan = Plan::new().await.set("REDIS_URL", &*url);
    Shell::of(&plan).run(&["check", "--deploy"]).err.shows(["cache.I006", "CONFIG GET", "SCAN"]);
}

/// The permissions that an account needs according to the documents: for pages, and for statistics.
fn needed() -> Vec<String> {
    let document = include_str!("../../../docs/operations.md");
    let (_, text) = document.split_once("`+ping").expect("the list of permissions");
    let (text, _) = text.split_once("A refused command").expect("its end");
    let words = format!("+ping{text}");
    let words = words.split(|c: char| c.is_whitespace() || c == '`');
    words.filter(|word| word.starts_with('+')).map(str::to_owned).collect()
}

#[tokio::test]
async fn the_permissions_that_the_documents_list_are_enough() {
    let needed = needed();
    let rules: Vec<_> = ["-@all"].into_iter().chain(needed.iter().map(String::as_str)).collect();
    let (_redis, url, _cli) = restricted(&rules).await;
    let app = operator(&url).await;
    app.staff().await.create_listing(&listing("New", "1", "Leith")).await;
    app.get("/properties/").await;
    assert!(app.get("/properties/").await.is_hit());
    let part = [("tag", "location:Leith")];
    app.reader.post("/properties/cache-clear/", &part).await.assert_status(200);
    clear(&app).await;
    let test = app.get_json("/properties/cache-test/").await;
    assert_eq!(test["success"], true, "{test}");
    app.get(FIGURES).await.assert_status(200);
    assert_eq!(metrics(&app).await["redis"]["refused"].clone(), serde_json::json!([]));
    let said = Shell::of(&app.another()).run(&["check", "--deploy"]);
    said.err.hides(["NOPERM"]);
}
