//! The cache: entries in Redis that are valid while the generations of their tags are unchanged.
//!
//! It does not know what a listing is. `docs/cache.md` explains the protocol. In short:
//!
//! - A *tag* names a set of rows; its *generation* is a random token in Redis. An entry carries the generations of
//!   its tags as they were **before** its load, and is valid only while each is present and equal.
//! - To *invalidate* a tag is to delete its generation: everything that was loaded before becomes invalid, even if a
//!   slow reader stores it later. The next load makes a new generation. **Invariant:** a generation is never reused, so
//!   an invalid entry never becomes valid again, even if Redis evicts keys.
//! - Every entry also carries [`Tag::site`]: invalidating it invalidates everything.
//! - A failure of Redis never leaves this module: it becomes a bypass, a counter and one warning ([`link`]).
//!
//! A tier of pages in this process, with its own generations, is asked before Redis. Single-flight makes one load per
//! key, however many requests arrive.

mod admission;
mod asking;
pub mod caller;
mod census;
mod compression;
mod constant;
mod entry;
mod error;
mod etags;
mod event_mark;
mod facade;
mod flight;
mod generation;
mod inspection;
mod invalidating;
mod invalidation;
mod key;
mod lease;
pub mod link;
mod load;
mod loaded;
mod memory;
pub mod metrics;
mod page;
mod page_fill;
mod page_head;
mod pages;
pub mod policy;
mod popular;
mod position;
mod probe;
mod probe_step;
mod recent;
mod redis_report;
mod redis_tier;
mod refusal;
mod repair;
mod report;
mod served;
mod storing;
mod survey;
mod tag;
mod tagged;
mod way;
mod worker_connections;

pub use census::{Carriers, Census, FamilyCensus, RedisCarriers, Sampled};
pub use compression::Encoding;
pub use entry::Entry;
pub use error::CacheError;
pub use event_mark::EventMark;
pub use facade::{Cache, Lifetimes};
pub use generation::{Generation, Stamps};
pub use inspection::{HeldEntry, InRedis, Inspection, TagState};
pub use invalidation::Invalidation;
pub use key::CacheKey;
pub use link::{LinkReport, LinkState, Repair};
pub use loaded::{Cached, Fill, Interrupted, LoadError};
pub use memory::HeldPage;
pub use metrics::{Level, Outcome};
pub use page::StoredPage;
pub use page_head::BODIES;
pub use popular::Tally;
pub use position::HeldPosition;
pub use probe_step::ProbeStep;
pub use recent::PastInvalidation;
pub use redis_report::RedisReport;
pub use refusal::Refusal;
pub use report::{LevelReport, TierState};
pub use served::{InMemory, Missed, Rendered, Served};
use tag::with_site;
pub use tag::{Tag, TagSet, hex};
pub use tagged::Tagged;
