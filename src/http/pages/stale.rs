//! Adds a notice to stale pages that are served during an outage.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderMap, HeaderValue};
use askama::Template as _;

use super::answer::answer;
use crate::cache::policy::Outcome;
use crate::cache::{Served, StoredPage};
use crate::http::negotiation::AcceptedEncodings;
use crate::http::views::stale::{SLOT, StaleNotice};

/// The response with a page, with the notice if it is stale.
pub(super) fn answer_or_stand_in(
    served: &Served,
    headers: &HeaderMap,
    encodings: AcceptedEncodings,
    age: Duration,
    cache_status: HeaderValue,
) -> HttpResponse {
    let page = &served.page.page;
    let stale = matches!(served.trail.last(), Some((_, Outcome::Stale(_))));
    match stale.then(|| with_notice(page)).flatten() {
        Some(page) => answer(&page, headers, encodings, age, cache_status),
        None => answer(page, headers, encodings, age, cache_status),
    }
}

/// The page with the notice, which is a separate representation with its own validator; `None` for JSON.
fn with_notice(page: &StoredPage) -> Option<StoredPage> {
    // JSON may contain the slot's text within a listing; in HTML it would be escaped.
    let is_html = page.content_type.as_bytes().starts_with(b"text/html");
    let text = std::str::from_utf8(page.text()).ok().filter(|_| is_html)?;
    let (before, after) = text.split_once(SLOT)?;
    let body = [before, &StaleNotice.render().ok()?, after].concat();
    Some(StoredPage::uncompressed(page.content_type.clone(), body.into()))
}

#[cfg(test)]
mod tests {
    use actix_web::web::Bytes;

    use super::*;
    use crate::cache::Encoding;

    fn page(content_type: &'static str, body: &str) -> StoredPage {
        let body = Bytes::from(body.to_owned());
        StoredPage::new(HeaderValue::from_static(content_type), body)
    }

    #[test]
    fn only_a_page_for_people_says_that_it_stands_in() {
        let html = format!("<main>{SLOT}\n<h1>Listings</h1></main>");
        let before = page("text/html; charset=utf-8", &html);
        let after = with_notice(&before).expect("HTML has room for a notice");
        let text = String::from_utf8_lossy(after.text()).into_owned();
        let notice = StaleNotice.render().expect("a notice");
        assert_eq!(text.replace(&notice, SLOT), html);
        let etags = [&before, &after].map(|page| page.etag(Encoding::Identity));
        assert_ne!(etags[0], etags[1]);
        assert!(with_notice(&page("application/json", &html)).is_none());
    }
}
