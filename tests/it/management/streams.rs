//! Live figures as server-sent events.

use std::time::Duration;

use reqwest::{Method, Response};

use super::operator;
use crate::harness::{Browser, Plan, Shell, Stopwatch, TOKEN, spawn_app, until};

const PATH: &str = "/properties/redis-metrics/stream/";

async fn watch(browser: &Browser) -> Response {
    browser.request(Method::GET, PATH).send().await.expect("an answer")
}

/// The next event's name and data.
async fn next(stream: &mut Response, buffer: &mut String) -> Option<(String, String)> {
    loop {
        if let Some((event, rest)) = buffer.split_once("\n\n") {
            let field = |name: &str| {
                let mut lines = event.lines();
                lines.find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned()
            };
            let event = (field("event:"), field("data:"));
            *buffer = rest.to_owned();
            return Some(event);
        }
        let chunk = stream.chunk().await.ok()??;
        buffer.push_str(std::str::from_utf8(&chunk).expect("text"));
    }
}

#[tokio::test]
async fn the_figures_come_at_once_and_follow_what_happens() {
    let app = operator(2).await;
    let mut stream = watch(&app.reader).await;
    assert_eq!(stream.status(), 200);
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert!(stream.headers()["cache-control"].to_str().expect("ASCII").contains("no-store"));
    let mut buffer = String::new();
    let (name, data) = next(&mut stream, &mut buffer).await.expect("figures");
    assert_eq!(name, "figures");
    let html = serde_json::from_str::<serde_json::Value>(&data).expect("JSON")["html"].clone();
    assert!(html.as_str().is_some_and(|html| html.contains("No data")), "{html}");
    let (name, data) = next(&mut stream, &mut buffer).await.expect("a history");
    assert_eq!(name, "history");
    assert!(data.contains("\"points\""), "{data}");
    app.get("/properties/").await.assert_status(200);
    app.get("/properties/").await.assert_status(200);
    let followed = async {
        loop {
            let (_, data) = next(&mut stream, &mut buffer).await.expect("more figures");
            if data.contains("50.0 %") {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), followed).await.expect("the figures follow");
}

#[tokio::test]
async fn who_may_not_see_the_dashboard_may_not_watch_it() {
    let app = spawn_app().await;
    assert_eq!(watch(&app.reader).await.status(), 401);
    let staff = app.staff().await;
    assert_eq!(watch(&staff).await.status(), 200);
    staff.log_out().await.assert_status(303);
    assert_eq!(watch(&staff).await.status(), 401);
}

#[tokio::test]
async fn only_so_many_may_watch_at_once_and_a_place_is_free_again() {
    let app = operator(2).await;
    let mut watching = Vec::new();
    loop {
        let stream = watch(&app.reader).await;
        if stream.status() != 200 {
            assert_eq!(stream.status(), 429);
            assert!(stream.headers().contains_key("retry-after"));
            break;
        }
        watching.push(stream);
        assert!(watching.len() <= 64, "there is no bound");
    }
    drop(watching);
    until("a place is free", async || watch(&app.reader).await.status() == 200).await;
}

#[tokio::test]
async fn a_watcher_does_not_hold_up_the_end_of_the_site() {
    let plan = Plan::new().await;
    let mut site = Shell::of(&plan).serve(&["serve", "--no-migrate"]);
    let browser = Browser::new(&site.origin);
    let token = format!("Bearer {TOKEN}");
    let request = browser.request(Method::GET, PATH).header("authorization", token);
    let mut stream = request.send().await.expect("an answer");
    let mut buffer = String::new();
    next(&mut stream, &mut buffer).await.expect("figures");
    let told = Stopwatch::start();
    site.signal("TERM");
    while next(&mut stream, &mut buffer).await.is_some() {}
    assert_eq!(tokio::task::spawn_blocking(move || site.wait()).await.expect("ended"), Some(0));
    assert!(told.elapsed() < Duration::from_secs(5), "{:?}", told.elapsed());
}
