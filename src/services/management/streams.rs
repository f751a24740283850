//! Live streams of the dashboard: a bounded number, each for a bounded time, ended when the site stops.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, watch};

use super::Management;
use super::history::Range;
use super::overview::Overview;

/// How often the figures are sent.
pub const FIGURES_EVERY: Duration = Duration::from_secs(2);
/// A stream ends after this time; the client reconnects, and its credentials are checked again.
const LONGEST: Duration = Duration::from_secs(20);
/// The maximum number of streams of an instance.
const MOST: usize = 12;
/// Figures that are younger than this are shared by all streams.
const SHARED_FOR: Duration = Duration::from_millis(1500);

/// The latest figures of each range, and their times.
type Latest = [Mutex<Option<(Instant, Arc<Overview>)>>; Range::ALL.len()];

/// The streams of an instance; cheap to clone.
#[derive(Clone)]
pub struct FigureStreams {
    management: Management,
    places: Arc<Semaphore>,
    ended: watch::Sender<bool>,
    latest: Arc<Latest>,
}

/// A client's stream; its place is free again when it is dropped.
pub struct FigureStream {
    streams: FigureStreams,
    range: Range,
    ended: watch::Receiver<bool>,
    until: Instant,
    first: bool,
    _place: OwnedSemaphorePermit,
}

impl FigureStreams {
    pub(in crate::services) fn new(management: Management) -> Self {
        Self {
            management,
            places: Arc::new(Semaphore::new(MOST)),
            ended: watch::Sender::new(false),
            latest: Arc::default(),
        }
    }

    /// Opens a stream; `None` if there are too many, or the site is stopping.
    pub fn watch(&self, range: Range) -> Option<FigureStream> {
        let place = self.places.clone().try_acquire_owned().ok()?;
        let ended = self.ended.subscribe();
        let has_ended = *ended.borrow();
        (!has_ended).then(|| FigureStream {
            streams: self.clone(),
            range,
            ended,
            until: Instant::now() + LONGEST,
            first: true,
            _place: place,
        })
    }

    /// Ends every stream, because the site stops and waits for all responses.
    pub fn end(&self) {
        self.ended.send_replace(true);
    }

    /// Recent figures, which all streams share.
    async fn shared_overview(&self, range: Range) -> Arc<Overview> {
        let mut latest = self.latest[range as usize].lock().await;
        if let Some((at, overview)) = &*latest
            && at.elapsed() < SHARED_FOR
        {
            return overview.clone();
        }
        let overview = Arc::new(self.management.overview_at_leisure(range).await);
        *latest = Some((Instant::now(), overview.clone()));
        overview
    }
}

impl FigureStream {
    /// The next figures, the first at once; `None` when the stream's time is over.
    pub async fn next(&mut self) -> Option<Arc<Overview>> {
        if !std::mem::take(&mut self.first) {
            if Instant::now() >= self.until {
                return None;
            }
            tokio::select! {
                () = tokio::time::sleep(FIGURES_EVERY) => {}
                _ = self.ended.wait_for(|ended| *ended) => return None,
            }
        }
        tokio::select! {
            overview = self.streams.shared_overview(self.range) => Some(overview),
            _ = self.ended.wait_for(|ended| *ended) => None,
        }
    }
}
