//! Explaining why a URL is answered as it is.

use serde_json::Value;

use crate::harness::{App, Plan, Proxy, Shows as _, listing};

async fn operator(plan: Plan) -> App {
    plan.homes(4).await.set("DEBUG", "true").start().await
}

async fn explain(app: &App, url: &str) -> Value {
    let url: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
    let path = format!("/properties/cache-explain/?format=json&url={url}");
    app.get(&path).await.assert_status(200).json()["explanation"].clone()
}

fn states(explanation: &Value) -> Vec<(&str, &str)> {
    let levels = explanation["levels"].as_array().expect("levels").iter();
    levels
        .map(|level| {
            let text = |field: &str| level[field].as_str().expect("text");
            (text("level"), text("state"))
        })
        .collect()
}

#[tokio::test]
async fn it_tells_what_each_level_has_and_changes_nothing() {
    let app = operator(Plan::new().await).await;
    let figures = "/properties/redis-metrics/?format=json";
    let before = explain(&app, "/properties/").await;
    assert_eq!(before["answer"], "computed", "{before}");
    let want = ["page-memory", "page-redis", "queryset", "count"].map(|level| (level, "absent"));
    assert_eq!(states(&before), want, "{before}");
    assert!(before["last_event"].is_null(), "{before}");

    for encoding in ["identity", "gzip", "br"] {
        let page = app.reader.get_with("/properties/", &[("accept-encoding", encoding)]).await;
        page.assert_status(200);
    }
    let counted = app.get_json(figures).await["metrics"]["levels"].clone();
    let after = explain(&app, "/properties/?utm_source=x&sort=newest").await;
    assert_eq!(after["answer"], "page-memory", "{after}");
    let want = ["page-memory", "page-redis", "queryset", "count"].map(|level| (level, "hit"));
    assert_eq!(states(&after), want, "{after}");
    let page = &after["levels"][0];
    assert!(page["ttl_seconds"].as_u64().is_some_and(|left| left > 800), "{page}");
    for encoding in ["identity", "gzip", "br"] {
        assert!(page["sizes"][encoding].as_u64().is_some_and(|size| size > 100), "{page}");
    }
    let tags = after["tags"].as_array().expect("tags");
    let names: Vec<_> = tags.iter().filter_map(|tag| tag["tag"].as_str()).collect();
    assert_eq!(names, ["properties", "site", "tally"]);
    assert!(
        tags.iter().all(|tag| { tag["generation"].as_str().is_some_and(|text| text.len() == 6) })
    );
    assert_eq!(app.get_json(figures).await["metrics"]["levels"], counted);
}

#[tokio::test]
async fn it_names_the_tag_that_was_invalidated_and_the_event_that_did_it() {
    let app = operator(Plan::new().await).await;
    app.get("/properties/1/").await.assert_status(200);
    app.get("/properties/2/").await.assert_status(200);
    app.staff().await.edit_listing(1, &listing("Home one", "1000", "Leith")).await;
    let found = explain(&app, "/properties/1/").await;
    assert_eq!(found["answer"], "computed", "{found}");
    assert_eq!(
        states(&found)[..2],
        [("page-memory", "invalidated"), ("page-redis", "invalidated")]
    );
    let changed = found["levels"][1]["changed_tags"].to_string();
    assert!(changed.contains("property:1") && !changed.contains("site"), "{found}");
    let event = &found["last_event"];
    assert_eq!((&event["actor"], &event["kind"]), (&"ada".into(), &"post_save".into()));
    assert!(event["tags"].to_string().contains("property:1"), "{found}");
    let other = explain(&app, "/properties/2/").await;
    assert_eq!(other["answer"], "page-memory", "{other}");
    assert!(other["last_event"].is_null(), "{other}");
}

#[tokio::test]
async fn a_level_that_is_off_or_out_of_reach_says_so() {
    let redis = Proxy::to_redis();
    let app = operator(Plan::new().await.set("REDIS_URL", redis.redis_url())).await;
    app.get("/properties/").await.assert_status(200);
    redis.cut();
    let found = explain(&app, "/properties/").await;
    assert_eq!(states(&found)[..2], [("page-memory", "hit"), ("page-redis", "down")]);
    assert!(found["tags"][0]["generation"].is_null());
    let off = operator(Plan::new().await.without_memory().set("REDIS_URL", "off")).await;
    let found = explain(&off, "/properties/").await;
    assert_eq!(states(&found)[..2], [("page-memory", "off"), ("page-redis", "off")]);
    assert_eq!(found["answer"], "computed");
}

#[tokio::test]
async fn an_entry_of_another_build_and_junk_are_told_apart() {
    let app = operator(Plan::new().await.without_memory()).await;
    app.get("/properties/").await.assert_status(200);
    let cli = app.redis().await;
    let key = app.keys("page").await.remove(0);
    cli.run_with(&["SET", &key], b"junk").await;
    assert_eq!(states(&explain(&app, "/properties/").await)[1], ("page-redis", "unreadable"));
}

#[tokio::test]
async fn without_the_database_it_answers() {
    let postgres = Proxy::to_postgres();
    let plan = Plan::new().await;
    let app = operator(plan.behind(&postgres)).await;
    app.get("/properties/").await.assert_status(200);
    postgres.cut();
    let found = explain(&app, "/properties/").await;
    assert_eq!(states(&found)[1], ("page-redis", "hit"));
}

#[tokio::test]
async fn only_addresses_of_the_site_are_explained_and_none_is_fetched() {
    let app = operator(Plan::new().await).await;
    for url in [
        "http://evil.example/properties/",
        "//evil.example/properties/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "/admin/",
        "/properties/no-cache/",
        "/properties/cache-explain/",
        "/properties/?min_price=cheap",
        "http://[",
    ] {
        let text: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
        let path = format!("/properties/cache-explain/?url={text}");
        let json = [("accept", "application/json")];
        let problem = app.reader.get_with(&path, &json).await.assert_status(400).json();
        assert!(problem["errors"]["url"][0].is_string(), "{url}: {problem}");
        assert_eq!(app.get(&path).await.assert_status(400).field("url"), url);
    }
    for url in [
        "/properties/places/",
        "/properties/facets/?property_type=house",
        "/sitemap.xml",
        "/properties/feed.atom",
        "/robots.txt",
        "properties/",
        "http://homes.localhost/properties/3/",
    ] {
        explain(&app, url).await;
    }
    assert!(app.keys("page").await.is_empty());
}

#[tokio::test]
async fn a_listing_that_was_never_changed_is_not_said_to_have_been_invalidated() {
    let app = operator(Plan::new().await).await;
    let note = |found: &Value, tag: &str| {
        let tags = found["tags"].as_array().expect("tags").clone();
        let tag = tags.into_iter().find(|one| one["tag"] == tag).expect("the tag");
        assert!(tag["generation"].is_null(), "{tag}");
        tag["note"].as_str().expect("a note").to_owned()
    };
    let never = note(&explain(&app, "/properties/1/").await, "property:1");
    never.shows(["events changed it"]).hides(["invalidated"]);
    app.get("/properties/cache-explain/?url=/properties/1/").await.hides(["invalidated it"]);
    app.get("/properties/1/").await.assert_status(200);
    app.staff().await.edit_listing(1, &listing("Home one", "1000", "Leith")).await;
    let found = explain(&app, "/properties/1/").await;
    let id = found["last_event"]["id"].as_i64().expect("an event");
    note(&found, "property:1").shows([format!("event {id} invalidated it")]);
    found["levels"][0]["why"].as_str().expect("a text").shows([format!("property:1 (event {id})")]);
}
