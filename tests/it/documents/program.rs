//! The commands, URLs and columns that the documents name.

use std::collections::BTreeSet;

use property_listings::domain::{FactParameter, Sort};
use serde_json::Value;

use super::{code, documents, read, rows};
use crate::harness::{Plan, Shell};

/// URLs that the API description omits: they are for people, or a stream.
const BESIDE_THE_API: [&str; 4] =
    ["/admin", "/static", "/metrics", "/properties/redis-metrics/stream/"];

fn commands() -> BTreeSet<String> {
    let help = Shell::bare().run(&["--help"]).done();
    let (_, list) = help.split_once("Commands:\n").expect("a list of commands");
    let names = list.lines().take_while(|line| !line.trim().is_empty());
    let names = names.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn the_readme_lists_every_command() {
    let readme = read("README.md");
    let (_, section) = readme.split_once("## Commands").expect("a section of commands");
    let (section, _) = section.split_once("\n## ").expect("its end");
    let table = section.lines().filter(|line| line.starts_with("| `"));
    let cells = table.filter_map(|line| line.split('|').nth(1));
    let listed: BTreeSet<_> = cells.flat_map(code).collect();
    assert_eq!(listed, commands());
}

#[test]
fn commands_that_documents_name_exist() {
    let commands = commands();
    let mut seen = 0;
    for (path, text) in documents() {
        for line in code(&text).iter().flat_map(|code| code.lines()) {
            for (at, name) in line.match_indices("property-listings ") {
                let rest = &line[at + name.len()..];
                let word = rest.split(|c: char| !c.is_ascii_lowercase() && c != '_').next();
                let word = word.unwrap_or_default();
                let is_path = line[..at].ends_with("release/") && rest.starts_with('\n');
                if !word.is_empty() && !is_path {
                    assert!(commands.contains(word), "{}: {line}", path.display());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 20, "{seen}");
}

/// The methods and paths of the API description.
fn operations() -> BTreeSet<(String, String)> {
    let text = Shell::bare().run(&["openapi"]).done();
    let api: Value = serde_json::from_str(&text).expect("JSON");
    let paths = api["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("methods").keys();
        let methods = methods.filter(|name| ["get", "post"].contains(&name.as_str()));
        methods.map(move |method| (method.to_uppercase(), path.clone()))
    });
    operations.collect()
}

/// Whether a path matches a template.
fn fits(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template.zip(path).all(|(want, is)| match want.split_once('{') {
            Some((start, rest)) => {
                let end = rest.split_once('}').map_or("", |(_, end)| end);
                is.starts_with(start) && is.ends_with(end)
            }
            None => want == is,
        })
}

#[test]
fn the_page_of_the_api_lists_every_operation() {
    let api = read("docs/api.md");
    for (method, path) in operations() {
        let listed = api.contains(&format!("`{method} {path}"))
            || (method == "GET"
                && api.contains(&format!("`POST {path}`"))
                && api.contains("; `GET` shows"));
        assert!(path == "/" || listed, "{method} {path} is not in docs/api.md");
    }
}

#[test]
fn the_page_of_the_api_lists_every_filter_and_sort_order() {
    let api = read("docs/api.md");
    let filters = FactParameter::all().map(|parameter| parameter.name);
    for name in filters.chain(Sort::all().map(Sort::name)) {
        assert!(api.contains(&format!("`{name}`")), "{name} is not in docs/api.md");
    }
}

#[test]
fn urls_that_documents_name_exist() {
    let operations = operations();
    let mut seen = 0;
    for (path, text) in documents() {
        for code in code(&text) {
            let url = code.trim_start_matches("GET ").trim_start_matches("POST ");
            let url = url.split(['?', ' ', '\n']).next().unwrap_or_default();
            let is_url = ["/properties", "/sitemap", "/openapi", "/robots", "/healthz", "/readyz"];
            if is_url.iter().any(|start| url.starts_with(start)) {
                let known = operations.iter().any(|(_, template)| fits(template, url))
                    || BESIDE_THE_API.iter().any(|start| url.starts_with(start));
                assert!(known, "{}: {url}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "{seen}");
}

#[tokio::test]
async fn the_readme_lists_the_columns_of_a_file() {
    let plan = Plan::new().await;
    let dump = Shell::of(&plan).run(&["dumpdata"]).done();
    let header: Vec<_> = dump.lines().next().unwrap_or_default().split(',').collect();
    let readme = read("README.md");
    let (_, section) = readme.split_once("## Your listings as a file").expect("a section");
    let (section, _) = section.split_once("\n## ").expect("its end");
    let columns: Vec<_> = rows(section).into_iter().map(|(name, _)| name).collect();
    assert_eq!(columns, header);
}
