//! The cache: entries that are valid for as long as the generations of their tags, kept in Redis.
//!
//! It knows nothing of properties and would serve any other site unchanged. The protocol:
//!
//! - A *tag* names a set of rows; its *generation* is a random token in Redis. An entry carries the generations of
//!   its tags as they were **before** its load, and is valid only while each is present and equal.
//! - To *invalidate* a tag is to delete its generation: whatever was loaded before, and whatever a slow reader stores
//!   later, is dead. The next fill mints a new one. **Invariant:** a token is never reused, so a dead entry never
//!   comes back, whichever key Redis evicts.
//! - Every entry also carries [`Tag::site`], which stands for everything.
//! - A failure of Redis never leaves this module: it becomes a bypass, a counter and one warning ([`link`]).
//!
//! The memory tier and single-flight will stand in front of [`Cache::get_or_load`] and [`Cache::find_page`].

mod entry;
mod facade;
mod generation;
mod key;
pub mod link;
pub mod metrics;
mod page;
pub mod policy;
mod position;
mod redis_tier;
mod repair;
mod report;
mod tag;
mod tagged;

pub use entry::Entry;
pub use facade::{Cache, Cached, Fill, Lifetimes, PageLookup};
pub use generation::{Generation, Stamps};
pub use key::CacheKey;
pub use link::Repair;
pub use metrics::{Level, Outcome};
pub use page::{Encoding, StoredPage};
pub use redis_tier::{CacheError, ProbeStep};
pub use report::{LevelReport, RedisReport};
pub use tag::{Tag, TagSet, hex};
pub use tagged::Tagged;
