//! A mail server with configurable behaviour: accepts mail, refuses it, does not answer, or closes the connection.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use super::until;

/// The behaviour of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// It accepts every mail.
    Takes,
    /// It refuses every recipient with this reply.
    Refuses(&'static str),
    /// It refuses every login.
    RefusesLogins,
    /// It accepts the content, and does not answer.
    Stalls,
    /// It accepts the content, and closes the connection without an answer.
    Leaves,
}

/// A mail that the server accepted.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) to: Vec<String>,
    /// Headers and body.
    pub(crate) content: String,
}

/// A running mail server; it ends when it is dropped.
pub(crate) struct MailServer {
    port: u16,
    state: Arc<State>,
}

struct State {
    manner: Mutex<Behaviour>,
    received: Mutex<Vec<Received>>,
    /// Connections that wait for the server's answer.
    stalled: Mutex<Vec<TcpStream>>,
    is_over: AtomicBool,
}

impl MailServer {
    pub(crate) fn start(manner: Behaviour) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").expect("a free port"), manner)
    }

    /// A server on a port that was free a moment ago.
    pub(crate) fn at(port: u16) -> Self {
        Self::on(TcpListener::bind(("127.0.0.1", port)).expect("a free port"), Behaviour::Takes)
    }

    fn on(listener: TcpListener, manner: Behaviour) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(State {
            manner: Mutex::new(manner),
            received: Mutex::default(),
            stalled: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let of_thread = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if of_thread.is_over.load(Ordering::Relaxed) {
                    break;
                }
                let state = of_thread.clone();
                // If the client disconnects, its thread ends.
                std::thread::spawn(move || drop(state.meet(stream)));
            }
        });
        Self { port, state }
    }

    /// Its `EMAIL_URL`.
    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub(crate) fn becomes(&self, manner: Behaviour) {
        *lock(&self.state.manner) = manner;
    }

    pub(crate) fn mails(&self) -> Vec<Received> {
        lock(&self.state.received).clone()
    }

    /// Waits until it has accepted `count` mails.
    pub(crate) async fn has(&self, count: usize) -> Vec<Received> {
        until(&format!("{count} mail(s) arrive"), async || self.mails().len() >= count).await;
        self.mails()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        for stream in lock(&self.state.stalled).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl State {
    fn meet(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?);
        let mut out = stream.try_clone()?;
        let mut mail = Received { to: Vec::new(), content: String::new() };
        out.write_all(b"220 mail.example ESMTP\r\n")?;
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let manner = *lock(&self.manner);
            let word = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            match (&*word, manner) {
                ("EHLO", _) => {
                    out.write_all(b"250-mail.example\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n")?
                }
                ("AUTH", Behaviour::RefusesLogins) => {
                    out.write_all(b"535 5.7.8 Wrong password\r\n")?
                }
                ("AUTH", _) => out.write_all(b"235 2.7.0 Welcome\r\n")?,
                ("RCPT", Behaviour::Refuses(reply)) => {
                    out.write_all(format!("{reply}\r\n").as_bytes())?
                }
                ("RCPT", _) => {
                    let address = line.split(['<', '>']).nth(1).unwrap_or_default();
                    mail.to.push(address.to_owned());
                    out.write_all(b"250 2.1.5 OK\r\n")?;
                }
                ("DATA", _) => {
                    out.write_all(b"354 Go on\r\n")?;
                    mail.content = content(&mut lines)?;
                    lock(&self.received).push(mail.clone());
                    match *lock(&self.manner) {
                        Behaviour::Stalls => {
                            lock(&self.stalled).push(stream);
                            return Ok(());
                        }
                        Behaviour::Leaves => return stream.shutdown(Shutdown::Both),
                        _ => out.write_all(b"250 2.0.0 Taken\r\n")?,
                    }
                }
                ("QUIT", _) => return out.write_all(b"221 2.0.0 Bye\r\n"),
                _ => out.write_all(b"250 2.0.0 OK\r\n")?,
            }
        }
    }
}

fn content(lines: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut content = String::new();
    loop {
        let from = content.len();
        if lines.read_line(&mut content)? == 0 || &content[from..] == ".\r\n" {
            content.truncate(from);
            return Ok(content);
        }
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().expect("no panic")
}

impl Received {
    /// The value of a header, on one line.
    pub(crate) fn header(&self, name: &str) -> String {
        let head = self.content.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let values: Vec<_> =
            lines.filter(|(other, _)| *other == name).map(|(_, value)| value).collect();
        assert!(values.len() < 2, "{name} is there twice: {head}");
        values.concat()
    }

    /// The whole content, decoded.
    pub(crate) fn text(&self) -> String {
        let mut bytes = Vec::new();
        let joined = self.content.replace("=\r\n", "");
        let mut rest = joined.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            let code = after.get(..2).filter(|_| *first == b'=');
            let code = code.and_then(|code| std::str::from_utf8(code).ok());
            match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
                Some(byte) => {
                    bytes.push(byte);
                    rest = &after[2..];
                }
                None => {
                    bytes.push(*first);
                    rest = after;
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The first link to a path of the site.
    pub(crate) fn link(&self, path: &str) -> String {
        let text = self.text();
        let at = text.find(path).unwrap_or_else(|| panic!("no link to {path}: {text}"));
        let end = text[at..].find(|c: char| c.is_whitespace() || "\"<>".contains(c));
        text[at..end.map_or(text.len(), |end| at + end)].to_owned()
    }
}
