//! A form that is sent after its session has ended: its content is shown again after the login, and nothing is saved.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, ORIGIN};
use url::form_urlencoded;

use crate::harness::{App, Browser, PASSWORD, Page, Shows as _, listing, spawn_staffed};

const ADD: &str = "/admin/properties/add/";
const CHANGE: &str = "/admin/properties/1/change/";
const SAID: &str = "You were logged out before this was saved. Check it and save.";

/// Posts a form like a browser, with the headers that name the sending page.
async fn post(staff: &Browser, path: &str, origin: &str, fields: &[(&str, String)]) -> Page {
    let request = staff
        .request(Method::POST, path)
        .header(ORIGIN, origin)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish());
    staff.send(request).await
}

/// An opened form, with typed values.
async fn filled(staff: &Browser, path: &str, title: &str) -> Vec<(&'static str, String)> {
    let form = staff.get(path).await.assert_status(200);
    let mut fields = listing(title, "7", "Joppa").fields();
    fields.extend(form.fields(["csrf_token", "_once", "_changelist_filters"]));
    if path == CHANGE {
        fields.push(("version", form.field("version")));
    }
    fields.push(("_save", "1".to_owned()));
    fields
}

async fn end_sessions(app: &App) {
    app.sql("DELETE FROM session").await;
}

/// Logs in with the form on a page, including all its fields.
async fn log_in(app: &App, staff: &Browser, page: &Page, name: &str, password: &str) -> Page {
    let mut fields: Vec<_> = [
        "csrf_token",
        "next",
        "title",
        "description",
        "price",
        "location",
        "_once",
        "_changelist_filters",
    ]
    .map(|name| (name, page.field(name)))
    .into();
    if page.has("name=\"version\"") {
        fields.push(("version", page.field("version")));
    }
    fields.push(("username", name.to_owned()));
    fields.push(("password", password.to_owned()));
    post(staff, "/admin/login/", &app.origin, &fields).await
}

async fn title(app: &App) -> String {
    app.sql("SELECT title FROM property WHERE id = 1").await
}

#[tokio::test]
async fn what_was_typed_comes_back_after_the_login_and_is_saved_when_somebody_says_so() {
    let (app, staff) = spawn_staffed(1).await;
    let state = "?_changelist_filters=q%3Dhome";
    let fields = filled(&staff, CHANGE, "Typed <b>\"'").await;
    let with_state = filled(&staff, &format!("{ADD}{state}"), "New").await;
    end_sessions(&app).await;
    let asked = post(&staff, CHANGE, &app.origin, &fields).await;
    let asked = asked.assert_status(403);
    asked.shows(["name=\"password\""]).hides(["Typed <b>"]);
    assert_eq!(asked.header("cache-control"), "no-store, private");
    // A wrong password keeps the content, too.
    let again = log_in(&app, &staff, &asked, "ada", "wrong").await;
    let form = log_in(&app, &staff, &again.assert_status(422), "ada", PASSWORD).await;
    let form = form.assert_status(200);
    form.shows(["data-unsaved"]).shows([SAID]);
    form.shows([format!("action=\"{CHANGE}\"")]).hides(["Typed <b>"]).hides([PASSWORD]);
    assert_eq!(title(&app).await, "Home 1");
    let known = |name: &str| {
        fields.iter().find(|(field, _)| *field == name).expect("it was sent").1.clone()
    };
    for name in ["title", "price", "location", "version", "_once"] {
        assert_eq!(form.field(name), known(name), "{name}");
    }
    assert_ne!(form.field("csrf_token"), known("csrf_token"));
    let mut fields = fields;
    fields.retain(|(name, _)| *name != "csrf_token");
    fields.push(("csrf_token", form.field("csrf_token")));
    staff.post(CHANGE, &fields).await.assert_status(303);
    assert_eq!(title(&app).await, "Typed <b>\"'");

    // The same applies to a form that adds a listing, and the list keeps its state.
    end_sessions(&app).await;
    let asked = post(&staff, ADD, &app.origin, &with_state).await;
    let form = log_in(&app, &staff, &asked, "ada", PASSWORD).await;
    form.holds([("title", "New"), ("_changelist_filters", "q=home")]);
    assert_eq!(app.database.listings().await, "1");
}

#[tokio::test]
async fn what_somebody_else_saved_meanwhile_is_still_a_conflict() {
    let (app, staff) = spawn_staffed(1).await;
    let mut fields = filled(&staff, CHANGE, "Mine").await;
    end_sessions(&app).await;
    let asked = post(&staff, CHANGE, &app.origin, &fields).await;
    app.sql("UPDATE property SET title = 'Theirs'").await;
    let form = log_in(&app, &staff, &asked, "ada", PASSWORD).await;
    fields.retain(|(name, _)| *name != "csrf_token");
    fields.push(("csrf_token", form.field("csrf_token")));
    staff.post(CHANGE, &fields).await.assert_status(409).shows(["Theirs", "Mine"]);
}

#[tokio::test]
async fn only_a_form_of_this_sites_own_page_is_kept() {
    let (app, staff) = spawn_staffed(1).await;
    let fields = filled(&staff, CHANGE, "Planted").await;
    end_sessions(&app).await;
    for origin in ["https://evil.example", "null"] {
        let page = post(&staff, CHANGE, origin, &fields).await;
        // The order of the two checks does not matter: no user is logged in, and the form is another site's.
        assert!(matches!(page.status, 302 | 403), "{page:?}");
        page.hides(["Planted"]);
    }
    staff.post(CHANGE, &fields).await.assert_status(302);
    // Other forms, and oversized ones, are not kept.
    post(&staff, "/admin/properties/1/delete/", &app.origin, &fields).await.assert_status(302);
    let mut long = fields.clone();
    long.push(("description", "d".repeat(100_000)));
    for fields in [&fields[..1], &long[..]] {
        post(&staff, CHANGE, &app.origin, fields).await.assert_status(302);
    }
}

#[tokio::test]
async fn whoever_logs_in_instead_gets_the_form_only_if_they_may_send_it() {
    let (app, staff) = spawn_staffed(1).await;
    let fields = filled(&staff, CHANGE, "Hers").await;
    end_sessions(&app).await;
    let asked = post(&staff, CHANGE, &app.origin, &fields).await;
    for (permissions, status) in [("view", 303), ("view,change", 200)] {
        app.permit(permissions).await;
        let page = log_in(&app, &staff, &asked, "sam", PASSWORD).await;
        let page = page.assert_status(status);
        assert_eq!(page.has(SAID), status == 200, "{page:?}");
    }
    assert_eq!(title(&app).await, "Home 1");
}
