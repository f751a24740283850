//! What staff may do with listings and the cache, depending on their permissions.

use super::fields;
use crate::harness::{App, Browser, Shows as _, TOKEN, spawn_homes};

async fn site() -> (App, Browser) {
    let app = spawn_homes(3).await;
    let sam = app.staff_named("sam").await;
    (app, sam)
}

/// The pages that each permission opens, and no other.
const OPENED: [(&str, &str); 6] = [
    ("/admin/properties/", "view change"),
    ("/admin/properties/1/history/", "view change"),
    ("/admin/properties/add/", "add"),
    ("/admin/properties/1/delete/", "delete"),
    ("/properties/cache-status/", "cache"),
    ("/properties/redis-metrics/", "cache"),
];

#[tokio::test]
async fn each_permission_opens_its_own_pages_and_who_may_only_look_sees_no_button_of_others() {
    let (app, sam) = site().await;
    for permission in ["view", "add", "change", "delete", "cache", ""] {
        app.permit(permission).await;
        // The next request uses the new permissions, without a new login.
        sam.get("/admin/").await.assert_status(200);
        for (path, by) in OPENED {
            let opened = !permission.is_empty() && by.split(' ').any(|name| name == permission);
            let page = sam.get(path).await;
            let want = if opened { 200 } else { 403 };
            assert_eq!(page.status, want, "{path} with {permission:?}: {page:?}");
        }
    }
    app.permit("view").await;
    for path in ["/admin/", "/admin/properties/", "/admin/properties/1/history/"] {
        let page = sam.get(path).await.assert_status(200);
        page.hides(["/add/", "delete_selected", "/delete/", "redis-metrics", "/import/"]);
        page.hides(["/admin/users/"]);
    }
    assert!(sam.get("/admin/properties/").await.has("Home 2"));
}

#[tokio::test]
async fn what_somebody_may_not_do_is_not_done_when_they_send_the_form_all_the_same() {
    let (app, sam) = site().await;
    let form = [
        ("title", "Mine"),
        ("description", "D"),
        ("price", "1"),
        ("location", "L"),
        ("action", "delete_selected"),
        ("_selected_action", "1"),
        ("post", "yes"),
        ("permissions", "add"),
        ("is_superuser", "1"),
    ];
    let before = app.sql("SELECT string_agg(property::text, ',' ORDER BY id) FROM property").await;
    for permissions in ["", "view", "view,cache"] {
        app.permit(permissions).await;
        for path in [
            "/admin/properties/",
            "/admin/properties/add/",
            "/admin/properties/1/change/",
            "/admin/properties/1/delete/",
        ] {
            let page = sam.submit(path, &form).await.assert_status(403);
            page.shows(["Your account has no permission"]);
        }
    }
    app.permit("view,add,change,delete").await;
    sam.press("/properties/cache-clear/").await.assert_status(403);
    let after = app.sql("SELECT string_agg(property::text, ',' ORDER BY id) FROM property").await;
    assert_eq!(after, before);
}

/// As in Django, users who may only add listings can't see what others added.
#[tokio::test]
async fn who_may_only_add_adds_and_is_neither_shown_the_list_nor_sent_there() {
    let (app, sam) = site().await;
    app.permit("add").await;
    let home = sam.get("/admin/").await.assert_status(200);
    home.shows(["/admin/properties/add/"]).hides(["href=\"/admin/properties/\"", "Recent changes"]);
    let form = [("title", "Mine"), ("description", "D"), ("price", "1"), ("location", "L")];
    let added = sam.submit("/admin/properties/add/", &form).await;
    assert_eq!(added.assert_status(303).header("location"), "/admin/");
    sam.get("/admin/").await.shows(["“Mine” was added."]);
    assert_eq!(app.sql("SELECT count(*) FROM property WHERE title = 'Mine'").await, "1");
    sam.get("/admin/properties/").await.assert_status(403);
    app.permit("delete").await;
    let deleted = sam.press("/admin/properties/1/delete/").await;
    assert_eq!(deleted.assert_status(303).header("location"), "/admin/");
}

#[tokio::test]
async fn a_superuser_needs_no_permission_and_a_token_none_either() {
    let (app, _) = site().await;
    app.sql("UPDATE site_user SET permissions = '{}'").await;
    let ada = app.staff().await;
    for (path, _) in OPENED {
        ada.get(path).await.assert_status(200);
    }
    let token = format!("Bearer {TOKEN}");
    let page = app.reader.get_with("/properties/cache-status/", &[("authorization", &token)]).await;
    page.assert_status(200);
}

#[tokio::test]
async fn while_the_database_can_not_tell_what_somebody_may_do_nothing_is_written() {
    let (app, sam) = site().await;
    app.permit("view").await;
    let mut form =
        fields(&[("title", "Mine"), ("description", "D"), ("price", "1"), ("location", "L")]);
    let token = sam.get("/admin/").await.field("csrf_token");
    form.push(("csrf_token", token));
    // The table of accounts can't be read, but listings can be written.
    let _lock = app.database.lock("site_user").await;
    let (changed, added, deleted) = tokio::join!(
        sam.post("/admin/properties/1/change/", &form),
        sam.post("/admin/properties/add/", &form),
        sam.post("/admin/properties/1/delete/", &form),
    );
    for page in [changed, added] {
        assert_eq!(page.assert_status(503).field("title"), "Mine");
    }
    deleted.assert_status(503);
    assert_eq!(app.sql("SELECT count(*) FROM history WHERE actor = 'sam'").await, "0");
    assert_eq!(app.database.listings().await, "3");
}
