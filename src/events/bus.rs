//! The bus: delivers committed events to every receiver, in order, before it returns.

use std::sync::{Arc, Mutex, PoisonError};

use super::{CacheReceiver, CommittedEvents};
use crate::domain::{Change, Entity, Event};

/// A receiver of events.
#[derive(Clone)]
pub enum Receiver {
    /// Invalidates caches.
    Cache(CacheReceiver),
    /// Writes a log line per event.
    Log,
    /// Records the events, for tests.
    Recorder(Arc<Mutex<Vec<Event>>>),
}

/// Delivers events to its receivers; cheap to clone.
#[derive(Clone)]
pub struct Bus {
    receivers: Arc<[Receiver]>,
}

impl Bus {
    /// A bus with its receivers, in the order in which they receive events.
    pub fn new(receivers: impl Into<Arc<[Receiver]>>) -> Self {
        Self { receivers: receivers.into() }
    }

    /// Delivers the events to every receiver, one receiver after the other. When this returns, neither this instance's
    /// cache levels nor the shared one answer with older data.
    pub async fn publish(&self, committed: CommittedEvents) {
        let events = committed.events();
        for receiver in self.receivers.iter() {
            match receiver {
                Receiver::Cache(receiver) => receiver.receive(events).await,
                Receiver::Log => events.iter().for_each(log_event),
                Receiver::Recorder(told) => {
                    let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                    told.extend_from_slice(events);
                }
            }
        }
    }
}

fn log_event(event: &Event) {
    let (name, id) = (event.change.name(), event.id.0);
    let subject = match &event.change {
        Change::PostSave { created, row } => format!(" {} created={created}", row_name(row)),
        Change::PostDelete { row } => format!(" {}", row_name(row)),
        Change::Bulk { rows } => format!(" rows={rows}"),
        Change::Cleared | Change::ClearedTags { .. } => String::new(),
    };
    let actor = event.actor.escape_debug();
    log::info!("{name}{subject} event={id} actor=\"{actor}\"");
}

fn row_name(row: &Entity) -> String {
    match row {
        Entity::Listing { id, .. } => format!("property={id}"),
    }
}
