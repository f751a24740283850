//! The results of `manage_cache` as text.

use std::collections::BTreeSet;
use std::time::Duration;

use indicatif::HumanBytes;
use serde_json::Value;

use crate::app::cli::output;

/// The maximum width of a bar in a histogram, in characters.
const WIDEST: u64 = 40;

fn text(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn bytes(value: &Value) -> String {
    let number = value.as_u64();
    number.map_or("–".to_owned(), |bytes| HumanBytes(bytes).to_string())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Whether a step succeeded.
fn mark(step: &Value) -> String {
    let mark = match step["success"] == true {
        true => "ok",
        false => "FAILED",
    };
    mark.to_owned()
}

pub(super) fn status(status: &Value) {
    let levels = status["levels"].as_object().into_iter().flatten();
    // A command can't see the memory of a site.
    let levels = levels.filter(|(name, _)| *name != "page_memory");
    let rows = levels.map(|(name, level)| {
        let about = match level["estimated"] == true {
            true => "about ",
            false => "",
        };
        vec![
            name.clone(),
            text(&level["enabled"]),
            text(&level["reachable"]),
            format!("{about}{}", text(&level["entries"])),
            format!("{about}{}", bytes(&level["bytes"])),
        ]
    });
    output::table(&["level", "enabled", "reachable", "entries", "bytes"], rows);
    for reason in reasons(status["levels"].as_object().into_iter().flatten()) {
        output::line(&format!("–: {reason}"));
    }
    let seconds = |key: &str| match status["ttl"][key].as_u64() {
        Some(seconds) => format!("{seconds} s left"),
        None => "not cached".to_owned(),
    };
    let events = &status["events"];
    for (name, value) in [
        ("all_properties", seconds("all_properties")),
        ("property_count", seconds("property_count")),
        ("last event", text(&events["last_id"])),
        ("position (all earlier transactions are applied to Redis)", text(&events["position"])),
        ("lag (events that may not be applied to Redis yet)", text(&events["lag"])),
    ] {
        output::line(&format!("{name}: {value}"));
    }
    output::line(
        "For the memory tier (page_memory) of an instance, see /properties/cache-status/ there.",
    );
}

/// The reasons for missing figures, without duplicates.
fn reasons<'a>(objects: impl Iterator<Item = (&'a String, &'a Value)>) -> BTreeSet<&'a str> {
    objects.filter_map(|(_, object)| object["reason"].as_str()).collect()
}

pub(super) fn cleared(result: &Value) {
    let cleared = &result["cleared"];
    if let Some(reason) = cleared["reason"].as_str() {
        output::line(&format!("Cleared. The number of entries is unknown: {reason}"));
        return;
    }
    let (pages, querysets) = (text(&cleared["pages"]), text(&cleared["querysets"]));
    output::line(&format!("Cleared {pages} page(s) and {querysets} queryset(s)."));
}

pub(super) fn warmed(result: &Value) {
    let warmed = &result["warmed"];
    let (pages, failed) = (text(&warmed["pages"]), text(&warmed["failed"]));
    output::line(&format!("Warmed {pages} page(s), {failed} failed."));
}

pub(super) fn steps(result: &Value) {
    let row = |step: &Value| vec![text(&step["step"]), mark(step), text(&step["detail"])];
    output::table(&["step", "result", "detail"], list(&result["steps"]).map(row));
}

pub(super) fn probe(result: &Value) {
    let row = |step: &Value| {
        let micros = format!("{} µs", text(&step["micros"]));
        vec![text(&step["level"]), text(&step["step"]), mark(step), micros]
    };
    let refused = list(&result["steps"]).filter_map(|step| step["refused"].as_object());
    let refused: BTreeSet<_> = refused
        .map(|refused| {
            let [command, account, code, reason] =
                ["command", "account", "code", "reason"].map(|field| text(&refused[field]));
            format!("Redis refused {command} for the account “{account}”: {code} {reason}")
        })
        .collect();
    output::table(&["level", "step", "result", "time"], list(&result["steps"]).map(row));
    refused.iter().for_each(|refused| output::line(refused));
    if let Some(error) = result["error"].as_str() {
        output::line(error);
    }
}

pub(super) fn metrics(result: &Value) {
    let metrics = &result["metrics"];
    let mut rows = Vec::new();
    for group in ["cache_performance", "memory_usage", "connection_stats"] {
        for (name, value) in metrics[group].as_object().into_iter().flatten() {
            if name != "reason" {
                rows.push(vec![group.to_owned(), name.clone(), text(value)]);
            }
        }
    }
    output::table(&["group", "figure", "value"], rows);
    for reason in reasons(metrics.as_object().into_iter().flatten()) {
        output::line(&format!("–: {reason}"));
    }
    output::line(&text(&metrics["analysis"]["cache_efficiency"]));
    for advice in list(&metrics["analysis"]["recommendations"]) {
        output::line(&format!("- {}", text(advice)));
    }
}

pub(super) fn explanation(result: &Value) {
    let found = &result["explanation"];
    let answer = text(&found["answer"]);
    output::line(&format!("{}: {answer}", text(&result["url"])));
    output::line(&text(&found["why"]));
    let rows = list(&found["levels"]).map(|level| {
        let seconds = |field: &str| match level[field].as_u64() {
            Some(seconds) => format!("{seconds} s"),
            None => "–".to_owned(),
        };
        let sizes = level["sizes"].as_object().into_iter().flatten();
        let sizes: u64 = sizes.filter_map(|(_, size)| size.as_u64()).sum();
        vec![
            text(&level["level"]),
            text(&level["state"]),
            seconds("age_seconds"),
            seconds("ttl_seconds"),
            if sizes > 0 { HumanBytes(sizes).to_string() } else { "–".to_owned() },
            text(&level["key"]),
        ]
    });
    output::table(&["level", "state", "age", "left", "bytes", "key"], rows);
    let tag = |tag: &Value| {
        let generation = match tag["note"].as_str() {
            Some(note) => format!("none: {note}"),
            None => text(&tag["generation"]),
        };
        vec![text(&tag["tag"]), generation]
    };
    output::table(&["tag", "generation"], list(&found["tags"]).map(tag));
    let event = &found["last_event"];
    if event.is_null() {
        output::line("No recent event invalidated one of these tags.");
        return;
    }
    let [id, kind, actor, at] = ["id", "kind", "actor", "at"].map(|field| text(&event[field]));
    let tags: Vec<_> = list(&event["tags"]).map(text).collect();
    let tags = tags.join(", ");
    output::line(&format!(
        "Last event that invalidated one of these tags: {id}, {kind} by {actor} at {at}, tags {tags}."
    ));
}

pub(super) fn load_test(report: &Value) {
    let time = |field: &str| duration(report[field].as_u64().unwrap_or(0));
    let mut rows = vec![
        vec!["requests".to_owned(), text(&report["requests"])],
        vec!["at a time".to_owned(), text(&report["concurrency"])],
        vec!["failed".to_owned(), text(&report["failed"])],
        vec!["per second".to_owned(), text(&report["requests_per_second"])],
        vec!["half within".to_owned(), time("p50_us")],
        vec!["95 % within".to_owned(), time("p95_us")],
        vec!["99 % within".to_owned(), time("p99_us")],
    ];
    for (level, answers) in report["levels"].as_object().into_iter().flatten() {
        let who = match level.as_str() {
            "computed" => "computed".to_owned(),
            "collapsed" => "waited for another's load".to_owned(),
            level => format!("answered by {level}"),
        };
        rows.push(vec![who, text(answers)]);
    }
    output::table(&["figure", "value"], rows);
    let bars = || list(&report["histogram"]);
    let answers = |bar: &Value| bar["answers"].as_u64().unwrap_or(0);
    let most = bars().map(answers).max().unwrap_or(0).max(1);
    let rows = bars().map(|bar| {
        let length = (answers(bar) * WIDEST).div_ceil(most);
        vec![
            duration(bar["below_us"].as_u64().unwrap_or(0)),
            text(&bar["answers"]),
            "█".repeat(usize::try_from(length).unwrap_or(0)),
        ]
    });
    output::table(&["less than", "answers", ""], rows);
}

/// Microseconds in a readable unit.
fn duration(micros: u64) -> String {
    format!("{:.1?}", Duration::from_micros(micros))
}
