//! The preview of an unsaved form as a public page.

use crate::harness::{Listing, Plan, Shows as _, listing, spawn_staffed};

const ADD: &str = "/admin/properties/add/";
const CHANGE: &str = "/admin/properties/1/change/";

fn pressed(typed: &Listing, button: &'static str) -> Vec<(&'static str, String)> {
    typed.pressed(button)
}

#[tokio::test]
async fn a_preview_is_the_public_page_and_nobody_keeps_it() {
    let app = Plan::with_homes(3).await.without_memory().start().await;
    let staff = app.staff().await;
    let mut typed = listing("Seen <b>before</b>", "1500", "Leith");
    typed.description = "One\r\n\r\nTwo".to_owned();
    // After this, logging in and opening forms store nothing more.
    staff.get(ADD).await.assert_status(200);
    let token = staff.csrf_token().await;
    let redis = app.redis().await;
    let pages = async || {
        let mut keys = redis.keys(&app.prefix).await;
        keys.retain(|key| !key.contains("session"));
        keys
    };
    let before = pages().await;
    for path in [ADD, CHANGE] {
        let mut fields = pressed(&typed, "_preview");
        fields.push(("csrf_token", token.clone()));
        let page = staff.post(path, &fields).await.assert_status(200);
        page.shows(["Preview, not saved"]);
        page.shows(["Seen &#60;b&#62;before", "1,500", "<p dir=\"auto\">Two</p>"]);
        // The preview shows the similar listings that a visitor would see.
        assert!(page.has("Home 1") != (path == CHANGE), "{page:?}");
        assert!(page.header("cache-control").contains("no-store"));
        assert_eq!(page.header("x-robots-tag"), "noindex");
        page.shows(["content=\"noindex\""]).hides(["canonical", "ld+json"]);
        assert_eq!(page.cache_status(), "");
    }
    assert_eq!(pages().await, before);
    assert_eq!(app.database.listings().await, "3");
    assert!(app.get("/properties/1/").await.has("Home 1"));
}

#[tokio::test]
async fn from_a_preview_one_goes_on_editing_or_saves() {
    let (app, staff) = spawn_staffed(1).await;
    let mut typed = listing("Typed “so”", "1,500", "Leith");
    typed.description = "One\n\nTwo & <three>".to_owned();
    for path in [ADD, CHANGE] {
        let mut fields = pressed(&typed, "_preview");
        if path == CHANGE {
            fields.push(("version", staff.get(CHANGE).await.field("version")));
        }
        fields.push(("_changelist_filters", "q=sea".to_owned()));
        let preview = staff.submit(path, &fields).await.assert_status(200);
        let mut carried: Vec<_> =
            ["title", "description", "price", "location", "_once", "_changelist_filters"]
                .map(|name| (name, preview.field(name)))
                .to_vec();
        if path == CHANGE {
            carried.push(("version", preview.field("version")));
        }
        let with = |button| {
            let mut fields = carried.clone();
            fields.push((button, "1".to_owned()));
            fields
        };
        let form = staff.submit(path, &with("_edit")).await.assert_status(200);
        assert_eq!(form.field("title"), typed.title);
        assert_eq!(form.field("price"), typed.price);
        form.shows(["One\n\nTwo &#38; &#60;three&#62;</textarea>"]);
        assert_eq!(form.field("_once"), preview.field("_once"));
        assert_eq!(form.field("_changelist_filters"), "q=sea");
        let saved = staff.submit(path, &with("_save")).await.assert_status(303);
        assert_eq!(saved.header("location"), "/admin/properties/?q=sea");
    }
    let rows = "SELECT count(*) FROM property WHERE price = 1500 AND description = E'One\\n\\nTwo & <three>'";
    assert_eq!(app.sql(rows).await, "2");
}

#[tokio::test]
async fn what_can_not_be_saved_has_no_preview() {
    let (_app, staff) = spawn_staffed(1).await;
    let wrong = pressed(&listing("", "free", "L"), "_preview");
    for path in [ADD, CHANGE] {
        assert_eq!(staff.submit(path, &wrong).await.assert_status(422).field("price"), "free");
    }
    let gone = pressed(&listing("T", "1", "L"), "_preview");
    let page = staff.submit("/admin/properties/9/change/", &gone).await;
    assert_eq!(page.assert_status(409).field("title"), "T");
}
