//! A form that was opened before another login in the same browser: nothing is saved, and the form is shown again with
//! its content.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, ORIGIN};
use url::form_urlencoded;

use super::imports::multipart;
use crate::harness::{App, Browser, Page, Shows as _, listing, spawn_staffed};

const ADD: &str = "/admin/properties/add/";
const CHANGE: &str = "/admin/properties/1/change/";
const LOST: &str = "Nothing was saved, because you logged in again";

type Fields = Vec<(&'static str, String)>;

/// Posts a form like a browser, with the headers that name the sending page.
async fn post(staff: &Browser, path: &str, headers: &[(&str, &str)], fields: &Fields) -> Page {
    let request = staff
        .request(Method::POST, path)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish());
    let with = |request: reqwest::RequestBuilder, (name, value): &(&str, &str)| {
        request.header(*name, *value)
    };
    staff.send(headers.iter().fold(request, with)).await
}

async fn own(app: &App, staff: &Browser, path: &str, fields: &Fields) -> Page {
    post(staff, path, &[("origin", &app.origin)], fields).await
}

/// Logs in again in another tab of the same browser.
async fn log_in_elsewhere(staff: &Browser, name: &str) {
    staff.log_out().await.assert_status(303);
    staff.log_in(name).await;
}

/// The fields with the token of another page.
fn with_token_of(page: &Page, fields: &Fields) -> Fields {
    let mut fields = fields.clone();
    fields.retain(|(name, _)| *name != "csrf_token");
    fields.push(("csrf_token", page.field("csrf_token")));
    fields
}

async fn filled(staff: &Browser, path: &str) -> Fields {
    let form = staff.get(path).await.assert_status(200);
    let mut typed = listing("Typed <b>\"'", "7", "Joppa");
    typed.description = format!("Begin {} end.", "é".repeat(15_000));
    let mut fields = typed.fields();
    fields.extend(form.fields(["csrf_token", "_once", "_changelist_filters"]));
    if path == CHANGE {
        fields.push(("version", form.field("version")));
    }
    fields.push(("_save", "1".to_owned()));
    fields
}

async fn titles(app: &App) -> String {
    app.sql("SELECT string_agg(title, '|' ORDER BY id) FROM property").await
}

#[tokio::test]
async fn a_listings_form_comes_back_with_its_text_and_a_token_that_saves_it() {
    let (app, staff) = spawn_staffed(1).await;
    for (path, saved) in [(CHANGE, "Typed <b>\"'"), (ADD, "Typed <b>\"'|Typed <b>\"'")] {
        let before = titles(&app).await;
        let fields = filled(&staff, path).await;
        log_in_elsewhere(&staff, "ada").await;
        let form = own(&app, &staff, path, &fields).await.assert_status(403);
        form.shows(["“ada”"]).shows([LOST]);
        form.shows([format!("action=\"{path}\"")]);
        form.shows(["data-unsaved"]).hides(["Typed <b>"]);
        form.shows([format!("Begin {} end.", "é".repeat(15_000))]);
        for (name, value) in &fields {
            if !["description", "csrf_token", "_save"].contains(name) {
                assert_eq!(&form.field(name), value, "{name}");
            }
        }
        assert_eq!(titles(&app).await, before);
        own(&app, &staff, path, &with_token_of(&form, &fields)).await.assert_status(303);
        assert_eq!(titles(&app).await, saved);
    }
}

#[tokio::test]
async fn another_account_saves_the_form_only_after_a_look_at_it_and_if_it_may() {
    let (app, staff) = spawn_staffed(1).await;
    let fields = filled(&staff, CHANGE).await;
    log_in_elsewhere(&staff, "sam").await;
    for (permissions, said) in [
        ("view", "Your account has no permission to change listings."),
        ("view,change", "then save as “sam”"),
    ] {
        app.permit(permissions).await;
        let form = own(&app, &staff, CHANGE, &fields).await.assert_status(403);
        form.shows(["“sam”"]).shows([said]);
        assert_eq!(form.field("price"), "7");
        assert_eq!(titles(&app).await, "Home 1");
    }
    let form = own(&app, &staff, CHANGE, &fields).await;
    own(&app, &staff, CHANGE, &with_token_of(&form, &fields)).await.assert_status(303);
    assert_eq!(app.sql("SELECT string_agg(actor, ',') FROM history").await, "sam");
}

#[tokio::test]
async fn what_may_be_another_sites_form_is_never_shown_with_a_token() {
    let (app, staff) = spawn_staffed(1).await;
    let fields = filled(&staff, CHANGE).await;
    log_in_elsewhere(&staff, "ada").await;
    let evil = ("origin", "https://evil.example");
    for headers in [
        &[][..],
        &[evil],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[evil, ("sec-fetch-site", "same-origin")],
        &[("origin", &*app.origin), ("sec-fetch-site", "cross-site")],
    ] {
        let page = post(&staff, CHANGE, headers, &fields).await;
        let page = page.assert_status(403);
        assert!(!page.has("Begin") && !page.has("Typed"), "{headers:?}");
    }
    assert_eq!(titles(&app).await, "Home 1");
}

#[tokio::test]
async fn forms_of_accounts_come_back_without_their_passwords() {
    let (app, staff) = spawn_staffed(0).await;
    let sam = app.sql("SELECT id FROM site_user WHERE username = 'sam'").await;
    let own_password = "/admin/password_change/".to_owned();
    let events = "SELECT string_agg(kind, ',') FROM account_event";
    let before = app.sql(events).await;
    for path in [
        "/admin/users/add/".to_owned(),
        format!("/admin/users/{sam}/change/"),
        format!("/admin/users/{sam}/password/"),
        own_password.clone(),
    ] {
        let form = staff.get(&path).await.assert_status(200);
        let mut fields: Fields = vec![("csrf_token", form.field("csrf_token"))];
        for (name, value) in [
            ("username", "typed"),
            ("email", "typed@homes.example"),
            ("permissions", "delete"),
            ("password1", "nanoseconds of wire"),
            ("password2", "nanoseconds of wire"),
            ("old_password", crate::harness::PASSWORD),
            ("new_password1", "nanoseconds of wire"),
            ("new_password2", "nanoseconds of wire"),
        ] {
            fields.push((name, value.to_owned()));
        }
        log_in_elsewhere(&staff, "ada").await;
        let again = own(&app, &staff, &path, &fields).await.assert_status(403);
        again.shows(["“ada”"]).shows([LOST]);
        again.shows([format!("action=\"{path}\"")]);
        again.hides(["nanoseconds"]).hides([crate::harness::PASSWORD]);
        assert_ne!(again.field("csrf_token"), form.field("csrf_token"));
        if path.ends_with("add/") || path.ends_with("change/") && path != own_password {
            assert_eq!(again.field("username"), "typed", "{path}");
            assert_eq!(again.field("email"), "typed@homes.example", "{path}");
            again.shows(["value=\"delete\" checked"]);
        }
    }
    assert_eq!(app.sql(events).await, before);
}

#[tokio::test]
async fn questions_are_asked_again_with_what_was_typed() {
    let (app, staff) = spawn_staffed(2).await;
    let list = "/admin/properties/";
    let mut fields: Fields =
        vec![("action", "move_selected".to_owned()), ("_selected_action", "1".to_owned())];
    let question = staff.submit(list, &fields).await.assert_status(200);
    let single = "/admin/properties/1/delete/";
    let deletion = staff.get(single).await.assert_status(200);
    fields.extend(question.fields(["csrf_token", "post", "expected", "_changelist_filters"]));
    fields.push(("location", "Portobello".to_owned()));
    log_in_elsewhere(&staff, "ada").await;
    let again = own(&app, &staff, list, &fields).await.assert_status(403);
    again.shows([LOST]);
    assert_eq!(again.field("location"), "Portobello");
    let moved = "SELECT count(*) FROM history";
    assert_eq!(app.sql(moved).await, "0");
    own(&app, &staff, list, &with_token_of(&again, &fields)).await.assert_status(303);
    assert_eq!(app.sql(moved).await, "1");

    let fields = vec![("csrf_token", deletion.field("csrf_token"))];
    own(&app, &staff, single, &fields).await.assert_status(403).shows(["Delete “"]).shows([LOST]);
    assert_eq!(app.database.listings().await, "2");
}

#[tokio::test]
async fn a_file_is_asked_for_again() {
    let (app, staff) = spawn_staffed(1).await;
    let form = "/admin/properties/import/";
    let token = staff.get(form).await.field("csrf_token");
    log_in_elsewhere(&staff, "ada").await;
    let parts = [
        ("csrf_token", None, token.as_bytes()),
        ("file", Some("homes.csv"), b"title\n".as_slice()),
    ];
    let request = staff
        .request(Method::POST, form)
        .header(ORIGIN, &app.origin)
        .header(CONTENT_TYPE, "multipart/form-data; boundary=cut")
        .body(multipart(&parts));
    staff.send(request).await.assert_status(403).shows(["type=\"file\""]).shows([LOST]);
    assert_eq!(app.sql("SELECT count(*) FROM import_upload").await, "0");
}

#[tokio::test]
async fn a_login_page_that_another_one_replaced_comes_back_with_the_form_that_it_carries() {
    let (app, staff) = spawn_staffed(1).await;
    let fields = filled(&staff, CHANGE).await;
    app.sql("DELETE FROM session").await;
    let asked = own(&app, &staff, CHANGE, &fields).await.assert_status(403);
    let mut login: Fields = vec![
        ("username", "ada".to_owned()),
        ("password", crate::harness::PASSWORD.to_owned()),
        ("csrf_token", "of-a-page-that-was-replaced".to_owned()),
    ];
    login.extend(asked.fields(["next", "title", "price", "location", "_once", "version"]));
    login.push(("description", "Long.".to_owned()));
    let again = own(&app, &staff, "/admin/login/", &login).await;
    let again = again.assert_status(403);
    again.holds([("title", "Typed <b>\"'"), ("username", "ada")]);
    again.hides([crate::harness::PASSWORD]);
    let form = own(&app, &staff, "/admin/login/", &with_token_of(&again, &login)).await;
    assert_eq!(form.assert_status(200).field("price"), "7");
}
