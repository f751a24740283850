//! Clearing the part with a tag or with the rows of a page: first the count, then the clear, on every instance.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{App, OwnRedis, Page, Plan, Proxy, Shows as _, until_within};

async fn operator(plan: Plan) -> App {
    plan.homes(6).await.set("DEBUG", "true").start().await
}

async fn clear(app: &App, body: Value) -> Page {
    app.reader.send(app.reader.request(Method::POST, "/properties/cache-clear/").json(&body)).await
}

const PATHS: [&str; 4] = [
    "/properties/?location=Leith",
    "/properties/?location=Joppa",
    "/properties/",
    "/properties/1/",
];

async fn fill(app: &App) {
    for path in PATHS {
        app.get(path).await.assert_status(200);
        assert!(app.get(path).await.is_hit(), "{path}");
    }
}

#[tokio::test]
async fn the_count_comes_first_and_ends_nothing() {
    let redis = OwnRedis::start(&[]).await;
    let app = operator(Plan::new().await.set("REDIS_URL", redis.url())).await;
    fill(&app).await;
    let counted = clear(&app, json!({"tag": "location:LEITH"})).await.assert_status(200).json();
    assert_eq!(counted["tags"], json!(["location:leith"]));
    assert!(counted.get("cleared").is_none(), "{counted}");
    let entries = &counted["entries"];
    assert_eq!((&entries["memory_pages"], &entries["pages"]), (&1.into(), &1.into()), "{counted}");
    // The rows and the count of the list.
    assert_eq!(entries["querysets"], 2, "{counted}");
    assert_eq!(entries["estimated"], false);
    for path in PATHS {
        assert!(app.get(path).await.is_hit(), "{path}");
    }
}

#[tokio::test]
async fn a_tag_that_is_cleared_ends_what_carries_it_and_nothing_else() {
    let redis = OwnRedis::start(&[]).await;
    let app = operator(Plan::new().await.set("REDIS_URL", redis.url())).await;
    fill(&app).await;
    let done = clear(&app, json!({"tag": "location:leith", "confirm": true})).await;
    assert_eq!(done.assert_status(200).json()["cleared"], json!({"pages": 1, "querysets": 2}));
    assert!(app.get(PATHS[0]).await.is_stored());
    for path in &PATHS[1..] {
        assert!(app.get(path).await.is_hit(), "{path}");
    }
    let again = clear(&app, json!({"tag": "location:leith"})).await.json();
    assert_eq!(again["entries"]["memory_pages"], 1);
}

#[tokio::test]
async fn other_instances_follow_within_the_promised_time() {
    let app = operator(Plan::new().await).await;
    let other = app.another().start().await;
    fill(&other).await;
    clear(&app, json!({"tag": "properties", "confirm": true})).await.assert_status(200);
    until_within(Duration::from_millis(100), "the other instance follows", async || {
        !other.get("/properties/").await.is_hit()
    })
    .await;
    assert!(other.get(PATHS[0]).await.is_hit());
}

#[tokio::test]
async fn an_address_stands_for_what_its_page_depends_on() {
    let app = operator(Plan::new().await).await;
    fill(&app).await;
    let url = format!("{}/properties/1/?utm_source=x", app.origin);
    let done = clear(&app, json!({"url": url, "confirm": true})).await.assert_status(200).json();
    done["tags"].to_string().shows(["property:1"]).hides(["site"]);
    assert!(app.get("/properties/1/").await.is_stored());
    assert!(app.get("/properties/").await.is_hit());
}

#[tokio::test]
async fn the_form_shows_the_count_then_does_it() {
    let app = operator(Plan::new().await).await;
    let staff = app.staff().await;
    fill(&app).await;
    let post = async |fields: &[(&str, &str)]| {
        let token = staff.csrf_token().await;
        let mut form = vec![("csrf_token", token.as_str())];
        form.extend(fields);
        let request = staff.request(Method::POST, "/properties/cache-clear/");
        staff.send(request.header("accept", "text/html").form(&form)).await
    };
    let asked = post(&[("tag", "location:Leith")]).await.assert_status(200);
    asked.shows(["Clear these entries?", "location:leith"]);
    assert_eq!(
        (asked.field("tag"), asked.field("confirm")),
        ("location:Leith".to_owned(), "yes".to_owned())
    );
    assert!(app.get(PATHS[0]).await.is_hit());
    post(&[("tag", "location:Leith"), ("confirm", "yes")]).await.assert_status(200);
    assert!(app.get(PATHS[0]).await.is_stored());
    let refused = post(&[("tag", "town:<b>")]).await.assert_status(422);
    refused.shows(["is not a tag of this site"]);
    assert_eq!(refused.field("tag"), "town:<b>");
    post(&[("url", "")]).await.assert_status(422);
    assert!(app.get("/properties/").await.is_hit(), "an empty field doesn’t clear everything");
}

#[tokio::test]
async fn a_part_is_cleared_without_redis_and_without_the_memory_tier() {
    let off = operator(Plan::new().await.set("REDIS_URL", "off")).await;
    fill(&off).await;
    let done = clear(&off, json!({"tag": "location:leith", "confirm": true})).await;
    assert_eq!(done.assert_status(200).json()["cleared"]["pages"], 1);
    assert!(!off.get(PATHS[0]).await.is_hit() && off.get(PATHS[1]).await.is_hit());
    let alone = operator(Plan::new().await.without_memory()).await;
    fill(&alone).await;
    clear(&alone, json!({"tag": "location:leith", "confirm": true})).await.assert_status(200);
    assert!(alone.get(PATHS[0]).await.is_stored() && alone.get(PATHS[1]).await.is_hit());
}

#[tokio::test]
async fn without_the_database_it_says_so_and_this_instance_is_cleared_all_the_same() {
    let postgres = Proxy::to_postgres();
    let plan = Plan::new().await;
    let app = operator(plan.behind(&postgres)).await;
    fill(&app).await;
    postgres.cut();
    clear(&app, json!({"tag": "location:leith", "confirm": true})).await.assert_status(503);
    app.get(PATHS[0]).await.assert_status(503);
    app.get(PATHS[1]).await.assert_status(200);
}

#[tokio::test]
async fn what_is_mistyped_or_can_not_be_a_part_clears_nothing_and_is_refused_by_name() {
    let app = operator(Plan::new().await).await;
    app.has_in_memory("/properties/").await;
    let post = async |query: &str, content_type: &str, body: &str| {
        let path = format!("/properties/cache-clear/{query}");
        let request = app.reader.request(Method::POST, &path);
        let request = request.header("content-type", content_type.to_owned());
        app.reader.send(request.body(body.to_owned())).await
    };
    let (form, json) = ("application/x-www-form-urlencoded", "application/json");
    for (query, content_type, body, named) in [
        ("", form, "tags=location:Leith", "“tags”"),
        ("", form, "location:Leith", "“location:Leith”"),
        ("", form, "tag=location:Leith&Confirm=yes", "“Confirm”"),
        ("", form, "confirm=yes", "confirm"),
        ("", json, r#"{"confirm": true}"#, "confirm"),
        ("", json, r#"{"tags": "location:Leith"}"#, "`tags`"),
        ("?tag=location:Leith", form, "", "tag"),
        ("?url=/properties/", form, "confirm=yes", "url"),
        ("?confirm=yes", form, "tag=location:Leith", "confirm"),
    ] {
        let refused = post(query, content_type, body).await.assert_status(400);
        let detail = refused.json()["detail"].to_string();
        assert!(detail.contains(named), "{query} {body}: {detail}");
    }
    assert!(app.get("/properties/").await.is_memory_hit());
    post("?utm_source=x", form, " \n").await.assert_status(200);
    assert!(app.get("/properties/").await.is_stored());
    // A variable that is null does not clear everything.
    app.has_in_memory("/properties/").await;
    for body in [json!({"tag": null}), json!({"url": null})] {
        clear(&app, body).await.assert_status(400);
    }
    assert!(app.get("/properties/").await.is_memory_hit());
    // An invalid part is refused with an error.
    fill(&app).await;
    for (body, field) in [
        (json!({"tag": "nothing"}), "tag"),
        (json!({"tag": "session:1"}), "tag"),
        (json!({"tag": " "}), "tag"),
        (json!({"tag": "site", "url": "/properties/"}), "tag"),
        (json!({"url": "http://evil.example/properties/"}), "url"),
        (json!({"url": "//evil.example/"}), "url"),
        (json!({"url": "/admin/"}), "url"),
        (json!({"url": "/properties/?page=0"}), "url"),
        (json!({"url": "/robots.txt"}), "url"),
    ] {
        let problem = clear(&app, body.clone()).await.assert_status(400).json();
        assert!(problem["errors"][field][0].is_string(), "{body}: {problem}");
    }
    for body in [json!({"tags": []}), json!([]), json!({"confirm": "yes"})] {
        clear(&app, body).await.assert_status(400);
    }
    assert!(app.get("/properties/").await.is_hit());
}
