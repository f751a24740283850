//! `loaddata`, `dumpdata`, `sampledata`.

use crate::harness::{Plan, Shell, Shows as _};

const GOOD: &str = "title,description,price,location\nGood,D,1,Leith\n";

#[tokio::test]
async fn a_dump_loads_into_another_database_without_a_difference() {
    let one = Plan::with_homes(50).await;
    let rows = "INSERT INTO property (title, description, price, location)
        VALUES ('=1+1 \"quoted\", comma', E'Two\\nlines 🏠', 0.05, 'Zürich')";
    one.database.run(rows).await;
    for format in ["csv", "jsonl"] {
        let dumped = Shell::of(&one).run(&["dumpdata", "--format", format]).done();
        let other = Plan::new().await;
        let shell = Shell::of(&other);
        let file = shell.file(&format!("dump.{format}"), &dumped);
        let said = shell.run(&["loaddata", &file]).done();
        said.shows(["51"]);
        assert_eq!(shell.run(&["dumpdata", "--format", format]).done(), dumped);
        shell.run_with(&["loaddata", "-"], &dumped).done().shows(["51 of them unchanged"]);
    }
}

#[tokio::test]
async fn listings_are_withdrawn_for_one_file_of_listings_only() {
    let (_plan, shell) = Shell::with_homes(3).await;
    let (one, other) = (shell.file("one.csv", GOOD), shell.file("other.csv", GOOD));
    let said = shell.run(&["loaddata", "--withdraw-missing", &one, &other]).failed(2);
    said.shows(["--withdraw-missing takes one file"]);
    let dump = r#"[{"model": "auth.group", "pk": 1, "fields": {"name": "x"}}]"#;
    let dump = shell.file("dump.json", dump);
    let said = shell.run(&["loaddata", "--withdraw-missing", &dump]).failed(1);
    said.shows(["--withdraw-missing can’t be used with a Django dump"]);
}

#[tokio::test]
async fn files_that_can_not_be_loaded_are_named_with_line_and_field_and_each_is_one_transaction() {
    let (plan, shell) = Shell::with_homes(0).await;
    let binary = shell.file("binary.csv", "\0\u{1}\u{2}");
    let header = shell.file("header.csv", "a,b\n1,2\n");
    let json = shell.file("broken.jsonl", "{\"title\": \"T\"\n");
    for file in ["missing.csv", "/", &binary, &header, &json] {
        let err = shell.run(&["loaddata", file]).failed(1);
        assert!(err.contains(file), "{file}: {err}");
        err.hides(["panicked"]);
    }
    assert_eq!(plan.database.listings().await, "0");
    // An invalid row is reported with line and field.
    let bad = format!("{GOOD}\"\",D,2,Leith\nT,D,free,Leith\n");
    let file = shell.file("bad.csv", &bad);
    let err = shell.run(&["loaddata", &file]).failed(1);
    for place in [format!("{file}:3: title:"), format!("{file}:4: price:")] {
        assert!(err.contains(&place), "{place}: {err}");
    }
    assert_eq!(plan.database.listings().await, "0");
    let said = shell.run(&["loaddata", "--skip-invalid", &file]);
    said.err.shows(["2 row(s) skipped"]);
    said.done();
    assert_eq!(plan.database.listings().await, "1");
    // Each of several files is one transaction.
    let good = shell.file("good.csv", GOOD);
    let bad = shell.file("bad.csv", "title,description,price,location\nT,D,free,L\n");
    shell.run(&["loaddata", &good, &bad]).failed(1);
    assert_eq!(plan.database.listings().await, "2");
}

#[tokio::test]
async fn a_dry_run_tells_what_would_change_and_changes_nothing() {
    let (plan, shell) = Shell::with_homes(3).await;
    let csv = "id,title,description,price,location\n1,Home 1,About home 1,1000,Leith\n\
        2,Renamed,About home 2,2500,Leith\n,New,D,5,Joppa\n";
    let good = shell.file("good.csv", csv);
    let said = shell.run(&["loaddata", "--dry-run", "--withdraw-missing", &good]).done();
    said.shows([
        "good.csv: would add 1, change 1 and leave 1 unchanged; 0 invalid row(s)",
        "would withdraw 1 of 3 visible listings",
        "Changed: Renamed (number 2)",
        "  title: Home 2 → Renamed",
        "  price: 2000.00 → 2500.00",
        "Added: New",
    ]);
    let bad = shell.file("bad.csv", &format!("{csv},Bad,D,free,Leith\n"));
    let said = shell.run(&["loaddata", "--dry-run", &bad]);
    said.out.shows(["would add 1, change 1 and leave 1 unchanged; 1 invalid row(s)"]);
    said.failed(1).shows([&format!("{bad}:5: price:"), "1 row(s) are invalid"]);
    assert_eq!(plan.database.changes().await, "0");
    assert_eq!(plan.database.listings().await, "3");
    let dump = shell.file("dump.json", "[{\"model\": \"auth.group\", \"fields\": {}}]");
    let said = shell.run(&["loaddata", "--dry-run", &dump]).failed(1);
    said.shows(["--dry-run can’t be used with a Django dump."]);
}

#[tokio::test]
async fn sample_data_is_as_much_as_was_asked_for() {
    let (plan, shell) = Shell::with_homes(0).await;
    let said = shell.run(&["sampledata", "--count", "1200"]).done();
    said.shows(["1200"]);
    assert_eq!(plan.database.listings().await, "1200");
    let dump = shell.directory.join("dump.csv").display().to_string();
    let said = shell.run(&["dumpdata", "-o", &dump]);
    said.err.shows(["1200"]);
    assert!(said.done().is_empty());
    assert!(std::fs::read_to_string(dump).expect("written").lines().count() >= 1201);
}

#[tokio::test]
async fn many_made_up_listings_get_the_words_triggers_and_indexes_that_single_ones_get() {
    let (plan, shell) = Shell::with_homes(0).await;
    let schema = "SELECT string_agg(definition, ' ' ORDER BY definition) FROM (
        SELECT tgenabled::text || pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'property'::regclass
        UNION SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'property'::regclass
    ) AS all_of_them (definition)";
    let before = plan.database.value(schema).await;
    // So many that the indexes are built afterwards, and that the last round is not a whole one.
    shell.run(&["sampledata", "--count", "20500"]).done();
    assert_eq!(plan.database.value(schema).await, before);
    let others = "CREATE TEMPORARY TABLE again AS SELECT * FROM property WHERE id % 7 = 0;
        CREATE TRIGGER words BEFORE UPDATE ON again FOR EACH ROW EXECUTE FUNCTION property_fill_search();
        SET app.renew_search = 'on';
        UPDATE again SET search = '';
        SELECT count(*) || ' of ' || (SELECT count(*) FROM again) FROM again JOIN property USING (id)
        WHERE again.search <> property.search OR property.search = ''";
    assert_eq!(plan.database.value(others).await, "0 of 2928");
    let same = "SELECT count(DISTINCT id) || ' ' || min(id) || ' ' || max(id) FROM property";
    assert_eq!(plan.database.value(same).await, "20500 1 20500");
}

#[tokio::test]
async fn a_database_that_is_out_of_reach_is_said() {
    let (plan, shell) = Shell::with_homes(0).await;
    for url in ["postgres://nobody@127.0.0.1:1/none", "host=/nonexistent user=nobody dbname=none"] {
        let shell = Shell::of(&plan).set("DATABASE_URL", url);
        let err = shell.run(&["dumpdata"]).failed(1);
        err.shows(["error: "]).hides(["panicked"]);
    }
    assert_eq!(shell.run(&["dumpdata"]).code, 0);
}

#[tokio::test]
async fn without_any_configuration_the_program_brings_its_own_servers() {
    let mut shell = Shell::bare();
    shell.variables.insert("DATA_DIR", shell.directory.join("data").display().to_string());
    shell.run(&["sampledata", "--count", "3"]).done();
    let dump = shell.run(&["dumpdata"]).done();
    assert!(dump.lines().count() > 3, "{dump}");
    let said = shell.run(&["manage_cache", "--status", "--format", "json"]).done();
    said.shows(["\"reachable\": true"]);
    // Its Redis ends with the command.
    let err = shell.run(&["manage_cache", "--warm"]).failed(1);
    err.shows(["only during this command"]);
}

#[tokio::test]
async fn a_file_that_leaves_something_open_is_told_what_to_type_and_that_works() {
    let (plan, shell) = Shell::with_homes(0).await;
    let text = "Ref;Headline;Remarks;Preis;Suburb;Parking\nA;Flat;One;1.650;Leith;Street\n";
    let file = shell.file("agency.csv", text);
    let err = shell.run(&["loaddata", &file]).failed(1);
    err.shows(["The column “Parking” is unknown", "type one of these", "needs 2 decisions"]);
    let line = err.lines().find(|line| line.contains("--decimal ,")).expect("a line to type");
    assert_eq!(
        line.trim(),
        format!("property-listings loaddata --ignore Parking --decimal , {file}")
    );
    let kept = shell.directory.join("map.json").display().to_string();
    let words = ["loaddata", "--ignore", "Parking", "--decimal", ",", "--save-map", &kept, &file];
    shell.run(&words).done().shows(["Installed 1 object(s)"]);
    let said = shell.run(&["loaddata", "--map-file", &kept, &file]);
    said.err.shows(["“Preis” as price", "Not read: “Parking”."]);
    said.done().shows(["(1 of them unchanged)"]);
    assert_eq!(plan.database.listings().await, "1");
    for wrong in [
        &["--map", "Parking=nowhere"][..],
        &["--default", "price=cheap"],
        &["--decimal", ";"],
        &["--force"],
    ] {
        let words = [&["loaddata", &file], wrong].concat();
        shell.run(&words).failed(2);
    }
    shell
        .run(&["loaddata", "--encoding", "klingon", &file])
        .failed(1)
        .shows(["“klingon” is not an encoding"]);
}

#[tokio::test]
async fn what_is_said_of_a_bad_file_is_short_however_many_rows_are_bad() {
    let (plan, shell) = Shell::with_homes(0).await;
    let rows = (0..12_000).map(|row| format!("T,D,cheap {row},Leith\n")).collect::<String>();
    let file = shell.file("bad.csv", &format!("title,description,price,location\n{rows}"));
    for more in [&[][..], &["--skip-invalid"]] {
        let said = shell.run(&[&["loaddata", file.as_str()], more].concat());
        said.err.shows(["“cheap 0” is not a price", "(10000 times: lines 2, 3, 4"]);
        assert!(said.err.len() < 20_000, "{} bytes", said.err.len());
    }
    let commas = shell.file("commas.csv", &",,,,,\n".repeat(200_000));
    let err = shell.run(&["loaddata", &commas]).failed(1);
    assert!(err.lines().count() <= 2 && err.len() < 2_000, "{err}");
    let commas = shell.file(
        "commas.csv",
        &format!("title,description,price,location,,\n{}", ",,,,,\n".repeat(200_000)),
    );
    shell.run(&["loaddata", &commas]).done().shows(["Installed 0 object(s)"]);
    assert_eq!(plan.database.listings().await, "0");
}
