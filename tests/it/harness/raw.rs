//! Requests that well-behaved clients don't send.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::App;

/// A response as received.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl App {
    /// Sends bytes and reads until the site closes the connection.
    pub(crate) async fn send_raw(&self, request: &str) -> RawAnswer {
        let address = self.origin.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.expect("answered");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        RawAnswer {
            status: status.unwrap_or_else(|| panic!("no status: {text}")),
            body: body.to_owned(),
        }
    }

    /// Requests a target with a host name.
    pub(crate) async fn get_raw(&self, target: &str, host: &str) -> RawAnswer {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        self.send_raw(&request).await
    }
}
