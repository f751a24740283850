//! One page in several encodings.

use std::io::Read as _;

use crate::harness::{App, Page, Plan, eventually};

async fn encoded(app: &App, path: &str, accept: &str) -> Page {
    let headers = [("accept-encoding", accept)];
    app.reader.get_with(path, &headers).await.assert_status(200)
}

/// A page's body without its encoding.
pub(crate) fn decoded(page: &Page) -> Vec<u8> {
    let mut body = Vec::new();
    match page.header("content-encoding") {
        "br" => brotli::BrotliDecompress(&mut page.body.as_slice(), &mut body).expect("brotli"),
        "gzip" => {
            let mut decoder = flate2::read::GzDecoder::new(page.body.as_slice());
            decoder.read_to_end(&mut body).expect("gzip");
        }
        "" => body.clone_from(&page.body),
        other => panic!("{other}"),
    }
    body
}

#[tokio::test]
async fn every_encoding_is_the_same_page_and_has_a_validator_of_its_own() {
    let app = Plan::new().await.homes(24).await.start().await;
    for path in ["/properties/", "/properties/?format=json"] {
        let identity = encoded(&app, path, "identity").await;
        let mut etags = vec![identity.header("etag").to_owned()];
        for token in ["br", "gzip"] {
            let page = encoded(&app, path, token).await;
            assert!(page.is_hit(), "{}", page.cache_status());
            assert_eq!(page.header("content-encoding"), token);
            assert!(page.body.len() < identity.body.len());
            assert_eq!(decoded(&page), identity.body, "{path} {token}");
            etags.push(page.header("etag").to_owned());
        }
        etags.sort();
        etags.dedup();
        assert_eq!(etags.len(), 3, "{etags:?}");
    }
    assert_eq!(app.keys("page").await.len(), 2);
}

#[tokio::test]
async fn the_client_gets_the_encoding_that_it_likes_best() {
    let app = Plan::new().await.homes(24).await.start().await;
    for (accept, want) in [
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("deflate", ""),
        ("*", "br"),
        ("", ""),
        ("identity", ""),
        ("br;q=nonsense", ""),
    ] {
        for _ in 0..2 {
            let page = encoded(&app, "/properties/", accept).await;
            assert_eq!(page.header("content-encoding"), want, "{accept}");
        }
    }
}

#[tokio::test]
async fn a_page_that_is_computed_is_encoded_as_a_hit_is() {
    let app = Plan::new().await.homes(24).await.start().await;
    let computed = encoded(&app, "/properties/", "br").await;
    assert!(computed.is_stored());
    let hit = encoded(&app, "/properties/", "br").await;
    assert!(hit.is_hit());
    assert_eq!(decoded(&computed), decoded(&hit));
    assert_eq!(computed.header("content-encoding"), hit.header("content-encoding"));
}

#[tokio::test]
async fn a_page_that_lives_on_is_compressed_better_and_older_copies_of_it_stay_right() {
    let app = Plan::new().await.homes(24).await.start().await;
    let first = encoded(&app, "/properties/", "br").await;
    let better = eventually("a better compression", async || {
        let page = encoded(&app, "/properties/", "br").await;
        (page.body.len() < first.body.len()).then_some(page)
    })
    .await;
    assert!(better.is_hit());
    assert_eq!(decoded(&better), decoded(&first));
    assert_ne!(better.header("etag"), first.header("etag"));
    for copy in [&first, &better] {
        let etag = copy.header("etag");
        let headers = [("accept-encoding", "br"), ("if-none-match", etag)];
        let page = app.reader.get_with("/properties/", &headers).await;
        assert_eq!(page.assert_status(304).header("etag"), etag);
    }
}

#[tokio::test]
async fn a_client_that_accepts_no_encoding_of_the_site_is_told_so() {
    let app = Plan::new().await.homes(24).await.start().await;
    for path in [
        "/properties/",
        "/properties/?format=json",
        "/properties/no-cache/",
        "/properties/1/",
        "/robots.txt",
        "/sitemap.xml",
        "/static/site.css",
        "/admin/login/",
        "/properties/999/",
    ] {
        app.get(path).await;
        for accept in ["identity;q=0", "*;q=0", "deflate, *;q=0", "identity; q=0.0, zstd"] {
            let headers = [("accept-encoding", accept)];
            let page = app.reader.get_with(path, &headers).await;
            assert_eq!(page.status, 406, "{path} {accept}");
            assert_eq!(page.header("content-encoding"), "");
        }
        for accept in ["identity", "*;q=0, identity;q=0.1", "", "br;q=0", "zstd"] {
            let headers = [("accept-encoding", accept)];
            let page = app.reader.get_with(path, &headers).await;
            assert_ne!(page.status, 406, "{path} {accept}");
            assert_eq!(page.header("content-encoding"), "");
        }
    }
}

#[tokio::test]
async fn a_client_that_refuses_a_page_as_it_is_gets_it_compressed_however_short_it_is() {
    let app = Plan::new().await.homes(1).await.start().await;
    for path in ["/robots.txt", "/properties/"] {
        let plain = encoded(&app, path, "identity").await;
        for (accept, token) in
            [("gzip, identity;q=0", "gzip"), ("br, *;q=0", "br"), ("*, identity;q=0", "br")]
        {
            let page = encoded(&app, path, accept).await;
            assert_eq!(page.header("content-encoding"), token, "{path} {accept}");
            assert_eq!(decoded(&page), plain.body, "{path} {accept}");
            assert_ne!(page.header("etag"), plain.header("etag"));
        }
    }
}
