//! No data of one user gets into a page that others get.

use crate::harness::{Page, Plan, listing};

const MARKER: &str = "marker-9c1e";

fn is_public(page: &Page, control: &Page) {
    assert_eq!(page.body, control.body);
    assert!(page.header("set-cookie").is_empty(), "{page:?}");
    assert!(!format!("{page:?}").contains(MARKER), "{page:?}");
}

#[tokio::test]
async fn a_page_that_a_member_of_staff_asked_for_first_is_the_same_for_everybody() {
    let app = Plan::new().await.homes(2).await.start().await;
    let staff = app.staff().await;
    let control = app.get("/properties/no-cache/").await;
    // A message waits in the session for the next page.
    let fields = [("action", String::new())];
    staff.submit("/admin/properties/", &fields).await.assert_status(303);
    let theirs = staff.get("/properties/").await.assert_status(200);
    is_public(&theirs, &control);
    assert!(!theirs.has("ada"), "{theirs:?}");
    let page = app.get("/properties/").await.assert_status(200);
    assert!(page.is_hit(), "{}", page.cache_status());
    is_public(&page, &control);
}

#[tokio::test]
async fn cookies_of_any_kind_neither_enter_a_page_nor_miss_one() {
    let app = Plan::new().await.homes(2).await.start().await;
    let control = app.get("/properties/no-cache/").await;
    for cookie in [
        "sessionid=marker-9c1e",
        "unrelated=marker-9c1e",
        "sessionid=; login_token=marker-9c1e",
        "",
        " ",
        "=;=;",
    ] {
        app.services.management.clear("a test").await.expect("cleared");
        for path in ["/properties/", "/properties/"] {
            let page = app.reader.get_with(path, &[("cookie", cookie)]).await;
            is_public(&page.assert_status(200), &control);
        }
        let page = app.get("/properties/").await;
        assert!(page.is_hit(), "{cookie:?}: {}", page.cache_status());
        is_public(&page, &control);
    }
}

#[tokio::test]
async fn a_request_with_credentials_neither_reads_nor_fills_the_cache() {
    let app = Plan::new().await.homes(2).await.start().await;
    let control = app.get("/properties/no-cache/").await;
    for value in ["Bearer marker-9c1e", "Basic bWFya2Vy", "bearer", ""] {
        let headers = [("authorization", value)];
        for _ in 0..2 {
            let page = app.reader.get_with("/properties/", &headers).await.assert_status(200);
            assert!(page.cache_status().contains("fwd=bypass"), "{value:?}: {page:?}");
            assert!(!page.header("cache-control").contains("public"), "{page:?}");
            is_public(&page, &control);
        }
    }
    assert!(app.keys("page").await.is_empty());
}

#[tokio::test]
async fn pages_of_the_admin_are_never_stored_by_anybody() {
    let app = Plan::new().await.homes(2).await.start().await;
    let staff = app.staff().await;
    for path in [
        "/admin/",
        "/admin/properties/",
        "/admin/properties/add/",
        "/admin/properties/1/change/",
        "/admin/properties/1/delete/",
        "/admin/properties/1/history/",
        "/admin/properties/99/change/",
        "/admin/password_change/",
    ] {
        for page in [staff.get(path).await, app.get(path).await] {
            let policy = page.header("cache-control");
            assert!(policy.contains("no-store"), "{path}: {page:?}");
            assert!(!page.cache_status().contains("stored"), "{path}");
        }
    }
    assert!(app.keys("page").await.is_empty());
}

#[tokio::test]
async fn sessions_have_tokens_of_their_own_and_each_works() {
    let app = Plan::new().await.homes(2).await.start().await;
    let (one, other) = (app.staff().await, app.staff_named("sam").await);
    assert_ne!(one.csrf_token().await, other.csrf_token().await);
    one.edit_listing(1, &listing("By ada", "1", "Leith")).await;
    other.edit_listing(2, &listing("By sam", "1", "Leith")).await;
    let page = app.get("/properties/").await;
    assert!(page.has("By ada") && page.has("By sam"));
}

#[tokio::test]
async fn answers_that_set_a_cookie_may_not_be_stored() {
    let app = Plan::new().await.homes(1).await.start().await;
    let stranger = app.stranger();
    let form = stranger.get("/admin/login/").await.assert_status(200);
    assert!(!form.header("set-cookie").is_empty());
    assert!(form.header("cache-control").contains("no-store"), "{form:?}");
    let entered = stranger.try_log_in("ada", crate::harness::PASSWORD, "").await;
    assert!(!entered.header("set-cookie").is_empty());
    assert!(entered.header("cache-control").contains("no-store"), "{entered:?}");
}
