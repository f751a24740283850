//! The signals test: a probe listing through the real write path.

use crate::harness::{Plan, Shows as _, listing, until};

const PATH: &str = "/properties/test-signals/";

async fn plan() -> Plan {
    Plan::with_homes(2).await.set("DEBUG", "true")
}

#[tokio::test]
async fn it_proves_each_kind_of_write_leaves_no_row_and_is_not_disturbed_by_another() {
    let app = plan().await.start().await;
    for _ in 0..3 {
        let answer = app.reader.post_empty(PATH).await.assert_status(200).json();
        assert_eq!(answer["success"], true, "{answer}");
        let steps = answer["steps"].as_array().expect("steps");
        let names: String = steps.iter().filter_map(|step| step["step"].as_str()).collect();
        for kind in ["create", "update", "delete"] {
            assert!(names.contains(kind), "{answer}");
        }
        assert!(steps.iter().all(|step| step["success"] == true), "{answer}");
    }
    assert_eq!(app.database.listings().await, "2");
    assert_eq!(app.get_json("/properties/").await["count"], 2);
    // Two concurrent tests do not disturb each other.
    let (one, other) = tokio::join!(app.reader.post_empty(PATH), app.reader.post_empty(PATH));
    for page in [one, other] {
        let answer = page.assert_status(200).json();
        assert_eq!(answer["success"], true, "{answer}");
    }
    assert_eq!(app.database.listings().await, "2");
}

#[tokio::test]
async fn without_redis_it_says_that_nothing_is_cached_and_leaves_no_row() {
    let app = plan().await.set("REDIS_URL", "redis://127.0.0.1:1").start().await;
    let answer = app.reader.post_empty(PATH).await.assert_status(200).json();
    assert_eq!(answer["success"], false, "{answer}");
    answer.to_string().shows(["nothing was cached to invalidate"]).hides(["still served"]);
    assert_eq!(app.database.listings().await, "2");
}

#[tokio::test]
async fn without_the_database_it_is_unavailable() {
    let (postgres, app) = Plan::new().await.set("DEBUG", "true").behind_postgres().await;
    postgres.cut();
    assert!(!app.reader.post_empty(PATH).await.assert_status(503).header("retry-after").is_empty());
}

/// Makes every update of listings wait for the holder of lock 7.
const HELD_UPDATES: &str = "
    CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END $$;
    CREATE TRIGGER wait_here BEFORE UPDATE ON property FOR EACH STATEMENT EXECUTE FUNCTION wait_here()";

#[tokio::test]
async fn a_probe_that_an_outage_leaves_is_deleted_when_the_database_is_back() {
    let (postgres, app) = plan().await.behind_postgres().await;
    app.sql(HELD_UPDATES).await;
    let psql = app.database.psql().await;
    psql.batch_execute("SELECT pg_advisory_lock(7)").await.expect("held");
    let running = {
        let reader = app.reader.clone();
        tokio::spawn(async move { reader.post_empty(PATH).await })
    };
    app.database.has_waiting(1).await;
    postgres.cut();
    running.await.expect("answered").assert_status(503);
    drop(psql);
    assert_eq!(app.database.listings().await, "3");
    postgres.restore();
    until("the probe is gone", async || app.database.listings().await == "2").await;
}

#[tokio::test]
async fn a_probe_that_an_earlier_run_left_is_deleted_and_no_other_listing() {
    let app = plan().await.start().await;
    let rows = "INSERT INTO property (title, description, price, location, created_at) VALUES
        ('Cache signals test', 'left', 1, 'Signals test 0badcafe', now() - interval '1 hour'),
        ('Cache signals test', 'of a run that goes on', 1, 'Signals test 0badcaff', now()),
        ('Cache signals test', 'a listing', 1, 'Leith', now() - interval '1 hour'),
        ('A listing', 'another', 1, 'Signals test 0badcafe', now() - interval '1 hour')";
    app.sql(rows).await;
    app.reader.post_empty(PATH).await.assert_status(200);
    let kept = "SELECT string_agg(description, ', ' ORDER BY description) FROM property
        WHERE title NOT LIKE 'Home%'";
    assert_eq!(app.sql(kept).await, "a listing, another, of a run that goes on");
}

#[tokio::test]
async fn its_probes_are_one_line_of_the_dashboard_and_none_of_the_history() {
    let app = plan().await.start().await;
    let staff = app.staff().await;
    staff.create_listing(&listing("A house of note", "1", "Leith")).await;
    for _ in 0..20 {
        app.reader.post_empty(PATH).await.assert_status(200);
    }
    let metrics = app.get_json("/properties/redis-metrics/").await;
    let told = metrics["metrics"]["invalidations"].as_array().expect("a list").clone();
    let subjects: Vec<_> = told.iter().filter_map(|one| one["subject"].as_str()).collect();
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(subjects[0].contains("probe listings"), "{subjects:?}");
    assert!(subjects[1].contains("A house of note"), "{subjects:?}");
    assert_eq!(told[0]["times"], 60, "{told:?}");
    for path in ["/admin/", "/admin/history/"] {
        let page = staff.get(path).await.assert_status(200);
        page.shows(["A house of note"]).hides(["Cache signals test"]);
    }
    staff.get("/admin/history/?actor=cache+signals+test").await.shows(["Cache signals test"]);
}
