//! Which page a request asks for, and how it is computed.

use actix_web::http::header::HeaderMap;

use super::machine::MachinePage;
use super::rendered::{html, json};
use crate::cache::policy::{CachePolicy, Level};
use crate::cache::{Cached, Rendered};
use crate::domain::{
    Cursors, FieldErrors, ListingQuery, PlaceQuery, Position, Property, PropertyId, Shortlist,
    SitemapPart, Status,
};
use crate::http::listings::json::{ListJson, PlacesJson, PropertyJson, ShortlistJson};
use crate::http::negotiation::Format;
use crate::http::views::listings::{DetailPage, ListPage, PlacesPage, ShortlistPage};
use crate::http::{AppError, Site};
use crate::services::urls::{Address, Public, Url};
use crate::services::{ListView, ListingPage, Meant, PageKey, Services};

/// A public page.
#[derive(Debug, Clone)]
pub(in crate::http) enum PublicPage {
    /// A page of the list.
    List {
        /// Filter, order and position.
        query: ListingQuery,
        /// The response format.
        format: Format,
    },
    /// A listing's own page.
    Detail {
        /// The listing to show.
        id: PropertyId,
        /// The list that it was found in; JSON has none.
        result: Box<ListingQuery>,
        /// The response format.
        format: Format,
    },
    /// The places that listings are in.
    Places {
        /// The filter of the places.
        query: PlaceQuery,
        /// The response format.
        format: Format,
    },
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
    /// The page at a URL, or what is wrong with the query; `None` where no cached page is.
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
            Public::List => Some(Self::list(query_string, format())),
            Public::Detail => Self::detail(parameter, query_string, format()).map(Ok),
            Public::Places => Some(Self::places(query_string, format())),
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
            | Public::Health
            | Public::Readiness
            | Public::PhotoWebp
            | Public::PhotoJpeg
            | Public::Static => None,
        }
    }

    /// The list that a query string asks for.
    ///
    /// # Errors
    /// When a parameter is not valid.
    pub(in crate::http) fn list(query_string: &str, format: Format) -> Result<Self, FieldErrors> {
        let query = ListingQuery::parse(query_string, Cursors::Accepted)?;
        Ok(Self::List { query, format })
    }

    /// The page of the listing that a path names, with what the query string says of the list that it was found in;
    /// `None` when the path names none.
    fn detail(id: &str, query_string: &str, format: Format) -> Option<Self> {
        let id = PropertyId(id.parse().ok()?);
        let result = Box::new(match format {
            Format::Json => ListingQuery::default(),
            Format::Html => result(query_string),
        });
        Some(Self::Detail { id, result, format })
    }

    /// The places that a query string asks for.
    ///
    /// # Errors
    /// When a parameter is not valid.
    fn places(query_string: &str, format: Format) -> Result<Self, FieldErrors> {
        let query = PlaceQuery::parse(query_string)?;
        Ok(Self::Places { query, format })
    }

    /// Its identity, on a site at an address.
    pub(super) fn key(&self, site_url: &str) -> PageKey {
        match self {
            Self::List { query, format } => PageKey::list(site_url, query, format.name()),
            Self::Detail { id, result, format } => {
                PageKey::detail(site_url, *id, result, format.name())
            }
            Self::Places { query, format } => PageKey::places(site_url, query, format.name()),
            Self::Shortlist { shortlist, format } => {
                PageKey::shortlist(site_url, shortlist, format.name())
            }
            Self::Machine(page) => page.key(site_url),
        }
    }

    /// Computes it from cached data.
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
                    Format::Json => kept(list.find_list(&query).await?, |(list, meant)| {
                        list_as_json(list, meant, site_url)
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

    /// Computes it straight from the database; only lists are asked for so.
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
                let (list, meant) = services.listings.list_uncached(&query).await?;
                list_as_json(&list, &meant, site_url)
            }
            Format::Html => {
                let view = Box::pin(services.listings.view_uncached(&query)).await?;
                list_as_html(&view, site_url)
            }
        }
    }
}

/// A listing, if the public may see it.
///
/// # Errors
/// [`AppError::NotFound`] also for a draft, [`AppError::Withdrawn`].
pub(in crate::http) fn published(property: Option<&Property>) -> Result<&Property, AppError> {
    match property.map(|property| (property, property.status())) {
        None | Some((_, Status::Draft)) => Err(AppError::NotFound),
        Some((_, Status::Withdrawn)) => Err(AppError::Withdrawn(Vec::new())),
        Some((property, Status::Active | Status::Pending | Status::Closed)) => Ok(property),
    }
}

/// The list that a query string says a listing was found in. What is not valid is not told: a listing's page is right
/// without it.
pub(in crate::http) fn result(query_string: &str) -> ListingQuery {
    let query = ListingQuery::parse(query_string, Cursors::Ignored);
    query.unwrap_or_default().result()
}

/// A page made of a cached value, with leave to keep it for as long as that is kept.
fn kept<T>(
    cached: Cached<T>,
    render: impl FnOnce(&T) -> Result<Rendered, AppError>,
) -> Result<Rendered, AppError> {
    let policy = CachePolicy::of(&cached, Level::Queryset);
    Ok(render(&cached.tagged.value)?.with(policy))
}

fn list_as_json(list: &ListingPage, meant: &Meant, site_url: &str) -> Result<Rendered, AppError> {
    let list = existing(list, &meant.query)?;
    json(&ListJson::new(list, meant, site_url))
}

fn list_as_html(view: &ListView, site_url: &str) -> Result<Rendered, AppError> {
    existing(&view.page, &view.meant.query)?;
    html(&ListPage::new(view, site_url))
}

/// A page of a list, unless it is past the last.
fn existing<'a>(list: &'a ListingPage, query: &ListingQuery) -> Result<&'a ListingPage, AppError> {
    match list.properties.is_empty() && matches!(query.position, Position::Page(2..)) {
        true => Err(AppError::NotFound),
        false => Ok(list),
    }
}
