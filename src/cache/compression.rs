//! Compression of bodies, fast or small.

use std::io::{Read as _, Write as _};

use actix_web::web::Bytes;

/// A content coding of a stored body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As rendered.
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

    /// Its name.
    pub fn name(self) -> &'static str {
        self.token().unwrap_or("identity")
    }
}

/// A compressed body.
#[derive(Debug, Clone)]
pub(super) struct Compressed {
    pub(super) body: Bytes,
    pub(super) effort: Effort,
}

/// How much time compression may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// For the first requests of a new page, which wait for it.
    Fast,
    /// For a page that lives on.
    Best,
}

/// Copies bodies into one allocation of exactly their size, so that a page's weight is the memory that it takes.
pub(super) fn packed(
    identity: &[u8],
    gzip: Option<Compressed>,
    brotli: Option<Compressed>,
) -> (Bytes, Option<Compressed>, Option<Compressed>) {
    let bytes =
        |made: &Option<Compressed>| made.as_ref().map_or_else(Bytes::new, |made| made.body.clone());
    let all = Bytes::from([identity, &bytes(&gzip), &bytes(&brotli)].concat());
    let mut from = identity.len();
    let [gzip, brotli] = [gzip, brotli].map(|made| {
        made.map(|made| {
            let start = from;
            from += made.body.len();
            let body = all.slice(start..from);
            Compressed { body, ..made }
        })
    });
    (all.slice(..identity.len()), gzip, brotli)
}

/// Compresses a body; `None` if that does not make it shorter.
pub(super) fn compressed(body: &[u8], encoding: Encoding, effort: Effort) -> Option<Compressed> {
    let compressed = compressed_anyway(body, encoding, effort);
    (compressed.len() < body.len())
        .then(|| Compressed { body: compressed.into_boxed_slice().into(), effort })
}

/// Compresses a body, even if that makes it longer.
pub(super) fn compressed_anyway(body: &[u8], encoding: Encoding, effort: Effort) -> Vec<u8> {
    match encoding {
        Encoding::Identity => body.to_vec(),
        Encoding::Gzip => gzipped(body, effort),
        Encoding::Brotli => brotlied(body, effort),
    }
}

/// Decompresses a body; `None` for bytes that are not in this encoding.
pub(super) fn decompressed(body: &[u8], encoding: Encoding) -> Option<Bytes> {
    let mut text = Vec::new();
    match encoding {
        Encoding::Identity => text.extend_from_slice(body),
        Encoding::Gzip => {
            flate2::read::GzDecoder::new(body).read_to_end(&mut text).ok()?;
        }
        Encoding::Brotli => brotli::BrotliDecompress(&mut &body[..], &mut text).ok()?,
    }
    Some(text.into())
}

fn gzipped(body: &[u8], effort: Effort) -> Vec<u8> {
    let level = match effort {
        Effort::Fast => 1,
        Effort::Best => 6,
    };
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    // Writing to memory can't fail. If it did, an empty result would be shorter than the body, and must not be stored.
    written.unwrap_or_else(|_| body.to_vec())
}

fn brotlied(body: &[u8], effort: Effort) -> Vec<u8> {
    let mut compressed = Vec::new();
    // A window larger than the body only costs memory to prepare; below 18 the encoder takes a slower way at 5.
    let window = usize::BITS - body.len().leading_zeros();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: match effort {
            // As quick as 1, and a third smaller.
            Effort::Fast => 2,
            Effort::Best => 5,
        },
        lgwin: window.clamp(18, 22).cast_signed(),
        size_hint: body.len(),
        ..Default::default()
    };
    let written = brotli::BrotliCompress(&mut &body[..], &mut compressed, &parameters);
    if written.is_ok() { compressed } else { body.to_vec() }
}
