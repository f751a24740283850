//! Wrong usage ends with 2 and says what is right.

use crate::harness::{Plan, Shell};

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
    ] {
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
        &["manage_cache"],
        &["manage_cache", "--status", "--clear"],
        &["manage_cache", "--status", "--format", "xml"],
    ] {
        let said = shell.run(words);
        assert_eq!(said.code, 2, "{words:?}: {said:?}");
        assert!(said.out.is_empty() && !said.err.is_empty(), "{said:?}");
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
