//! The project's structure: dependencies of modules, lengths and names of files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

mod cycles;
mod layers;
mod modules;

/// The folders to which the rules about lengths and names apply.
const FOLDERS: [&str; 7] = ["src", "tests", "templates", "sql", "static", "script", "tools"];

const MAX_LINES: usize = 400;
const LONG: usize = 250;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the project, except third-party files.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            match path.is_dir() {
                true if is_vendored(&path) => {}
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    files
}

fn is_vendored(folder: &Path) -> bool {
    ["static/vendor", "tests/it/vendor", "src/domain/common_passwords"]
        .into_iter()
        .any(|vendor| folder.ends_with(vendor))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|err| panic!("{}: {err}", path.display()))
}

fn name(path: &Path) -> String {
    let name = path.strip_prefix(root()).unwrap_or(path);
    name.display().to_string()
}

#[test]
fn files_are_short() {
    let mut too_long = Vec::new();
    let mut lengths = Vec::new();
    for path in FOLDERS.into_iter().flat_map(files) {
        // Pictures have no lines.
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let lines = text.lines().count();
        if lines > MAX_LINES {
            too_long.push(format!("{} has {lines} lines", name(&path)));
        }
        if path.extension().is_some_and(|e| e == "rs") && path.starts_with(root().join("src")) {
            lengths.push(lines);
        }
    }
    assert!(too_long.is_empty(), "{}", too_long.join("\n"));
    lengths.sort_unstable();
    let short = lengths.iter().filter(|lines| **lines < LONG).count();
    assert!(
        short * 10 >= lengths.len() * 9,
        "only {short} of {} files have fewer than {LONG} lines",
        lengths.len()
    );
    let median = lengths[lengths.len() / 2];
    assert!(median <= 120, "the median file has {median} lines");
}

#[test]
fn names_say_what_is_inside() {
    let vague = ["utils", "util", "helpers", "helper", "common", "manager", "misc"];
    let named = |path: &PathBuf| {
        let mut parts = path.strip_prefix(root()).unwrap_or(path).iter();
        parts.any(|part| {
            let part = part.to_string_lossy();
            vague.contains(&part.split('.').next().unwrap_or_default())
        })
    };
    let wrong: Vec<_> = FOLDERS.into_iter().flat_map(files).filter(named).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_query_and_template_is_used() {
    let folders = [files("src"), files("templates")].concat();
    // Some files are not text.
    let texts = folders.iter().filter_map(|path| fs::read_to_string(path).ok());
    let sources: String = texts.collect();
    for (folder, shown) in [("sql/queries", "sql/queries/"), ("templates", "")] {
        let all = files(folder);
        assert!(!all.is_empty());
        for path in all {
            let below = path.strip_prefix(root().join(folder)).unwrap_or(&path);
            let quoted = format!("{shown}{}\"", below.display());
            assert!(sources.contains(&quoted), "{} is not used", name(&path));
        }
    }
}

/// Every shell script of the project.
fn scripts() -> Vec<PathBuf> {
    let is_script = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let first = text.lines().next().unwrap_or_default();
        first.ends_with("bash") && first.starts_with('#')
    };
    let all = ["script", ".ci"].into_iter().flat_map(files);
    all.filter(is_script).collect()
}

#[test]
fn scripts_are_valid_bash() {
    let scripts = scripts();
    assert!(scripts.len() > 10, "{scripts:?}");
    for path in scripts {
        let output = Command::new("bash").arg("-n").arg(&path).output();
        let output = output.expect("bash runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{said}");
    }
}

/// The commands of a script that read from a pipe.
fn readers(text: &str) -> Vec<&str> {
    let pipes = text.match_indices('|').filter(|(at, _)| {
        let (before, after) = (&text[..*at], &text[at + 1..]);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let is_comment = line.trim_start().starts_with('#');
        !is_comment && !before.ends_with(['|', '>']) && !after.starts_with('|')
    });
    pipes
        .map(|(at, _)| command(text[at + 1..].trim_start_matches(['&', ' ', '\t', '\n', '\\'])))
        .collect()
}

/// The first command of a text, including quoted lines.
fn command(text: &str) -> &str {
    let mut quote = None;
    let end = text.char_indices().find(|(at, c)| match (quote, c) {
        (Some(open), c) => {
            quote = (open != *c).then_some(open);
            false
        }
        (None, '\'' | '"') => {
            quote = Some(*c);
            false
        }
        (None, '&') => !text[..*at].ends_with('>'),
        (None, c) => ['\n', ';', ')', '|', '}'].contains(c),
    });
    text[..end.map_or(text.len(), |(at, _)| at)].trim_end()
}

/// Whether a command may end before it has read everything. The command that writes to it is then killed by SIGPIPE,
/// and `pipefail` makes that the result.
fn ends_early(command: &str) -> bool {
    let mut words = command.split_whitespace();
    let name = words.next().unwrap_or_default();
    match name.rsplit('/').next().unwrap_or_default() {
        "head" | "read" | "true" | ":" | "cmp" => true,
        // GNU grep stops at the first match if its output is discarded.
        "grep" | "egrep" | "fgrep" => {
            let stops = |word: &str| match word.strip_prefix('-') {
                Some(long) if long.starts_with('-') => {
                    ["-quiet", "-silent", "-max-count", "-files-with"]
                        .into_iter()
                        .any(|name| long.starts_with(name))
                }
                Some(letters) => letters.contains(['q', 'm', 'l', 'L']),
                None => word.contains("/dev/null"),
            };
            words.any(stops)
        }
        "sed" => command.match_indices(['q', 'Q']).any(|(at, _)| {
            let is_last = !command[at + 1..].starts_with(|c: char| c.is_alphanumeric());
            is_last && command[..at].ends_with(['/', '{', ';', ' ', '\'', '"', '$', '0', '1'])
        }),
        "awk" | "gawk" | "mawk" => command.contains("exit"),
        _ => false,
    }
}

#[test]
fn scripts_read_every_pipe_to_its_end() {
    let mut wrong = Vec::new();
    for path in scripts().into_iter().chain([root().join("Dockerfile")]) {
        for command in readers(&read(&path)).into_iter().filter(|c| ends_early(c)) {
            wrong.push(format!("{}: | {command}", name(&path)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn readers_that_end_early_are_found_in_every_form() {
    for text in [
        "if apt-cache policy x | grep -q 'Candidate: [0-9]'; then",
        "a=$(b | head -n 1)",
        "a |\n    head",
        "a \\\n    | grep -m1 b",
        "a | grep -Eiq b && c",
        "a | grep --quiet b",
        "a | grep b >/dev/null",
        "a | sed 1q",
        "a | sed -n '/b/{p;q}'",
        "a | sed '/b/q'",
        "a | awk '\n  /b/ { print; exit }\n'",
        "a |& read -r b",
    ] {
        assert!(readers(text).into_iter().any(ends_early), "{text}");
    }
    for text in [
        "a || head b",
        "# a | head",
        "a | sed -n 1p",
        "a | sed -nE 's/^q ([0-9]+)q.*/\\1/p'",
        "a | grep -E b; grep -q c d",
        "a | awk '{ print }'\nexit 1",
        "head -n 1 a | sort",
        "case $a in\n    -q | --quiet) b ;;",
    ] {
        assert!(!readers(text).into_iter().any(ends_early), "{text}");
    }
}

#[test]
fn the_image_is_built_with_the_rust_version_that_the_workspace_declares() {
    let value = |file: &str, before: &str, after: &str| {
        let text = read(&root().join(file));
        let (_, rest) = text.split_once(before).expect("it is there");
        rest.split(after).next().unwrap_or_default().to_owned()
    };
    let declared = value("Cargo.toml", "\nrust-version = \"", "\"");
    assert_eq!(value("Dockerfile", "FROM rust:", "-"), declared);
}
