//! The commands of docs/operations.md do what it says. They are taken from its blocks that have a name
//! (`<!-- run: name -->`), and run as they are. Pages are right afterwards, without any clear of the cache.

use std::path::Path;
use std::process::Command;

use super::read;
use crate::harness::{
    App, OwnPostgres, OwnRedis, Plan, Shell, Shows as _, TestDatabase, postgres_programs,
};

/// The commands of a block.
fn commands(name: &str) -> String {
    let manual = read("docs/operations.md");
    let (_, rest) = manual.split_once(&format!("<!-- run: {name} -->\n")).expect(name);
    let (first, rest) = rest.split_once("```sh\n").expect("a block");
    assert_eq!(first.trim(), "", "{name}: something stands before the block");
    let (block, _) = rest.split_once("```").expect("its end");
    let lines = block.lines().map(str::trim_start).filter(|line| !line.is_empty());
    lines.map(|line| format!("{line}\n")).collect()
}

/// Runs a block in a shell with the program's variables; returns what it prints.
fn run(name: &str, shell: &Shell) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_property-listings")).parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{}:{path}", program.display(), postgres_programs().display());
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &commands(name)]).current_dir(&shell.directory);
    let output = bash.env_clear().env("PATH", path).envs(&shell.variables).output();
    let output = output.expect("bash is installed");
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{name}: {out}{err}");
    out
}

const PATHS: [&str; 4] =
    ["/properties/", "/properties/1/", "/properties/?location=Leith", "/properties/?format=json"];

/// Both tiers hold the pages, which show a title.
async fn hold(app: &App, title: &str) {
    for path in PATHS {
        app.comes_to_show(path, title).await;
        app.has_in_memory(path).await;
    }
}

/// Every page comes to show a title instead of another one, and stays so.
async fn show(app: &App, title: &str, instead_of: &str) {
    for path in PATHS {
        app.comes_to_show(path, title).await;
        app.get(path).await.shows([title]).hides([instead_of]);
    }
}

async fn rename(database: &TestDatabase, title: &str) {
    database.run(&format!("UPDATE property SET title = '{title}' WHERE id = 1")).await;
}

#[test]
fn every_named_block_of_the_manual_is_run_by_a_test() {
    let manual = read("docs/operations.md");
    let names = super::between(&manual, "<!-- run: ", ' ');
    assert_eq!(names, ["upgrade", "backup", "restore", "move", "redis", "failover"]);
}

#[tokio::test]
async fn a_backup_is_restored_as_the_manual_says_while_the_site_runs() {
    let app = Plan::with_homes(3).await.start().await;
    let shell = Shell::beside(&app);
    let photos = Path::new(&app.variables["MEDIA_URL"]).to_owned();
    std::fs::create_dir_all(&photos).expect("writable");
    std::fs::write(photos.join("kept"), "a photo").expect("writable");
    hold(&app, "Home 1").await;
    run("backup", &shell);
    rename(&app.database, "Lost").await;
    app.sql("DELETE FROM property WHERE id = 3").await;
    std::fs::remove_file(photos.join("kept")).expect("it is there");
    hold(&app, "Lost").await;
    let other = app.another().start().await;
    run("restore", &shell);
    for app in [&app, &other] {
        show(app, "Home 1", "Lost").await;
        app.get("/properties/3/").await.assert_status(200);
    }
    assert!(photos.join("kept").exists());
    rename(&app.database, "Later").await;
    show(&app, "Later", "Home 1").await;
}

#[tokio::test]
async fn a_database_of_the_first_release_is_upgraded_as_the_manual_says() {
    let database = TestDatabase::create_empty().await;
    database.migrate_to(19).await;
    database
        .run("INSERT INTO property (title, description, price, location) VALUES ('Home 1', 'D', 1, 'Leith')")
        .await;
    let plan = Plan::on(database);
    let shell = Shell::of(&plan);
    let said = run("upgrade", &shell);
    assert!(said.contains("0020_bounded_counts"), "{said}");
    assert!(shell.directory.join("before-upgrade.dump").exists());
    let app = plan.start().await;
    hold(&app, "Home 1").await;
    rename(&app.database, "Changed").await;
    show(&app, "Changed", "Home 1").await;
}

#[tokio::test]
async fn a_site_moves_to_another_server_as_the_manual_says_and_keeps_its_redis() {
    let redis = OwnRedis::start(&[]).await;
    let app = Plan::with_homes(3).await.set("REDIS_URL", redis.url()).start().await;
    hold(&app, "Home 1").await;
    let shell = Shell::beside(&app);
    let variables = app.variables.clone();
    // Stopped, so that nothing is written to the old server.
    let _old = app.stop();
    let server = OwnPostgres::start().await;
    let new = server.empty_database().await;
    let url = new.url("property_listings", &server.sockets());
    run("move", &shell.set("NEW_DATABASE_URL", &url));
    // The new server goes on from here: what Redis holds is of another history.
    rename(&new, "Moved").await;
    let mut plan = Plan::on(new);
    plan.variables = variables;
    let app = plan.set("DATABASE_URL", url).start().await;
    show(&app, "Moved", "Home 1").await;
    rename(&app.database, "Later").await;
    show(&app, "Later", "Moved").await;
}

#[tokio::test]
async fn a_lost_redis_is_replaced_as_the_manual_says() {
    let mut redis = OwnRedis::start(&[]).await;
    let app = Plan::with_homes(3).await.set("REDIS_URL", redis.url()).start().await;
    hold(&app, "Home 1").await;
    let staff = app.staff().await;
    redis.kill();
    rename(&app.database, "Changed").await;
    show(&app, "Changed", "Home 1").await;
    redis.begin().await;
    let said = run("redis", &Shell::beside(&app));
    assert!(said.contains("page"), "{said}");
    let other = app.another().start().await;
    for app in [&app, &other] {
        show(app, "Changed", "Home 1").await;
    }
    staff.get("/admin/").await.assert_status(200);
    rename(&app.database, "Later").await;
    show(&other, "Later", "Changed").await;
}

#[tokio::test]
async fn a_lost_primary_is_replaced_as_the_manual_says() {
    let mut primary = OwnPostgres::start().await;
    let database = primary.database().await;
    let standby = primary.standby().await;
    let hosts = format!("{},{}", primary.sockets(), standby.sockets());
    let url =
        |hosts: &str, rest: &str| format!("{} {rest}", database.url("property_listings", hosts));
    let (both, own) = (url(&hosts, "target_session_attrs=read-write"), url(&standby.sockets(), ""));
    let app = Plan::on(database.same()).homes(3).await.set("DATABASE_URL", &both).start().await;
    hold(&app, "Home 1").await;
    standby.follows(&primary).await;
    primary.kill();
    for path in PATHS {
        app.get(path).await.assert_status(200).shows(["Home 1"]);
    }
    let said = run("failover", &Shell::beside(&app).set("STANDBY_URL", own));
    assert!(said.contains("the primary accepts writes"), "{said}");
    let new = standby.config(&database.name);
    let (client, connection) = new.connect(tokio_postgres::NoTls).await.expect("it answers");
    tokio::spawn(connection);
    client
        .batch_execute("UPDATE property SET title = 'Later' WHERE id = 1")
        .await
        .expect("written");
    show(&app, "Later", "Home 1").await;
}
