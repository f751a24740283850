//! `dbshell` runs psql on the site's database.

use crate::harness::{Shell, Shows as _};

#[tokio::test]
async fn psql_is_on_the_sites_database() {
    let (_plan, shell) = Shell::with_homes(3).await;
    let ask = ["dbshell", "--", "-X", "-A", "-t", "-c"];
    assert_eq!(shell.run(&[&ask[..], &["SELECT count(*) FROM property"]].concat()).done(), "3\n");
    let said = shell.run_with(&["dbshell", "--", "-X", "-A", "-t"], "SELECT 6 * 7;\n");
    assert_eq!(said.done(), "42\n");
}

#[tokio::test]
async fn the_exit_code_is_psqls() {
    let (_plan, shell) = Shell::with_homes(0).await;
    shell.run(&["dbshell", "--", "-X", "-c", "nonsense"]).failed(1);
    let stop = ["dbshell", "--", "-X", "-v", "ON_ERROR_STOP=1"];
    shell.run_with(&stop, "nonsense;\n").failed(3).shows(["nonsense"]);
    let nowhere = shell.set("DATABASE_URL", "postgres://eve:hunter2@127.0.0.1:1/none");
    let err = nowhere.run(&["dbshell"]).failed(2);
    err.hides(["hunter2"]);
}

#[test]
fn a_private_database_is_started_for_as_long() {
    let shell = Shell::bare();
    let directory = shell.directory.join("d").display().to_string();
    let shell = shell.set("DATA_DIR", directory);
    let ask = ["dbshell", "--", "-X", "-A", "-t", "-c", "SELECT current_database()"];
    assert_eq!(shell.run(&ask).done(), "property_listings\n");
    assert!(!shell.directory.join("d/postgres/postmaster.pid").exists(), "it still runs");
}
