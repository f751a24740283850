//! A client's connection, which ends if the client is too slow.
//!
//! actix limits the time of the head of a connection's first request. This limits the heads of all requests, the time in which
//! nothing happens, and responses that the client takes too slowly. Handlers limit the time of a request's body.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::rt::time::{Sleep, sleep};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::config::Patience;
use crate::http::{Phase, Progress};

/// A stream with the limits of a client's connection.
pub(super) struct TimedStream<S> {
    stream: S,
    /// Has the system drop what it still holds for the client when the stream is dropped.
    cut: fn(&S),
    patience: Patience,
    progress: Progress,
    /// When the phase began, or a byte was last sent.
    since: Instant,
    written: u64,
    /// Since when the client has not taken all that it was sent, and how much had been written then.
    blocked: Option<(Instant, u64)>,
    /// Ends several times within each limit; set while the client is waited for.
    timer: Option<Pin<Box<Sleep>>>,
}

impl<S> TimedStream<S> {
    pub(super) fn new(stream: S, cut: fn(&S), patience: Patience) -> Self {
        Self {
            stream,
            cut,
            patience,
            progress: Progress::default(),
            since: Instant::now(),
            written: 0,
            blocked: None,
            timer: None,
        }
    }

    /// What the requests of the connection tell it.
    pub(super) fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Whether a limit is exceeded.
    fn is_overdue(&mut self, now: Instant) -> bool {
        let Patience { head, idle, window, window_bytes, .. } = self.patience;
        if let Some((since, written)) = self.blocked
            && now.duration_since(since) >= window
        {
            if self.written - written < window_bytes {
                return true;
            }
            self.blocked = Some((now, self.written));
        }
        let waited = now.duration_since(self.since);
        match self.progress.phase() {
            Phase::Handling => false,
            Phase::Head => waited >= head,
            Phase::Idle => waited >= idle && self.blocked.is_none(),
        }
    }

    /// Looks at the limits from time to time while the client is waited for.
    fn poll_limits(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let Patience { head, idle, window, .. } = self.patience;
        let tick = head.min(idle).min(window) / 4;
        loop {
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(tick)));
            if timer.as_mut().poll(context).is_pending() {
                return Ok(());
            }
            timer.as_mut().reset(tokio::time::Instant::now() + tick);
            if self.is_overdue(Instant::now()) {
                (self.cut)(&self.stream);
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
    }

    fn note_written(&mut self, asked: usize, polled: &Poll<io::Result<usize>>) {
        match polled {
            Poll::Ready(Ok(written)) => {
                self.written += *written as u64;
                self.since = Instant::now();
                self.progress.enter(Phase::Idle);
                if *written == asked {
                    self.blocked = None;
                }
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                self.blocked.get_or_insert((Instant::now(), self.written));
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(context, buffer);
        if polled.is_pending() {
            this.poll_limits(context)?;
        } else if buffer.filled().len() > before && this.progress.phase() == Phase::Idle {
            this.progress.enter(Phase::Head);
            this.since = Instant::now();
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.note_written(bytes.len(), &polled);
        if polled.is_pending() {
            this.poll_limits(context)?;
        }
        polled
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
