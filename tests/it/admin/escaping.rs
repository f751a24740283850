//! Text is shown as text everywhere.

use crate::harness::{Listing, Shows as _, spawn_staffed};

const EVIL: &str = "\"'><script>alert(1)</script>&amp;{{7*7}}<img src=x onerror=alert(1)>";

#[tokio::test]
async fn stored_markup_is_shown_as_text_everywhere() {
    let (app, staff) = spawn_staffed(0).await;
    let evil = Listing {
        title: EVIL.to_owned(),
        description: format!("</textarea>{EVIL}"),
        price: "1".to_owned(),
        location: EVIL.chars().take(100).collect(),
    };
    let id = staff.create_listing(&evil).await;
    let mut edited = evil.clone();
    edited.title = format!("2 {EVIL}");
    staff.edit_listing(id, &edited).await;
    let place: String = url::form_urlencoded::byte_serialize(evil.location.as_bytes()).collect();
    let pages = [
        // The first page also shows the message about the edit.
        "/admin/properties/".to_owned(),
        "/admin/properties/?o=title".to_owned(),
        "/admin/".to_owned(),
        format!("/admin/properties/{id}/change/"),
        format!("/admin/properties/{id}/delete/"),
        format!("/admin/properties/{id}/history/"),
        format!("/admin/properties/?q={place}&location={place}"),
        "/properties/".to_owned(),
        format!("/properties/{id}/"),
        format!("/properties/?q={place}&location={place}"),
        format!("/properties/?min_price={place}"),
        format!("/admin/login/?next={place}"),
        format!("/properties/{place}/"),
    ];
    for path in pages {
        staff.get(&path).await.hides(["<script>", "<img src=x", "</textarea>\"'>", "49<img"]);
    }
    staff.get("/admin/properties/").await.shows(["&#60;img src=x onerror=alert(1)&#62;"]);
    let refused =
        [("title", EVIL.to_owned()), ("price", EVIL.to_owned()), ("description", evil.description)];
    let page = staff.submit("/admin/properties/add/", &refused).await.assert_status(422);
    page.hides(["<script>"]);
    assert_eq!(page.field("title"), EVIL);
    let login = app.stranger().try_log_in(EVIL, "wrong password", "").await;
    assert!(!login.assert_status(422).has("<script>"));
    assert_eq!(app.get_json(&format!("/properties/{id}/")).await["title"], edited.title);
}
