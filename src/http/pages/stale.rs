//! A stale page that is served during an outage shows a notice.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderMap, HeaderValue};

use super::answer::answer;
use crate::cache::policy::Outcome;
use crate::services::{Served, StoredPage};

/// What comes first in a page's content, and what is said there.
const CONTENT: &str = "<main id=\"main\" class=\"wrap\" tabindex=\"-1\">";
const NOTICE: &str = "<p class=\"notice\" id=\"old\" role=\"status\">The site can’t reach its database at the moment, \
    so this page may be some minutes old.</p>";

/// The answer with a page, whether it stands in for a newer one or not.
pub(super) fn answer_or_stand_in(
    served: &Served,
    headers: &HeaderMap,
    age: Duration,
    cache_status: HeaderValue,
) -> HttpResponse {
    let page = &served.page.page;
    let stale = matches!(served.trail.last(), Some((_, Outcome::Stale(_))));
    match stale.then(|| with_notice(page)).flatten() {
        Some(page) => answer(&page, headers, age, cache_status),
        None => answer(page, headers, age, cache_status),
    }
}

/// The same page with the notice, which is another representation with a validator of its own; `None` for data.
fn with_notice(page: &StoredPage) -> Option<StoredPage> {
    let is_html = page.content_type.as_bytes().starts_with(b"text/html");
    let html = std::str::from_utf8(page.text()).ok();
    let (before, after) = html.filter(|_| is_html)?.split_once(CONTENT)?;
    let body = [before, CONTENT, NOTICE, after].concat();
    Some(StoredPage::uncompressed(
        page.content_type.clone(),
        body.into(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::Encoding;
    use actix_web::web::Bytes;

    fn page(content_type: &'static str, body: &'static str) -> StoredPage {
        let body = Bytes::from_static(body.as_bytes());
        StoredPage::new(HeaderValue::from_static(content_type), body)
    }

    #[test]
    fn only_a_page_for_people_says_that_it_stands_in() {
        let html =
            "<body><main id=\"main\" class=\"wrap\" tabindex=\"-1\">\n<h1>Listings</h1></main>";
        let before = page("text/html; charset=utf-8", html);
        let after = with_notice(&before).expect("HTML has room for a notice");
        let text = String::from_utf8_lossy(after.text()).into_owned();
        assert_eq!(text.replace(NOTICE, ""), html);
        let etags = [&before, &after].map(|page| page.etag(Encoding::Identity));
        assert_ne!(etags[0], etags[1]);
        assert!(with_notice(&page("application/json", "{}")).is_none());
    }
}
