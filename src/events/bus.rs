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

    /// Tells every receiver of the events, one receiver after the other. When this returns, no cache level of this instance, nor the shared one,
    /// answers with what was before.
    pub async fn publish(&self, committed: CommittedEvents) {
        for receiver in self.receivers.iter() {
            receiver.receive(committed.events()).await;
        }
    }
}

impl Receiver {
    async fn receive(&self, events: &[PropertyEvent]) {
        match self {
            Self::Cache(receiver) => receiver.receive(events).await,
            Self::Log => events.iter().for_each(log_event),
            Self::Recorder(told) => {
                let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                told.extend_from_slice(events);
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
        Change::Cleared | Change::ClearedTags { .. } => {
            log::info!("{name} event={} actor=\"{actor}\"", event.id.0);
        }
        Change::Bulk { rows } => {
            log::info!("{name} rows={rows} event={} actor=\"{actor}\"", event.id.0);
        }
    }
}
