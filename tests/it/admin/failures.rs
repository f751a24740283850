//! Error pages keep the admin's frame for logged-in users.

use reqwest::Method;

use crate::harness::{Browser, Page, Plan, Shows as _, spawn_staffed};

/// Whether a page has the navigation, the user's name and the logout button.
fn is_framed(page: &Page) -> bool {
    let parts = ["href=\"/admin/properties/\"", "action=\"/admin/logout/\"", "<bdi>ada</bdi>"];
    parts.iter().all(|part| page.has(part))
}

async fn send(browser: &Browser, method: Method, path: &str, body: Vec<u8>) -> Page {
    let request = browser
        .request(method, path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "text/html")
        .body(body);
    browser.send(request).await
}

#[tokio::test]
async fn every_failure_below_the_admin_is_shown_in_its_frame_and_takes_no_message() {
    let (app, staff) = spawn_staffed(2).await;
    for (method, path, body, status) in [
        (Method::GET, "/admin/nowhere/", vec![], 404),
        (Method::GET, "/admin/properties/99/change/", vec![], 404),
        (Method::GET, "/admin/properties/1/restore/", vec![], 405),
        (Method::DELETE, "/admin/", vec![], 405),
        (Method::POST, "/admin/properties/add/", b"title=T".to_vec(), 403),
        (Method::POST, "/admin/properties/1/delete/", vec![], 403),
        (Method::POST, "/admin/properties/add/", vec![b'a'; 2 << 20], 413),
        (Method::POST, "/properties/cache-clear/", vec![], 403),
        (Method::GET, "/properties/cache-clear/", vec![], 405),
    ] {
        let page = send(&staff, method, path, body.clone()).await;
        let page = page.assert_status(status);
        assert!(is_framed(&page), "{path}: {page:?}");
        page.shows([format!("Error {status}")]);
        // Other visitors see no frame.
        send(&app.stranger(), Method::GET, path, vec![]).await.hides(["/admin/logout/"]);
    }
    // Programs get the format that they request.
    let page = staff.get_with("/admin/nowhere/", &[("accept", "application/json")]).await;
    assert_eq!(page.assert_status(404).json()["status"], 404);
    // A message waits for the next page that is not an error.
    staff.delete_listing(2).await;
    let failed = staff.get("/admin/nowhere/").await.assert_status(404);
    assert!(is_framed(&failed) && !failed.has("was deleted"), "{failed:?}");
    staff.get("/admin/properties/").await.shows(["“Home 2” was deleted."]);
}

#[tokio::test]
async fn an_outage_and_a_fault_are_shown_in_the_frame() {
    let (postgres, app) = Plan::with_homes(1).await.behind_postgres().await;
    let staff = app.staff().await;
    app.sql("ALTER TABLE property RENAME COLUMN price TO cost").await;
    let page = staff.get("/admin/properties/").await.assert_status(500);
    assert!(is_framed(&page), "{page:?}");
    postgres.cut();
    let page = staff.get("/admin/properties/").await.assert_status(503);
    assert!(is_framed(&page), "{page:?}");
}
