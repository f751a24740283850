//! Copies many listings in and out by `COPY`, each way without holding them in memory.
//!
//! Statement-level triggers log and tally what happens here, so the rows of a load arrive in `property` by a single
//! statement: more than 1,000 of them are one event, and a location is tallied once. Values come checked; nothing
//! here reads files or knows formats.
//!
//! **Invariant:** after a load the identity sequence is past every id, so that the next new row gets a fresh one.

mod append;
mod comparison;
mod indexes;
mod sequence;
mod staging;
mod stream;

pub use append::Append;
pub use comparison::{Comparison, compare, list_sample};
pub(super) use sequence::advance as advance_sequence;
pub use staging::{BulkRow, GivenFacts, Merged, Staging};
pub use stream::stream;
