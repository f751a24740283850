//! The handlers of every URL.

use actix_web::middleware::from_fn;
use actix_web::{Resource, web};

use super::middleware::frame::frame;
use super::middleware::session::sessions;
use super::routing::{get, not_found, resource};
use super::{Site, admin, alerts, assets, enquiries, health, management, photos, public};
use crate::services::Services;
use crate::services::urls::{Address, Public, URLS};

/// The maximum length of a request's body, in bytes: a percent-encoded description of 20,000 characters fits twice.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Registers every route.
pub fn configure(config: &mut web::ServiceConfig, services: &Services, site: &Site) {
    config
        .app_data(web::Data::new(services.clone()))
        .app_data(web::Data::new(site.clone()))
        .app_data(web::Data::new(assets::Assets::new(assets::folder())))
        .app_data(web::PayloadConfig::new(MAX_BODY_BYTES));
    for url in URLS {
        let resource = resource(url, "");
        match url.address {
            Address::Public(address) => {
                config.service(open(address, resource));
            }
            Address::Operators(address) => {
                let resource = management::routes::of(address, resource);
                let framed = resource.wrap(from_fn(frame));
                config.service(framed.wrap(sessions(site, &services.sessions)));
            }
            // The admin's scope has one session middleware for all.
            Address::Admin(_) => {}
        }
    }
    config
        .configure(|config| admin::routes::configure(config, services, site))
        .default_service(web::to(not_found));
}

/// Adds the handlers of a public URL.
fn open(address: Public, resource: Resource) -> Resource {
    let resource = match address {
        Public::Enquire => resource.post(enquiries::create),
        Public::Alerts => resource.post(alerts::create),
        Public::Alert => resource.post(alerts::change),
        _ => resource,
    };
    resource.route(match address {
        Public::Enquire => get().to(enquiries::new),
        Public::Enquired => get().to(enquiries::done),
        Public::Alerts => get().to(alerts::new),
        Public::AlertAsked => get().to(alerts::done),
        Public::Alert => get().to(alerts::show),
        Public::Root => get().to(public::root),
        Public::List
        | Public::Detail
        | Public::Places
        | Public::Facets
        | Public::Shortlist
        | Public::Feed
        | Public::Robots
        | Public::Sitemap
        | Public::SitemapPart
        | Public::Description => get().to(public::show),
        Public::Next => get().to(public::next),
        Public::Previous => get().to(public::previous),
        Public::Uncached => get().to(public::index_uncached),
        Public::Health => get().to(health::live),
        Public::Readiness => get().to(health::ready),
        Public::PhotoWebp | Public::PhotoJpeg => get().to(photos::show),
        Public::Static => get().to(assets::show),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::openapi::document;

    #[test]
    fn the_description_names_just_the_urls_that_are_described() {
        let described = URLS.iter().filter(|url| url.is_described);
        let described: BTreeSet<_> = described.map(|url| url.pattern).collect();
        let document = document(false);
        let paths = document["paths"].as_object().expect("paths");
        let named: BTreeSet<_> = paths.keys().map(String::as_str).collect();
        assert_eq!(described, named);
    }
}
