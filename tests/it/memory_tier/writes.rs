//! The effect of a write on pages in memory.

use std::time::Duration;

use crate::harness::{App, listing, spawn_homes, spawn_staffed, until_within};

/// Every kind of page that shows listing 1, which is in Leith.
const SHOWING: [&str; 6] = [
    "/properties/",
    "/properties/?location=Leith",
    "/properties/?format=json",
    "/properties/?location=leith&format=json",
    "/properties/1/",
    "/properties/1/?format=json",
];
/// Pages that never show it.
const OTHERS: [&str; 4] = [
    "/properties/?location=Joppa",
    "/properties/?location=Joppa&format=json",
    "/properties/2/",
    "/properties/2/?format=json",
];

/// How soon a write must be visible that the site has to hear of, after any fault.
const BOUND: Duration = Duration::from_secs(5);

async fn warm(app: &App) {
    for path in SHOWING.iter().chain(&OTHERS) {
        app.has_in_memory(path).await;
    }
}

async fn others_are_still_in_memory(app: &App) {
    for path in OTHERS {
        app.get(path).await.assert_memory_hit();
    }
}

#[tokio::test]
async fn a_save_shows_in_the_very_next_request_for_every_kind_of_page_and_leaves_others_in_memory()
{
    let (app, staff) = spawn_staffed(4).await;
    for round in 0..5 {
        warm(&app).await;
        let title = format!("Round {round}");
        staff.edit_listing(1, &listing(&title, "1", "Leith")).await;
        for path in SHOWING {
            let page = app.get(path).await;
            assert!(page.has(&title), "{path} is stale: {page:?}");
        }
        others_are_still_in_memory(&app).await;
        for path in SHOWING {
            let page = app.has_in_memory(path).await;
            assert!(page.has(&title), "{path} is stale: {page:?}");
        }
    }
}

#[tokio::test]
async fn an_added_and_a_deleted_listing_show_in_the_very_next_request() {
    let (app, staff) = spawn_staffed(4).await;
    warm(&app).await;
    let id = staff.create_listing(&listing("Brand-new home", "1", "Leith")).await;
    for path in &SHOWING[..4] {
        assert!(app.get(path).await.has("Brand-new home"), "{path}");
    }
    others_are_still_in_memory(&app).await;
    warm(&app).await;
    app.has_in_memory(&format!("/properties/{id}/")).await;
    staff.delete_listing(id).await;
    app.get(&format!("/properties/{id}/")).await.assert_status(404);
    for path in &SHOWING[..4] {
        assert!(!app.get(path).await.has("Brand-new home"), "{path}");
    }
    others_are_still_in_memory(&app).await;
}

#[tokio::test]
async fn a_write_by_psql_shows_on_every_instance_within_the_bound_and_is_never_undone() {
    let first = spawn_homes(4).await;
    let second = first.another().start().await;
    for round in 0..3 {
        for app in [&first, &second] {
            warm(app).await;
        }
        let title = format!("Round {round}");
        first.database.run(&format!("UPDATE property SET title = '{title}' WHERE id = 1")).await;
        for app in [&first, &second] {
            for path in SHOWING {
                until_within(BOUND, "the write shows", async || app.get(path).await.has(&title))
                    .await;
            }
        }
        for app in [&second, &first] {
            for path in ["/properties/", "/properties/1/"] {
                app.keeps_showing(path, &title).await;
            }
            others_are_still_in_memory(app).await;
        }
    }
}

#[tokio::test]
async fn a_save_through_one_instance_shows_on_another_that_has_the_page_in_memory() {
    let first = spawn_homes(4).await;
    let second = first.another().start().await;
    let staff = first.staff().await;
    for round in 0..3 {
        warm(&second).await;
        let title = format!("Round {round}");
        staff.edit_listing(1, &listing(&title, "1", "Leith")).await;
        for path in SHOWING {
            until_within(BOUND, "the write shows", async || second.get(path).await.has(&title))
                .await;
            second.keeps_showing(path, &title).await;
        }
        others_are_still_in_memory(&second).await;
    }
}

#[tokio::test]
async fn a_write_that_is_rolled_back_leaves_every_page_in_memory() {
    let app = spawn_homes(4).await;
    warm(&app).await;
    let write =
        "UPDATE property SET title = 'Never'; DELETE FROM property WHERE id = 1; TRUNCATE property";
    app.sql(&format!("BEGIN; {write}; ROLLBACK")).await;
    // The site has also heard of a write that was committed later, which affects only lists of everything.
    app.has_heard_of_everything().await;
    let untouched = SHOWING.iter().filter(|path| path.contains("eith") || path.contains("/1/"));
    for path in untouched.chain(&OTHERS) {
        app.get(path).await.assert_memory_hit();
    }
}
