//! What Redis stores of a page besides its bodies.
//!
//! Each body has its own key, so that a hit transfers and checks only the body that the client wants. A body that fits
//! in one packet is stored with the head.
//!
//! **Invariant:** a body is used only with the head that it was stored with: the head has its length and checksum. If
//! one of them is missing or does not fit the other, the page is a miss.

use std::time::Duration;

use actix_web::web::Bytes;
use serde::{Deserialize, Serialize};

use super::compression::Encoding;

/// The key family of bodies.
pub const BODIES: &str = "body";

/// A page without its bodies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageHead {
    pub(super) content_type: String,
    pub(super) etag: String,
    /// How long it may be served after it was stored; its data may be older.
    lifetime_ms: u64,
    /// The seal of the uncompressed body; `None` if that is stored with the head.
    identity: Option<Seal>,
    gzip: Option<Seal>,
    br: Option<Seal>,
}

/// The length and checksum of a body.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Seal(usize, u32);

/// The stored content of a page or of a value.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) page: Option<PageHead>,
    /// The value; for a page, its body if that is small.
    pub(super) value: Bytes,
    /// The bodies that have keys of their own.
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

    /// Whether the body in an encoding has its own key.
    pub(super) fn has(&self, encoding: Encoding) -> bool {
        self.seal(encoding).is_some()
    }

    /// Whether these bytes are the body in an encoding.
    pub(super) fn fits(&self, encoding: Encoding, body: &Bytes) -> bool {
        self.seal(encoding) == Some(Seal::of(body))
    }

    /// The length of the uncompressed body; `None` if that is stored with the head.
    pub(super) fn text_length(&self) -> Option<usize> {
        self.identity.map(|Seal(length, _)| length)
    }

    /// How long the page may be served after it was stored.
    pub(super) fn lifetime(&self) -> Duration {
        Duration::from_millis(self.lifetime_ms)
    }

    /// The lengths of the bodies in bytes, each with the name of its encoding; `small` is the body that is stored with
    /// the head.
    pub(super) fn sizes(&self, small: usize) -> Vec<(&'static str, usize)> {
        let mut sizes = vec![("identity", self.text_length().unwrap_or(small))];
        for encoding in [Encoding::Gzip, Encoding::Brotli] {
            let length = self.seal(encoding).map(|Seal(length, _)| length);
            sizes.extend(length.map(|length| (encoding.name(), length)));
        }
        sizes
    }
}
