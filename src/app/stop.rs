//! Whether the program has been asked to stop, by SIGTERM or Ctrl-C.
//!
//! **Invariant:** once [`Stop::on_signals`] has returned, no signal is lost.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::Instant;

/// Tells whether the program was asked to stop; cheap to clone.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<Asked>);

#[derive(Debug, Clone, Copy, Default)]
struct Asked {
    times: u32,
    first: Option<Instant>,
}

impl Stop {
    /// Handles SIGTERM and SIGINT, which then no longer end the program. Call it within a runtime.
    pub fn on_signals() -> io::Result<Self> {
        let (asked, watched) = watch::channel(Asked::default());
        for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
            let (mut signals, asked) = (signal(kind)?, asked.clone());
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    asked.send_modify(|asked| {
                        asked.times += 1;
                        asked.first.get_or_insert_with(Instant::now);
                    });
                }
            });
        }
        Ok(Self(watched))
    }

    /// A value that never asks to stop.
    pub fn never() -> Self {
        Self(watch::channel(Asked::default()).1)
    }

    /// Returns when the program is asked to stop; at once if it was asked already.
    pub async fn asked(&self) {
        self.asked_times(1).await;
    }

    /// Returns when the program is asked to stop for the second time.
    pub async fn asked_twice(&self) {
        self.asked_times(2).await;
    }

    /// Whether the program was asked to stop.
    pub fn is_asked(&self) -> bool {
        self.0.borrow().times > 0
    }

    /// How long ago the program was first asked; zero if it was not.
    pub fn elapsed(&self) -> Duration {
        let first = self.0.borrow().first;
        first.map_or(Duration::ZERO, |first| first.elapsed())
    }

    /// Returns when the program was asked this many times.
    pub async fn asked_times(&self, times: u32) {
        let mut asked = self.0.clone();
        if asked.wait_for(|asked| asked.times >= times).await.is_err() {
            // No signal can arrive any more.
            std::future::pending().await
        }
    }
}
