//! The data of `templates/management/result.html`.

use std::collections::BTreeSet;

use askama::Template;
use serde_json::Value;

use crate::http::views::filters::{self, grouped};
use crate::http::views::frame::Frame;

/// The result of a cache action.
#[derive(Template)]
#[template(path = "management/result.html")]
pub(in crate::http) struct ResultPage {
    frame: Frame,
    title: &'static str,
    success: bool,
    problem: Option<String>,
    facts: Vec<(String, String)>,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    result: String,
}

impl ResultPage {
    pub(in crate::http) fn new(frame: Frame, title: &'static str, result: &Value) -> Self {
        let steps = result["steps"].as_array().map_or(&[][..], Vec::as_slice);
        // Each field of any step is a column of the table.
        let names = steps.iter().filter_map(Value::as_object);
        let names: BTreeSet<&String> = names.flat_map(|step| step.keys()).collect();
        let columns: Vec<String> = ordered(names.into_iter());
        let cells = |step: &Value| {
            let cell = |name: &String| match step.get(name) {
                Some(value) => for_people(name, value),
                None => "–".to_owned(),
            };
            columns.iter().map(cell).collect()
        };
        Self {
            frame,
            title,
            success: result["success"] == true,
            problem: result["error"].as_str().map(str::to_owned),
            facts: facts(result),
            rows: steps.iter().map(cells).collect(),
            columns,
            result: serde_json::to_string_pretty(result).unwrap_or_default(),
        }
    }
}

/// The fields of steps in order: the action first, the result last.
fn ordered<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let place = |name: &String| {
        ["step", "level", "detail", "micros", "success", "refused"]
            .iter()
            .position(|known| known == name)
    };
    let mut names: Vec<String> = names.cloned().collect();
    names.sort_by_key(place);
    names
}

/// The single values of a result, with those of nested objects under their own names.
fn facts(result: &Value) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    for (name, value) in result.as_object().into_iter().flatten() {
        match value {
            Value::Object(inner) => facts
                .extend(inner.iter().map(|(name, value)| (name.clone(), for_people(name, value)))),
            Value::Array(_) => {}
            _ if name == "success" || name == "error" => {}
            _ => facts.push((name.clone(), for_people(name, value))),
        }
    }
    facts
}

/// A value of a result in words.
fn for_people(name: &str, value: &Value) -> String {
    match value {
        Value::Null => "not known".to_owned(),
        Value::Object(refused) if name == "refused" => {
            let part = |name: &str| refused.get(name).and_then(Value::as_str).unwrap_or("?");
            format!(
                "{} for the account “{}”: {} {}",
                part("command"),
                part("account"),
                part("code"),
                part("reason")
            )
        }
        Value::Bool(true) => "as expected".to_owned(),
        Value::Bool(false) => "failed".to_owned(),
        Value::String(text) => text.clone(),
        _ => {
            let number = value.as_u64().map_or_else(|| value.to_string(), grouped);
            if name == "micros" { format!("{number} µs") } else { number }
        }
    }
}
