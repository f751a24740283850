//! The history of the cache: steps of seconds for minutes, steps of half an hour for weeks.
//!
//! Every few seconds a sampler adds the difference of the counters to the current step, for each length of steps. The
//! steps of this instance are kept in memory and in the database, which collects those of every instance, including
//! earlier runs. Readers' requests are not slowed down: the sampler reads counters that exist anyway.
//!
//! **Invariant:** without the database, everything works except the other instances' steps; data that could not be
//! written is written later.
//!
//! **Invariant:** the number of steps is bounded, in memory and for each instance in the database.

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
