//! The buttons of forms besides saving.

use crate::harness::{Shows as _, listing, spawn_homes, spawn_staffed};

#[tokio::test]
async fn whoever_may_only_look_sees_the_listing_and_no_form() {
    let app = spawn_homes(1).await;
    app.permit("view").await;
    let sam = app.staff_named("sam").await;
    let path = "/admin/properties/1/change/";
    let page = sam.get(path).await.assert_status(200);
    page.shows(["Home 1", "About home 1", "1000.00", "Leith"]);
    page.hides(["<textarea", "name=\"title\"", "_save", "/delete/"]);
    let fields = listing("T", "1", "L").fields();
    for button in ["_save", "_saveasnew", "_preview", "_edit"] {
        let mut fields = fields.clone();
        fields.push((button, "1".to_owned()));
        sam.submit(path, &fields).await.assert_status(403);
    }
    assert_eq!(app.database.listings().await, "1");
    let list = app.staff().await.get(path).await;
    list.shows(["<textarea"]);
}

#[tokio::test]
async fn save_as_new_adds_a_listing_and_a_refused_copy_comes_back_as_the_form_of_a_new_one() {
    let (app, staff) = spawn_staffed(1).await;
    let fields = listing("Copy", "cheap", "Joppa").pressed("_saveasnew");
    let page = staff.submit("/admin/properties/1/change/", &fields).await;
    let page = page.assert_status(422);
    page.shows(["action=\"/admin/properties/add/\"", "cheap"])
        .hides(["/admin/properties/1/change/"]);
    // A valid copy leaves the original listing unchanged.
    let path = "/admin/properties/1/change/";
    assert!(staff.get(path).await.has("name=\"_saveasnew\""));
    let fields = listing("Copy", "7", "Joppa").pressed("_saveasnew");
    let page = staff.submit(path, &fields).await.assert_status(303);
    assert_eq!(page.header("location"), "/admin/properties/2/change/");
    let titles = "SELECT string_agg(title, ',' ORDER BY id) FROM property";
    assert_eq!(app.sql(titles).await, "Home 1,Copy");
    // Users without the permission to add don't see the button, and are refused.
    app.permit("view,change").await;
    let sam = app.staff_named("sam").await;
    assert!(!sam.get(path).await.has("_saveasnew"));
    sam.submit(path, &fields).await.assert_status(403);
}

#[tokio::test]
async fn the_list_comes_back_as_it_was_left() {
    let (_app, staff) = spawn_staffed(2).await;
    let query = "?_changelist_filters=q%3Dhome%26o%3Dprice";
    let form = staff.get(&format!("/admin/properties/1/change/{query}")).await;
    assert_eq!(form.field("_changelist_filters"), "q=home&o=price");
    form.shows(["href=\"/admin/properties/?q=home&#38;o=price\""]);
    for (button, wanted) in [
        ("_save", "/admin/properties/?q=home&o=price".to_owned()),
        ("_continue", format!("/admin/properties/1/change/{query}")),
        ("_addanother", format!("/admin/properties/add/{query}")),
    ] {
        let mut fields = listing("T", "1", "L").fields();
        fields.push(("_changelist_filters", form.field("_changelist_filters")));
        fields.push((button, "1".to_owned()));
        let page = staff.submit("/admin/properties/1/change/", &fields).await;
        assert_eq!(page.assert_status(303).header("location"), wanted);
    }
    let mut wrong = listing("", "x", "L").fields();
    wrong.push(("_changelist_filters", "q=home".to_owned()));
    for path in ["/admin/properties/1/change/", "/admin/properties/add/"] {
        let page = staff.submit(path, &wrong).await.assert_status(422);
        assert_eq!(page.field("_changelist_filters"), "q=home");
    }
    for evil in ["//evil.example", "https://evil.example", "\\evil", "x\r\ny: z"] {
        let mut fields = listing("T", "1", "L").fields();
        fields.push(("_changelist_filters", evil.to_owned()));
        let page = staff.submit("/admin/properties/1/change/", &fields).await;
        assert!(page.assert_status(303).header("location").starts_with("/admin/properties/"));
    }
    let delete = staff.get(&format!("/admin/properties/1/delete/{query}")).await;
    let fields = [("_changelist_filters", delete.field("_changelist_filters"))];
    let page = staff.submit("/admin/properties/1/delete/", &fields).await;
    assert_eq!(page.assert_status(303).header("location"), "/admin/properties/?q=home&o=price");
}

#[tokio::test]
async fn forms_suggest_the_places_that_listings_are_in() {
    let (_app, staff) = spawn_staffed(0).await;
    assert!(staff.get("/admin/properties/add/").await.has("<datalist id=\"places\"></datalist>"));
    staff.create_listing(&listing("T", "1", "Leith & “Shore”")).await;
    staff.get("/admin/properties/add/").await.shows(["<option value=\"Leith &#38; “Shore”\">"]);
}
