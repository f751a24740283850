//! A request, parsed once: its URL, whether it may be answered, and the requested page.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;

use super::page::PublicPage;
use crate::cache::Missed;
use crate::domain::FieldErrors;
use crate::http::Site;
use crate::http::clean_address::cleaned;
use crate::http::negotiation::AcceptedEncodings;
use crate::services::urls::{Url, find, route_of};
use crate::services::{PageKey, Route};

/// The longest path with its query that is answered, in bytes. Twenty locations in any script fit in. An error page repeats a
/// part of its address.
const MAX_ADDRESS_BYTES: usize = 16 * 1024;

/// What a request asks for.
#[derive(Debug)]
pub(in crate::http) struct Asked {
    /// The URL; `None` if the site has no such URL.
    pub(in crate::http) url: Option<&'static Url>,
    /// The family that the request is counted in.
    pub(in crate::http) route: Route,
    /// Why the request is refused or redirected.
    pub(in crate::http) refusal: Option<Refusal>,
    /// The encodings that the client accepts.
    pub(in crate::http) encodings: AcceptedEncodings,
    /// The requested public page, or the errors of its query.
    pub(in crate::http) page: Option<Result<Wanted, FieldErrors>>,
}

/// A requested page, its key, and whether memory was looked up.
#[derive(Debug)]
pub(in crate::http) struct Wanted {
    pub(in crate::http) page: PublicPage,
    pub(in crate::http) key: PageKey,
    /// The miss in memory; `None` for a request that the cache may not answer.
    pub(in crate::http) missed: Option<Missed>,
}

/// Why a request is refused or redirected.
#[derive(Debug, Clone)]
pub(in crate::http) enum Refusal {
    /// It names a host that is not the site's.
    Host,
    /// The client accepts none of the site's encodings.
    Encoding,
    /// Its address is too long.
    Length,
    /// A form sent empty fields; this is the address without them.
    Moved(String),
}

impl Asked {
    /// Parses a request. The host is checked first, so that no cache is used for a foreign one.
    pub(in crate::http) fn by(request: &ServiceRequest, site: &Site) -> Self {
        // Decoded in the same way as by the router.
        let path = request.match_info().as_str();
        let (query, headers) = (request.query_string(), request.headers());
        let (url, parameter) = find(path).unzip();
        let encodings = AcceptedEncodings::of(headers);
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        // Load balancers and orchestrators check an instance by its IP address.
        let checks_health = url.is_some_and(|url| url.route == Route::Health);
        let refusal = if !checks_health && !site.is_named_by(request) {
            Some(Refusal::Host)
        } else if encodings.is_empty() {
            Some(Refusal::Encoding)
        } else if request.path().len() + query.len() > MAX_ADDRESS_BYTES {
            Some(Refusal::Length)
        } else {
            let clean = url.filter(|_| reads);
            let clean = clean.and_then(|url| cleaned(url, query, headers));
            clean.map(|clean| {
                let mark = if clean.is_empty() { "" } else { "?" };
                Refusal::Moved(format!("{}{mark}{clean}", request.path()))
            })
        };
        let page = url.zip(parameter).filter(|_| refusal.is_none());
        let page =
            page.and_then(|(url, parameter)| PublicPage::at(url, parameter, query, headers, site));
        let wanted = |page: PublicPage| Wanted { key: page.key(&site.url), page, missed: None };
        Self {
            url,
            route: url.map_or_else(|| route_of(path), |url| url.route),
            refusal,
            encodings,
            page: page.map(|page| page.map(wanted)),
        }
    }
}
