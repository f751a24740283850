//! A rendered page as it is stored: compressed once per encoding, not per request.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;
use sha2::{Digest as _, Sha256};

use super::compression::{
    Compressed, Effort, Encoding, compressed, compressed_anyway, decompressed, packed,
};
use super::etags::Etags;
use super::page_head::{Content, PageHead};
use super::tag::hex;

/// A page with one body per encoding that makes it shorter.
///
/// A body of usual size is compressed when an encoding is first requested: fast at first, because most pages of a list
/// that changes often are replaced at once, and better when the page is a second old. A page from Redis has the body
/// that was requested; other encodings are made from it on request.
#[derive(Debug, Clone)]
pub struct StoredPage {
    /// The `Content-Type`.
    pub content_type: HeaderValue,
    etags: Etags,
    /// The length of the uncompressed body.
    length: usize,
    identity: OnceLock<Bytes>,
    gzip: OnceLock<Option<Compressed>>,
    brotli: OnceLock<Option<Compressed>>,
    /// When compression may start to take longer.
    settled: Instant,
}

/// The age from which a better compression is worth its time.
pub(super) const SETTLED: Duration = Duration::from_secs(1);
/// A body shorter than this fits in one packet whatever its encoding.
const WORTH_COMPRESSING: usize = 512;
/// From this many bytes on, even a fast compression takes too long for the other requests of the thread.
const LARGE: usize = 128 * 1024;

impl StoredPage {
    /// A page that is sent uncompressed, because it is not stored.
    pub fn uncompressed(content_type: HeaderValue, body: Bytes) -> Self {
        let none = || OnceLock::from(None);
        Self::with(content_type, body, none(), none())
    }

    /// A page whose body is compressed when an encoding is requested; `None` for a body that is too large for that.
    pub(super) fn lazy(content_type: HeaderValue, body: &Bytes) -> Option<Self> {
        let page = match body.len() {
            LARGE.. => return None,
            WORTH_COMPRESSING.. => Self::with(
                content_type,
                Bytes::copy_from_slice(body),
                OnceLock::new(),
                OnceLock::new(),
            ),
            _ => Self::uncompressed(content_type, Bytes::copy_from_slice(body)),
        };
        Some(page)
    }

    /// Compresses a body in every encoding and computes its validator.
    pub fn new(content_type: HeaderValue, body: Bytes) -> Self {
        if body.len() < WORTH_COMPRESSING {
            return Self::uncompressed(content_type, body);
        }
        let encodings = [Encoding::Gzip, Encoding::Brotli];
        let [gzip, brotli] = encodings.map(|encoding| compressed(&body, encoding, Effort::Best));
        let (identity, gzip, brotli) = packed(&body, gzip, brotli);
        Self::with(content_type, identity, gzip.into(), brotli.into())
    }

    fn with(
        content_type: HeaderValue,
        identity: Bytes,
        gzip: OnceLock<Option<Compressed>>,
        brotli: OnceLock<Option<Compressed>>,
    ) -> Self {
        Self {
            content_type,
            etags: Etags::of(hex(&Sha256::digest(&identity)[..16])),
            length: identity.len(),
            identity: identity.into(),
            gzip,
            brotli,
            settled: Instant::now() + SETTLED,
        }
    }

    /// The same page with the fast-compressed bodies compressed better; `None` if it has none.
    pub(super) fn improved(&self) -> Option<Self> {
        let better = |encoding: Encoding| {
            let made = self.made(encoding)?;
            match made.effort {
                Effort::Fast => compressed(self.text(), encoding, Effort::Best),
                Effort::Best => Some(made.clone()),
            }
        };
        let is_fast =
            |encoding| matches!(self.made(encoding), Some(made) if made.effort == Effort::Fast);
        let encodings = [Encoding::Gzip, Encoding::Brotli];
        if !encodings.into_iter().any(is_fast) {
            return None;
        }
        let [gzip, brotli] = encodings.map(better);
        let (identity, gzip, brotli) = packed(self.text(), gzip, brotli);
        // An encoding that was not requested yet is still compressed on request.
        let lock =
            |made: Option<Compressed>| made.map_or_else(OnceLock::new, |made| Some(made).into());
        let identity = identity.into();
        Some(Self { identity, gzip: lock(gzip), brotli: lock(brotli), ..self.clone() })
    }

    /// The client's most preferred encoding that makes the body shorter; the most preferred one if none does.
    pub fn choose(&self, accepted: impl IntoIterator<Item = Encoding> + Copy) -> Encoding {
        let is_worth_it = |encoding: &Encoding| {
            *encoding == Encoding::Identity || self.compressed(*encoding).is_some()
        };
        let worth_it = accepted.into_iter().find(is_worth_it);
        let chosen = worth_it.or_else(|| accepted.into_iter().next());
        chosen.unwrap_or(Encoding::Identity)
    }

    /// The body as it was rendered.
    pub fn text(&self) -> &Bytes {
        self.identity.get_or_init(|| {
            let made = [Encoding::Brotli, Encoding::Gzip].into_iter();
            let mut texts = made.filter_map(|e| decompressed(&self.made(e)?.body, e));
            // A page has at least one body, and this build compressed it.
            texts.next().unwrap_or_default()
        })
    }

    /// The body in an encoding. If the encoding does not make the body shorter, it is made each time: only clients that
    /// refuse the uncompressed body request it.
    pub fn body(&self, encoding: Encoding) -> Bytes {
        let kept = self.compressed(encoding).map(|kept| kept.body.clone());
        kept.unwrap_or_else(|| match encoding {
            Encoding::Identity => self.text().clone(),
            _ => compressed_anyway(self.text(), encoding, Effort::Fast).into(),
        })
    }

    /// The compressed body, made now if it was not requested before.
    fn compressed(&self, encoding: Encoding) -> Option<&Compressed> {
        let make = || {
            let effort = match Instant::now() < self.settled {
                true => Effort::Fast,
                false => Effort::Best,
            };
            compressed(self.text(), encoding, effort)
        };
        self.lock(encoding)?.get_or_init(make).as_ref()
    }

    /// The compressed body, if it has been made.
    fn made(&self, encoding: Encoding) -> Option<&Compressed> {
        self.lock(encoding)?.get()?.as_ref()
    }

    fn lock(&self, encoding: Encoding) -> Option<&OnceLock<Option<Compressed>>> {
        match encoding {
            Encoding::Identity => None,
            Encoding::Gzip => Some(&self.gzip),
            Encoding::Brotli => Some(&self.brotli),
        }
    }

    /// The strong validator of a representation, quoted. Each encoding has its own (RFC 9110, section 8.8.3.3), and so
    /// does each compression effort, because the bytes differ.
    pub fn etag(&self, encoding: Encoding) -> &HeaderValue {
        match self.compressed(encoding).map(|made| made.effort) {
            Some(Effort::Fast) => self.etags.fast(encoding),
            _ => self.etags.best(encoding),
        }
    }

    /// Every validator of the body in an encoding that a client may have: the bytes differ, the text does not.
    pub fn etags(&self, encoding: Encoding) -> [&HeaderValue; 2] {
        [self.etags.best(encoding), self.etags.fast(encoding)]
    }

    /// The lengths of the bodies that have been made, in bytes, each with the name of its encoding.
    pub(super) fn sizes(&self) -> Vec<(&'static str, usize)> {
        let identity = self.identity.get().map(|body| ("identity", body.len()));
        let mut sizes = Vec::from_iter(identity);
        for encoding in [Encoding::Gzip, Encoding::Brotli] {
            let made = self.made(encoding).map(|made| made.body.len());
            sizes.extend(encoding.token().zip(made));
        }
        sizes
    }

    /// The size of the bodies in bytes; bodies that may still be made are estimated.
    pub(super) fn weight(&self) -> usize {
        let bytes = |lock: &OnceLock<Option<Compressed>>| match lock.get() {
            Some(made) => made.as_ref().map_or(0, |made| made.body.len()),
            None => self.length / 4,
        };
        self.length + bytes(&self.gzip) + bytes(&self.brotli)
    }

    /// Whether a request may still have to compress a body.
    pub(super) fn is_lazy(&self) -> bool {
        self.gzip.get().is_none() || self.brotli.get().is_none()
    }

    /// The content to store in Redis for a lifetime: the uncompressed body, and the ones that were compressed well.
    pub(super) fn content(&self, lifetime: Duration) -> Content {
        let (mut bodies, mut value) = (Vec::new(), self.text().clone());
        if value.len() >= WORTH_COMPRESSING {
            bodies.push((Encoding::Identity, std::mem::take(&mut value)));
        }
        for encoding in [Encoding::Gzip, Encoding::Brotli] {
            let made = self.made(encoding);
            let best = made.filter(|made| made.effort == Effort::Best);
            bodies.extend(best.map(|made| (encoding, made.body.clone())));
        }
        let content_type = self.content_type.to_str().unwrap_or_default();
        let head = PageHead::new(content_type, self.etags.digits(), lifetime, &bodies);
        Content { page: Some(head), value, bodies }
    }

    /// The page made of a head and one of its bodies.
    pub(super) fn read(head: &PageHead, encoding: Encoding, body: Bytes) -> Option<Self> {
        let (identity, gzip, brotli) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let length = head.text_length().unwrap_or(body.len());
        let made = |body| Some(Compressed { body, effort: Effort::Best });
        let [gzip, brotli] = match encoding {
            Encoding::Identity if length < WORTH_COMPRESSING => [None.into(), None.into()],
            Encoding::Identity => [gzip, brotli],
            Encoding::Gzip => [made(body.clone()).into(), brotli],
            Encoding::Brotli => [gzip, made(body.clone()).into()],
        };
        Some(Self {
            content_type: HeaderValue::from_str(&head.content_type).ok()?,
            etags: Etags::of(head.etag.clone()),
            length,
            identity: match encoding {
                Encoding::Identity => body.into(),
                Encoding::Gzip | Encoding::Brotli => identity,
            },
            gzip,
            brotli,
            settled: Instant::now() + SETTLED,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> StoredPage {
        StoredPage::new(HeaderValue::from_static("text/html"), Bytes::from(text.to_owned()))
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

    /// The page as another instance reads it from Redis in an encoding.
    fn read_back(page: &StoredPage, wanted: Encoding) -> StoredPage {
        let content = page.content(Duration::from_secs(900));
        let head = content.page.expect("a page");
        let mut bodies = content.bodies.into_iter();
        let (_, body) = bodies.find(|(encoding, _)| *encoding == wanted).expect("stored");
        assert!(head.fits(wanted, &body));
        StoredPage::read(&head, wanted, body).expect("readable")
    }

    #[test]
    fn each_encoding_is_made_of_the_one_that_was_read() {
        let text = "a page ".repeat(200);
        let whole = page(&text);
        let all = [Encoding::Identity, Encoding::Gzip, Encoding::Brotli];
        for wanted in all {
            let read = read_back(&whole, wanted);
            assert_eq!(encodings(&read), [wanted.name()]);
            assert_eq!(read.body(wanted), whole.body(wanted));
            assert_eq!(read.etag(wanted), whole.etag(wanted));
            for other in all {
                let body = decompressed(&read.body(other), other).expect("in its encoding");
                assert_eq!(body, text, "{other:?} of {wanted:?}");
            }
        }
    }

    fn lazy(text: &str) -> StoredPage {
        let body = Bytes::from(text.to_owned());
        StoredPage::lazy(HeaderValue::from_static("text/html"), &body).expect("small")
    }

    fn encodings(page: &StoredPage) -> Vec<&'static str> {
        page.sizes().into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn an_encoding_that_no_request_asks_for_is_not_made() {
        let page = lazy(&"a page ".repeat(200));
        assert_eq!(encodings(&page), ["identity"]);
        assert!(page.improved().is_none());
        assert_eq!(page.choose([Encoding::Identity]), Encoding::Identity);
        assert_eq!(encodings(&page), ["identity"]);
        let all = [Encoding::Brotli, Encoding::Gzip, Encoding::Identity];
        assert_eq!(page.choose(all), Encoding::Brotli);
        assert_eq!(encodings(&page), ["identity", "br"]);
        let improved = page.improved().expect("was compressed fast");
        assert_eq!(encodings(&improved), ["identity", "br"]);
        assert!(improved.improved().is_none());
    }

    #[test]
    fn a_better_compression_has_the_same_text_and_another_validator() {
        let row = |number| format!("<li class=\"card\"><p class=\"price\">{number}</p></li>\n");
        let text: String = (0..300).map(row).collect();
        let page = lazy(&text);
        let fast = page.body(Encoding::Brotli);
        let improved = page.improved().expect("was compressed fast");
        let best = improved.body(Encoding::Brotli);
        assert!(best.len() < fast.len(), "{} {}", best.len(), fast.len());
        assert_ne!(page.etag(Encoding::Brotli), improved.etag(Encoding::Brotli));
        assert_eq!(page.etags(Encoding::Brotli), improved.etags(Encoding::Brotli));
        for body in [fast, best] {
            let mut decoded = Vec::new();
            brotli::BrotliDecompress(&mut &body[..], &mut decoded).expect("brotli");
            assert_eq!(decoded, text.as_bytes());
        }
    }

    #[test]
    fn a_large_body_is_not_compressed_while_a_request_waits() {
        let body = Bytes::from(vec![b'a'; LARGE]);
        assert!(StoredPage::lazy(HeaderValue::from_static("text/html"), &body).is_none());
    }
}
