//! `HEAD` requests, as sent by monitors and download managers, to pages for staff and operators.

use reqwest::Method;

use crate::harness::spawn_staffed;

#[tokio::test]
async fn head_answers_as_get_does_and_without_a_body() {
    let (app, staff) = spawn_staffed(3).await;
    app.sql("UPDATE property SET price = 5 WHERE id = 1").await;
    let event = app.sql("SELECT max(id) FROM history").await;
    for path in [
        "/admin/",
        "/admin/properties/",
        "/admin/properties/?o=-price.title&q=home",
        "/admin/properties/?p=999",
        "/admin/properties/add/",
        "/admin/properties/1/change/",
        "/admin/properties/999/change/",
        "/admin/properties/1/delete/",
        "/admin/properties/1/history/",
        &format!("/admin/properties/1/history/{event}/restore/"),
        "/admin/properties/export/?format=csv",
        "/admin/properties/import/",
        "/admin/history/",
        "/admin/logins/",
        "/admin/sessions/",
        "/admin/password_change/",
        "/admin/users/",
        "/admin/users/add/",
        "/admin/users/1/change/",
        "/admin/users/1/password/",
        "/admin/users/1/sessions/",
        "/admin/users/1/history/",
        "/properties/cache-status/",
        "/properties/cache-test/",
        "/properties/cache-warm/",
        "/properties/redis-metrics/",
        "/properties/cache-explain/?url=/properties/",
        "/metrics",
    ] {
        let page = staff.get(path).await;
        let head = staff.send(staff.request(Method::HEAD, path)).await;
        assert_eq!(head.status, page.status, "{path}");
        assert!(head.body.is_empty(), "{path}: {}", head.text());
        for name in ["content-type", "cache-control"] {
            assert_eq!(head.header(name), page.header(name), "{path}");
        }
    }
}

#[tokio::test]
async fn head_of_a_stream_of_figures_ends_at_once() {
    let (_app, staff) = spawn_staffed(0).await;
    let path = "/properties/redis-metrics/stream/";
    for _ in 0..50 {
        let head = staff.send(staff.request(Method::HEAD, path)).await;
        assert_eq!(head.assert_status(200).header("content-type"), "text/event-stream");
    }
}
