//! What clients see of an instance that is told to stop.

use std::net::TcpListener;
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};

use crate::harness::{Plan, Serving, Shell, eventually, until};

trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Stream for T {}

/// The kind of socket on which an instance listens.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Socket {
    Tcp,
    Unix,
    Passed,
}

/// A client of an instance.
struct Client(String);

/// The status of a response, and its head and body.
struct Seen(u16, String);

impl Client {
    async fn connect(&self) -> std::io::Result<Box<dyn Stream>> {
        Ok(match self.0.strip_prefix("unix:") {
            Some(path) => Box::new(UnixStream::connect(path).await?),
            None => Box::new(TcpStream::connect(self.0.trim_start_matches("http://")).await?),
        })
    }

    /// Requests a path on a new connection; `None` if the connection is refused.
    async fn get(&self, path: &str) -> Option<Seen> {
        ask(&mut *self.connect().await.ok()?, path).await
    }
}

/// Requests a path on a connection that may stay open; `None` if it is closed.
async fn ask(stream: &mut dyn Stream, path: &str) -> Option<Seen> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut seen = String::new();
    let (head, length) = loop {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
        seen.push_str(std::str::from_utf8(&part[..read]).expect("these pages are ASCII"));
        if let Some((head, _)) = seen.split_once("\r\n\r\n") {
            let length = head.split_once("content-length: ").expect("it has a length").1;
            let length: usize = length.lines().next()?.parse().expect("a number");
            break (head.len() + 4, length);
        }
    };
    while seen.len() < head + length {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
        seen.push_str(&String::from_utf8_lossy(&part[..read]));
    }
    Some(Seen(seen[9..12].parse().expect("a status"), seen))
}

impl Seen {
    fn closes(&self) -> bool {
        self.1.contains("\r\nconnection: close\r\n")
    }
}

/// An instance, and the socket that may be passed to it.
async fn serve(socket: Socket) -> (Plan, Serving, TcpListener) {
    let plan = Plan::with_homes(3).await.set("DRAIN_SECONDS", "1");
    let shell = Shell::of(&plan);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let path = PathBuf::from(shell.file("marker", "")).with_file_name("site.sock");
    let site = match socket {
        Socket::Tcp => shell.serve(&["serve"]),
        Socket::Unix => shell.set("HOST", format!("unix:{}", path.display())).serve(&["serve"]),
        Socket::Passed => shell.serve_on(listener.try_clone().expect("a copy").into()),
    };
    (plan, site, listener)
}

async fn wait(mut site: Serving) -> Option<i32> {
    tokio::task::spawn_blocking(move || site.wait()).await.expect("ended")
}

#[tokio::test]
async fn an_instance_is_first_unready_then_closes_connections_then_refuses_them_then_ends() {
    for socket in [Socket::Tcp, Socket::Unix, Socket::Passed] {
        let (_plan, site, _listener) = serve(socket).await;
        let client = Client(site.origin.clone());
        let ready = client.get("/readyz").await.expect("answered");
        assert!(ready.0 == 200 && ready.1.contains(r#""reason":null"#), "{socket:?}: {}", ready.1);
        let page = client.get("/properties/").await.expect("answered");
        assert!(page.0 == 200 && !page.closes(), "{socket:?}");
        site.signal("TERM");
        let unready = eventually("it is unready", async || {
            client.get("/readyz").await.filter(|seen| seen.0 == 503)
        });
        let unready = unready.await;
        assert!(unready.1.contains("about to stop") && !unready.closes(), "{socket:?}");
        // One page from memory and one that is not.
        for path in ["/properties/", "/properties/no-cache/"] {
            let page = client.get(path).await.expect("answered");
            assert!(page.0 == 200 && !page.closes(), "{socket:?} {path}");
        }
        let mut kept = client.connect().await.expect("it listens");
        for path in ["/properties/", "/properties/no-cache/"] {
            let mut own = client.connect().await.expect("it listens");
            until("connections are closed", async || {
                let page = ask(&mut *own, path).await.expect("answered");
                assert_eq!(page.0, 200, "{socket:?} {path}");
                page.closes()
            })
            .await;
            assert_eq!(own.read(&mut [0]).await.expect("readable"), 0, "{socket:?} {path}");
        }
        // An idle connection ends with the instance.
        assert_eq!(kept.read(&mut [0]).await.expect("readable"), 0, "{socket:?}");
        // A passed socket belongs to another process, and keeps connections waiting for it.
        let refused = client.connect().await.is_err();
        assert_eq!(refused, socket != Socket::Passed, "{socket:?}");
        assert_eq!(wait(site).await, Some(0), "{socket:?}");
    }
}

#[tokio::test]
async fn a_second_signal_ends_the_wait_and_a_third_one_the_requests_in_flight() {
    for second in ["TERM", "INT"] {
        let plan = Plan::with_homes(1).await.set("DRAIN_SECONDS", "3600");
        let site = Shell::of(&plan).serve(&["serve"]);
        let client = Client(site.origin.clone());
        let _lock = plan.database.lock("property").await;
        let asking = async { client.get("/properties/").await };
        let ending = async {
            plan.database.has_waiting(1).await;
            site.signal("TERM");
            until("it is unready", async || site.log().contains("not ready; serving")).await;
            site.signal(second);
            until("it listens no more", async || client.connect().await.is_err()).await;
            site.signal(second);
        };
        let (answer, ()) = tokio::join!(asking, ending);
        assert!(answer.is_none());
        assert_eq!(wait(site).await, Some(130));
    }
    let plan = Plan::new().await.set("DRAIN_SECONDS", "3600");
    let site = Shell::of(&plan).serve(&["serve"]);
    site.signal("TERM");
    until("it is unready", async || site.log().contains("not ready; serving")).await;
    site.signal("TERM");
    assert_eq!(wait(site).await, Some(0));
}

#[tokio::test]
async fn without_drain_seconds_an_instance_ends_at_once() {
    let plan = Plan::new().await;
    let site = Shell::of(&plan).serve(&["serve"]);
    site.signal("TERM");
    assert!(!site.log().contains("not ready; serving"));
    assert_eq!(wait(site).await, Some(0));
}
