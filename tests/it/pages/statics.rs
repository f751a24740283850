//! Static files: names that carry the content's hash, and are kept for good.

use crate::harness::{App, Plan, spawn_app};

async fn assets(app: &App) -> Vec<String> {
    let page = app.get("/properties/").await;
    let parts = page.text().split("\"/static/").skip(1);
    let names = parts.filter_map(|part| part.split('"').next());
    names.map(|name| format!("/static/{name}")).collect()
}

#[tokio::test]
async fn files_that_pages_name_may_be_kept_for_good() {
    let app = spawn_app().await;
    let assets = assets(&app).await;
    assert!(assets.len() >= 2, "{assets:?}");
    for path in assets {
        let page = app.get(&path).await.assert_status(200);
        assert_eq!(
            page.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert!(!page.body.is_empty());
        let etag = page.header("etag").to_owned();
        let headers = [("if-none-match", etag.as_str())];
        app.reader
            .get_with(&path, &headers)
            .await
            .assert_status(304);
    }
}

#[tokio::test]
async fn a_file_under_its_plain_name_is_asked_for_each_time() {
    let app = spawn_app().await;
    let page = app.get("/static/site.css").await.assert_status(200);
    assert!(page.header("content-type").starts_with("text/css"));
    assert!(!page.header("cache-control").contains("immutable"));
    app.get("/static/site.000000000000.css")
        .await
        .assert_status(404);
}

#[tokio::test]
async fn pages_have_no_inline_style_or_script() {
    let app = Plan::new().await.homes(2).await.start().await;
    let staff = app.staff().await;
    for path in [
        "/properties/",
        "/properties/1/",
        "/admin/properties/",
        "/properties/redis-metrics/",
    ] {
        let page = staff.get(path).await.assert_status(200);
        for inline in ["<style", " style=", "<script>", " onclick=", "javascript:"] {
            assert!(!page.has(inline), "{path} has {inline}");
        }
    }
}
