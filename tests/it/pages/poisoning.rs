//! Parts of a request that are not in the key do not affect the page that other clients get.

use crate::harness::Plan;

const MARKER: &str = "marker-7f3a";

#[tokio::test]
async fn headers_that_are_no_part_of_the_key_change_nothing() {
    let app = Plan::new().await.homes(3).await.start().await;
    let control = app.get("/properties/no-cache/").await;
    let host = format!("{MARKER}.example");
    for (name, value) in [
        ("x-forwarded-host", host.as_str()),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "7777"),
        ("x-forwarded-prefix", "/marker-7f3a"),
        ("x-forwarded-for", "marker-7f3a"),
        ("forwarded", "host=marker-7f3a.example;proto=https"),
        ("x-original-url", "/marker-7f3a"),
        ("x-rewrite-url", "/marker-7f3a"),
        ("x-http-method-override", "DELETE"),
        ("accept-language", "marker-7f3a"),
        ("origin", "http://marker-7f3a.example"),
        ("referer", "http://marker-7f3a.example/"),
        ("user-agent", MARKER),
        ("range", "bytes=0-9"),
        ("if-modified-since", "Sat, 01 Jan 2050 00:00:00 GMT"),
        ("if-match", "\"x\""),
        ("cache-control", "no-cache"),
        ("pragma", "no-cache"),
        ("x-request-id", MARKER),
        ("accept", "text/html, marker-7f3a"),
        ("accept-encoding", MARKER),
    ] {
        app.services.management.clear("a test").await.expect("cleared");
        let poisoned = app.reader.get_with("/properties/", &[(name, value)]).await;
        assert_eq!(poisoned.assert_status(200).body, control.body, "{name}");
        let plain = app.get("/properties/").await.assert_status(200);
        assert_eq!(plain.body, control.body, "{name}");
        assert!(!format!("{plain:?}").contains(MARKER), "{name}: {plain:?}");
    }
}

#[tokio::test]
async fn odd_targets_are_answered_or_refused_and_poison_nothing() {
    let app = Plan::new().await.homes(3).await.start().await;
    let control = app.get("/properties/no-cache/").await;
    for target in [
        "/properties/?utm_x=marker-7f3a",
        "/properties/?marker-7f3a",
        "/properties/?a=1;b=marker-7f3a",
        "/properties/?q=&q=",
        "/properties/?page=1&page=1",
        "/properties/;marker-7f3a",
        "/properties/%2e/",
        "/./properties/",
        "//properties/",
        "/properties//",
        "/properties%2f",
        "/properties/%00",
        "/properties/1%00/",
        "/properties/1;x/",
        "/properties/?x=%00",
        "/properties/?%ff=%fe",
    ] {
        let answer = app.get_raw(target, "localhost").await;
        assert!(matches!(answer.status, 200 | 301 | 400 | 404), "{target}: {answer:?}");
        let plain = app.get("/properties/").await.assert_status(200);
        assert_eq!(plain.body, control.body, "{target}");
    }
    assert_eq!(app.keys("page").await.len(), 1);
}

#[tokio::test]
async fn a_body_of_a_get_is_no_part_of_anything() {
    let app = Plan::new().await.homes(3).await.start().await;
    let control = app.get("/properties/no-cache/").await;
    let request = "GET /properties/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 8\r\n\
        Content-Type: application/x-www-form-urlencoded\r\n\r\npage=two";
    assert_eq!(app.send_raw(request).await.status, 200);
    assert_eq!(app.get("/properties/").await.body, control.body);
}

#[tokio::test]
async fn an_oversized_head_is_refused() {
    let app = Plan::new().await.homes(1).await.start().await;
    let long = "x".repeat(200_000);
    let request =
        format!("GET /properties/?{long} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let address = app.origin.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
    let sent = tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await;
    let mut answer = Vec::new();
    let read = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer).await;
    let text = String::from_utf8_lossy(&answer);
    let refused = text.starts_with("HTTP/1.1 4") || sent.is_err() || read.is_err();
    assert!(refused, "{text}");
    app.get("/properties/").await.assert_status(200);
}
