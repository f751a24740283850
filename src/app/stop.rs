//! Whether the program has been asked to stop, by SIGTERM or Ctrl-C.
//!
//! **Invariant:** once [`Stop::on_signals`] has returned, no signal is lost, whenever it is asked for.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::Instant;

/// Tells whether the program is to stop; cheap to clone.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<Asked>);

#[derive(Debug, Clone, Copy, Default)]
struct Asked {
    times: u32,
    first: Option<Instant>,
}

impl Stop {
    /// Takes over SIGTERM and SIGINT, which no longer end the program by themselves. To be called within a runtime.
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

    /// One that never asks.
    pub fn never() -> Self {
        Self(watch::channel(Asked::default()).1)
    }

    /// Returns when the program is to stop; at once if it has been asked already.
    pub async fn asked(&self) {
        self.asked_times(1).await;
    }

    /// Returns when it has been asked for the second time.
    pub async fn asked_twice(&self) {
        self.asked_times(2).await;
    }

    /// Whether the program is to stop.
    pub fn is_asked(&self) -> bool {
        self.0.borrow().times > 0
    }

    /// How long ago it was asked first; nothing while it has not been.
    pub fn elapsed(&self) -> Duration {
        let first = self.0.borrow().first;
        first.map_or(Duration::ZERO, |first| first.elapsed())
    }

    /// Returns when it has been asked so many times.
    pub async fn asked_times(&self, times: u32) {
        let mut asked = self.0.clone();
        if asked.wait_for(|asked| asked.times >= times).await.is_err() {
            // Nothing asks any more.
            std::future::pending().await
        }
    }
}
