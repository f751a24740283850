//! `manage_cache --explain`, `--clear` of a part, and `--load-test`.

use serde_json::{Value, json};

use crate::harness::{App, OwnRedis, Plan, Shell, Shows as _, Terminal, until};

const LEITH: &str = "/properties/?location=Leith";
const JOPPA: &str = "/properties/?location=Joppa";
const BY_TAG: [&str; 4] = ["manage_cache", "--clear", "--tag", "location:Leith"];

/// A site with its own Redis, whose few keys are counted exactly.
async fn warm_site() -> (App, Shell, OwnRedis) {
    let redis = OwnRedis::start(&[]).await;
    let app = Plan::with_homes(4).await.set("REDIS_URL", redis.url()).start().await;
    for path in [LEITH, JOPPA, "/properties/1/"] {
        app.get(path).await.assert_status(200);
        assert!(app.get(path).await.is_hit(), "{path}");
    }
    let shell = Shell::beside(&app);
    (app, shell, redis)
}

fn data(shell: &Shell, words: &[&str]) -> Value {
    let words = [&["manage_cache"], words, &["--format", "json"]].concat();
    let out = shell.run(&words).done();
    serde_json::from_str(&out).unwrap_or_else(|err| panic!("{err}: {out}"))
}

/// Waits until the site computes a page again, because a command has cleared it.
async fn is_computed_anew(app: &App, path: &str) {
    until("the site hears of it", async || app.get(path).await.is_stored()).await;
}

#[tokio::test]
async fn an_address_is_explained_by_what_redis_holds_for_it() {
    let (app, shell, _redis) = warm_site().await;
    let held = data(&shell, &["--explain", "/properties/1/?utm_source=x"]);
    let held = &held["explanation"];
    assert_eq!(held["answer"], "page-redis", "{held}");
    let states: Vec<_> = (0..3).map(|at| &held["levels"][at]["state"]).collect();
    assert_eq!(states, ["unseen", "hit", "hit"], "{held}");
    app.sql("UPDATE property SET price = 5 WHERE id = 1").await;
    until("it is told", async || {
        let void = data(&shell, &["--explain", "/properties/1/"]);
        void["explanation"]["levels"][1]["state"] == "invalidated"
    })
    .await;
    shell.run(&["manage_cache", "--explain", "/properties/1/"]).done().shows([
        "computed",
        "Invalidated after it was created",
        "property:1",
        "post_save",
        "/properties/cache-explain/",
    ]);
}

#[tokio::test]
async fn addresses_and_tags_that_the_site_does_not_have_are_refused() {
    let (_plan, shell) = Shell::with_homes(0).await;
    for (words, told) in [
        (&["--explain", "/admin/"][..], "not a cached page"),
        (&["--explain", "http://evil.example/"], "not a URL of"),
        (&["--clear", "--tag", "colour:red"], "not a tag of this site"),
        (&["--clear", "--tag", ""], "not a tag of this site"),
        (&["--clear", "--url", "/robots.txt"], "shows no listings"),
        (&["--clear", "--url", ""], "not a cached page"),
        (&["--clear", "--tag", "site", "--url", "/"], "cannot be used with"),
        (&["--status", "--tag", "site"], "cannot be used with"),
        (&["--status", "--url", "/properties/"], "cannot be used with"),
        (&["--clear", "--requests", "5"], "cannot be used with"),
        (&["--load-test", "--requests", "0"], "1..=10000"),
        (&["--load-test", "--concurrency", "65"], "1..=64"),
        (&["--load-test", "--url", "http://evil.example"], "this machine"),
        (&["--load-test", "--url", "https://127.0.0.1"], "this machine"),
        (&["--load-test", "--url", "http://192.0.2.1"], "this machine"),
    ] {
        let words = [&["manage_cache"], words].concat();
        let err = shell.run(&words).failed(2);
        assert!(err.contains(told), "{words:?}: {err}");
    }
}

#[tokio::test]
async fn a_part_is_cleared_after_a_yes_and_the_rest_stays() {
    let (app, shell, _redis) = warm_site().await;
    let mut terminal = Terminal::run(&shell, &BY_TAG);
    terminal.sees("This would clear location:leith: 1 page(s) and 2 queryset(s) in Redis");
    terminal.answers("Clear them? [y/N]: ", "");
    terminal.sees("Operation cancelled.");
    assert_eq!(terminal.ends().0, 1);
    // Without a terminal, the command can't ask.
    let err = shell.run(&BY_TAG).failed(2);
    assert!(err.contains("1 page(s)") && err.contains("--noinput"), "{err}");
    assert!(app.get(LEITH).await.is_hit());
    let mut terminal = Terminal::run(&shell, &BY_TAG);
    terminal.answers("Clear them? [y/N]: ", "y");
    terminal.sees("Cleared 1 page(s) and 2 queryset(s).");
    assert_eq!(terminal.ends().0, 0);
    is_computed_anew(&app, LEITH).await;
    assert!(app.get(JOPPA).await.is_hit());
    assert!(app.get("/properties/1/").await.is_hit());
}

#[tokio::test]
async fn a_script_clears_what_shows_the_same_rows_as_a_page() {
    let (app, shell, _redis) = warm_site().await;
    let cleared = data(&shell, &["--clear", "--url", "/properties/1/", "--noinput"]);
    assert_eq!(cleared["cleared"]["pages"], 1, "{cleared}");
    assert!(cleared["tags"].as_array().expect("tags").contains(&json!("property:1")), "{cleared}");
    assert!(cleared["entries"]["memory_pages"].is_null(), "{cleared}");
    is_computed_anew(&app, "/properties/1/").await;
    assert!(app.get(JOPPA).await.is_hit());
    shell.run(&["manage_cache", "--clear", "--tag", "property:2", "--yes"]).done();
}

#[tokio::test]
async fn a_load_test_asks_a_site_of_its_own_or_one_that_runs() {
    let (app, shell, _redis) = warm_site().await;
    let amount = ["--load-test", "--requests", "20", "--concurrency", "3"];
    let own = data(&shell, &amount);
    assert_eq!(own["success"], true, "{own}");
    assert_eq!((&own["requests"], &own["concurrency"]), (&json!(20), &json!(3)));
    assert!(own["levels"]["page-memory"].is_null(), "{own}");
    let running = data(&shell, &[&amount[..], &["--url", &app.origin]].concat());
    assert_eq!(running["success"], true, "{running}");
    let held = running["levels"]["page-memory"].as_u64();
    assert!(held.is_some_and(|answers| answers > 0), "{running}");
    let text = shell.run(&["manage_cache", "--load-test"]).done();
    text.shows(["99 % within", "answered by", "less than", "█"]);
    let said = shell.run(&["manage_cache", "--load-test", "--url", "http://127.0.0.1:1"]);
    assert!(said.out.contains("failed"), "{said:?}");
    said.failed(1);
}
