//! The validators of a page's representations.

use std::sync::OnceLock;

use actix_web::http::header::HeaderValue;
use sha2::{Digest as _, Sha256};

use super::compression::Encoding;
use super::tag::hex;

/// The validators of the bodies of a page: identity, gzip, brotli.
#[derive(Debug, Clone)]
pub(super) struct Etags {
    digits: String,
    best: [HeaderValue; 3],
    /// Those of bodies that were compressed fast have digits of their own. Few pages need them.
    fast: OnceLock<[HeaderValue; 3]>,
}

impl Etags {
    /// Those of a body with a checksum, in hexadecimal digits.
    pub(super) fn of(digits: &str) -> Self {
        Self { digits: digits.to_owned(), best: quoted(digits), fast: OnceLock::new() }
    }

    /// The digits of the body.
    pub(super) fn digits(&self) -> &str {
        &self.digits
    }

    /// The validator of a body that was compressed well, or not at all.
    pub(super) fn best(&self, encoding: Encoding) -> &HeaderValue {
        &self.best[place(encoding)]
    }

    /// The validator of a body that was compressed fast.
    pub(super) fn fast(&self, encoding: Encoding) -> &HeaderValue {
        if encoding == Encoding::Identity {
            return self.best(encoding);
        }
        let fast = || quoted(&hex(&Sha256::digest(format!("{} fast", self.digits))[..16]));
        &self.fast.get_or_init(fast)[place(encoding)]
    }
}

fn place(encoding: Encoding) -> usize {
    match encoding {
        Encoding::Identity => 0,
        Encoding::Gzip => 1,
        Encoding::Brotli => 2,
    }
}

fn quoted(digits: &str) -> [HeaderValue; 3] {
    ["", "-gzip", "-br"].map(|suffix| {
        // Hexadecimal digits are a valid value; anything else is not read from Redis.
        HeaderValue::from_maybe_shared(format!("\"{digits}{suffix}\""))
            .unwrap_or(HeaderValue::from_static("\"\""))
    })
}
