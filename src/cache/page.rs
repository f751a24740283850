//! A rendered page as it is kept: compressed once, not per request.

use std::io::Write as _;
use std::time::Duration;

use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Entry;
use super::tag::hex;

/// A content coding of a stored body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Not compressed.
    Identity,
    /// `gzip`.
    Gzip,
    /// `br`.
    Brotli,
}

impl Encoding {
    /// Its name in `Content-Encoding`; identity has none.
    pub fn token(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }
}

/// A page with a body per encoding that is worth it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPage {
    /// The `Content-Type`.
    pub content_type: HeaderValue,
    etag: String,
    etags: [HeaderValue; 3],
    identity: Bytes,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
}

#[derive(Serialize, Deserialize)]
struct About {
    content_type: String,
    etag: String,
    /// How long it may be kept from when it was stored; its data may be older.
    lifetime_ms: u64,
}

/// Below this many bytes a body fits into one packet in every encoding.
const WORTH_COMPRESSING: usize = 512;

impl StoredPage {
    /// A page that is sent as it is, because it is not kept.
    pub fn uncompressed(content_type: HeaderValue, body: Bytes) -> Self {
        let etag = hex(&Sha256::digest(&body)[..16]);
        Self {
            content_type,
            etags: etags(&etag),
            etag,
            identity: body,
            gzip: None,
            brotli: None,
        }
    }

    /// Compresses a body and computes its validator.
    pub fn new(content_type: HeaderValue, body: Bytes) -> Self {
        if body.len() < WORTH_COMPRESSING {
            return Self::uncompressed(content_type, body);
        }
        let worth = |compressed: &Vec<u8>| compressed.len() < body.len();
        let gzip = Some(gzipped(&body)).filter(worth);
        let brotli = Some(brotlied(&body)).filter(worth);
        let (identity, gzip, brotli) = packed(&body, gzip, brotli);
        Self {
            gzip,
            brotli,
            ..Self::uncompressed(content_type, identity)
        }
    }

    /// The best encoding of those that a client accepts, in the order of its wishes: one that is stored, if there is one.
    pub fn choose(&self, accepted: impl IntoIterator<Item = Encoding> + Copy) -> Encoding {
        let is_stored = |encoding: &Encoding| {
            *encoding == Encoding::Identity || self.compressed(*encoding).is_some()
        };
        let stored = accepted.into_iter().find(is_stored);
        let chosen = stored.or_else(|| accepted.into_iter().next());
        chosen.unwrap_or(Encoding::Identity)
    }

    /// The body as it was rendered.
    pub fn text(&self) -> &Bytes {
        &self.identity
    }

    /// The body in an encoding. One that was not worth storing is made now: a client that refuses the body as it is asks
    /// for it, and no other.
    pub fn body(&self, encoding: Encoding) -> Bytes {
        let stored = self.compressed(encoding).cloned();
        stored.unwrap_or_else(|| match encoding {
            Encoding::Identity => self.identity.clone(),
            Encoding::Gzip => gzipped(&self.identity).into(),
            Encoding::Brotli => brotlied(&self.identity).into(),
        })
    }

    fn compressed(&self, encoding: Encoding) -> Option<&Bytes> {
        match encoding {
            Encoding::Identity => None,
            Encoding::Gzip => self.gzip.as_ref(),
            Encoding::Brotli => self.brotli.as_ref(),
        }
    }

    /// The strong validator of a representation, quoted: each encoding has its own (RFC 9110, section 8.8.3.3).
    pub fn etag(&self, encoding: Encoding) -> &HeaderValue {
        let [identity, gzip, brotli] = &self.etags;
        match encoding {
            Encoding::Identity => identity,
            Encoding::Gzip => gzip,
            Encoding::Brotli => brotli,
        }
    }

    /// Its bodies' lengths in bytes, each with the name of its encoding.
    pub(super) fn sizes(&self) -> Vec<(&'static str, usize)> {
        [Encoding::Identity, Encoding::Gzip, Encoding::Brotli]
            .into_iter()
            .filter(|encoding| {
                *encoding == Encoding::Identity || self.compressed(*encoding).is_some()
            })
            .map(|encoding| {
                (
                    encoding.token().unwrap_or("identity"),
                    self.body(encoding).len(),
                )
            })
            .collect()
    }

    /// The bytes of its bodies.
    pub(super) fn weight(&self) -> usize {
        let bodies = [
            Some(&self.identity),
            self.gzip.as_ref(),
            self.brotli.as_ref(),
        ];
        bodies.into_iter().flatten().map(Bytes::len).sum()
    }

    pub(super) fn about(&self, lifetime: Duration) -> serde_json::Value {
        let content_type = self.content_type.to_str().unwrap_or_default();
        let lifetime = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX);
        serde_json::json!({ "content_type": content_type, "etag": self.etag, "lifetime_ms": lifetime })
    }

    /// Its bodies; an empty one stands for none.
    pub(super) fn parts(&self) -> Vec<Bytes> {
        let compressed = |body: &Option<Bytes>| body.clone().unwrap_or_default();
        vec![
            self.identity.clone(),
            compressed(&self.gzip),
            compressed(&self.brotli),
        ]
    }

    /// The page of an entry, and the lifetime that it was stored with.
    pub(super) fn read(entry: &Entry) -> Option<(Self, Duration)> {
        let About {
            content_type,
            etag,
            lifetime_ms,
        } = About::deserialize(&entry.about).ok()?;
        let [identity, gzip, brotli] = entry.parts.as_slice() else {
            return None;
        };
        let compressed = |body: &Bytes| (!body.is_empty()).then(|| body.clone());
        let page = Self {
            content_type: HeaderValue::from_str(&content_type).ok()?,
            etags: etags(&etag),
            etag,
            identity: identity.clone(),
            gzip: compressed(gzip),
            brotli: compressed(brotli),
        };
        Some((page, Duration::from_millis(lifetime_ms)))
    }
}

/// The validators of the identity, gzip and brotli bodies.
fn etags(etag: &str) -> [HeaderValue; 3] {
    let quoted = |suffix: &str| {
        // Hexadecimal digits are a valid value; anything else is not read from Redis.
        HeaderValue::from_str(&format!("\"{etag}{suffix}\""))
            .unwrap_or(HeaderValue::from_static("\"\""))
    };
    [quoted(""), quoted("-gzip"), quoted("-br")]
}

/// Copies bodies into one allocation of just their size: what a page weighs is what it takes.
fn packed(
    identity: &[u8],
    gzip: Option<Vec<u8>>,
    brotli: Option<Vec<u8>>,
) -> (Bytes, Option<Bytes>, Option<Bytes>) {
    let (gzip, brotli) = (gzip.unwrap_or_default(), brotli.unwrap_or_default());
    let all = Bytes::from([identity, &gzip, &brotli].concat());
    let from = [identity.len(), identity.len() + gzip.len()];
    let part = |part: Bytes| (!part.is_empty()).then_some(part);
    (
        all.slice(..from[0]),
        part(all.slice(from[0]..from[1])),
        part(all.slice(from[1]..)),
    )
}

fn gzipped(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    // Writing to memory can't fail; an empty result would be shorter than the body and must not be kept.
    written.unwrap_or_else(|_| body.to_vec())
}

fn brotlied(body: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 5,
        ..Default::default()
    };
    let written = brotli::BrotliCompress(&mut &body[..], &mut compressed, &parameters);
    if written.is_ok() {
        compressed
    } else {
        body.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> StoredPage {
        StoredPage::new(
            HeaderValue::from_static("text/html"),
            Bytes::from(text.to_owned()),
        )
    }

    #[test]
    fn each_encoding_has_its_own_validator() {
        let page = page(&"a page ".repeat(200));
        let etags = [Encoding::Identity, Encoding::Gzip, Encoding::Brotli].map(|e| page.etag(e));
        assert!(etags[0] != etags[1] && etags[1] != etags[2] && etags[0] != etags[2]);
    }

    #[test]
    fn what_does_not_shrink_is_sent_as_it_is() {
        let all = [Encoding::Brotli, Encoding::Gzip, Encoding::Identity];
        assert_eq!(page("short").choose(all), Encoding::Identity);
        assert_eq!(page(&"long ".repeat(500)).choose(all), Encoding::Brotli);
    }

    #[test]
    fn what_does_not_shrink_is_compressed_for_those_who_refuse_it_as_it_is() {
        let page = page("short");
        let chosen = page.choose([Encoding::Gzip, Encoding::Brotli]);
        assert_eq!(chosen, Encoding::Gzip);
        assert_eq!(page.body(chosen)[..2], [0x1f, 0x8b]);
        assert_eq!(page.body(Encoding::Identity), "short");
    }
}
