//! Static files: their names contain the content's hash, and browsers cache them for ever.

use std::collections::BTreeSet;

use super::encodings::decoded;
use crate::harness::{App, Page, Plan, spawn_app};

const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// The extensions of files that are compressed.
const TEXTS: [&str; 2] = [".css", ".js"];

async fn accepting(app: &App, path: &str, encoding: &str) -> Page {
    let headers = [("accept-encoding", encoding)];
    app.reader.get_with(path, &headers).await.assert_status(200)
}

async fn assets(app: &App) -> Vec<String> {
    let page = app.get("/properties/").await;
    let parts = page.text().split("\"/static/").skip(1);
    // A symbol of a file is named after a number sign.
    let names = parts.filter_map(|part| part.split(['"', '#']).next());
    let paths: BTreeSet<_> = names.map(|name| format!("/static/{name}")).collect();
    paths.into_iter().collect()
}

#[tokio::test]
async fn files_that_pages_name_may_be_kept_for_good() {
    let app = spawn_app().await;
    let assets = assets(&app).await;
    assert!(assets.len() >= 2, "{assets:?}");
    for path in assets {
        let page = app.get(&path).await.assert_status(200);
        assert_eq!(page.header("cache-control"), FOR_GOOD);
        assert!(!page.body.is_empty());
        let etag = page.header("etag").to_owned();
        let headers = [("if-none-match", etag.as_str())];
        app.reader.get_with(&path, &headers).await.assert_status(304);
    }
}

#[tokio::test]
async fn a_file_under_its_plain_name_is_asked_for_each_time() {
    let app = spawn_app().await;
    let page = app.get("/static/site.css").await.assert_status(200);
    assert!(page.header("content-type").starts_with("text/css"));
    assert!(!page.header("cache-control").contains("immutable"));
    app.get("/static/site.000000000000.css").await.assert_status(404);
}

#[tokio::test]
async fn pages_have_no_inline_style_or_script() {
    let app = Plan::new().await.homes(2).await.start().await;
    let staff = app.staff().await;
    for path in
        ["/properties/", "/properties/1/", "/admin/properties/", "/properties/redis-metrics/"]
    {
        let page = staff.get(path).await.assert_status(200);
        for inline in ["<style", " style=", "<script>", " onclick=", "javascript:"] {
            assert!(!page.has(inline), "{path} has {inline}");
        }
    }
}

#[tokio::test]
async fn a_text_comes_in_each_encoding_with_a_validator_of_its_own() {
    let app = spawn_app().await;
    let mut paths = assets(&app).await;
    paths.retain(|path| TEXTS.iter().any(|end| path.ends_with(end)));
    assert!(paths.len() >= 2, "{paths:?}");
    paths.push("/static/site.js".to_owned());
    for path in paths {
        let identity = accepting(&app, &path, "identity").await;
        assert_eq!(identity.header("content-encoding"), "");
        let mut etags = vec![identity.header("etag").to_owned()];
        for token in ["br", "gzip"] {
            let page = accepting(&app, &path, token).await;
            assert_eq!(page.header("content-encoding"), token, "{path}");
            assert_eq!(page.header("vary"), "Accept-Encoding");
            for name in ["content-type", "cache-control"] {
                assert_eq!(page.header(name), identity.header(name), "{path}: {name}");
            }
            assert!(page.body.len() < identity.body.len(), "{path} {token}");
            assert_eq!(decoded(&page), identity.body, "{path} {token}");
            etags.push(page.header("etag").to_owned());
        }
        for (at, encoding) in ["identity", "br", "gzip"].into_iter().enumerate() {
            for (other, etag) in etags.iter().enumerate() {
                let headers = [("accept-encoding", encoding), ("if-none-match", etag)];
                let page = app.reader.get_with(&path, &headers).await;
                let want = if at == other { 304 } else { 200 };
                assert_eq!(page.status, want, "{path}: {encoding} with {etag}");
                assert_eq!(page.body.is_empty(), at == other);
                assert_eq!(page.header("vary"), "Accept-Encoding");
                assert_eq!(page.header("etag"), etags[at]);
            }
        }
    }
}

#[tokio::test]
async fn a_file_whose_name_says_its_version_may_be_kept_for_good_and_is_not_compressed_again() {
    let app = spawn_app().await;
    let path = "/static/vendor/figtree-5.3.0/latin.woff2";
    let plain = accepting(&app, path, "identity").await;
    let page = accepting(&app, path, "br, gzip").await;
    assert_eq!(page.header("content-encoding"), "");
    assert_eq!((&page.body, page.body.starts_with(b"wOF2")), (&plain.body, true));
    assert_eq!(page.header("content-type"), "font/woff2");
    assert_eq!(page.header("cache-control"), FOR_GOOD);
    let copy = [("if-none-match", page.header("etag"))];
    let page = app.reader.get_with(path, &copy).await.assert_status(304);
    assert_eq!(page.header("cache-control"), FOR_GOOD);
    assert!(page.body.is_empty());
}

#[tokio::test]
async fn only_files_of_the_build_are_served() {
    let app = spawn_app().await;
    for path in [
        "/static/",
        "/static/vendor/",
        "/static/../Cargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/static/..%2fCargo.toml",
        "/static//etc/passwd",
        "/static/site.css/",
        "/static/SITE.css",
        "/static/site.css%00",
    ] {
        let page = app.get_raw(path, "localhost").await;
        assert!([400, 404].contains(&page.status), "{path}: {page:?}");
        assert!(!page.body.contains("[package]"), "{path}");
    }
}
