//! Standard output that can't be written, for every command that prints.

use std::fs::File;
use std::process::Stdio;

use crate::harness::{Plan, Shell, unique};

/// Every command that prints, in several forms.
fn commands(shell: &Shell) -> Vec<Vec<String>> {
    let rows = "title,description,price,location\nHome,Old,1,Leith\n";
    let (file, pages) = (shell.file("rows.csv", rows), shell.file("pages", ""));
    std::fs::remove_file(&pages).expect("it is there");
    let text = format!(
        "--help
        --version
        help loaddata
        dumpdata -h
        completions bash
        man
        man loaddata
        man --output {pages}
        openapi
        printconfig
        printconfig --format json
        migrate
        migrate --plan
        showmigrations
        showmigrations --plan
        showmigrations --format json
        createsuperuser --noinput --username NAME
        changepassword ada
        clearsessions
        sampledata --count 2
        loaddata {file}
        dumpdata
        dumpdata --format jsonl
        dumpdata --output /dev/stdout
        manage_cache --status
        manage_cache --status --format json
        manage_cache --clear
        manage_cache --clear --tag location:Leith --noinput
        manage_cache --warm
        manage_cache --test
        manage_cache --test-signals
        manage_cache --metrics
        manage_cache --explain /properties/
        manage_cache --load-test --requests 2
        check
        check --format json
        dbshell -- -X -c SELECT(1)"
    );
    text.lines().map(|line: &str| line.split_whitespace().map(str::to_owned).collect()).collect()
}

async fn shell() -> (Plan, Shell) {
    let plan = Plan::with_homes(3000).await;
    let shell = Shell::of(&plan).set("SUPERUSER_PASSWORD", "yet another battery");
    (plan, shell)
}

/// Runs a command with a standard output; returns its exit code and standard error.
fn run(shell: &Shell, words: &[String], to: impl Into<Stdio>) -> (Option<i32>, String) {
    let name = format!("eve-{}", unique());
    let words = words.iter().map(|word| match word.as_str() {
        // Each run creates another account.
        "NAME" => name.as_str(),
        word => word,
    });
    let words: Vec<_> = words.collect();
    let mut command = shell.command(&words);
    command.stdin(Stdio::null()).stdout(to);
    let output = command.output().expect("it was built");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test]
async fn output_that_can_not_be_written_fails_every_command() {
    let (_plan, shell) = shell().await;
    for words in commands(&shell) {
        let full = File::options().write(true).open("/dev/full");
        let (code, err) = run(&shell, &words, full.expect("Linux has it"));
        assert_eq!(code, Some(1), "{words:?}: {err}");
        let told = err.lines().filter(|line| line.contains("No space left"));
        assert_eq!(told.count(), 1, "{words:?}: {err}");
        assert!(!err.contains("panicked"), "{words:?}: {err}");
    }
}

#[tokio::test]
async fn a_closed_pipe_ends_every_command_quietly() {
    let (_plan, shell) = shell().await;
    for words in commands(&shell) {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let (code, err) = run(&shell, &words, writer);
        assert_eq!(code, Some(0), "{words:?}: {err}");
        let lower = err.to_lowercase();
        assert!(!lower.contains("error:") && !lower.contains("pipe"), "{words:?}: {err}");
    }
}

#[tokio::test]
async fn a_reader_that_has_seen_enough_leaves_the_exit_code_at_0() {
    let (_plan, shell) = shell().await;
    let path = std::path::Path::new(env!("CARGO_BIN_EXE_property-listings"));
    let directory = path.parent().expect("a folder").display();
    for command in
        ["dumpdata", "dumpdata --format jsonl", "openapi", "dbshell -- -c 'TABLE property'"]
    {
        let script = format!(
            "PATH={directory}:$PATH; set -o pipefail; property-listings {command} | head -n 1"
        );
        let output = std::process::Command::new("bash")
            .args(["-c", &script])
            .envs(&shell.variables)
            .current_dir(&shell.directory)
            .output()
            .expect("bash runs");
        assert_eq!(output.status.code(), Some(0), "{command}: {output:?}");
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(text.lines().count(), 1, "{command}: {text}");
        assert!(output.stderr.is_empty(), "{command}: {output:?}");
    }
}
