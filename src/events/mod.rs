//! Domain events: the unit of work that yields them, the bus that tells them, and its receivers.
//!
//! **Invariant:** an event exists only after the transaction that caused it has committed. The bus takes nothing but
//! [`CommittedEvents`], which only [`UnitOfWork::commit`] makes and which the compiler asks to be used.

mod unit_of_work;

pub use unit_of_work::{CommittedEvents, UnitOfWork};
