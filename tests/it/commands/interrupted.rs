//! Ctrl-C and SIGTERM during a command: nothing is left half done.

use crate::harness::{Plan, Shell, until};

#[tokio::test]
async fn a_dump_that_is_interrupted_leaves_the_file_as_it_was() {
    let (plan, shell) = Shell::with_homes(20).await;
    let file = shell.file("dump.csv", "before");
    for signal in ["INT", "TERM"] {
        let lock = plan.database.lock("property").await;
        let running = shell.begin(&["dumpdata", "--output", &file]);
        plan.database.has_waiting(1).await;
        running.signal(signal);
        let (code, err) = running.wait();
        assert_eq!(code, Some(130), "{err}");
        assert!(err.contains("interrupted"), "{err}");
        assert_eq!(std::fs::read_to_string(&file).expect("kept"), "before");
        let entries = std::fs::read_dir(&shell.directory).expect("readable");
        assert_eq!(entries.count(), 1, "something is left beside the file");
        lock.release().await;
    }
    shell.run(&["dumpdata", "--output", &file]).done();
    assert_eq!(std::fs::read_to_string(&file).expect("replaced").lines().count(), 21);
}

#[tokio::test]
async fn a_dump_that_fails_leaves_the_file_as_it_was() {
    let (plan, shell) = Shell::with_homes(1).await;
    let file = shell.file("dump.csv", "before");
    plan.database.run("ALTER TABLE property RENAME TO gone").await;
    shell.run(&["dumpdata", "--output", &file]).failed(1);
    assert_eq!(std::fs::read_to_string(&file).expect("kept"), "before");
    let err = shell.run(&["dumpdata", "--output", "/nonexistent/x.csv"]).failed(1);
    assert!(err.contains("/nonexistent/x.csv"), "{err}");
}

#[tokio::test]
async fn a_load_that_is_interrupted_loads_nothing() {
    let (plan, shell) = Shell::with_homes(1).await;
    let file = shell.file("new.csv", "title,description,price,location\nNew,D,1,Leith\n");
    let lock = plan.database.lock("property").await;
    let running = shell.begin(&["loaddata", &file]);
    plan.database.has_waiting(1).await;
    running.signal("INT");
    assert_eq!(running.wait().0, Some(130));
    lock.release().await;
    let others = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'property-listings'";
    until("the server has noticed", async || plan.database.value(others).await == "0").await;
    assert_eq!(plan.database.listings().await, "1");
}

#[tokio::test]
async fn a_load_that_waits_for_its_input_can_be_interrupted() {
    let (plan, shell) = Shell::with_homes(0).await;
    let running = shell.begin(&["loaddata", "--format", "csv", "-"]);
    let connected = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'property-listings'";
    until("the command has begun", async || plan.database.value(connected).await != "0").await;
    running.signal("INT");
    assert_eq!(running.wait().0, Some(130));
}

#[tokio::test]
async fn a_signals_test_that_is_interrupted_leaves_no_probe() {
    let plan = Plan::with_homes(1).await;
    // A commit that adds a listing waits for the holder of lock 7.
    let slow = "CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER wait_here AFTER INSERT ON property DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION wait_here()";
    plan.database.run(slow).await;
    let psql = plan.database.psql().await;
    psql.batch_execute("SELECT pg_advisory_lock(7)").await.expect("held");
    let mut running = Shell::of(&plan).begin(&["manage_cache", "--test-signals"]);
    plan.database.has_waiting(1).await;
    running.signal("INT");
    running.says("Deleting the test listing in “Signals test ");
    // Awaited, because nothing else runs in this process while it waits for the command.
    psql.batch_execute("SELECT pg_advisory_unlock(7)").await.expect("released");
    assert_eq!(running.wait().0, Some(130));
    assert_eq!(plan.database.listings().await, "1");
}
