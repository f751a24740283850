//! The requested public page, and how it is rendered.

use actix_web::http::header::HeaderMap;

use super::machine::{MachinePage, canonical};
use super::rendered::{html, json};
use crate::cache::policy::{CachePolicy, Level};
use crate::cache::{Cached, Rendered};
use crate::domain::{
    Cursors, FieldErrors, ListingFilter, ListingQuery, PlaceQuery, Position, Property, PropertyId,
    Shortlist, SitemapPart, Status,
};
use crate::http::listings::facets::FacetsJson;
use crate::http::listings::json::{ListJson, PlacesJson, PropertyJson, ShortlistJson};
use crate::http::negotiation::Format;
use crate::http::views::listings::{DetailPage, ListPage, PlacesPage, ShortlistPage};
use crate::http::{AppError, Site};
use crate::services::urls::{Address, Public, Url};
use crate::services::{ListView, ListingPage, PageKey, ResolvedQuery, Services};

/// A public page.
#[derive(Debug, Clone)]
pub(in crate::http) enum PublicPage {
    /// A page of the list.
    List {
        /// The filter, order and position.
        query: ListingQuery,
        /// The response format.
        format: Format,
    },
    /// A listing's own page.
    Detail {
        /// The listing to show.
        id: PropertyId,
        /// The list that the reader came from; JSON has none.
        result: Box<ListingQuery>,
        /// The response format.
        format: Format,
    },
    /// The places of listings.
    Places {
        /// The filter of the places.
        query: PlaceQuery,
        /// The response format.
        format: Format,
    },
    /// The numbers of listings beside the values of filters.
    Facets(Box<ListingFilter>),
    /// Listings side by side.
    Shortlist {
        /// The listings that were asked for.
        shortlist: Shortlist,
        /// The response format.
        format: Format,
    },
    /// A page for programs.
    Machine(MachinePage),
}

impl PublicPage {
    /// The page at a URL, or the errors of its query; `None` if the URL has no cached page.
    pub(super) fn at(
        url: &Url,
        parameter: &str,
        query_string: &str,
        headers: &HeaderMap,
        site: &Site,
    ) -> Option<Result<Self, FieldErrors>> {
        let Address::Public(address) = url.address else {
            return None;
        };
        let format = || Format::of(query_string, headers);
        let machine = |page| Some(Ok(Self::Machine(page)));
        match address {
            Public::List => Some(
                ListingQuery::parse(query_string, Cursors::Accepted)
                    .map(|query| Self::List { query, format: format() }),
            ),
            Public::Detail => Self::detail(parameter, query_string, format()).map(Ok),
            Public::Places => Some(
                PlaceQuery::parse(query_string)
                    .map(|query| Self::Places { query, format: format() }),
            ),
            Public::Facets => Some(
                ListingFilter::parse(query_string).map(|filter| Self::Facets(Box::new(filter))),
            ),
            Public::Shortlist => Some(
                Shortlist::parse(query_string)
                    .map(|shortlist| Self::Shortlist { shortlist, format: format() }),
            ),
            Public::Feed => Some(MachinePage::feed(query_string).map(Self::Machine)),
            Public::Robots => machine(MachinePage::Robots),
            Public::Sitemap => machine(MachinePage::Sitemap),
            Public::SitemapPart if parameter == "0" => machine(MachinePage::SitemapPages),
            Public::SitemapPart => {
                machine(MachinePage::SitemapPart(SitemapPart::parse(parameter)?))
            }
            Public::Description => machine(MachinePage::Description { open: site.debug }),
            Public::Root
            | Public::Next
            | Public::Previous
            | Public::Uncached
            | Public::Enquire
            | Public::Enquired
            | Public::Alerts
            | Public::AlertAsked
            | Public::Alert
            | Public::Health
            | Public::Readiness
            | Public::PhotoWebp
            | Public::PhotoJpeg
            | Public::Static => None,
        }
    }

    /// The page of the listing in a path, with the list that the reader came from according to the query string; `None`
    /// if the path has no valid number.
    fn detail(id: &str, query_string: &str, format: Format) -> Option<Self> {
        let id = PropertyId(id.parse().ok()?);
        let result = Box::new(match format {
            Format::Json => ListingQuery::default(),
            Format::Html => result(query_string),
        });
        Some(Self::Detail { id, result, format })
    }

    /// The page's identity on a site.
    pub(super) fn key(&self, site_url: &str) -> PageKey {
        match self {
            Self::List { query, format } => PageKey::list(site_url, query, format.name()),
            Self::Detail { id, result, format } => {
                PageKey::detail(site_url, *id, result, format.name())
            }
            Self::Places { query, format } => PageKey::places(site_url, query, format.name()),
            Self::Facets(filter) => PageKey::facets(site_url, filter, &canonical(filter)),
            Self::Shortlist { shortlist, format } => {
                PageKey::shortlist(site_url, shortlist, format.name())
            }
            Self::Machine(page) => page.key(site_url),
        }
    }

    /// Renders the page from cached data.
    pub(super) async fn render(
        self,
        services: &Services,
        site_url: &str,
    ) -> Result<Rendered, AppError> {
        match self {
            Self::List { query, .. } if query.is_past_numbers() => Err(AppError::NotFound),
            Self::List { query, format } => {
                let list = &services.listings;
                match format {
                    Format::Json => kept(list.find_list(&query).await?, |(list, resolved)| {
                        list_as_json(list, resolved, site_url)
                    }),
                    Format::Html => {
                        kept(list.view(&query).await?, |view| list_as_html(view, site_url))
                    }
                }
            }
            Self::Detail { id, result, format } => match format {
                Format::Json => kept(services.listings.find(id).await?, |property| {
                    json(&PropertyJson::new(published(property.as_ref())?, site_url))
                }),
                Format::Html => kept(services.listings.detail(id).await?, |view| {
                    let view = view.as_ref().ok_or(AppError::NotFound)?;
                    published(Some(&view.property))
                        .map_err(|err| err.with_similar(&view.similar))?;
                    html(&DetailPage::new(view, &result, site_url))
                }),
            },
            Self::Places { query, format } => {
                kept(services.listings.places(&query).await?, |places| match format {
                    Format::Json => json(&PlacesJson::new(places, &query, site_url)),
                    Format::Html => html(&PlacesPage::new(places, &query, site_url)),
                })
            }
            Self::Facets(filter) => kept(services.listings.facets(&filter).await?, |facets| {
                json(&FacetsJson::new(facets))
            }),
            Self::Shortlist { shortlist, format } => {
                let found = services.listings.shortlist(&shortlist).await?;
                kept(found, |listings| match format {
                    Format::Json => json(&ShortlistJson::new(&shortlist, listings, site_url)),
                    Format::Html => html(&ShortlistPage::new(&shortlist, listings, site_url)),
                })
            }
            Self::Machine(page) => page.render(services, site_url).await,
        }
    }

    /// Renders the page directly from the database; only lists support this.
    pub(super) async fn render_uncached(
        self,
        services: &Services,
        site_url: &str,
    ) -> Result<Rendered, AppError> {
        let Self::List { query, format } = self else {
            return Err(AppError::NotFound);
        };
        if query.is_past_numbers() {
            return Err(AppError::NotFound);
        }
        match format {
            Format::Json => {
                let (list, resolved) = services.listings.list_uncached(&query).await?;
                list_as_json(&list, &resolved, site_url)
            }
            Format::Html => {
                let view = Box::pin(services.listings.view_uncached(&query)).await?;
                list_as_html(&view, site_url)
            }
        }
    }
}

/// Returns a listing, if the public may see it.
///
/// # Errors
/// [`AppError::NotFound`], also for a draft; [`AppError::Withdrawn`].
pub(in crate::http) fn published(property: Option<&Property>) -> Result<&Property, AppError> {
    match property.map(|property| (property, property.status())) {
        None | Some((_, Status::Draft)) => Err(AppError::NotFound),
        Some((_, Status::Withdrawn)) => Err(AppError::Withdrawn(Vec::new())),
        Some((property, Status::Active | Status::Pending | Status::Closed)) => Ok(property),
    }
}

/// The list that the reader came from, according to the query string. Errors are ignored, because the listing's page is
/// right without it.
pub(in crate::http) fn result(query_string: &str) -> ListingQuery {
    let query = ListingQuery::parse(query_string, Cursors::Ignored);
    query.unwrap_or_default().result()
}

/// A page made of a cached value, with the permission to store it for as long as that value.
fn kept<T>(
    cached: Cached<T>,
    render: impl FnOnce(&T) -> Result<Rendered, AppError>,
) -> Result<Rendered, AppError> {
    let policy = CachePolicy::of(&cached, Level::Queryset);
    Ok(render(&cached.tagged.value)?.with(policy))
}

fn list_as_json(
    list: &ListingPage,
    resolved: &ResolvedQuery,
    site_url: &str,
) -> Result<Rendered, AppError> {
    let list = existing(list, &resolved.query)?;
    json(&ListJson::new(list, resolved, site_url))
}

fn list_as_html(view: &ListView, site_url: &str) -> Result<Rendered, AppError> {
    existing(&view.page, &view.resolved.query)?;
    html(&ListPage::new(view, site_url))
}

/// Returns a page of a list, unless it is after the last.
fn existing<'a>(list: &'a ListingPage, query: &ListingQuery) -> Result<&'a ListingPage, AppError> {
    match list.properties.is_empty() && matches!(query.position, Position::Page(2..)) {
        true => Err(AppError::NotFound),
        false => Ok(list),
    }
}
