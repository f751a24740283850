//! Responses of the site, recorded once and replayed.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use anyhow::Result;

/// The encodings that a client can request.
pub(crate) const ENCODINGS: [&str; 3] = ["identity", "gzip", "br"];

/// The headers that the server adds itself.
const OWN_HEADERS: [&str; 3] = ["date", "content-length", "transfer-encoding"];

/// A response.
#[derive(Clone)]
pub(crate) struct Answer {
    headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The site's response to the second request: a hit, if the site caches the page.
    pub(crate) async fn of(site: &str, path: &str, encoding: &str) -> Result<Self> {
        let client = reqwest::Client::new();
        let request = client.get(format!("{site}{path}")).header("accept-encoding", encoding);
        if let Some(first) = request.try_clone() {
            first.send().await?.bytes().await?;
        }
        let response = request.send().await?.error_for_status()?;
        let mut headers = Vec::new();
        for (name, value) in response.headers() {
            if !OWN_HEADERS.contains(&name.as_str()) {
                let name = HeaderName::from_bytes(name.as_str().as_bytes())?;
                headers.push((name, HeaderValue::from_bytes(value.as_bytes())?));
            }
        }
        let body = response.bytes().await?;
        Ok(Self { headers, body })
    }

    /// A response with the same headers and another body.
    pub(crate) fn response(&self, body: Bytes) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        response.body(body)
    }
}

/// The responses of each page, in the order of [`ENCODINGS`].
pub(crate) struct Answers(Vec<[Answer; 3]>);

impl Answers {
    /// Requests each path of a site in each encoding.
    pub(crate) async fn of(site: &str, paths: &[String]) -> Result<Self> {
        let mut pages = Vec::with_capacity(paths.len());
        for path in paths {
            let [identity, gzip, brotli] =
                ENCODINGS.map(|encoding| Answer::of(site, path, encoding));
            pages.push([identity.await?, gzip.await?, brotli.await?]);
        }
        Ok(Self(pages))
    }

    pub(crate) fn pages(&self) -> &[[Answer; 3]] {
        &self.0
    }

    /// The response of a page in the encoding that a request names.
    pub(crate) fn choose(
        &self,
        page: usize,
        headers: &HeaderMap,
    ) -> Option<(&'static str, &Answer)> {
        let accepted = headers.get(header::ACCEPT_ENCODING);
        let accepted = accepted.map_or(&b""[..], HeaderValue::as_bytes);
        let named = |name: &&str| name.as_bytes() == accepted;
        let at = ENCODINGS.iter().position(named).unwrap_or(0);
        Some((ENCODINGS[at], &self.0.get(page)?[at]))
    }
}
