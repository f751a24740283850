//! The history of the cache: steps of seconds for minutes, steps of half an hour for weeks.
//!
//! Every few seconds a sampler takes the difference of the counters and adds it to the step that is under way, for each
//! length of steps. The steps of this instance are kept in memory and in the database, where those of every instance, and of
//! those before a restart, come together. Counting costs readers nothing: the sampler reads the counters that there are.
//!
//! **Invariant:** without the database everything but the other instances' steps goes on; what could not be written is
//! written later.
//!
//! **Invariant:** the steps that are kept are bounded, in memory and for each instance in the database.

mod range;
mod record;
mod sample;
mod series;
mod urls;

pub use range::Range;
pub use record::{CacheHistory, SAMPLING};
pub use sample::{BySource, Gauges, Point};
pub use series::{Series, TableRow};
pub use urls::{TopUrls, UrlFigures, UrlRow};
