//! Changes of photos: order, descriptions, replacement, deletion, undo.

use super::pictures::jpeg;
use super::{PHOTOS, hashes, json, send, upload};
use crate::harness::{App, Browser, Shows as _, spawn_staffed};

/// A site whose first listing has three photos.
async fn three() -> (App, Browser, Vec<String>) {
    let (app, staff) = spawn_staffed(1).await;
    let files = [jpeg(30, 20), jpeg(31, 20), jpeg(32, 20)];
    let named = [("a.jpg", &files[0][..]), ("b.jpg", &files[1]), ("c.jpg", &files[2])];
    upload(&staff, &named).await.assert_status(303);
    let names = hashes(&app).await;
    (app, staff, names)
}

#[tokio::test]
async fn buttons_move_photos_and_make_one_the_main_photo() {
    let (app, staff, names) = three().await;
    let [a, b, c] = [&names[0], &names[1], &names[2]];
    for (button, photo, order) in [
        ("_up", c, [a, c, b]),
        ("_down", a, [c, a, b]),
        ("_main", b, [b, c, a]),
        // At the ends, a photo can't move further.
        ("_up", b, [b, c, a]),
        ("_down", a, [b, c, a]),
        ("_main", b, [b, c, a]),
    ] {
        send(&staff, &[(button, photo)], &[]).await.assert_status(303);
        assert_eq!(hashes(&app).await.iter().collect::<Vec<_>>(), order, "{button}");
    }
}

#[tokio::test]
async fn a_description_is_kept_shown_and_checked() {
    let (app, staff, names) = three().await;
    let field = format!("alt_{}", names[1]);
    send(&staff, &[(&field, "  The <b>kitchen</b>\n & door ")], &[]).await.assert_status(303);
    assert_eq!(json(&app).await["photos"][1]["alt"], "The <b>kitchen</b> & door");
    app.get("/properties/1/").await.shows(["The &#60;b&#62;kitchen&#60;/b&#62; &#38; door"]);
    let long = "x".repeat(201);
    let page = send(&staff, &[(&field, &long)], &[]).await.assert_status(422);
    page.shows(["at most 200"]).shows([&long]);
    send(&staff, &[(&field, "a\u{202e}b")], &[]).await.assert_status(422);
    assert_eq!(json(&app).await["photos"][1]["alt"], "The <b>kitchen</b> & door");
    send(&staff, &[(&field, "")], &[]).await.assert_status(303);
    assert_eq!(json(&app).await["photos"][1]["alt"], "");
}

#[tokio::test]
async fn a_replaced_photo_has_the_place_and_the_description_of_the_old_one() {
    let (app, staff, names) = three().await;
    send(&staff, &[(&format!("alt_{}", names[1]), "The hall")], &[]).await.assert_status(303);
    let field = format!("replace_{}", names[1]);
    send(&staff, &[], &[(&field, "new.jpg", &jpeg(50, 40))]).await.assert_status(303);
    let now = hashes(&app).await;
    assert_eq!((&now[0], &now[2]), (&names[0], &names[2]));
    assert_ne!(now[1], names[1]);
    let photo = &json(&app).await["photos"][1];
    assert_eq!((&photo["alt"], &photo["width"]), (&"The hall".into(), &50.into()));
}

#[tokio::test]
async fn the_last_change_can_be_undone_unless_the_photos_have_changed_since() {
    let (app, staff, names) = three().await;
    send(&staff, &[("_delete", &names[0])], &[]).await.assert_status(303);
    assert_eq!(hashes(&app).await, names[1..]);
    let undo = staff.get(PHOTOS).await.shows(["Undo the last change"]).field("_undo");
    send(&staff, &[("_undo", &undo)], &[]).await.assert_status(303);
    assert_eq!(hashes(&app).await, names);
    send(&staff, &[("_undo", &undo)], &[]).await.assert_status(409);
    send(&staff, &[("_undo", "1")], &[]).await.assert_status(404);
    assert_eq!(hashes(&app).await, names);
    // After another kind of change, there is nothing to undo.
    app.sql("UPDATE property SET title = 'Renamed' WHERE id = 1").await;
    staff.get(PHOTOS).await.hides(["Undo the last change"]);
}

#[tokio::test]
async fn a_form_of_other_photos_changes_nothing_but_new_photos_are_added() {
    let (app, staff, names) = three().await;
    let seen = staff.get(PHOTOS).await.field("seen");
    send(&staff, &[("_delete", &names[2])], &[]).await.assert_status(303);
    let page = send(&staff, &[("seen", &seen), ("_delete", &names[0])], &[]).await;
    page.assert_status(409).shows(["The photos were changed after you opened this page"]);
    assert_eq!(hashes(&app).await, names[..2]);
    send(&staff, &[("seen", &seen)], &[("photos", "d.jpg", &jpeg(9, 9))]).await.assert_status(303);
    assert_eq!(hashes(&app).await.len(), 3);
}

#[tokio::test]
async fn the_history_has_changes_to_photos_and_restores_them() {
    let (app, staff, names) = three().await;
    send(&staff, &[("_delete", &names[1])], &[]).await.assert_status(303);
    let history = staff.get("/admin/properties/1/history/").await;
    history.shows(["Photos"]).shows([format!("{} 31×20", names[1])]);
    let event = app.sql("SELECT max(id) FROM history").await;
    let path = format!("/admin/properties/1/history/{event}/restore/");
    let version = staff.get(&format!("{path}?version=before")).await.field("version");
    staff.submit(&path, &[("side", "before"), ("version", &version)]).await.assert_status(303);
    assert_eq!(hashes(&app).await, names);
    // A deleted listing is restored with its photos.
    staff.delete_listing(1).await;
    let event = app.sql("SELECT max(id) FROM history").await;
    staff.press(&format!("/admin/history/{event}/undo/")).await.assert_status(303);
    assert_eq!(hashes(&app).await, names);
}

#[tokio::test]
async fn a_conflict_in_the_form_of_a_listing_leaves_its_photos_alone() {
    let (app, staff, names) = three().await;
    let form = "/admin/properties/1/change/";
    let version = staff.get(form).await.hides(["name=\"photos\""]).field("version");
    send(&staff, &[("_delete", &names[0])], &[]).await.assert_status(303);
    let mut fields = crate::harness::listing("Renamed", "5", "Leith").fields();
    fields.push(("version", version));
    let page = staff.submit(form, &fields).await.assert_status(409);
    page.hides(["name=\"photos\"", "theirs_photos"]);
    fields.pop();
    fields.push(("version", page.field("version")));
    staff.submit(form, &fields).await.assert_status(303);
    assert_eq!(hashes(&app).await, names[1..]);
    assert_eq!(app.sql("SELECT title FROM property").await, "Renamed");
}

#[tokio::test]
async fn the_form_of_a_listing_a_copy_and_files_keep_its_photos() {
    let (app, staff, names) = three().await;
    staff.edit_listing(1, &crate::harness::listing("Renamed", "5", "Leith")).await;
    assert_eq!(hashes(&app).await, names);
    let export = staff.get("/admin/properties/export/?format=csv").await.assert_status(200);
    send(&staff, &[("_delete", &names[0])], &[]).await.assert_status(303);
    let preview = crate::admin::imports::import(&staff, "a.csv", export.body.clone()).await;
    staff.submit(preview.header("x-address"), &[("_apply", "1")]).await.assert_status(303);
    assert_eq!(hashes(&app).await, names);
}

#[tokio::test]
async fn the_database_refuses_photos_that_the_site_can_not_read() {
    let (app, _, names) = three().await;
    let photo = |alt: &str, width: &str| {
        format!("{{\"hash\":\"{}\",\"alt\":{alt},\"width\":{width},\"height\":20}}", names[0])
    };
    let many = vec![photo("\"\"", "1"); 41].join(",");
    let client = app.database.psql().await;
    for wrong in [
        "{}".to_owned(),
        "[]".to_owned(),
        "[1]".to_owned(),
        "[null]".to_owned(),
        "\"x\"".to_owned(),
        "[{}]".to_owned(),
        format!("[[{}]]", photo("\"\"", "1")),
        format!("[{}]", photo("null", "1")),
        format!("[{}]", photo("\"a\\nb\"", "1")),
        format!("[{}]", photo("\"\"", "1921")),
        format!("[{}]", photo("\"\"", "1.5")),
        format!("[{}]", photo("\"\"", "\"1\"")),
        format!("[{}]", photo("\"\"", "1").replace(&names[0], "../../etc/passwd")),
        format!("[{many}]"),
    ] {
        let sql = format!("UPDATE property SET photos = '{wrong}'");
        let refused = client.batch_execute(&sql).await.expect_err(&wrong);
        let constraint = refused.as_db_error().and_then(|err| err.constraint());
        assert_eq!(constraint, Some("property_photos_list"), "{wrong}");
    }
    // The database accepts a duplicate photo, which is shown once.
    let twice = format!("[{0},{0}]", photo("\"x\"", "30"));
    client.batch_execute(&format!("UPDATE property SET photos = '{twice}'")).await.expect("fine");
    app.has_heard_of_everything().await;
    assert_eq!(json(&app).await["photos"].as_array().map(Vec::len), Some(1));
}
