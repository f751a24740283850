//! Several instances of one site, and several sites on one Redis.

use crate::harness::{Plan, Shows as _, listing, spawn_homes};

#[tokio::test]
async fn a_page_or_session_of_one_instance_is_known_to_another_whenever_that_started() {
    let first = spawn_homes(2).await;
    let second = first.another().start().await;
    first.get("/properties/").await;
    for app in [&second, &first.another().start().await] {
        app.get("/properties/").await.assert_hit();
    }
    let here = first.staff().await;
    let there = here.at(&second.origin);
    there.get("/admin/").await.assert_status(200);
    here.log_out().await.assert_status(303);
    there.get("/admin/").await.assert_status(302);
}

#[tokio::test]
async fn a_write_through_one_instance_is_at_once_in_what_another_reads_from_redis() {
    let first = Plan::new().await.without_memory().homes(2).await.start().await;
    let second = first.another().start().await;
    let staff = first.staff().await;
    for round in 0..10 {
        for app in [&first, &second] {
            app.get("/properties/").await;
            assert!(app.get("/properties/").await.is_hit());
        }
        let title = format!("Round {round}");
        staff.edit_listing(1, &listing(&title, "1", "Leith")).await;
        for app in [&second, &first] {
            app.get("/properties/").await.shows([&title]);
        }
    }
}

#[tokio::test]
async fn sites_with_different_prefixes_do_not_disturb_each_other() {
    let one = spawn_homes(2).await;
    let other = spawn_homes(3).await;
    for app in [&one, &other] {
        app.get("/properties/").await;
        assert!(app.get("/properties/").await.is_hit());
    }
    one.staff().await.edit_listing(1, &listing("Mended", "1", "Leith")).await;
    one.services.management.clear("a test").await.expect("cleared");
    other.get("/properties/").await.assert_hit().hides(["Mended"]);
    assert!(one.get("/properties/").await.has("Mended"));
}

#[tokio::test]
async fn a_site_that_starts_does_not_believe_what_was_written_while_none_ran() {
    let first = spawn_homes(2).await;
    first.get("/properties/").await;
    assert!(first.get("/properties/").await.is_hit());
    let variables = first.variables.clone();
    let database = first.stop();
    database.run("UPDATE property SET title = 'Meanwhile' WHERE id = 1").await;
    let mut plan = Plan::on(database);
    plan.variables = variables;
    assert!(plan.start().await.get("/properties/").await.has("Meanwhile"));
}
