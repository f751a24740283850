//! The load test.

use super::operator;
use crate::harness::{App, Page, Plan};
use reqwest::Method;

async fn post(app: &App, content_type: &str, body: &str) -> Page {
    let request = app.reader.request(Method::POST, "/properties/cache-load-test/");
    let request = request.header("content-type", content_type).body(body.to_owned());
    app.reader.send(request.header("accept", "application/json")).await
}

#[tokio::test]
async fn it_asks_for_the_list_as_often_as_it_is_told() {
    let app = operator(3).await;
    let answer = post(&app, "application/json", r#"{"requests": 60, "concurrency": 6}"#).await;
    let answer = answer.assert_status(200).json();
    assert_eq!(answer["success"], true, "{answer}");
    assert_eq!((&answer["requests"], &answer["concurrency"]), (&60.into(), &6.into()));
    let levels = answer["levels"].as_object().expect("levels");
    let total: u64 = levels.values().filter_map(serde_json::Value::as_u64).sum();
    assert_eq!(total, 60, "{answer}");
    for field in ["p50_us", "p95_us", "p99_us"] {
        assert!(answer[field].as_u64().is_some_and(|us| us > 0), "{answer}");
    }
    assert!(answer["hit_ratio_before"].is_null(), "{answer}");
    assert!(answer["hit_ratio_after"].as_f64().is_some_and(|ratio| ratio > 0.5), "{answer}");
}

#[tokio::test]
async fn it_takes_whole_numbers_from_json_forms_and_curl_and_names_the_field_that_is_out_of_bounds()
{
    let app = operator(3).await;
    for body in [
        r#"{"requests": 2.0, "concurrency": 1}"#,
        r#"{"requests": 2e0}"#,
        r#"{"requests": 0.2e1, "concurrency": 1.0}"#,
    ] {
        let answer = post(&app, "application/json", body).await;
        assert_eq!(answer.assert_status(200).json()["requests"], 2, "{body}");
    }
    for body in [
        r#"{"requests": 1.5}"#,
        r#"{"requests": 1e300}"#,
        r#"{"requests": -1e300}"#,
        r#"{"requests": "2"}"#,
        r#"{"requests": null}"#,
        r#"{"requests": true}"#,
    ] {
        post(&app, "application/json", body).await.assert_status(400);
    }
    // Errors about its limits name the field.
    for (body, field) in [
        (r#"{"requests": 0}"#, "requests"),
        (r#"{"requests": 10001}"#, "requests"),
        (r#"{"requests": -5}"#, "requests"),
        (r#"{"concurrency": 0}"#, "concurrency"),
        (r#"{"concurrency": 65}"#, "concurrency"),
    ] {
        let problem = post(&app, "application/json", body).await.assert_status(400).json();
        assert!(problem["errors"][field][0].is_string(), "{body}: {problem}");
    }
    let page = post(&app, "application/x-www-form-urlencoded", "requests=x&concurrency=99").await;
    let problem = page.assert_status(400).json();
    assert!(problem["errors"]["requests"][0].is_string(), "{problem}");
    for body in ["[]", "{", r#"{"request": 5}"#, r#"{"requests": "5"}"#, r#"{"requests": 1.5}"#] {
        post(&app, "application/json", body).await.assert_status(400);
    }
    // It accepts forms and curl's default content type.
    let form = "application/x-www-form-urlencoded";
    for (content_type, body) in [
        (form, "requests=3&concurrency=1"),
        (form, r#"{"requests": 3, "concurrency": 1}"#),
        ("application/json", r#" {"requests": 3, "concurrency": 1}"#),
    ] {
        let answer = post(&app, content_type, body).await.assert_status(200).json();
        assert_eq!(answer["requests"], 3, "{body}");
    }
    let defaults = app.reader.post_empty("/properties/cache-load-test/").await;
    assert_eq!(defaults.assert_status(200).json()["requests"], 100);
}

#[tokio::test]
async fn one_runs_at_a_time() {
    let app = Plan::with_homes(3).await.set("DEBUG", "true").start().await;
    // Each of its requests waits for this lock, because nothing is cached.
    let lock = app.database.lock("property").await;
    let running = {
        let reader = app.reader.clone();
        tokio::spawn(async move {
            let fields = [("requests", "2"), ("concurrency", "2")];
            reader.post("/properties/cache-load-test/", &fields).await
        })
    };
    app.database.has_waiting(1).await;
    let second = post(&app, "application/json", r#"{"requests": 1}"#).await;
    assert_eq!(second.assert_status(409).header("content-type"), "application/problem+json");
    lock.release().await;
    let first = running.await.expect("answered").assert_status(200).json();
    assert_eq!(first["success"], true, "{first}");
    post(&app, "application/json", r#"{"requests": 1}"#).await.assert_status(200);
}

#[tokio::test]
async fn a_crowd_that_waits_for_one_load_is_not_said_to_have_computed_the_page() {
    let app = operator(3).await;
    let body = r#"{"requests": 16, "concurrency": 16}"#;
    // Every request arrives while the first one loads.
    let lock = app.database.lock("property").await;
    let running = {
        let reader = app.reader.clone();
        let fields = [("requests", "16"), ("concurrency", "16")];
        tokio::spawn(async move { reader.post("/properties/cache-load-test/", &fields).await })
    };
    app.database.has_waiting(1).await;
    lock.release().await;
    let answer = running.await.expect("answered").assert_status(200).json();
    let number = |name: &str| answer["levels"][name].as_u64().unwrap_or(0);
    assert_eq!(number("computed"), 1, "{answer}");
    assert!(number("collapsed") > 0, "{answer}");
    let again = post(&app, "application/json", body).await.json();
    assert_eq!(again["levels"]["page-memory"], 16, "{again}");
}
