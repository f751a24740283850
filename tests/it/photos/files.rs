//! The files at `/media/`: their headers, and that no other file can be reached.

use reqwest::Method;
use reqwest::header::{IF_NONE_MATCH, RANGE};

use super::pictures::jpeg;
use super::{hashes, upload};
use crate::harness::{Shows as _, spawn_staffed};

#[tokio::test]
async fn browsers_keep_a_file_for_good_and_get_only_what_they_ask_for() {
    let (app, staff) = spawn_staffed(1).await;
    upload(&staff, &[("a.jpg", &jpeg(700, 500))]).await.assert_status(303);
    let hash = hashes(&app).await.remove(0);
    for (extension, media_type) in [("webp", "image/webp"), ("jpg", "image/jpeg")] {
        let path = format!("/media/{hash}/640.{extension}");
        let page = app.get(&path).await.assert_status(200);
        assert_eq!(page.header("content-type"), media_type);
        assert_eq!(page.header("cache-control"), "public, max-age=31536000, immutable");
        assert!(page.headers.get("set-cookie").is_none());
        let tag = page.header("etag");
        let known = app.stranger().request(Method::GET, &path).header(IF_NONE_MATCH, tag);
        let same = app.stranger().send(known).await.assert_status(304);
        assert_eq!((same.body.len(), same.header("etag")), (0, tag));
        let part = app.stranger().request(Method::GET, &path).header(RANGE, "bytes=0-9");
        let part = app.stranger().send(part).await.assert_status(206);
        assert_eq!(part.body[..], page.body[..10]);
        let head = app.stranger().send(app.stranger().request(Method::HEAD, &path)).await;
        assert_eq!(head.header("content-length"), page.body.len().to_string());
    }
}

#[tokio::test]
async fn nothing_else_below_the_folder_is_reachable() {
    let (app, staff) = spawn_staffed(1).await;
    upload(&staff, &[("a.jpg", &jpeg(700, 500))]).await.assert_status(303);
    let hash = hashes(&app).await.remove(0);
    let folder = std::path::PathBuf::from(app.variables["MEDIA_URL"].clone());
    std::fs::write(folder.join("secret.txt"), "x").expect("written");
    std::fs::write(folder.join(&hash).join("1.txt"), "x").expect("written");
    for path in [
        "/media/".to_owned(),
        format!("/media/{hash}"),
        format!("/media/{hash}/"),
        "/media/secret.txt".to_owned(),
        format!("/media/{hash}/1.txt"),
        format!("/media/{hash}/641.jpg"),
        format!("/media/{hash}/0640.jpg"),
        format!("/media/{}/640.jpg", hash.to_uppercase()),
        format!("/media/{hash}/%36%34%30.jpg"),
        format!("/media/{hash}/640.jpg/"),
        format!("/media/{hash}/../{hash}/..%2f640.jpg"),
        "/media/..%2f..%2f..%2fetc%2fpasswd".to_owned(),
        format!("/media/{}/640.jpg", "0".repeat(32)),
    ] {
        app.get(&path).await.assert_status(404).hides(["secret"]);
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let path = format!("/media/{hash}/640.jpg");
        let page = app.stranger().send(app.stranger().request(method, &path)).await;
        assert!((400..500).contains(&page.status), "{}", page.status);
    }
}
