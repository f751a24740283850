//! The last invalidations: when, who, what, which tags, and how many pages became invalid.

use serde_json::Value;

use super::operator;
use crate::harness::{App, Plan, Shows as _, eventually, listing};

async fn invalidations(app: &App) -> Vec<Value> {
    let metrics = app.get("/properties/redis-metrics/?format=json").await.assert_status(200).json();
    let list = &metrics["metrics"]["invalidations"];
    list.as_array().expect("a list").clone()
}

/// The latest invalidation, once its pages are counted.
async fn latest(app: &App) -> Value {
    eventually("the pages are counted", async || {
        let latest = invalidations(app).await.first()?.clone();
        latest["ended_in_memory"].is_u64().then_some(latest)
    })
    .await
}

#[tokio::test]
async fn a_save_tells_who_did_what_and_how_many_pages_ended() {
    let app = operator(4).await;
    assert!(invalidations(&app).await.is_empty());
    for path in [
        "/properties/",
        "/properties/?format=json",
        "/properties/1/",
        "/properties/2/",
        "/properties/?location=Joppa",
    ] {
        app.has_in_memory(path).await;
    }
    app.staff().await.edit_listing(1, &listing("Home one", "1000", "Leith")).await;
    let latest = latest(&app).await;
    assert_eq!((&latest["actor"], &latest["cause"]), (&"ada".into(), &"post_save".into()));
    assert_eq!(latest["subject"], "listing 1, Home one");
    // Both lists and its own page, but neither the other listing's page nor the other place's list.
    assert_eq!(latest["ended_in_memory"], 3, "{latest}");
    latest["tags"].to_string().shows(["property:1", "location:leith"]);
    assert_eq!(invalidations(&app).await.len(), 1, "it is told once");
}

#[tokio::test]
async fn a_change_made_in_psql_names_the_role() {
    let app = operator(4).await;
    app.sql("UPDATE property SET price = 1 WHERE id = 1").await;
    let latest = latest(&app).await;
    assert_eq!(latest["actor"], "database user property_listings");
    assert_eq!(latest["ended_in_memory"], 0);
}

#[tokio::test]
async fn a_clear_counts_every_page_that_was_held() {
    let app = operator(4).await;
    for path in ["/properties/", "/properties/1/"] {
        app.has_in_memory(path).await;
    }
    app.reader.post_empty("/properties/cache-clear/").await.assert_status(200);
    let latest = latest(&app).await;
    assert_eq!((&latest["cause"], &latest["ended_in_memory"]), (&"clear".into(), &2.into()));
    assert_eq!(latest["subject"], "the whole cache");
}

#[tokio::test]
async fn only_the_last_ones_are_remembered_and_without_a_memory_tier_each_once() {
    let plan = Plan::new().await.without_memory().homes(1).await;
    let app = plan.set("DEBUG", "true").start().await;
    for price in 1..=60 {
        app.sql(&format!("UPDATE property SET price = {price}")).await;
    }
    app.has_heard_of_everything().await;
    let list = invalidations(&app).await;
    assert_eq!(list.len(), 50);
    let mut whens: Vec<_> = list.iter().map(|past| past["at"].to_string()).collect();
    whens.dedup();
    assert!(whens.is_sorted_by(|later, earlier| later >= earlier));
}
