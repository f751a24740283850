//! Clients that send or read slowly are cut off, and disturb no other client.

use std::time::Duration;

use futures_util::future::join_all;
use property_listings::config::Patience;
use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::harness::{App, Plan, eventually};

/// Limits that are over soon.
const SOON: Patience = Patience {
    head: Duration::from_millis(400),
    body: Duration::from_millis(400),
    idle: Duration::from_millis(400),
    window: Duration::from_secs(1),
    window_bytes: 16 * 1024,
};
/// Limits that no test waits for.
const LATE: Duration = Duration::from_secs(3600);
const REQUEST: &[u8] = b"GET /properties/ HTTP/1.1\r\nHost: localhost\r\n\r\n";

async fn connect(app: &App) -> TcpStream {
    let address = app.origin.trim_start_matches("http://");
    TcpStream::connect(address).await.expect("it listens")
}

/// Reads to the end of the connection; fails if that does not come.
async fn ends(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let reading = timeout(Duration::from_secs(30), stream.read_to_end(&mut bytes)).await;
    // Cut off while bytes were under way, or closed.
    let _ = reading.expect("the connection ends");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads one response with a body of known length.
async fn read_response(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    loop {
        let mut bytes = vec![0; 64 * 1024];
        let read = stream.read(&mut bytes).await.expect("readable");
        assert_ne!(read, 0, "it was closed: {text}");
        text.push_str(&String::from_utf8_lossy(&bytes[..read]));
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0usize) {
            return text;
        }
    }
}

/// Sends a part of a request byte by byte, for as long as the site takes it.
async fn dribble(stream: &mut TcpStream, text: &str) {
    for byte in text.as_bytes().iter().cycle() {
        if stream.write_all(&[*byte]).await.is_err() {
            return;
        }
        let mut answer = [0; 1024];
        let answer = timeout(Duration::from_millis(20), stream.read(&mut answer)).await;
        if matches!(answer, Ok(Ok(0) | Err(_))) {
            return;
        }
    }
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_cut_off_also_after_a_first_request() {
    let plan = Plan::with_homes(1).await.patience(Patience { idle: LATE, ..SOON });
    let app = plan.start().await;
    let slow = (0..20).map(async |n| {
        let mut stream = connect(&app).await;
        if n % 2 == 0 {
            stream.write_all(REQUEST).await.expect("sent");
            assert!(read_response(&mut stream).await.starts_with("HTTP/1.1 200"));
        }
        stream.write_all(b"GET /properties/ HTTP/1.1\r\nX-Slow: ").await.expect("sent");
        let dribbling = timeout(Duration::from_secs(30), dribble(&mut stream, "abc"));
        dribbling.await.expect("the connection ends");
    });
    let others = async {
        for _ in 0..20 {
            app.get("/properties/").await.assert_status(200);
        }
    };
    tokio::join!(join_all(slow), others);
}

#[tokio::test]
async fn a_connection_on_which_nothing_happens_is_closed() {
    let plan = Plan::with_homes(1).await.patience(Patience { head: LATE, window: LATE, ..SOON });
    let app = plan.start().await;
    let mut silent = connect(&app).await;
    assert_eq!(ends(&mut silent).await, "");
    // A part of the next request came with this one, and nothing more.
    let mut half = connect(&app).await;
    half.write_all(&[REQUEST, b"GET /prop"].concat()).await.expect("sent");
    assert!(ends(&mut half).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_gets_408_and_its_connection_ends() {
    let app = Plan::with_homes(1).await.patience(SOON).start().await;
    let mut stream = connect(&app).await;
    let head = "POST /properties/1/enquire/ HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("sent");
    let (mut reading, mut writing) = stream.split();
    let sending = async {
        while writing.write_all(b"a").await.is_ok() {
            // As slow as a client may be that is to be cut off.
            tokio::task::yield_now().await;
            if timeout(Duration::from_millis(50), std::future::pending::<()>()).await.is_ok() {
                break;
            }
        }
    };
    let answer = async {
        let mut bytes = vec![0; 1024];
        let read = timeout(Duration::from_secs(60), reading.read(&mut bytes)).await;
        String::from_utf8_lossy(&bytes[..read.expect("an answer").unwrap_or(0)]).into_owned()
    };
    tokio::select! {
        answer = answer => assert!(answer.starts_with("HTTP/1.1 408"), "{answer}"),
        () = sending => panic!("the site took a body that never ends"),
    }
}

/// A connection whose system takes few bytes of a response that is not read.
async fn with_little_room(app: &App) -> TcpStream {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("set");
    let address = app.origin.trim_start_matches("http://").parse().expect("an address");
    socket.connect(address).await.expect("it listens")
}

/// Asks for so much in a row that the system can't take it all, and reads nothing.
async fn ask_for_much(stream: &mut TcpStream) {
    let request = b"GET /properties/?page_size=100&format=json HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for _ in 0..60 {
        let sent = timeout(Duration::from_millis(100), stream.write_all(request)).await;
        if !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

/// A site with pages of about a megabyte.
async fn with_long_pages(patience: Patience) -> App {
    let long = "INSERT INTO property (title, description, price, location)
        SELECT 'Long ' || n, (SELECT string_agg(md5(n || '-' || m), ' ') FROM generate_series(1, 250) AS m), 1, 'Leith'
        FROM generate_series(1, 100) AS n";
    let app = Plan::new().await.sql(long).await.patience(patience).start().await;
    app.has_in_memory("/properties/?page_size=100&format=json").await;
    app
}

#[tokio::test]
async fn a_response_that_is_not_read_ends_its_connection() {
    let app = with_long_pages(Patience { head: LATE, idle: LATE, ..SOON }).await;
    let mut streams = Vec::new();
    for _ in 0..10 {
        let mut stream = with_little_room(&app).await;
        ask_for_much(&mut stream).await;
        streams.push(stream);
    }
    app.get("/properties/").await.assert_status(200);
    for stream in &streams {
        eventually("the connection is cut off", async || {
            // What the peer has reset has an error, which can be asked for without reading.
            let error = SockRef::from(stream).take_error().expect("asked");
            let written = stream.try_write(b"\r\n");
            (error.is_some()
                || written.is_err_and(|err| err.kind() != std::io::ErrorKind::WouldBlock))
            .then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_response_that_is_read_in_drops_ends_its_connection_and_a_steady_reader_gets_it_all() {
    let app = with_long_pages(Patience { head: LATE, idle: LATE, ..SOON }).await;
    let mut slow = with_little_room(&app).await;
    ask_for_much(&mut slow).await;
    let dribbling = async {
        let mut bytes = [0; 64];
        loop {
            match slow.read(&mut bytes).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let _ = timeout(Duration::from_millis(10), std::future::pending::<()>()).await;
        }
    };
    let steady = async {
        let mut stream = with_little_room(&app).await;
        let request = b"GET /properties/?page_size=100&format=json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.expect("sent");
        let (mut total, mut bytes) = (0, vec![0; 8 * 1024]);
        loop {
            match stream.read(&mut bytes).await.expect("never cut off") {
                0 => return total,
                read => total += read,
            }
            let _ = timeout(Duration::from_millis(5), std::future::pending::<()>()).await;
        }
    };
    let (cut, total) = tokio::join!(timeout(Duration::from_secs(60), dribbling), steady);
    cut.expect("the connection ends");
    assert!(total > 500_000, "{total}");
}
