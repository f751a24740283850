//! The dashboard and the alerts use only existing series.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use yaml_rust2::{Yaml, YamlLoader};

use crate::harness::{TOKEN, spawn_homes};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ops").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|err| panic!("{}: {err}", path.display()))
}

/// The names of a site's series, including those of its process.
async fn series() -> BTreeSet<String> {
    let app = spawn_homes(1).await;
    app.get("/properties/").await;
    let bearer = format!("Bearer {TOKEN}");
    let page = app.reader.get_with("/metrics", &[("authorization", &bearer)]).await;
    let name = |line: &str| line.split(['{', ' ']).next().unwrap_or_default().to_owned();
    let mut series: BTreeSet<_> =
        page.text().lines().filter(|line| !line.starts_with('#')).map(name).collect();
    // Prometheus itself adds this one; and only Linux has those of the process.
    series.insert("up".to_owned());
    let process =
        ["start_time_seconds", "resident_memory_bytes", "cpu_seconds_total", "open_fds", "max_fds"];
    if !cfg!(target_os = "linux") {
        series.extend(process.map(|name| format!("process_{name}")));
    }
    series
}

/// The names in an expression that may be series.
fn names(expression: &str) -> Vec<&str> {
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let ours = |word: &&str| word.starts_with("property_listings") || word.starts_with("process_");
    words.filter(ours).collect()
}

fn assert_known(series: &BTreeSet<String>, expressions: &[String]) {
    assert!(!expressions.is_empty());
    for expression in expressions {
        let names = names(expression);
        assert!(!names.is_empty() || expression.starts_with("up"), "{expression}");
        for name in names {
            assert!(series.contains(name), "there is no {name}: {expression}");
        }
        for (open, close) in [('(', ')'), ('{', '}'), ('[', ']')] {
            assert_eq!(
                expression.matches(open).count(),
                expression.matches(close).count(),
                "{expression}"
            );
        }
    }
}

/// Every text under a key, at any depth.
fn texts_under(value: &Value, key: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == key => found.push(text.clone()),
                    _ => texts_under(value, key, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts_under(item, key, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_dashboard_shows_only_figures_that_there_are() {
    let dashboard: Value =
        serde_json::from_str(&read("grafana/property-listings.json")).expect("JSON");
    let mut expressions = Vec::new();
    texts_under(&dashboard, "expr", &mut expressions);
    for variable in dashboard["templating"]["list"].as_array().expect("variables") {
        expressions.extend(variable["query"]["query"].as_str().map(|query| {
            query.trim_start_matches("label_values(").trim_end_matches(')').to_owned()
        }));
    }
    // A label such as job=~"$job" is not a series; neither is the name of the job.
    let expressions: Vec<_> =
        expressions.iter().map(|text| text.replace("\"property-listings\"", "")).collect();
    assert_known(&series().await, &expressions);
}

#[test]
fn limits_pools_leases_and_jobs_are_on_the_dashboard_and_have_alerts() {
    let (dashboard, alerts) =
        (read("grafana/property-listings.json"), read("prometheus/alerts.yml"));
    for (name, has_alert) in [
        ("expensive_requests_total", true),
        ("expensive_requests_limit", false),
        ("http_refused_total", true),
        ("cache_not_admitted_total", false),
        ("database_pool_waiting", true),
        ("database_pool_limit", false),
        ("cache_lease_held", false),
        ("cache_memory_armed", true),
        ("event_log_lag_seconds", true),
        ("job_tries_total", false),
        ("jobs_overdue_seconds", true),
    ] {
        let name = format!("property_listings_{name}");
        assert!(dashboard.contains(&name) || has_alert, "{name} is not on the dashboard");
        assert!(!has_alert || alerts.contains(&name), "{name} has no alert");
    }
}

#[test]
fn the_dashboards_panels_lie_side_by_side_and_have_names() {
    let dashboard: Value =
        serde_json::from_str(&read("grafana/property-listings.json")).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let mut taken = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64()), "{panel}");
        assert!(panel["title"].as_str().is_some_and(|title| !title.is_empty()), "{panel}");
        let number = |name: &str| panel["gridPos"][name].as_u64().expect("a number");
        assert!(number("x") + number("w") <= 24, "{panel}");
        for x in number("x")..number("x") + number("w") {
            for y in number("y")..number("y") + number("h") {
                assert!(taken.insert((x, y)), "{} lies on another", panel["title"]);
            }
        }
        for target in panel["targets"].as_array().into_iter().flatten() {
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{target}");
        }
    }
    assert!(panels.len() > 20);
}

#[tokio::test]
async fn the_alerts_watch_figures_that_there_are_and_say_what_to_do() {
    let documents = YamlLoader::load_from_str(&read("prometheus/alerts.yml")).expect("YAML");
    let groups = documents[0]["groups"].as_vec().expect("groups");
    let rules: Vec<&Yaml> =
        groups.iter().flat_map(|group| group["rules"].as_vec().expect("rules")).collect();
    assert!(rules.len() >= 10);
    let mut seen = BTreeSet::new();
    let mut expressions = Vec::new();
    for rule in rules {
        let text = |yaml: &Yaml| yaml.as_str().unwrap_or_default().to_owned();
        let name = text(&rule["alert"]);
        assert!(name.starts_with("PropertyListings") && seen.insert(name.clone()), "{name}");
        let severity = text(&rule["labels"]["severity"]);
        assert!(["page", "ticket"].contains(&severity.as_str()), "{name}: {severity}");
        assert!(text(&rule["annotations"]["summary"]).contains("{{"), "{name} names nothing");
        assert!(text(&rule["annotations"]["runbook"]).len() > 60, "{name} says not what to do");
        // An expression that covers this time itself needs no `for`.
        let expression = text(&rule["expr"]);
        let looks_back = expression.contains("increase(") || expression.contains("changes(");
        assert!(looks_back || !text(&rule["for"]).is_empty(), "{name} goes off at once");
        expressions.push(expression);
    }
    assert_known(&series().await, &expressions);
}

#[test]
fn prometheus_is_shown_how_to_read_the_figures() {
    let documents = YamlLoader::load_from_str(&read("prometheus/prometheus.yml")).expect("YAML");
    let job = &documents[0]["scrape_configs"][0];
    assert_eq!(job["metrics_path"].as_str(), Some("/metrics"));
    assert_eq!(job["job_name"].as_str(), Some("property-listings"));
    assert_eq!(documents[0]["rule_files"][0].as_str(), Some("alerts.yml"));
}
