//! The admin and the dashboard with the keyboard only, with and without scripts.

use crate::harness::{
    App, Chromium, Key, Motion, PASSWORD, Theme, are_seen, eventually, spawn_homes, until,
};

const LIST: &str = "/admin/properties/";
const DASHBOARD: &str = "/properties/redis-metrics/";
const SUBMIT: &str = "main form[method=post] button.button:not(.button--quiet)";

async fn site() -> App {
    spawn_homes(40).await
}

/// A browser whose window scrolls to the focus at once.
async fn chromium() -> Chromium {
    let chromium = Chromium::start().await;
    chromium.prefer(Theme::Light, Motion::Reduced).await;
    chromium
}

/// Presses Tab until an element has the focus, and types; every stop must be visible.
async fn type_into(chromium: &Chromium, css: &str, text: &str) {
    are_seen(&chromium.tab_to(css).await);
    chromium.type_text(text).await;
}

/// Presses Enter on the focused element, and waits for a page with a heading.
async fn enter_to(chromium: &Chromium, heading: &str) {
    chromium.press(Key::Enter).await;
    eventually(heading, async || {
        chromium.texts("h1").await.first()?.starts_with(heading).then_some(())
    })
    .await;
}

/// Presses Tab until a link or button has the focus, and activates it.
async fn use_to(chromium: &Chromium, css: &str, heading: &str) {
    are_seen(&chromium.tab_to(css).await);
    enter_to(chromium, heading).await;
}

async fn log_in(app: &App, chromium: &Chromium, next: &str, heading: &str) {
    chromium.open(app, &format!("/admin/login/?next={next}")).await;
    type_into(chromium, "[name=username]", "ada").await;
    type_into(chromium, "[name=password]", PASSWORD).await;
    enter_to(chromium, heading).await;
}

async fn said(chromium: &Chromium) -> String {
    chromium.text("[role=status].notice p").await
}

async fn walk_the_list(chromium: Chromium) {
    let app = site().await;
    log_in(&app, &chromium, LIST, "40 listings").await;
    type_into(&chromium, "main [name=q]", "home").await;
    type_into(&chromium, "main [name=location]", "leith").await;
    enter_to(&chromium, "20 listings").await;
    use_to(&chromium, "thead a[href*='o=price']", "20 listings").await;
    assert_eq!(chromium.texts("tbody th a").await[..3], ["Home 1", "Home 3", "Home 5"]);
    for row in [1, 3] {
        type_into(&chromium, &format!("tbody tr:nth-child({row}) [type=checkbox]"), " ").await;
    }
    // The actions are above the rows.
    are_seen(&chromium.tab_back_to("button[value=move_selected]").await);
    enter_to(&chromium, "Move 2 listings").await;
    type_into(&chromium, "main [name=location]", "Portobello").await;
    enter_to(&chromium, "18 listings").await;
    assert_eq!(said(&chromium).await, "Moved 2 listings to “Portobello”.");
    // Selects all matching listings, also with the keyboard.
    type_into(&chromium, "#across", " ").await;
    use_to(&chromium, "button[value=delete_selected]", "Delete 18 listings?").await;
    use_to(&chromium, SUBMIT, "0 listings").await;
    assert_eq!(said(&chromium).await, "Successfully deleted 18 listings.");
    assert_eq!(app.database.listings().await, "22");
}

#[tokio::test]
async fn listings_are_found_sorted_ticked_moved_and_deleted_with_the_keyboard_alone() {
    walk_the_list(chromium().await).await;
}

#[tokio::test]
async fn without_scripts_listings_are_found_sorted_ticked_moved_and_deleted_with_the_keyboard_alone()
 {
    walk_the_list(chromium().await.without_scripts().await).await;
}

async fn walk_the_dashboard(chromium: Chromium) {
    let app = site().await;
    let path = "/properties/?location=Leith";
    app.get(path).await.assert_status(200);
    log_in(&app, &chromium, DASHBOARD, "Cache").await;
    type_into(&chromium, "main [name=tag]", "location:Leith").await;
    enter_to(&chromium, "Clear these entries?").await;
    assert!(app.get(path).await.is_hit());
    use_to(&chromium, "form:has([name=confirm]) button", "Cleared").await;
    assert!(!app.get(path).await.is_hit());

    chromium.open(&app, DASHBOARD).await;
    type_into(&chromium, "form[action$='cache-explain/'] [name=url]", path).await;
    enter_to(&chromium, "Explain").await;
    assert!(chromium.text("main").await.contains("location:leith"));
}

#[tokio::test]
async fn a_tag_is_cleared_and_an_address_explained_with_the_keyboard_alone() {
    walk_the_dashboard(chromium().await).await;
}

#[tokio::test]
async fn without_scripts_a_tag_is_cleared_and_an_address_explained_with_the_keyboard_alone() {
    walk_the_dashboard(chromium().await.without_scripts().await).await;
}

#[tokio::test]
async fn the_figures_are_paused_with_the_keyboard() {
    let app = site().await;
    let chromium = chromium().await;
    log_in(&app, &chromium, DASHBOARD, "Cache").await;
    are_seen(&chromium.tab_to("#live-pause").await);
    for state in ["Paused", "Live"] {
        chromium.press(Key::Enter).await;
        until(state, async || chromium.text("#live-state").await == state).await;
        // Updating the figures does not move the focus.
        let focus = chromium.focus("#live-pause").await;
        assert!(focus.is_some_and(|focus| focus.fits), "the focus is lost");
    }
}

#[tokio::test]
async fn every_stop_of_the_tab_key_in_the_admin_is_seen() {
    let app = site().await;
    let chromium = chromium().await;
    log_in(&app, &chromium, LIST, "40 listings").await;
    app.sql("UPDATE property SET title = title || '!' WHERE id < 4").await;
    for (path, least) in [
        ("/admin/", 5),
        ("/admin/properties/?q=home&o=-price.title&per_page=10&p=2", 30),
        ("/admin/properties/?min_price=cheap", 8),
        ("/admin/properties/import/", 6),
        ("/admin/properties/1/change/", 8),
        ("/admin/history/", 6),
        ("/admin/users/", 5),
        ("/admin/sessions/", 4),
        (DASHBOARD, 15),
        ("/properties/cache-explain/?url=/properties/", 5),
    ] {
        chromium.assert_stops_are_seen(&app, path, least).await;
    }
}
