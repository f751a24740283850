//! A small HTTP/1.1 client: one persistent connection, one request at a time.
//!
//! Readers spend most of their time in their client: this one costs a tenth of a general one, and it knows exactly when
//! a request was sent and which run of an instance answered.

use std::io::{self, ErrorKind, Read as _};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::instance::{Instance, Life};

/// The time limit of a response. Longer than any fault lasts.
const PATIENCE: Duration = Duration::from_secs(15);

/// A connection to one instance.
#[derive(Default)]
pub(crate) struct Client {
    connection: Option<(Life, TcpStream)>,
    buffer: Vec<u8>,
}

/// A response.
pub(crate) struct Answer {
    /// A time not later than the sending of the request.
    pub(crate) begun: Instant,
    /// A time not earlier than the end of the response.
    pub(crate) ended: Instant,
    /// The run of the instance that answered.
    pub(crate) epoch: u32,
    pub(crate) status: u16,
    head: String,
    /// The body as received.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A header's value; empty when it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.split("\r\n").skip(1);
        let value = lines.find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        });
        value.unwrap_or_default()
    }

    /// The value that a cookie is set to, as a later request sends it.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let lines = self.head.split("\r\n").filter_map(|line| line.split_once(':'));
        let mut set = lines.filter(|(found, _)| found.eq_ignore_ascii_case("set-cookie"));
        set.find_map(|(_, value)| {
            let (found, rest) = value.trim().split_once('=')?;
            let value = rest.split(';').next().unwrap_or_default();
            (found == name && !value.is_empty()).then(|| format!("{name}={value}"))
        })
    }

    /// The body without its content coding; `None` if it can't be decoded.
    pub(crate) fn text(&self) -> Option<String> {
        let mut text = String::new();
        match self.header("content-encoding") {
            "" => return String::from_utf8(self.body.clone()).ok(),
            "br" => brotli::Decompressor::new(&*self.body, 4096).read_to_string(&mut text).ok()?,
            "gzip" => flate2::read::GzDecoder::new(&*self.body).read_to_string(&mut text).ok()?,
            _ => return None,
        };
        Some(text)
    }
}

impl Client {
    /// Sends a request to an instance. `head` is the text between the HTTP version and the body, including line ends. A
    /// persistent connection that was closed is opened again, once.
    pub(crate) async fn send(
        &mut self,
        instance: &Instance,
        method: &str,
        path: &str,
        head: &str,
        body: &str,
    ) -> io::Result<Answer> {
        let text = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n{body}");
        loop {
            let life = instance.life();
            let kept = self.connection.take().filter(|(known, _)| *known == life);
            let was_kept = kept.is_some();
            let begun = Instant::now();
            let exchange = async {
                let mut stream = match kept {
                    Some((_, stream)) => stream,
                    None => {
                        let stream = TcpStream::connect(life.address).await?;
                        stream.set_nodelay(true)?;
                        stream
                    }
                };
                stream.write_all(text.as_bytes()).await?;
                let answer = self.read(&mut stream, begun, life).await?;
                Ok::<_, io::Error>((stream, answer))
            };
            let answered = tokio::time::timeout(PATIENCE, exchange).await;
            match answered.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into())) {
                Ok((stream, answer)) => {
                    if !answer.header("connection").eq_ignore_ascii_case("close") {
                        self.connection = Some((life, stream));
                    }
                    return Ok(answer);
                }
                // Only a request that can't have been received is sent again; repeating a GET does no harm.
                Err(err) if was_kept && self.buffer.is_empty() && method == "GET" => {
                    match err.kind() {
                        ErrorKind::TimedOut => return Err(err),
                        _ => continue,
                    }
                }
                Err(err) => return Err(err),
            }
        }
    }

    async fn read(
        &mut self,
        stream: &mut TcpStream,
        begun: Instant,
        life: Life,
    ) -> io::Result<Answer> {
        self.buffer.clear();
        let head_end = loop {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if let Some(at) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let head = String::from_utf8_lossy(&self.buffer[..head_end - 4]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let mut answer = Answer {
            begun,
            ended: begun,
            epoch: life.epoch,
            status: status.ok_or(ErrorKind::InvalidData)?,
            head,
            body: Vec::new(),
        };
        let length = match answer.header("content-length") {
            "" if matches!(answer.status, 204 | 304) => 0,
            length => length.parse().map_err(|_| io::Error::from(ErrorKind::InvalidData))?,
        };
        while self.buffer.len() < head_end + length {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        answer.ended = Instant::now();
        answer.body = self.buffer[head_end..head_end + length].to_vec();
        self.buffer.clear();
        Ok(answer)
    }
}
