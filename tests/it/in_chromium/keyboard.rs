//! The public site with the keyboard only.

use crate::harness::{App, Chromium, Key, Motion, Theme, are_seen, spawn_homes, until};

async fn start() -> (App, Chromium) {
    let app = spawn_homes(30).await;
    let chromium = Chromium::start().await;
    // The window scrolls to the focus at once.
    chromium.prefer(Theme::Light, Motion::Reduced).await;
    (app, chromium)
}

#[tokio::test]
async fn the_first_stop_of_the_tab_key_leads_past_the_navigation() {
    let (app, chromium) = start().await;
    for path in ["/properties/", "/properties/7/", "/nowhere/"] {
        chromium.open(&app, path).await;
        let stops = chromium.tab_to("a[href='#main']").await;
        assert_eq!(stops.len(), 1, "{stops:#?}");
        are_seen(&stops);
        chromium.press(Key::Enter).await;
        let focus = chromium.focus("main").await.expect("the focus is somewhere");
        assert!(focus.fits, "{focus:#?}");
        let next = chromium.tab_to("main *").await;
        assert_eq!(next.len(), 1, "{next:#?}");
    }
}

#[tokio::test]
async fn a_listing_is_found_and_opened_with_the_keyboard_alone() {
    let (app, chromium) = start().await;
    chromium.open(&app, "/properties/").await;
    are_seen(&chromium.tab_to("[name=q]").await);
    chromium.type_text("home").await;
    are_seen(&chromium.tab_to("[name=min_price]").await);
    chromium.type_text("29000").await;
    chromium.press(Key::Enter).await;
    let list = ["/properties/30/", "/properties/29/"];
    until("the list that was asked for", async || chromium.listings().await == list).await;
    assert_eq!(chromium.parameter("q").await.as_deref(), Some("home"));

    let before = chromium.path().await;
    are_seen(&chromium.tab_to("main a[href^='/properties/29/']").await);
    chromium.press(Key::Enter).await;
    chromium.leaves(&before).await;
    assert_eq!(chromium.text("h1").await, "Home 29");
}

#[tokio::test]
async fn every_stop_of_the_tab_key_is_seen() {
    let (app, chromium) = start().await;
    for (path, least) in [
        ("/properties/?q=home&location=Leith&page_size=4&page=2", 10),
        ("/properties/?min_price=cheap", 6),
        ("/properties/7/", 5),
        ("/nowhere/", 4),
        ("/admin/login/", 5),
    ] {
        chromium.assert_stops_are_seen(&app, path, least).await;
    }
}
