//! The format of an entry in Redis.
//!
//! ```text
//! "PLC2"  crc32 of all that follows (4 bytes)  length of the head (4 bytes)  head (JSON)  value
//! ```
//! A page's bodies have their own keys; the head has their lengths and checksums (see [`PageHead`]).
//!
//! **Invariant:** reading any bytes yields an entry that this same build wrote, or nothing. Lengths are checked before
//! memory is allocated for them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::web::Bytes;
use serde::{Deserialize, Serialize};

use super::page_head::PageHead;
use super::{Generation, Stamps, Tag};

const MAGIC: &[u8; 4] = b"PLC2";
const PREAMBLE: usize = 12;

/// A stored value, or the description of a stored page.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When the data were loaded.
    pub created: SystemTime,
    /// How long it may be served after `created`.
    pub ttl: Duration,
    /// The generations under which it was loaded.
    pub stamps: BTreeMap<Tag, Generation>,
    /// The head of a page; `None` for a value.
    pub page: Option<PageHead>,
    /// The value; for a page, its body if that is small.
    pub value: Bytes,
}

#[derive(Serialize, Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    build: Cow<'a, str>,
    created_ms: u64,
    ttl_ms: u64,
    stamps: Cow<'a, BTreeMap<Tag, Generation>>,
    page: Option<Cow<'a, PageHead>>,
}

impl Entry {
    /// The bytes to store.
    pub fn encode(&self, build: &str) -> Vec<u8> {
        let head = Head {
            build: build.into(),
            created_ms: millis(self.created.duration_since(UNIX_EPOCH).unwrap_or_default()),
            ttl_ms: millis(self.ttl),
            stamps: Cow::Borrowed(&self.stamps),
            page: self.page.as_ref().map(Cow::Borrowed),
        };
        let head = serde_json::to_vec(&head).unwrap_or_default();
        let mut bytes = Vec::with_capacity(PREAMBLE + head.len() + self.value.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&u32::try_from(head.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(&self.value);
        let checksum = crc32fast::hash(&bytes[8..]);
        bytes[4..8].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads stored bytes; `None` for anything that this build did not write.
    pub fn decode(bytes: &Bytes, build: &str) -> Option<Self> {
        let (is_own, entry) = Self::read(bytes, build)?;
        is_own.then_some(entry)
    }

    /// The stamps in the first bytes of an entry of any build; whether the rest is sound is not looked at.
    pub fn stamps_at_start(start: &[u8]) -> Option<BTreeMap<Tag, Generation>> {
        Some(head_of(start)?.0.stamps.into_owned())
    }

    /// Reads stored bytes of any build, and says whether this build wrote them; `None` if they are not an entry.
    pub(super) fn read(bytes: &Bytes, build: &str) -> Option<(bool, Self)> {
        let checksum: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
        if crc32fast::hash(&bytes[8..]) != u32::from_le_bytes(checksum) {
            return None;
        }
        let (head, end) = head_of(bytes)?;
        let entry = Self {
            created: UNIX_EPOCH.checked_add(Duration::from_millis(head.created_ms))?,
            ttl: Duration::from_millis(head.ttl_ms),
            stamps: head.stamps.into_owned(),
            page: head.page.map(Cow::into_owned),
            value: bytes.slice(end..),
        };
        Some((head.build == build, entry))
    }

    /// How long ago the data were loaded.
    pub fn age(&self) -> Duration {
        SystemTime::now().duration_since(self.created).unwrap_or_default()
    }

    /// How long it may still be served; `None` if it has expired.
    pub fn remaining(&self) -> Option<Duration> {
        self.ttl.checked_sub(self.age()).filter(|left| !left.is_zero())
    }

    /// Its stamps.
    pub fn stamps(&self) -> Stamps {
        Stamps::Known(self.stamps.clone())
    }
}

/// The head at the start of an entry, and the offset of its end.
fn head_of(bytes: &[u8]) -> Option<(Head<'_>, usize)> {
    let length: [u8; 4] = bytes.get(8..PREAMBLE)?.try_into().ok()?;
    let length = usize::try_from(u32::from_le_bytes(length)).ok()?;
    let end = PREAMBLE.checked_add(length)?;
    let head = serde_json::from_slice(bytes.get(PREAMBLE..end)?).ok()?;
    bytes.starts_with(MAGIC).then_some((head, end))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            created: UNIX_EPOCH + Duration::from_millis(1_700_000_000_123),
            ttl: Duration::from_secs(900),
            stamps: BTreeMap::from([(Tag::site(), Generation::mint())]),
            page: None,
            value: Bytes::from_static(b"{\"rows\":[]}"),
        }
    }

    #[test]
    fn an_entry_reads_back_as_it_was_written() {
        let bytes = Bytes::from(entry().encode("build"));
        let read = Entry::decode(&bytes, "build").expect("readable");
        assert_eq!(read.value, entry().value);
        assert_eq!((read.created, read.page), (entry().created, None));
    }

    #[test]
    fn the_stamps_are_read_from_the_start_alone() {
        let bytes = entry().encode("build");
        let start = &bytes[..bytes.len() - 3];
        let stamps = Entry::stamps_at_start(start).expect("whole");
        assert!(stamps.contains_key(&Tag::site()));
        assert_eq!(Entry::stamps_at_start(&start[..40]), None);
    }

    #[test]
    fn another_builds_entry_is_a_miss() {
        assert!(Entry::decode(&Bytes::from(entry().encode("other")), "build").is_none());
    }

    proptest::proptest! {
        #[test]
        fn one_changed_byte_anywhere_is_a_miss(at in 0usize..100, flip in 1u8..) {
            let mut bytes = entry().encode("build");
            let at = at % bytes.len();
            bytes[at] ^= flip;
            proptest::prop_assert!(Entry::decode(&Bytes::from(bytes), "build").is_none());
        }

        #[test]
        fn a_truncated_or_random_value_is_a_miss(bytes in proptest::collection::vec(0u8.., 0..200)) {
            proptest::prop_assert!(Entry::decode(&Bytes::from(bytes.clone()), "build").is_none());
            let mut claimed = MAGIC.to_vec();
            claimed.extend(bytes);
            proptest::prop_assert!(Entry::decode(&Bytes::from(claimed), "build").is_none());
        }
    }
}
