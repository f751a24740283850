//! Warming with its progress; only one runs at a time.

use reqwest::Method;

use super::operator;
use crate::harness::{App, Page, Plan, Shows as _, until};

const PATH: &str = "/properties/cache-warm/";

async fn post(app: &App, accept: &str) -> Page {
    app.reader.send(app.reader.request(Method::POST, PATH).header("accept", accept)).await
}

async fn state(app: &App) -> serde_json::Value {
    app.get(PATH).await.assert_status(200).json()["warming"].clone()
}

#[tokio::test]
async fn a_program_gets_the_outcome_and_the_pages_are_cached() {
    let app = operator(30).await;
    assert!(state(&app).await["duration_ms"].is_null());
    let answer = post(&app, "application/json").await.assert_status(200).json();
    assert_eq!(answer["success"], true, "{answer}");
    assert_eq!(answer["warmed"]["failed"], 0);
    assert!(app.get("/properties/").await.is_hit());
    assert!(app.get("/properties/?sort=price&page=2").await.is_hit());
    let after = state(&app).await;
    assert_eq!((&after["running"], &after["total"]), (&false.into(), &after["pages"]));
}

#[tokio::test]
async fn a_person_sees_how_far_it_is_and_a_second_one_waits() {
    let app = operator(30).await;
    // Each page waits for this lock, because nothing is cached.
    let lock = app.database.lock("property").await;
    assert_eq!(post(&app, "text/html").await.assert_status(303).header("location"), PATH);
    let html = [("accept", "text/html")];
    let shown = app.reader.get_with(PATH, &html).await.assert_status(200);
    shown.shows(["http-equiv=\"refresh\"", "<progress"]);
    post(&app, "application/json").await.assert_status(409);
    post(&app, "text/html").await.assert_status(303);
    lock.release().await;
    until("it ends", async || state(&app).await["running"] == false).await;
    let shown = app.reader.get_with(PATH, &html).await.assert_status(200);
    shown.shows(["Warm the cache again"]).hides(["http-equiv=\"refresh\""]);
}

#[tokio::test]
async fn an_outage_ends_it_and_is_told() {
    let postgres = crate::harness::Proxy::to_postgres();
    let app = Plan::with_homes(3).await.set("DEBUG", "true").behind(&postgres).start().await;
    postgres.cut();
    post(&app, "application/json").await.assert_status(503);
    let state = state(&app).await;
    assert_eq!(state["running"], false);
    assert!(state["problem"].is_string(), "{state}");
}
