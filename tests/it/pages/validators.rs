//! A browser revalidates its copy, and gets 304 if it is current.

use crate::harness::{App, Page, Plan, listing};

async fn asked(app: &App, path: &str, encoding: &str, etag: &str) -> Page {
    let headers = [("accept-encoding", encoding), ("if-none-match", etag)];
    app.reader.get_with(path, &headers).await
}

#[tokio::test]
async fn a_copy_that_is_right_is_confirmed_without_the_page_in_each_encoding() {
    let app = Plan::new().await.homes(24).await.start().await;
    for encoding in ["identity", "gzip", "br"] {
        let page = asked(&app, "/properties/", encoding, "\"other\"").await;
        let etag = page.assert_status(200).header("etag").to_owned();
        for validator in [etag.clone(), format!("\"a\", W/{etag}"), "*".to_owned()] {
            let page = asked(&app, "/properties/", encoding, &validator).await;
            let page = page.assert_status(304);
            assert!(page.body.is_empty());
            assert_eq!(page.header("etag"), etag);
            assert_eq!(page.header("vary"), "Accept, Accept-Encoding");
            assert_eq!(page.header("cache-control"), "public, no-cache");
            assert!(page.header("content-encoding").is_empty());
        }
    }
}

#[tokio::test]
async fn a_copy_of_one_encoding_is_not_confirmed_for_another() {
    let app = Plan::new().await.homes(24).await.start().await;
    let page = asked(&app, "/properties/", "br", "").await;
    let brotli = page.header("etag").to_owned();
    asked(&app, "/properties/", "gzip", &brotli).await.assert_status(200);
    asked(&app, "/properties/?format=json", "br", &brotli).await.assert_status(200);
}

#[tokio::test]
async fn a_copy_from_before_a_write_is_replaced_at_once() {
    let app = Plan::new().await.homes(2).await.start().await;
    let staff = app.staff().await;
    for path in ["/properties/", "/properties/1/"] {
        let before = app.get(path).await.header("etag").to_owned();
        asked(&app, path, "", &before).await.assert_status(304);
        let edited = listing(&format!("Mended for {path}"), "1", "Leith");
        staff.edit_listing(1, &edited).await;
        let page = asked(&app, path, "", &before).await.assert_status(200);
        assert!(page.has("Mended"));
        asked(&app, path, "", page.header("etag")).await.assert_status(304);
    }
}

#[tokio::test]
async fn the_same_rows_have_the_same_validator_on_every_instance() {
    let first = Plan::new().await.homes(5).await.start().await;
    let second = first.another().set("REDIS_URL", "off").start().await;
    for path in ["/properties/", "/properties/3/"] {
        let etags = [first.get(path).await, second.get(path).await];
        assert_eq!(etags[0].header("etag"), etags[1].header("etag"));
    }
}
