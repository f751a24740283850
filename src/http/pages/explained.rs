//! Parses the URL of a page for an explanation, without a request.

use actix_web::http::header::{ACCEPT, HeaderMap, HeaderValue};
use url::Url;

use super::page::PublicPage;
use crate::domain::FieldErrors;
use crate::http::Site;
use crate::services::ExplainedPage;
use crate::services::urls::find;

/// The maximum length of a URL, in bytes.
const MOST_BYTES: usize = 4000;

/// The page at a URL or path of the site, as a browser requests it.
///
/// # Errors
/// If it is not a URL of the site, or not one of a cached page.
pub fn explained(address: &str, site: &Site) -> Result<ExplainedPage, FieldErrors> {
    let url = own(address.trim(), site).map_err(|message| FieldErrors::of("url", message))?;
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("text/html"));
    let (path, query) = (url.path(), url.query().unwrap_or_default());
    let page = find(path)
        .and_then(|(url, parameter)| PublicPage::at(url, parameter, query, &headers, site));
    let page = match page {
        Some(Ok(page)) => page,
        Some(Err(errors)) => return Err(FieldErrors::of("url", refused(&errors))),
        None => {
            return Err(FieldErrors::of(
                "url",
                format!(
                    "{path} is not a cached page. Lists, listings, places, shortlists, feeds, the sitemap and robots.txt are cached."
                ),
            ));
        }
    };
    let key = page.key(&site.url);
    Ok(match page {
        PublicPage::List { query, .. } => ExplainedPage { key, list: Some(query), listing: None },
        PublicPage::Detail { id, .. } => ExplainedPage { key, list: None, listing: Some(id) },
        PublicPage::Places { .. }
        | PublicPage::Facets(_)
        | PublicPage::Shortlist { .. }
        | PublicPage::Machine(_) => ExplainedPage { key, list: None, listing: None },
    })
}

/// The URL, if it is the site's.
fn own(address: &str, site: &Site) -> Result<Url, String> {
    if address.len() > MOST_BYTES {
        return Err(format!("The URL is longer than {MOST_BYTES} bytes."));
    }
    let foreign =
        || format!("“{address}” is not a URL of this site. Enter a path such as /properties/.");
    let base = Url::parse(&site.url).map_err(|_| foreign())?;
    let url = base.join(address).map_err(|_| foreign())?;
    let host = url.host_str().unwrap_or_default();
    let is_own = url.origin() == base.origin() || site.allowed_hosts.allows(host);
    match matches!(url.scheme(), "http" | "https") && is_own {
        true => Ok(url),
        false => Err(foreign()),
    }
}

/// A message about the invalid query of a URL.
fn refused(errors: &FieldErrors) -> String {
    let messages = errors.iter();
    let messages = messages.map(|(field, messages)| format!("{field}: {}", messages.join(" ")));
    format!("The site refuses this URL. {}", messages.collect::<Vec<_>>().join(" "))
}
