//! Wrong usage ends with 2 and says what is right.

use crate::harness::{Plan, Shell, Terminal};

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
    assert!(
        shell
            .run(&["--version"])
            .done()
            .contains(env!("CARGO_PKG_VERSION"))
    );
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
        assert!(
            tip.is_some_and(|tip| tip.contains(hint)),
            "{words:?}: {err}"
        );
    }
}

#[test]
fn colours_are_for_terminals_whose_owner_wants_them() {
    let shell = Shell::bare();
    let shown = |shell: &Shell| Terminal::run(shell, &["--help"]).ends();
    assert!(shown(&shell).1.contains('\u{1b}'));
    let shell = shell.set("NO_COLOR", "1");
    let (code, text) = shown(&shell);
    assert!(
        code == 0 && text.contains("Commands:") && !text.contains('\u{1b}'),
        "{text}"
    );
}

#[tokio::test]
async fn a_bar_shows_progress_on_a_terminal_and_nowhere_else() {
    let plan = Plan::new().await.homes(20).await;
    let shell = Shell::of(&plan);
    let file = shell.file("dump.csv", &shell.run(&["dumpdata"]).done());
    for words in [
        &["sampledata", "--count", "20000"][..],
        &["loaddata", &file],
        &["dumpdata", "--output", &file],
        &["manage_cache", "--warm"],
    ] {
        let (code, text) = Terminal::run(&shell, words).ends();
        assert!(code == 0 && text.contains("s left"), "{words:?}: {text}");
        let said = shell.run(words);
        assert!(!said.err.contains(['\r', '\u{1b}']), "{said:?}");
        said.done();
    }
}

#[tokio::test]
async fn a_reader_of_the_output_that_goes_away_is_no_failure() {
    let plan = Plan::new().await.homes(500).await;
    let shell = Shell::of(&plan);
    // The pipe is closed by `head` long before the dump ends.
    let script = format!(
        "{} dumpdata 2>&1 | head -n 1",
        env!("CARGO_BIN_EXE_property-listings")
    );
    let output = std::process::Command::new("/bin/sh")
        .args(["-c", &script])
        .envs(&shell.variables)
        .current_dir(&shell.directory)
        .output()
        .expect("sh runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.starts_with("id,title") && !text.contains("panicked"),
        "{text}"
    );
}
