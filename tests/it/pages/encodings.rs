//! One page in several encodings.

use std::io::Read as _;

use crate::harness::{App, Page, Plan};

async fn encoded(app: &App, path: &str, accept: &str) -> Page {
    let headers = [("accept-encoding", accept)];
    app.reader.get_with(path, &headers).await.assert_status(200)
}

/// A page's body without its encoding.
pub(super) fn decoded(page: &Page) -> Vec<u8> {
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
    assert_eq!(computed.body, hit.body);
    assert_eq!(computed.header("etag"), hit.header("etag"));
}
