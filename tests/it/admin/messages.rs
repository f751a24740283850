//! The message on the next page after a form was sent.

use crate::harness::{App, Browser, Page, Plan};

const DELETE: &str = "/admin/properties/1/delete/";

async fn start() -> (App, Browser) {
    let app = Plan::new().await.homes(2).await.start().await;
    let staff = app.staff().await;
    (app, staff)
}

/// The `Set-Cookie` header of the messages.
fn cookie_of(page: &Page) -> String {
    let mut cookies = page.all("set-cookie").into_iter();
    let cookie = cookies.find(|cookie| cookie.starts_with("messages="));
    cookie.unwrap_or_else(|| panic!("no messages: {page:?}")).to_owned()
}

/// The browser's cookies, with another message cookie.
fn with(browser: &Browser, messages: &str) -> String {
    let session = browser.cookies();
    let session = session.split("; ").find(|cookie| cookie.starts_with("sessionid="));
    format!("{}; messages={messages}", session.expect("a session"))
}

#[tokio::test]
async fn a_message_of_a_save_is_shown_once_and_writes_no_session() {
    let (app, staff) = start().await;
    let written = "SELECT concat_ws('|', xmin, seen_at, expires_at, state) FROM session";
    let before = app.database.value(written).await;
    let page = staff.press(DELETE).await.assert_status(303);
    let cookie = cookie_of(&page);
    for part in ["HttpOnly", "SameSite=Lax", "Path=/admin", "Max-Age=600"] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    // Public pages neither get nor set the cookie.
    let public = staff.get("/properties/").await.assert_status(200);
    assert!(public.all("set-cookie").is_empty(), "{public:?}");
    let list = staff.get("/admin/properties/").await;
    assert!(list.has("was deleted") && list.has("/undo/"), "{list:?}");
    assert!(cookie_of(&list).contains("Max-Age=0"), "{list:?}");
    let again = staff.get("/admin/properties/").await;
    assert!(!again.has("was deleted") && again.all("set-cookie").is_empty(), "{again:?}");
    assert_eq!(app.database.value(written).await, before);
}

#[tokio::test]
async fn a_failure_between_a_save_and_the_next_page_keeps_the_message() {
    let (_app, staff) = start().await;
    staff.press(DELETE).await.assert_status(303);
    let failed = staff.get("/admin/nowhere/").await.assert_status(404);
    assert!(!failed.has("was deleted"), "{failed:?}");
    assert!(staff.get("/admin/").await.has("was deleted"));
}

#[tokio::test]
async fn no_text_that_the_site_did_not_say_to_this_login_is_shown() {
    let (app, ada) = start().await;
    let sam = app.staff_named("sam").await;
    let cookie = cookie_of(&ada.press(DELETE).await);
    let value = cookie.trim_start_matches("messages=").split(';').next().unwrap_or_default();
    let shown = async |browser: &Browser, messages: &str| {
        let cookies = with(browser, messages);
        app.stranger().get_with("/admin/", &[("cookie", &cookies)]).await.assert_status(200)
    };
    let notice = "role=\"status\"";
    assert!(shown(&ada, value).await.has(notice));
    assert!(!shown(&sam, value).await.has(notice), "the message of another login");
    let mut changed = value.to_owned().into_bytes();
    changed[20] = if changed[20] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("ASCII");
    let plain = r#"{"login":"","messages":[{"level":"success","text":"Hello"}]}"#;
    for forged in [changed.as_str(), plain, "", "%00", &"A".repeat(3_000)] {
        assert!(!shown(&ada, forged).await.has(notice), "{forged}");
    }
    let other = app.another().set("SECRET_KEY", "another-key-".repeat(4)).start().await;
    assert_eq!(
        other.stranger().get_with("/admin/", &[("cookie", &with(&ada, value))]).await.status,
        302
    );
}

#[tokio::test]
async fn messages_fit_into_a_cookie_whatever_is_said() {
    let (_app, staff) = start().await;
    let places: Vec<_> =
        (0..15).map(|at| format!("location={at}{}", "%F0%9F%8F%A0".repeat(90))).collect();
    let filters = [("_changelist_filters", places.join("&"))];
    let page = staff.submit(DELETE, &filters).await.assert_status(303);
    assert!(cookie_of(&page).len() < 4_096, "{page:?}");
    let token = staff.csrf_token().await;
    for _ in 0..30 {
        let nothing = [("action", "none".to_owned()), ("csrf_token", token.clone())];
        let page = staff.post("/admin/properties/", &nothing).await.assert_status(303);
        assert!(cookie_of(&page).len() < 4_096, "{page:?}");
    }
    let list = staff.get("/admin/properties/").await.assert_status(200);
    assert!(list.has("Nothing was done."), "{list:?}");
}
