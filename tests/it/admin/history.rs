//! The history of changes, with their users.

use std::sync::{Arc, Mutex};

use property_listings::domain::Event;
use property_listings::events::Receiver;

use crate::harness::{Plan, Shows as _, listing, spawn_staffed, spawn_two};

#[tokio::test]
async fn history_shows_who_did_it_and_what_each_field_was_and_is() {
    let (app, ada, sam) = spawn_two(0).await;
    let id = ada.create_listing(&listing("First", "1000", "Leith")).await;
    sam.edit_listing(id, &listing("Second", "2000", "Leith")).await;
    app.sql("UPDATE property SET location = 'Joppa'").await;
    let path = format!("/admin/properties/{id}/history/");
    let page = ada.get(&path).await.assert_status(200);
    page.shows([
        "ada",
        "sam",
        "database user property_listings",
        "First",
        "Second",
        "1000.00",
        "2000.00",
        "Leith",
        "Joppa",
    ]);
    // The latest entry comes first, and each old value comes before its new one.
    for texts in [
        ["Leith", "Joppa"],
        ["The description of First.", "The description of Second."],
        ["1000.00", "2000.00"],
    ] {
        let places = texts.map(|text| page.text().rfind(&format!(">{text}<")));
        assert!(places[0] < places[1] && places[0].is_some(), "{texts:?}: {page:?}");
    }
    ada.delete_listing(id).await;
    ada.get(&path).await.assert_status(200).shows(["<bdi>ada</bdi></strong> deleted"]);
    ada.get("/admin/").await.shows(["Second", "sam"]);
}

#[tokio::test]
async fn the_history_of_one_listing_is_no_others() {
    let (_app, staff) = spawn_staffed(0).await;
    let one = staff.create_listing(&listing("Alpha house", "1", "L")).await;
    let other = staff.create_listing(&listing("Beta house", "1", "L")).await;
    // Shows the waiting messages, so that they are gone.
    staff.get("/admin/").await.assert_status(200);
    for (id, own, foreign) in [(one, "Alpha", "Beta"), (other, "Beta", "Alpha")] {
        staff.get(&format!("/admin/properties/{id}/history/")).await.shows([own]).hides([foreign]);
    }
}

#[tokio::test]
async fn every_write_of_staff_is_one_event_under_their_name() {
    let events: Arc<Mutex<Vec<Event>>> = Arc::default();
    let recorder = Receiver::Recorder(events.clone());
    let app = Plan::with_homes(2).await.receiver(recorder).start().await;
    let staff = app.staff().await;
    let id = staff.create_listing(&listing("A", "1", "L")).await;
    staff.edit_listing(id, &listing("B", "1", "L")).await;
    staff.delete_listing(id).await;
    staff.delete_listings(&[1, 2]).await;
    staff.press("/admin/properties/add/").await.assert_status(422);
    let events = events.lock().expect("no panic");
    let told: Vec<_> =
        events.iter().map(|event| format!("{} {}", event.actor, event.change.name())).collect();
    let want = ["post_save", "post_save", "post_delete", "post_delete", "post_delete"];
    assert_eq!(told, want.map(|name| format!("ada {name}")));
}

#[tokio::test]
async fn an_edit_that_changes_nothing_of_a_listing_is_shown_without_fields() {
    let (_app, staff) = spawn_staffed(0).await;
    let same = listing("Same", "1", "L");
    let id = staff.create_listing(&same).await;
    staff.edit_listing(id, &same).await;
    staff.get(&format!("/admin/properties/{id}/history/")).await.hides(["<dt>"]);
}
