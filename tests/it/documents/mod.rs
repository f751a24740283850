//! The documents and the freshness checker are consistent with the program: variables, commands, URLs, alerts, links
//! between files.

mod configuration;
mod containers;
mod freshness;
mod manual;
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|err| panic!("{name}: {err}"))
}

/// Every document, with its path below the project's folder.
fn documents() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["", "docs", "ops"] {
        for entry in fs::read_dir(root().join(folder)).expect("a folder") {
            let path = entry.expect("readable").path();
            if path.extension().is_some_and(|end| end == "md") {
                let text = fs::read_to_string(&path).expect("text");
                found.push((path.strip_prefix(root()).expect("below").to_owned(), text));
            }
        }
    }
    assert!(found.len() > 10, "{found:?}");
    found
}

/// The code blocks and code spans of a document.
fn code(text: &str) -> Vec<String> {
    let text = text.replace("```", "`");
    let parts = text.split('`').enumerate();
    parts.filter(|(at, _)| at % 2 == 1).map(|(_, part)| part.to_owned()).collect()
}

/// The table rows of a document whose first cell is code: that cell, and the whole row.
fn rows<'a>(text: &'a str) -> Vec<(&'a str, &'a str)> {
    let cell = |line: &'a str| line.strip_prefix("| `")?.split_once('`').map(|(cell, _)| cell);
    text.lines().filter_map(|line| Some((cell(line)?, line))).collect()
}

/// Every text between two others.
fn between<'a>(text: &'a str, start: &str, end: char) -> Vec<&'a str> {
    let found = text.match_indices(start).filter_map(|(at, _)| {
        let rest = &text[at + start.len()..];
        Some(&rest[..rest.find(end)?])
    });
    found.collect()
}

/// The anchors of a document's headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn links_between_documents_lead_to_files_and_headings_that_exist() {
    for (path, text) in documents() {
        let mut links = between(&text, "](", ')');
        links.extend(between(&text, "src=\"", '"'));
        links.extend(between(&text, "srcset=\"", '"'));
        for link in links {
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let folder = root().join(path.parent().expect("a folder"));
            let target = match file {
                "" => root().join(&path),
                file => folder.join(file),
            };
            assert!(target.exists(), "{}: {link}", path.display());
            let known = || anchors(&fs::read_to_string(&target).expect("text")).contains(anchor);
            assert!(anchor.is_empty() || known(), "{}: {link}", path.display());
        }
    }
}

#[test]
fn files_that_documents_name_exist() {
    let folders = ["src/", "tests/", "templates/", "sql/", "static/", "script/", "docs/", "ops/"];
    let mut seen = 0;
    for (path, text) in documents() {
        for code in code(&text) {
            for word in code.split_whitespace() {
                if folders.iter().any(|folder| word.starts_with(folder)) {
                    assert!(root().join(word).exists(), "{}: {word}", path.display());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn the_readme_is_short_and_its_pictures_are_small() {
    let readme = read("README.md");
    assert!(readme.lines().count() <= 200, "{}", readme.lines().count());
    let pictures = fs::read_dir(root().join("docs/pictures")).expect("pictures");
    let mut bytes = 0;
    for picture in pictures {
        let path = picture.expect("readable").path();
        let name = path.strip_prefix(root()).expect("below").display().to_string();
        assert!(readme.contains(&name), "the README does not show {name}");
        bytes += fs::metadata(&path).expect("a file").len();
    }
    assert!((50_000..400_000).contains(&bytes), "{bytes} bytes");
}

#[test]
fn every_alert_is_explained_with_its_severity() {
    let rules = read("ops/prometheus/alerts.yml");
    let names = between(&rules, "- alert: ", '\n');
    let severities = between(&rules, "severity: ", '\n');
    let severities = severities.into_iter().filter(|word| ["page", "ticket"].contains(word));
    let alerts: BTreeSet<_> = names.into_iter().zip(severities).collect();
    let operations = read("docs/operations.md");
    let explained = rows(&operations).into_iter();
    let explained = explained.filter(|(name, _)| name.starts_with("PropertyListings"));
    let explained: BTreeSet<_> = explained
        .map(|(name, row)| (name, row.split('|').nth(2).unwrap_or_default().trim()))
        .collect();
    assert_eq!(alerts, explained);
}

#[test]
fn versions_in_documents_are_those_of_the_program() {
    let version = format!("## [{}]", env!("CARGO_PKG_VERSION"));
    assert!(read("CHANGELOG.md").contains(&version), "{version}");
    let rust = format!("[Rust](https://rustup.rs) {} or later", env!("CARGO_PKG_RUST_VERSION"));
    assert!(read("README.md").contains(&rust), "{rust}");
}

#[test]
fn the_hosted_workflow_runs_all_checks_and_the_issue_forms_are_valid() {
    let steps = read(".github/workflows/test.yml");
    assert!(steps.contains("run: script/test\n") && steps.contains("cargo-deny-action"));
    let forms = fs::read_dir(root().join(".github/ISSUE_TEMPLATE")).expect("forms");
    let names = forms.map(|form| form.expect("readable").file_name());
    let forms = names.map(|name| format!(".github/ISSUE_TEMPLATE/{}", name.display()));
    for name in forms.chain([".github/workflows/test.yml".to_owned()]) {
        let parsed = yaml_rust2::YamlLoader::load_from_str(&read(&name));
        let document = &parsed.unwrap_or_else(|err| panic!("{name}: {err}"))[0];
        for field in document["body"].as_vec().into_iter().flatten() {
            let label = &field["attributes"]["label"];
            let is_text = field["type"].as_str() == Some("markdown");
            assert!(is_text || label.as_str().is_some(), "{name}: a field has no label");
        }
    }
}
