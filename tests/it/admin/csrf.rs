//! A form that a page of the site did not send is refused, and nothing is saved.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::harness::{App, Browser, listing, spawn_homes, spawn_staffed};

/// Every form that changes something, with its fields except the token.
const FORMS: [(&str, &str); 5] = [
    ("/admin/properties/add/", "title=T&description=D&price=1&location=L"),
    ("/admin/properties/1/change/", "title=T&description=D&price=1&location=L"),
    ("/admin/properties/1/delete/", "x=y"),
    ("/admin/properties/", "action=delete_selected&_selected_action=1&post=yes"),
    ("/admin/password_change/", "old_password=a&new_password1=b&new_password2=b"),
];

async fn send(browser: &Browser, path: &str, body: String, headers: &[(&str, &str)]) -> u16 {
    let form = browser
        .request(Method::POST, path)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body);
    let with = headers.iter().fold(form, |form, (name, value)| form.header(*name, *value));
    browser.send(with).await.status
}

async fn nothing_changed(app: &App) {
    assert_eq!(app.sql("SELECT string_agg(title, ',') FROM property").await, "Home 1");
}

#[tokio::test]
async fn forms_without_their_token_of_foreign_pages_or_in_another_encoding_change_nothing() {
    let (app, staff) = spawn_staffed(1).await;
    let other = app.staff_named("sam").await.csrf_token().await;
    for (path, fields) in FORMS {
        for token in ["", "&csrf_token=", "&csrf_token=wrong", &format!("&csrf_token={other}")] {
            let status = send(&staff, path, format!("{fields}{token}"), &[]).await;
            assert_eq!(status, 403, "{path} {token}");
        }
    }
    assert_eq!(send(&staff, "/admin/logout/", String::new(), &[]).await, 403);
    staff.get("/admin/").await.assert_status(200);
    // A form of another site's page is refused even with the token.
    let token = staff.csrf_token().await;
    for (path, fields) in FORMS {
        for header in [
            ("origin", "http://evil.example"),
            ("origin", "null"),
            ("origin", "http://127.0.0.1:1"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let body = format!("{fields}&csrf_token={token}");
            assert_eq!(send(&staff, path, body, &[header]).await, 403, "{path} {header:?}");
        }
    }
    // A form with another media type is refused.
    let body = format!("title=T&description=D&price=1&location=L&csrf_token={token}");
    for content_type in ["text/plain", "application/json", "multipart/form-data; boundary=x"] {
        let request = staff.request(Method::POST, "/admin/properties/add/");
        let page = staff.send(request.header(CONTENT_TYPE, content_type).body(body.clone())).await;
        assert!(matches!(page.status, 400 | 403 | 415), "{page:?}");
    }
    // A link is refused.
    for (path, fields) in FORMS {
        staff.get(&format!("{path}?{fields}&post=yes")).await;
    }
    staff.get("/admin/logout/").await.assert_status(405);
    staff.get("/admin/").await.assert_status(200);
    nothing_changed(&app).await;
    staff.edit_listing(1, &listing("Home 1", "1", "Leith")).await;
}

#[tokio::test]
async fn a_form_of_the_sites_own_page_is_taken() {
    let (app, staff) = spawn_staffed(1).await;
    let token = staff.csrf_token().await;
    let origin = app.origin.clone();
    for header in
        [("origin", origin.as_str()), ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none")]
    {
        let body = format!("title=T&description=D&price=1&location=L&csrf_token={token}");
        let status = send(&staff, "/admin/properties/add/", body, &[header]).await;
        assert_eq!(status, 303, "{header:?}");
    }
    assert_eq!(app.database.listings().await, "4");
}

#[tokio::test]
async fn a_login_form_needs_its_token_too() {
    let app = spawn_homes(1).await;
    let browser = app.stranger();
    let token = browser.get("/admin/login/").await.field("csrf_token");
    let password = crate::harness::PASSWORD.replace(' ', "+");
    let fields = format!("username=ada&password={password}");
    for (body, headers) in [
        (fields.clone(), &[][..]),
        (format!("{fields}&csrf_token=wrong"), &[]),
        (format!("{fields}&csrf_token={token}"), &[("origin", "http://evil.example")]),
    ] {
        assert_eq!(send(&browser, "/admin/login/", body, headers).await, 403);
    }
    let stranger = app.stranger();
    let body = format!("{fields}&csrf_token={token}");
    assert_eq!(send(&stranger, "/admin/login/", body.clone(), &[]).await, 403);
    assert_eq!(send(&browser, "/admin/login/", body, &[]).await, 303);
}
