//! The validators (ETags) of a page's representations.

use std::sync::OnceLock;

use actix_web::http::header::HeaderValue;
use sha2::{Digest as _, Sha256};

use super::compression::Encoding;
use super::tag::hex;

/// The validators of a page's bodies; each is made when it is first needed.
#[derive(Debug, Clone)]
pub(super) struct Etags {
    digits: String,
    /// For bodies that were compressed well, or not at all: identity, gzip, brotli.
    best: [OnceLock<HeaderValue>; 3],
    /// For bodies that were compressed fast: their bytes differ, so they have validators of their own.
    fast: [OnceLock<HeaderValue>; 3],
}

impl Etags {
    /// The validators of a body, from the hexadecimal digits of its checksum.
    pub(super) fn of(digits: String) -> Self {
        Self { digits, best: Default::default(), fast: Default::default() }
    }

    /// The digits of the body.
    pub(super) fn digits(&self) -> &str {
        &self.digits
    }

    /// The validator of a body that was compressed well, or not at all.
    pub(super) fn best(&self, encoding: Encoding) -> &HeaderValue {
        self.best[place(encoding)].get_or_init(|| quoted(&self.digits, encoding))
    }

    /// The validator of a body that was compressed fast.
    pub(super) fn fast(&self, encoding: Encoding) -> &HeaderValue {
        if encoding == Encoding::Identity {
            return self.best(encoding);
        }
        self.fast[place(encoding)].get_or_init(|| {
            let digits = hex(&Sha256::digest(format!("{} fast", self.digits))[..16]);
            quoted(&digits, encoding)
        })
    }
}

fn place(encoding: Encoding) -> usize {
    match encoding {
        Encoding::Identity => 0,
        Encoding::Gzip => 1,
        Encoding::Brotli => 2,
    }
}

fn quoted(digits: &str, encoding: Encoding) -> HeaderValue {
    let suffix = match encoding {
        Encoding::Identity => "\"",
        Encoding::Gzip => "-gzip\"",
        Encoding::Brotli => "-br\"",
    };
    // Hexadecimal digits are a valid value; anything else is not read from Redis.
    HeaderValue::from_maybe_shared(["\"", digits, suffix].concat())
        .unwrap_or(HeaderValue::from_static("\"\""))
}
