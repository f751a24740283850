//! Domain events: the unit of work that returns them, the bus that delivers them, and its receivers.
//!
//! **Invariant:** an event exists only after the transaction that caused it has committed. The bus accepts only
//! [`CommittedEvents`], which only [`UnitOfWork::commit`] makes and which the compiler requires to be used.
//!
//! Events of other programs and instances, and events that were missed during an outage, come from the database's log:
//! [`LogReader`] applies them, [`listen`] says when.

mod bus;
mod cache_receiver;
mod listener;
mod log_reader;
mod tags;
mod unit_of_work;

pub use bus::{Bus, Receiver};
pub use cache_receiver::CacheReceiver;
pub use listener::listen;
pub use log_reader::{LogReader, ReplayError};
pub use tags::{kinds, tags_of};
pub use unit_of_work::{CommittedEvents, UnitOfWork};
