//! The format of an entry in Redis.
//!
//! ```text
//! "PLC1"  crc32 of all that follows (4 bytes)  length of the head (4 bytes)  head (JSON)  parts
//! ```
//! **Invariant:** for any bytes under a key, reading them yields an entry that this very build wrote, or
//! nothing. Lengths are checked before anything is allocated by them.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::web::Bytes;
use serde::{Deserialize, Serialize};

use super::{Generation, Stamps, Tag};

const MAGIC: &[u8; 4] = b"PLC1";
const PREAMBLE: usize = 12;

/// A value as it is stored: opaque parts with a description that their owner understands.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When it was loaded.
    pub created: SystemTime,
    /// How long it may be kept from then on.
    pub ttl: Duration,
    /// The generations that it was loaded under.
    pub stamps: BTreeMap<Tag, Generation>,
    /// What its owner needs to read the parts.
    pub about: serde_json::Value,
    /// The bytes.
    pub parts: Vec<Bytes>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    build: String,
    created_ms: u64,
    ttl_ms: u64,
    stamps: BTreeMap<Tag, Generation>,
    about: serde_json::Value,
    lengths: Vec<usize>,
}

impl Entry {
    /// The bytes to store.
    pub fn encode(&self, build: &str) -> Vec<u8> {
        let head = Head {
            build: build.to_owned(),
            created_ms: millis(self.created.duration_since(UNIX_EPOCH).unwrap_or_default()),
            ttl_ms: millis(self.ttl),
            stamps: self.stamps.clone(),
            about: self.about.clone(),
            lengths: self.parts.iter().map(Bytes::len).collect(),
        };
        let head = serde_json::to_vec(&head).unwrap_or_default();
        let length: usize = self.parts.iter().map(Bytes::len).sum();
        let mut bytes = Vec::with_capacity(PREAMBLE + head.len() + length);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&u32::try_from(head.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend_from_slice(&head);
        self.parts.iter().for_each(|part| bytes.extend_from_slice(part));
        let checksum = crc32fast::hash(&bytes[8..]);
        bytes[4..8].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads stored bytes; `None` for anything that this build did not write.
    pub fn decode(bytes: &Bytes, build: &str) -> Option<Self> {
        let (writer, entry) = Self::read(bytes)?;
        (writer == build).then_some(entry)
    }

    /// The stamps in the first bytes of an entry of any build; whether the rest is sound is not looked at.
    pub fn stamps_at_start(start: &[u8]) -> Option<BTreeMap<Tag, Generation>> {
        let length: [u8; 4] = start.get(8..PREAMBLE)?.try_into().ok()?;
        let length = usize::try_from(u32::from_le_bytes(length)).ok()?;
        let head = start.get(PREAMBLE..PREAMBLE.checked_add(length)?)?;
        let head: Head = serde_json::from_slice(head).ok()?;
        start.starts_with(MAGIC).then_some(head.stamps)
    }

    /// Reads stored bytes of whichever build, with its name; `None` for what is no entry.
    pub(super) fn read(bytes: &Bytes) -> Option<(String, Self)> {
        let preamble = bytes.get(..PREAMBLE)?;
        let number = |from: usize| -> Option<u32> {
            preamble.get(from..from + 4)?.try_into().ok().map(u32::from_le_bytes)
        };
        if &preamble[..4] != MAGIC || crc32fast::hash(&bytes[8..]) != number(4)? {
            return None;
        }
        let head_end = PREAMBLE.checked_add(usize::try_from(number(8)?).ok()?)?;
        let head: Head = serde_json::from_slice(bytes.get(PREAMBLE..head_end)?).ok()?;
        let mut start = head_end;
        let mut parts = Vec::new();
        for length in head.lengths {
            let end = start.checked_add(length)?;
            bytes.get(start..end)?;
            parts.push(bytes.slice(start..end));
            start = end;
        }
        let entry = Self {
            created: UNIX_EPOCH.checked_add(Duration::from_millis(head.created_ms))?,
            ttl: Duration::from_millis(head.ttl_ms),
            stamps: head.stamps,
            about: head.about,
            parts,
        };
        (start == bytes.len()).then_some((head.build, entry))
    }

    /// How long it has been kept.
    pub fn age(&self) -> Duration {
        SystemTime::now().duration_since(self.created).unwrap_or_default()
    }

    /// How long it may still be kept; `None` when it has expired.
    pub fn remaining(&self) -> Option<Duration> {
        self.ttl.checked_sub(self.age()).filter(|left| !left.is_zero())
    }

    /// Its stamps.
    pub fn stamps(&self) -> Stamps {
        Stamps::Known(self.stamps.clone())
    }
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
            about: serde_json::json!({"status": 200}),
            parts: vec![Bytes::from_static(b"<html>"), Bytes::from_static(b"")],
        }
    }

    #[test]
    fn an_entry_reads_back_as_it_was_written() {
        let bytes = Bytes::from(entry().encode("build"));
        let read = Entry::decode(&bytes, "build").expect("readable");
        assert_eq!(read.parts, entry().parts);
        assert_eq!(read.created, entry().created);
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
