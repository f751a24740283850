//! What Redis keeps of a page beside its bodies.
//!
//! Each body has a key of its own, so that a hit transfers and checks the one that a client wants and no other. A body
//! that is sent in one packet anyway goes with the head.
//!
//! **Invariant:** a body is only used with the head that it was stored with: the head has its length and checksum. Where
//! one of them is gone or is another's, the page is a miss.

use std::time::Duration;

use actix_web::web::Bytes;
use serde::{Deserialize, Serialize};

use super::compression::Encoding;

/// The family of the keys of bodies.
pub const BODIES: &str = "body";

/// A page without its bodies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageHead {
    pub(super) content_type: String,
    pub(super) etag: String,
    /// How long it may be kept from when it was stored; its data may be older.
    lifetime_ms: u64,
    /// Of the body as it is; `None` where that goes with the head.
    identity: Option<Seal>,
    gzip: Option<Seal>,
    br: Option<Seal>,
}

/// The length and the checksum of a body.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Seal(usize, u32);

/// What is stored of a page or of a value.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) page: Option<PageHead>,
    /// The value; of a page, its body if that is small.
    pub(super) value: Bytes,
    /// The bodies with keys of their own.
    pub(super) bodies: Vec<(Encoding, Bytes)>,
}

impl Seal {
    fn of(body: &Bytes) -> Self {
        Self(body.len(), crc32fast::hash(body))
    }
}

impl PageHead {
    /// The head of a page with some bodies.
    pub(super) fn new(
        content_type: &str,
        etag: &str,
        lifetime: Duration,
        bodies: &[(Encoding, Bytes)],
    ) -> Self {
        let seal = |wanted: Encoding| {
            let body = bodies.iter().find(|(encoding, _)| *encoding == wanted);
            body.map(|(_, body)| Seal::of(body))
        };
        Self {
            content_type: content_type.to_owned(),
            etag: etag.to_owned(),
            lifetime_ms: u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX),
            identity: seal(Encoding::Identity),
            gzip: seal(Encoding::Gzip),
            br: seal(Encoding::Brotli),
        }
    }

    fn seal(&self, encoding: Encoding) -> Option<Seal> {
        match encoding {
            Encoding::Identity => self.identity,
            Encoding::Gzip => self.gzip,
            Encoding::Brotli => self.br,
        }
    }

    /// Whether the body in an encoding has a key of its own.
    pub(super) fn has(&self, encoding: Encoding) -> bool {
        self.seal(encoding).is_some()
    }

    /// Whether these bytes are the body in an encoding.
    pub(super) fn fits(&self, encoding: Encoding, body: &Bytes) -> bool {
        self.seal(encoding) == Some(Seal::of(body))
    }

    /// The length of the body as it is; `None` where that goes with the head.
    pub(super) fn text_length(&self) -> Option<usize> {
        self.identity.map(|Seal(length, _)| length)
    }

    /// How long the page may be kept from when it was stored.
    pub(super) fn lifetime(&self) -> Duration {
        Duration::from_millis(self.lifetime_ms)
    }

    /// The lengths of its bodies in bytes, each with the name of its encoding; `small` is the body that goes with it.
    pub(super) fn sizes(&self, small: usize) -> Vec<(&'static str, usize)> {
        let mut sizes = vec![("identity", self.text_length().unwrap_or(small))];
        for encoding in [Encoding::Gzip, Encoding::Brotli] {
            let length = self.seal(encoding).map(|Seal(length, _)| length);
            sizes.extend(length.map(|length| (encoding.name(), length)));
        }
        sizes
    }
}
