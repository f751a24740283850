//! Unix sockets, and sockets that systemd passes.

use std::net::TcpListener;
use std::path::Path;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::harness::{Browser, Plan, Shell, TOKEN};

async fn ask(socket: &Path, request: &str) -> String {
    let mut stream = UnixStream::connect(socket).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("answered");
    answer
}

#[tokio::test]
async fn a_site_on_a_unix_socket_serves_and_reaches_itself_and_replaces_an_abandoned_socket() {
    let plan = Plan::new().await.homes(3).await;
    let shell = Shell::of(&plan);
    let socket = Path::new(&shell.file("marker", "")).with_file_name("site.sock");
    // A socket without a listening process, as a killed site leaves it.
    drop(std::os::unix::net::UnixListener::bind(&socket).expect("bound"));
    let shell = shell.set("HOST", format!("unix:{}", socket.display()));
    let mut site = shell.serve(&["serve"]);
    assert_eq!(site.origin, format!("unix:{}", socket.display()));
    let head = "Host: localhost\r\nConnection: close\r\n";
    let page = ask(&socket, &format!("GET /properties/ HTTP/1.1\r\n{head}\r\n")).await;
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("Home 1"), "{page}");
    let body = r#"{"requests": 20, "concurrency": 2}"#;
    let length = body.len();
    let test = format!(
        "POST /properties/cache-load-test/ HTTP/1.1\r\n{head}Authorization: Bearer {TOKEN}\r\n\
        Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    let report = ask(&socket, &test).await;
    assert!(
        report.starts_with("HTTP/1.1 200") && report.contains("\"page-memory\":20"),
        "{report}"
    );
    site.signal("TERM");
    let code = tokio::task::spawn_blocking(move || site.wait()).await;
    assert_eq!(code.expect("ended"), Some(0));
}

#[tokio::test]
async fn a_socket_that_systemd_passes_is_listened_on() {
    let plan = Plan::new().await.homes(1).await;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut site = Shell::of(&plan).serve_on(listener.into());
    assert_eq!(site.origin, format!("http://{address}"));
    Browser::new(&site.origin).get("/properties/").await.assert_status(200);
    site.signal("TERM");
    let code = tokio::task::spawn_blocking(move || site.wait()).await;
    assert_eq!(code.expect("ended"), Some(0));
}
