//! `migrate` and `showmigrations`.

use crate::harness::{Plan, Shell, TestDatabase};

#[tokio::test]
async fn migrations_are_shown_applied_and_shown_as_applied() {
    let plan = Plan::on(TestDatabase::create_empty().await);
    let shell = Shell::of(&plan);
    let before = shell.run(&["showmigrations"]).done();
    let lines: Vec<&str> = before.lines().collect();
    assert_eq!(lines[0], "property_listings");
    assert_eq!(lines[1], " [ ] 0001_property");
    assert!(lines[1..].iter().all(|line| line.starts_with(" [ ] 00")), "{before}");
    let applied = shell.run(&["migrate"]).done();
    assert!(applied.contains("Applying 0001_property... OK"), "{applied}");
    assert_eq!(shell.run(&["showmigrations"]).done(), before.replace("[ ]", "[X]"));
    assert_eq!(shell.run(&["migrate"]).done(), "No migrations to apply.\n");
}

#[tokio::test]
async fn what_is_pending_can_be_asked_for_without_applying_it() {
    let plan = Plan::on(TestDatabase::create_empty().await);
    let shell = Shell::of(&plan);
    let planned = shell.run(&["migrate", "--plan"]).done();
    let mut lines = planned.lines();
    assert_eq!(lines.next(), Some("Planned operations:"));
    assert_eq!(lines.next(), Some("property_listings.0001_property"));
    let err = shell.run(&["migrate", "--check"]).failed(1);
    let pending = planned.lines().count() - 1;
    assert!(err.contains(&format!("{pending} migration(s)")), "{err}");
    shell.run(&["migrate", "--plan", "--check"]).failed(1);
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(plan.database.value(tables).await, "0");
    shell.run(&["migrate"]).done();
    assert_eq!(shell.run(&["migrate", "--check"]).done(), "");
    let planned = shell.run(&["migrate", "--plan"]).done();
    assert!(planned.contains("No planned migration operations."), "{planned}");
}

#[tokio::test]
async fn a_migration_that_fails_is_named_and_those_before_it_stay() {
    let plan = Plan::on(TestDatabase::create_empty().await);
    // The second migration creates a table with this name.
    plan.database.run("CREATE VIEW property_tally AS SELECT 1").await;
    let shell = Shell::of(&plan);
    let said = shell.run(&["migrate"]);
    assert!(said.out.contains("Applying 0001_property... OK"), "{said:?}");
    assert!(said.out.ends_with("Applying 0002_property_tally..."), "{said:?}");
    said.failed(1);
    let shown = shell.run(&["showmigrations", "--plan"]).done();
    assert!(shown.starts_with("[X]  property_listings.0001_property\n[ ]  "), "{shown}");
    plan.database.run("DROP VIEW property_tally").await;
    let rest = shell.run(&["migrate"]).done();
    assert!(rest.starts_with("Applying 0002_property_tally... OK"), "{rest}");
}

#[tokio::test]
async fn migrations_are_shown_to_programs_too() {
    let plan = Plan::new().await;
    let out = Shell::of(&plan).run(&["showmigrations", "--format", "json"]).done();
    let list: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let first =
        serde_json::json!({"app": "property_listings", "name": "0001_property", "applied": true});
    assert_eq!(list[0], first);
}

#[tokio::test]
async fn a_command_on_a_database_without_migrations_says_what_to_do() {
    let plan = Plan::on(TestDatabase::create_empty().await);
    let shell = Shell::of(&plan);
    for words in [&["sampledata"][..], &["dumpdata"], &["manage_cache", "--status"]] {
        let err = shell.run(words).failed(1);
        assert!(err.contains("migrate"), "{words:?}: {err}");
    }
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(plan.database.value(tables).await, "0");
}

#[tokio::test]
async fn two_programs_that_migrate_at_once_do_not_disturb_each_other() {
    let plan = Plan::on(TestDatabase::create_empty().await);
    let shell = Shell::of(&plan);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| shell.run(&["migrate"]).done());
        }
    });
    assert!(!shell.run(&["showmigrations"]).done().contains("[ ]"));
}

#[tokio::test]
async fn serve_applies_migrations_first_unless_it_is_told_not_to() {
    let plan = Plan::on(TestDatabase::create_empty().await);
    let shell = Shell::of(&plan);
    let tables = "SELECT count(*) FROM pg_tables WHERE tablename = 'property'";
    drop(shell.serve(&["serve", "--no-migrate"]));
    assert_eq!(plan.database.value(tables).await, "0");
    drop(shell.serve(&["serve"]));
    assert_eq!(plan.database.value(tables).await, "1");
}
