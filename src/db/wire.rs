//! The bytes of one connection, looked at only as far as it takes to know whether an answer is due, and since when the
//! server has been silent.
//!
//! A query whose future is dropped, because its client is gone, is still answered: whoever used its connection next
//! would wait for that answer first. The pool asks here, and without asking the server, whether a connection is free.
//!
//! A server that is silent while an answer is due is asked to end what it does; a busy one then answers at once.
//!
//! **Invariant:** a server that is silent for [`GRACE`] longer than the patience while an answer is due ends the
//! connection, and with it every query that waits there.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, Sleep, sleep};

/// How long a server may take to end a statement when it is asked to.
const GRACE: Duration = Duration::from_secs(1);

/// How long a server may be silent while an answer is due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Outside of transactions, as the public pages read.
    pub(super) reading: Duration,
    /// Within a transaction, as everything is written that takes part in one.
    pub(super) writing: Duration,
}

/// How many answers are due on a connection; closed with it. One answer is always due where the server was asked to end
/// a statement: what is sent next might be ended in its place.
pub(super) type Due = watch::Receiver<usize>;

/// A stream to a server.
pub(super) struct Wire<S> {
    stream: S,
    patience: Option<Patience>,
    due: watch::Sender<usize>,
    in_transaction: bool,
    sent: Messages,
    received: Messages,
    silence: Pin<Box<Sleep>>,
    /// Told when the server is to be asked to end what it does.
    overdue: Arc<Notify>,
    is_asked: bool,
}

impl<S> Wire<S> {
    /// A connection that is about to begin; without patience, it waits for as long as it takes. `overdue` is notified
    /// when the server is to be asked to end a statement.
    pub(super) fn new(stream: S, patience: Option<Patience>, overdue: Arc<Notify>) -> (Self, Due) {
        // The first message is answered like any request.
        let (due, watched) = watch::channel(1);
        let mut wire = Self {
            stream,
            patience,
            due,
            in_transaction: false,
            sent: Messages::from_the_client(),
            received: Messages::default(),
            silence: Box::pin(sleep(Duration::ZERO)),
            overdue,
            is_asked: false,
        };
        wire.begin_silence();
        (wire, watched)
    }

    fn has_sent(&mut self, bytes: &[u8]) {
        let before = *self.due.borrow();
        let mut due = before;
        self.sent.read(bytes, |kind, _| match kind {
            // Query, Sync, FunctionCall.
            b'Q' | b'S' | b'F' => due += 1,
            // CopyDone, CopyFail: the Sync before the copied data was ignored, another one follows.
            b'c' | b'f' => due = due.saturating_sub(1),
            _ => {}
        });
        if due != before {
            self.due.send_replace(due);
        }
        if before == 0 {
            self.begin_silence();
        }
    }

    fn has_received(&mut self, bytes: &[u8]) {
        let mut answered = 0;
        let in_transaction = &mut self.in_transaction;
        self.received.read(bytes, |kind, status| {
            // ReadyForQuery
            if kind == b'Z' {
                answered += 1;
                *in_transaction = status != b'I';
            }
        });
        if answered > 0 {
            self.due
                .send_modify(|due| *due = due.saturating_sub(answered));
        }
        self.begin_silence();
    }

    fn begin_silence(&mut self) {
        if let Some(patience) = self.patience {
            let limit = match self.in_transaction {
                true => patience.writing,
                false => patience.reading,
            };
            self.silence.as_mut().reset(Instant::now() + limit);
        }
    }

    /// Ready when the server has been silent for too long.
    fn poll_silence(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.patience.is_none() || *self.due.borrow() == 0 {
            return Poll::Pending;
        }
        ready!(self.silence.as_mut().poll(context));
        if self.is_asked {
            return Poll::Ready(());
        }
        self.is_asked = true;
        self.due.send_modify(|due| *due += 1);
        self.overdue.notify_one();
        self.silence.as_mut().reset(Instant::now() + GRACE);
        self.silence.as_mut().poll(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(context, buffer) {
            self.has_received(&buffer.filled()[before..]);
            return Poll::Ready(read);
        }
        ready!(self.poll_silence(context));
        let silent = "the server does not answer";
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, silent)))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let length = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.has_sent(&bytes[..length]);
        // Reading notices it; the driver reads only when it is woken.
        if self.poll_silence(context).is_ready() {
            context.waker().wake_by_ref();
        }
        Poll::Ready(Ok(length))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// One direction's messages: a byte for the kind, four for the length including themselves, and a body.
#[derive(Default)]
struct Messages {
    /// The kind, the length, and the body's first byte if it has one.
    head: Vec<u8>,
    /// What is left of the body.
    rest: usize,
}

impl Messages {
    /// The first message of a client has no kind.
    fn from_the_client() -> Self {
        Self {
            head: vec![0],
            rest: 0,
        }
    }

    /// Reads on; names each message's kind, and the first byte of its body or 0.
    fn read(&mut self, mut bytes: &[u8], mut message: impl FnMut(u8, u8)) {
        while let [byte, after @ ..] = bytes {
            if self.rest > 0 {
                let skipped = self.rest.min(bytes.len());
                self.rest -= skipped;
                bytes = &bytes[skipped..];
                continue;
            }
            self.head.push(*byte);
            bytes = after;
            let [kind, a, b, c, d, ref first @ ..] = self.head[..] else {
                continue;
            };
            let body = (u32::from_be_bytes([a, b, c, d]) as usize).saturating_sub(4);
            if first.len() < body.min(1) {
                continue;
            }
            message(kind, first.first().copied().unwrap_or(0));
            self.rest = body.saturating_sub(1);
            self.head.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart_however_they_arrive() {
        let bytes = b"S\0\0\0\x04Q\0\0\0\x06X\0Z\0\0\0\x05TD\0\0\0\x0aabcdefS\0\0\0\x04";
        let want = [
            (b'S', 0),
            (b'Q', b'X'),
            (b'Z', b'T'),
            (b'D', b'a'),
            (b'S', 0),
        ];
        for size in 1..=bytes.len() {
            let (mut messages, mut got) = (Messages::default(), Vec::new());
            for chunk in bytes.chunks(size) {
                messages.read(chunk, |kind, first| got.push((kind, first)));
            }
            assert_eq!(got, want, "in pieces of {size}");
        }
    }

    #[test]
    fn a_clients_first_message_has_no_kind() {
        let mut got = Vec::new();
        let mut messages = Messages::from_the_client();
        messages.read(b"\0\0\0\x08\0\x03\0\0S\0\0\0\x04", |kind, _| got.push(kind));
        assert_eq!(got, [0, b'S']);
    }
}
