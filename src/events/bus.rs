//! The bus: tells committed events to every receiver, in order, before it returns.

use std::sync::{Arc, Mutex, PoisonError};

use super::{CacheReceiver, CommittedEvents};
use crate::domain::{Change, PropertyEvent};

/// Somebody who is told of events.
#[derive(Clone)]
pub enum Receiver {
    /// Invalidates caches.
    Cache(CacheReceiver),
    /// Writes a log line per event.
    Log,
    /// Remembers what it was told, for tests.
    Recorder(Arc<Mutex<Vec<PropertyEvent>>>),
}

/// Tells events to its receivers; cheap to clone.
#[derive(Clone)]
pub struct Bus {
    receivers: Arc<[Receiver]>,
}

impl Bus {
    /// A bus with its receivers, in the order in which they are told.
    pub fn new(receivers: impl Into<Arc<[Receiver]>>) -> Self {
        Self {
            receivers: receivers.into(),
        }
    }

    /// Tells every receiver of each event. When this returns, no cache level of this instance, nor the shared one,
    /// answers with what was before.
    pub async fn publish(&self, committed: CommittedEvents) {
        for event in committed.events() {
            for receiver in self.receivers.iter() {
                receiver.receive(event).await;
            }
        }
    }
}

impl Receiver {
    async fn receive(&self, event: &PropertyEvent) {
        match self {
            Self::Cache(receiver) => receiver.receive(event).await,
            Self::Log => log_event(event),
            Self::Recorder(events) => {
                events
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(event.clone());
            }
        }
    }
}

fn log_event(event: &PropertyEvent) {
    let name = event.change.name();
    let actor = event.actor.escape_debug();
    match &event.change {
        Change::PostSave { id, created, .. } => {
            log::info!(
                "{name} property={id} created={created} event={} actor=\"{actor}\"",
                event.id.0
            );
        }
        Change::PostDelete { id, .. } => {
            log::info!(
                "{name} property={id} event={} actor=\"{actor}\"",
                event.id.0
            );
        }
        Change::Cleared => log::info!("{name} event={} actor=\"{actor}\"", event.id.0),
        Change::Bulk { rows } => {
            log::info!("{name} rows={rows} event={} actor=\"{actor}\"", event.id.0);
        }
    }
}
