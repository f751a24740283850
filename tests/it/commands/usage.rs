//! Wrong usage ends with exit code 2 and an explanation.

use crate::harness::{Shell, Terminal};

#[test]
fn help_and_version_are_no_failure() {
    let shell = Shell::bare();
    let help = shell.run(&["--help"]).done();
    for command in [
        "serve",
        "migrate",
        "showmigrations",
        "createsuperuser",
        "changepassword",
        "sampledata",
        "loaddata",
        "dumpdata",
        "manage_cache",
        "check",
        "openapi",
        "dbshell",
        "printconfig",
        "clearsessions",
        "completions",
        "man",
    ] {
        let more = shell.run(&[command, "--help"]).done();
        let plain = ["showmigrations", "clearsessions", "openapi"].contains(&command);
        assert!(plain || more.contains("Example"), "{command}: {more}");
        assert!(help.contains(command), "{command}: {help}");
    }
    assert!(shell.run(&["--version"]).done().contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_ends_with_2() {
    let shell = Shell::bare();
    for words in [
        &["nonsense"][..],
        &["serve", "--port", "1"],
        &["sampledata", "--count", "0"],
        &["sampledata", "--count", "x"],
        &["sampledata", "--count", "10000001"],
        &["loaddata"],
        &["dumpdata", "--format", "xml"],
        &["changepassword"],
        &["completions"],
        &["man", "migrate", "--output", "x"],
        &["manage_cache"],
        &["manage_cache", "--status", "--clear"],
        &["manage_cache", "--status", "--format", "xml"],
    ] {
        let said = shell.run(words);
        assert_eq!(said.code, 2, "{words:?}: {said:?}");
        assert!(said.out.is_empty() && !said.err.is_empty(), "{said:?}");
    }
}

#[test]
fn a_mistyped_command_or_option_gets_a_suggestion() {
    let shell = Shell::bare();
    for (words, hint) in [
        (&["migrat"][..], "migrate"),
        (&["manage-cache"], "manage_cache"),
        (&["check", "--deplo"], "--deploy"),
        (&["dumpdata", "--format", "json"], "jsonl"),
    ] {
        let err = shell.run(words).failed(2);
        let tip = err.lines().find(|line| line.trim().starts_with("tip:"));
        assert!(tip.is_some_and(|tip| tip.contains(hint)), "{words:?}: {err}");
    }
}

#[test]
fn colours_are_for_terminals_whose_owner_wants_them() {
    let shell = Shell::bare();
    let shown = |shell: &Shell| Terminal::run(shell, &["--help"]).ends();
    assert!(shown(&shell).1.contains('\u{1b}'));
    let shell = shell.set("NO_COLOR", "1");
    let (code, text) = shown(&shell);
    assert!(code == 0 && text.contains("Commands:") && !text.contains('\u{1b}'), "{text}");
}

#[tokio::test]
async fn a_bar_shows_progress_on_a_terminal_and_nowhere_else() {
    let (_plan, shell) = Shell::with_homes(20).await;
    let file = shell.file("dump.csv", &shell.run(&["dumpdata"]).done());
    for words in [
        &["loaddata", &file][..],
        &["dumpdata", "--output", &file],
        &["manage_cache", "--warm"],
        // Last, because it makes work for every later command.
        &["sampledata", "--count", "6000"],
    ] {
        let (code, text) = Terminal::run(&shell, words).ends();
        assert!(code == 0 && text.contains("s left"), "{words:?}: {text}");
        let said = shell.run(words);
        assert!(!said.err.contains(['\r', '\u{1b}']), "{said:?}");
        said.done();
    }
}

/// The indented lines below “Examples:” of every help text, in a terminal of this width.
fn examples(width: &str) -> Vec<String> {
    let shell = Shell::bare().set("COLUMNS", width);
    let mut found = Vec::new();
    let main = shell.run(&["--help"]).done();
    let listed = main.lines().skip_while(|line| *line != "Commands:");
    let listed = listed.skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| line.strip_prefix("  "));
    let names = names.filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    let names: Vec<_> = names.filter_map(|line| line.split(' ').next()).collect();
    assert!(names.len() > 14, "{names:?}");
    for name in names {
        let text = match name {
            "help" => main.clone(),
            name => shell.run(&[name, "--help"]).done(),
        };
        let lines = text.lines().skip_while(|line| !line.starts_with("Example"));
        found.extend(lines.skip(1).take_while(|line| !line.is_empty()).map(str::to_owned));
    }
    found
}

#[test]
fn every_example_in_a_help_text_is_one_whole_command_however_narrow_the_terminal_is() {
    let wide = examples("1000");
    assert!(wide.len() > 30, "{wide:?}");
    for width in ["40", "60", "80", "100"] {
        assert_eq!(examples(width), wide, "{width} columns");
    }
    let shell = Shell::bare();
    for file in ["changes.sql", "dump.csv.xz"] {
        shell.file(file, "");
    }
    // The examples' own commands print their arguments; the other programs in them do nothing.
    let preamble = "HOME=$PWD; mkdir -p .zfunc .config/fish/completions .local/share/bash-completion/completions
        property-listings() { echo \"called: $*\" >&2; }
        xz() { :; }; jq() { :; }; head() { :; }; man() { :; }";
    for line in wide {
        let output = std::process::Command::new("bash")
            .args(["-c", &format!("{preamble}\n{line}")])
            .current_dir(&shell.directory)
            .output()
            .expect("bash runs");
        assert!(output.status.success(), "{line}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.replace(&shell.directory.display().to_string(), "~");
        let calls: Vec<_> = said.lines().collect();
        let [call] = calls[..] else {
            panic!("{line}: {said}");
        };
        let arguments = call.strip_prefix("called: ").unwrap_or_else(|| panic!("{line}: {said}"));
        assert!(
            line.contains(arguments.split(" -c ").next().unwrap_or_default()),
            "{line}: {said}"
        );
        assert!(!arguments.contains('#'), "{line}: {arguments}");
    }
}

#[test]
fn commands_of_django_that_are_missing_get_a_hint() {
    let shell = Shell::bare();
    for (words, hint) in [
        (&["runserver"][..], "property-listings serve"),
        (&["runserver", "0.0.0.0:8000"], "PORT"),
        (&["shell"], "property-listings dbshell"),
        (&["shell", "-c", "print(1)"], "property-listings dbshell"),
        (&["collectstatic", "--noinput"], "property-listings serve"),
        (&["makemigrations"], "sql/migrations"),
        (&["sqlmigrate", "property", "1"], "sql/migrations"),
        (&["test"], "script/test"),
        (&["startapp", "homes"], "src"),
        (&["flush"], "DELETE FROM property"),
        (&["inspectdb"], "dbshell"),
        (&["help", "shell"], "property-listings dbshell"),
    ] {
        let err = shell.run(words).failed(2);
        let tips: Vec<_> = err.lines().filter(|line| line.trim().starts_with("tip:")).collect();
        assert!(tips.len() == 1 && tips[0].contains(hint), "{words:?}: {err}");
    }
}
