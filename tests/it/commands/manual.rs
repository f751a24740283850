//! `completions` and `man`.

use std::process::{Command, Stdio};

use crate::harness::Shell;

/// Runs a program with a text as standard input: returns its output and errors, or `None` if it is not installed.
fn piped(program: &str, arguments: &[&str], input: &str) -> Option<(String, String)> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    let mut stdin = child.stdin.take().expect("it is piped");
    let input = input.to_owned();
    let writer =
        std::thread::spawn(move || std::io::Write::write_all(&mut stdin, input.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("it reads");
    assert!(output.status.success(), "{program}: {output:?}");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Some((text(output.stdout), text(output.stderr)))
}

/// The commands that `--help` lists.
fn commands(shell: &Shell) -> Vec<String> {
    let help = shell.run(&["--help"]).done();
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let named = lines.take_while(|line| !line.is_empty()).filter_map(|line| {
        let indented = line.starts_with("  ") && !line.starts_with("   ");
        indented.then(|| line.split_whitespace().next().map(str::to_owned))?
    });
    named.filter(|name| name != "help").collect()
}

#[test]
fn every_shell_gets_a_script_that_names_every_command() {
    let shell = Shell::bare();
    let commands = commands(&shell);
    assert!(commands.len() >= 14, "{commands:?}");
    for name in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = shell.run(&["completions", name]).done();
        for command in &commands {
            assert!(script.contains(command), "{name} lacks {command}");
        }
    }
    // The command works with an invalid configuration.
    shell.set("PORT", "x").run(&["completions", "bash"]).done();
    Shell::bare().run(&["completions", "csh"]).failed(2);
}

#[test]
fn bash_completes_commands_and_options() {
    let script = Shell::bare().run(&["completions", "bash"]).done();
    for (words, want) in [
        ("property-listings ma", &["manage_cache", "manage_media", "man"][..]),
        ("property-listings check --fail-level W", &["WARNING"]),
        ("property-listings dumpdata --fo", &["--format"]),
        ("property-listings manage_cache --ex", &["--explain"]),
        ("property-listings dumpdata --format js", &["jsonl"]),
    ] {
        let last = words.split(' ').count() - 1;
        let ask = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD={last}
            found=$(complete -p property-listings); found=${{found##*-F }}; found=${{found%% *}}
            $found property-listings \"${{COMP_WORDS[{last}]}}\" \"${{COMP_WORDS[{last}-1]}}\"
            printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let Some((out, err)) = piped("bash", &["--norc"], &ask) else {
            return;
        };
        assert_eq!(out.lines().collect::<Vec<_>>(), want, "{words}: {err}");
    }
}

#[test]
fn other_shells_read_their_scripts() {
    for (program, arguments) in [("zsh", &["-n"][..]), ("fish", &["--no-execute"])] {
        let script = Shell::bare().run(&["completions", program]).done();
        // If the shell is not installed, there is nothing to check.
        if let Some((_, err)) = piped(program, arguments, &script) {
            assert!(err.is_empty(), "{program}: {err}");
        }
    }
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let shell = Shell::bare();
    let main = shell.run(&["man"]).done();
    for command in commands(&shell) {
        assert!(main.contains(&command.replace('-', "\\-")), "{command}");
        let page = shell.run(&["man", &command]).done();
        assert!(page.contains(".SH NAME") && page.contains(".SH SYNOPSIS"), "{page}");
        renders(&page);
    }
    renders(&main);
    let err = shell.run(&["man", "nonsense"]).failed(2);
    assert!(err.contains("nonsense"), "{err}");
}

/// Asserts that groff reports no problem; does nothing if groff is not installed.
fn renders(page: &str) {
    if let Some((out, err)) = piped("groff", &["-man", "-Tutf8", "-ww", "-Kutf8"], page) {
        assert!(err.is_empty(), "{err}\n{page}");
        assert!(out.contains("property"), "{out}");
    }
}

#[test]
fn the_examples_of_a_page_are_whole_commands_however_narrow_the_terminal_is() {
    let shell = Shell::bare();
    for command in commands(&shell) {
        let page = shell.run(&["man", &command]).done();
        let arguments = ["-man", "-Tutf8", "-Kutf8", "-P-c", "-rLL=50n"];
        let Some((shown, _)) = piped("groff", &arguments, &page) else {
            return;
        };
        let help = shell.run(&[&command, "--help"]).done();
        let examples = help.lines().skip_while(|line| !line.starts_with("Example"));
        for line in examples.skip(1).take_while(|line| !line.is_empty()) {
            assert!(shown.contains(line), "{line}\n{shown}");
        }
    }
}

#[test]
fn all_pages_are_written_to_a_directory() {
    let shell = Shell::bare();
    let directory = shell.directory.join("share/man/man1");
    let path = directory.display().to_string();
    let said = shell.run(&["man", "--output", &path]).done();
    assert!(said.contains(&path), "{said}");
    for name in ["property-listings.1", "property-listings-loaddata.1"] {
        assert!(directory.join(name).is_file(), "{name}");
    }
    let err = shell.run(&["man", "--output", "/proc/nowhere"]).failed(1);
    assert!(err.contains("/proc/nowhere"), "{err}");
}
