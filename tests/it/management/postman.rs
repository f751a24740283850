//! The Postman collection of the management API.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::harness::{PASSWORD, Shows as _, TOKEN, spawn_app, spawn_homes};

fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ops/postman");
    folder.join(format!("property-listings.postman_{name}.json"))
}

fn read(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file(name)).expect("the file")).expect("JSON")
}

/// The requests in folders, at any depth.
fn requests(items: &Value, found: &mut Vec<Value>) {
    for item in items.as_array().into_iter().flatten() {
        match item["item"].is_array() {
            true => requests(&item["item"], found),
            false => found.push(item.clone()),
        }
    }
}

/// A request's method and URL, without the query.
fn address(request: &Value) -> (String, String) {
    let raw = request["url"]["raw"].as_str().expect("an address");
    let path = raw.trim_start_matches("{{base_url}}").split('?').next();
    (request["method"].as_str().expect("a method").to_owned(), path.unwrap_or_default().to_owned())
}

#[tokio::test]
async fn the_collection_has_every_address_of_the_management() {
    let document = spawn_app().await.get_json("/openapi.json").await;
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let management = operation["tags"][0] == "management";
            if management || ["/healthz", "/readyz"].contains(&path.as_str()) {
                described.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    assert!(described.len() >= 9, "{described:?}");
    let collection = read("collection");
    let mut items = Vec::new();
    requests(&collection["item"], &mut items);
    let asked: BTreeSet<_> = items.iter().map(|item| address(&item["request"])).collect();
    let missing: Vec<_> = described.difference(&asked).collect();
    assert!(missing.is_empty(), "the collection lacks {missing:?}");
    // The collection requests existing operations, except those that test refusals.
    for item in items {
        let (method, path) = address(&item["request"]);
        let template = path.replace("{{listing}}", "{id}");
        let known = document["paths"][&template].get(method.to_lowercase()).is_some();
        let refused = path.starts_with("/admin/") || item["name"] == "With the wrong method";
        assert!(known || refused, "{method} {path} is not described");
        let scripts = item["event"].as_array().expect("scripts");
        let tested = scripts.iter().any(|event| {
            event["listen"] == "test" && event["script"]["exec"].to_string().contains("pm.test(")
        });
        assert!(tested, "{} is not tested", item["name"]);
    }
}

#[test]
fn no_secret_is_in_the_files() {
    for value in read("environment")["values"].as_array().expect("values") {
        let secret = ["token", "password"].contains(&value["key"].as_str().expect("a key"));
        assert!(!secret || value["value"] == "", "{value}");
        assert!(!secret || value["type"] == "secret", "{value}");
    }
}

/// The path of newman: where `script/test` installs it, or on `PATH`.
fn newman() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/newman/node_modules/.bin/newman");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let elsewhere = std::env::split_paths(&path).map(|folder| folder.join("newman"));
    let mut all = std::iter::once(own).chain(elsewhere);
    all.find(|program| program.is_file())
}

#[tokio::test]
async fn newman_finds_every_answer_as_the_collection_expects_it() {
    let Some(newman) = newman() else {
        let told = "skipped: newman is not installed; script/test installs it, where there is npm";
        writeln!(std::io::stdout(), "{told}").expect("it is read");
        return;
    };
    let app = spawn_homes(8).await;
    let mut command = Command::new(newman);
    command.arg("run").arg(file("collection"));
    command.arg("--environment").arg(file("environment"));
    command.args(["--color", "off", "--disable-unicode"]);
    for (name, value) in [
        ("base_url", app.origin.as_str()),
        ("token", TOKEN),
        ("username", "ada"),
        ("password", PASSWORD),
    ] {
        command.args(["--env-var", &format!("{name}={value}")]);
    }
    let running = tokio::task::spawn_blocking(move || command.output());
    let output = running.await.expect("no panic").expect("newman runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    text.shows(["one is refused with 409", "A change without the security token"]);
    assert_eq!(app.database.listings().await, "8");
}
