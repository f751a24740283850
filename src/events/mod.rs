//! Domain events: the unit of work that yields them, the bus that tells them, and its receivers.
//!
//! **Invariant:** an event exists only after the transaction that caused it has committed. The bus takes nothing but
//! [`CommittedEvents`], which only [`UnitOfWork::commit`] makes and which the compiler asks to be used.
//!
//! The listener, which brings the events of other programs from the log, will publish to the same receivers.

mod bus;
mod cache_receiver;
mod tags;
mod unit_of_work;

pub use bus::{Bus, Receiver};
pub use cache_receiver::CacheReceiver;
pub use tags::{kinds, tags_of};
pub use unit_of_work::{CommittedEvents, UnitOfWork};
