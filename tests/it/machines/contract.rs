//! Compares responses with the API description (OpenAPI).

use std::cell::RefCell;
use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::harness::{App, Page};

/// A site's description, and which of its responses have been seen.
pub(super) struct Contract {
    document: Value,
    seen: RefCell<BTreeSet<String>>,
}

/// An operation: its request and its description.
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) template: String,
    statuses: Vec<String>,
    pub(super) tag: String,
}

impl Operation {
    /// Its path on a site that has a listing number 1 and a photo.
    pub(super) fn path(&self) -> String {
        let path = self.template.replace("{id}", "1").replace("{part}", "1");
        path.replace("{hash}", &"0".repeat(32)).replace("{width}", "320")
    }

    pub(super) fn answers(&self, status: u16) -> bool {
        self.statuses.contains(&status.to_string())
    }
}

impl Contract {
    pub(super) async fn of(app: &App) -> Self {
        let mut document = app.get("/openapi.json").await.assert_status(200).json();
        let schemas = document["components"]["schemas"].as_object_mut();
        schemas.into_iter().flatten().for_each(|(_, schema)| close(schema));
        Self { document, seen: RefCell::default() }
    }

    pub(super) fn operations(&self) -> Vec<Operation> {
        let paths = self.document["paths"].as_object().expect("paths").iter();
        let of_path = |(path, item): (&String, &Value)| {
            let operations = item.as_object().expect("operations").clone();
            let template = path.clone();
            operations.into_iter().map(move |(method, operation)| Operation {
                method: method.to_uppercase().parse().expect("a method"),
                template: template.clone(),
                statuses: keys(&operation["responses"]),
                tag: operation["tags"][0].as_str().unwrap_or_default().to_owned(),
            })
        };
        paths.flat_map(of_path).collect()
    }

    /// Checks a response's status, headers and body.
    pub(super) fn check(&self, operation: &Operation, page: &Page) {
        let Operation { method, template, .. } = operation;
        let what = format!("{method} {template} {}", page.status);
        let item = &self.document["paths"][template][method.as_str().to_lowercase()];
        let described = &item["responses"][page.status.to_string()];
        assert!(!described.is_null(), "{what} is not described: {page:?}");
        let response = self.resolve(described);
        let headers = response["headers"].as_object().expect("headers");
        for (name, header) in headers {
            let header = self.resolve(header);
            match page.header(name) {
                "" => assert!(header["required"] != true, "{what}: no {name}"),
                value => self.fits(&header["schema"], &of_header(value, &header["schema"]), &what),
            }
        }
        if let Some(content) = response["content"].as_object() {
            let given = page.header("content-type");
            let (_, content) = content
                .iter()
                .find(|(media_type, _)| essence(media_type) == essence(given))
                .unwrap_or_else(|| panic!("{what}: {given}"));
            if essence(given).ends_with("json") {
                self.fits(&content["schema"], &page.json(), &what);
            }
        } else {
            assert!(page.body.is_empty(), "{what}: {page:?}");
        }
        self.seen.borrow_mut().insert(what);
    }

    /// The described responses that were not seen, except some.
    pub(super) fn unseen(&self, but: &[u16]) -> Vec<String> {
        let but: Vec<String> = but.iter().map(ToString::to_string).collect();
        let seen = self.seen.borrow();
        let described = self.operations().into_iter().flat_map(|operation| {
            let statuses = operation.statuses.into_iter();
            let statuses = statuses.filter(|status| !but.contains(status));
            statuses
                .map(|status| format!("{} {} {status}", operation.method, operation.template))
                .collect::<Vec<_>>()
        });
        described.filter(|what| !seen.contains(what)).collect()
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self
                .document
                .pointer(reference.trim_start_matches('#'))
                .unwrap_or_else(|| panic!("{reference} leads nowhere")),
            None => value,
        }
    }

    fn fits(&self, schema: &Value, value: &Value, what: &str) {
        let mut whole = schema.clone();
        whole["components"] = self.document["components"].clone();
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&whole)
            .unwrap_or_else(|err| panic!("{what}: {err}"));
        let errors: Vec<_> = validator
            .iter_errors(value)
            .map(|err| format!("{}: {err}", err.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{what}: {errors:?}\n{value:#}");
    }
}

/// Forbids fields that a schema does not describe. The description itself allows them, because later releases may add
/// some.
fn close(schema: &mut Value) {
    if let Some(shape) = schema.as_object_mut().filter(|shape| shape.contains_key("properties")) {
        shape.insert("additionalProperties".to_owned(), json!(false));
    }
}

/// A header's value in the type of its schema.
fn of_header(value: &str, schema: &Value) -> Value {
    let number = value.parse::<u64>().ok();
    let number = number.filter(|_| schema["type"] == "integer");
    number.map_or_else(|| json!(value), |number| json!(number))
}

fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

fn keys(object: &Value) -> Vec<String> {
    let keys = object.as_object().map(Map::keys).into_iter().flatten();
    keys.cloned().collect()
}
