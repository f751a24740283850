//! Which page a request asks for, and how it is computed.

use actix_web::http::header::{HeaderMap, HeaderValue};
use actix_web::web::Bytes;
use askama::Template;
use serde::Serialize;

use super::machine::MachinePage;
use crate::cache::policy::{CachePolicy, Level};
use crate::domain::{Cursors, FieldErrors, ListingQuery, Position, Property, PropertyId};
use crate::http::listings::json::{ListJson, PropertyJson};
use crate::http::negotiation::Format;
use crate::http::views::listings::{DetailPage, ListPage};
use crate::http::{AppError, Site};
use crate::services::{ListingPage, PageKey, Rendered, Services};

/// A page that everybody may see.
#[derive(Debug, Clone)]
pub(in crate::http) enum PublicPage {
    /// A page of the list.
    List {
        /// Which.
        query: ListingQuery,
        /// As what.
        format: Format,
    },
    /// A listing's own page.
    Detail {
        /// Whose.
        id: PropertyId,
        /// As what.
        format: Format,
    },
    /// A page for programs.
    Machine(MachinePage),
}

impl PublicPage {
    /// The page at an address of a site, if that is recognised at once and every parameter is valid.
    pub(super) fn at(
        path: &str,
        query_string: &str,
        headers: &HeaderMap,
        site: &Site,
    ) -> Option<Self> {
        let name = path.strip_prefix("/properties/").unwrap_or("-");
        let format = || Format::of(query_string, headers);
        match name.strip_suffix('/') {
            None if name.is_empty() => Self::list(query_string, format()).ok(),
            None => {
                let page = MachinePage::at(path, query_string, site.debug);
                page.ok()?.map(Self::Machine)
            }
            Some(id) if id.bytes().all(|b| b.is_ascii_digit()) => Self::detail(id, format()),
            Some(_) => None,
        }
    }

    /// The list that a query string asks for.
    ///
    /// # Errors
    /// When a parameter is not valid.
    pub(in crate::http) fn list(query_string: &str, format: Format) -> Result<Self, FieldErrors> {
        // Only JSON walks by cursor.
        let cursors = match format {
            Format::Json => Cursors::Accepted,
            Format::Html => Cursors::Ignored,
        };
        let query = ListingQuery::parse(query_string, cursors)?;
        Ok(Self::List { query, format })
    }

    /// The page of the listing that a path names; `None` when it names none.
    pub(in crate::http) fn detail(id: &str, format: Format) -> Option<Self> {
        let id = PropertyId(id.parse().ok()?);
        Some(Self::Detail { id, format })
    }

    /// Its identity, on a site at an address.
    pub(super) fn key(&self, site_url: &str) -> PageKey {
        match self {
            Self::List { query, format } => PageKey::list(site_url, query, format.name()),
            Self::Detail { id, format } => PageKey::detail(site_url, *id, format.name()),
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
            Self::List { query, format } => {
                let cached = services.listings.list(&query).await?;
                let policy = CachePolicy::of(&cached, Level::Queryset);
                let rendered = render_list(&cached.tagged.value, &query, format, site_url)?;
                Ok(rendered.with(policy))
            }
            Self::Detail { id, format } => {
                let cached = services.listings.find(id).await?;
                let policy = CachePolicy::of(&cached, Level::Queryset);
                let property = cached.tagged.value;
                Ok(render_detail(property, format, site_url)?.with(policy))
            }
            Self::Machine(page) => page.render(services, site_url).await,
        }
    }

    /// Computes it straight from the database.
    pub(super) async fn render_uncached(
        self,
        services: &Services,
        site_url: &str,
    ) -> Result<Rendered, AppError> {
        match self {
            Self::List { query, format } => {
                let list = services.listings.list_uncached(&query).await?;
                render_list(&list, &query, format, site_url)
            }
            Self::Detail { id, format } => {
                let property = services.listings.find_uncached(id).await?;
                render_detail(property, format, site_url)
            }
            // Programs have no page of their own past the cache.
            Self::Machine(_) => Err(AppError::NotFound),
        }
    }
}

fn render_detail(
    property: Option<Property>,
    format: Format,
    site_url: &str,
) -> Result<Rendered, AppError> {
    let property = property.ok_or(AppError::NotFound)?;
    match format {
        Format::Json => json(&PropertyJson::new(&property, site_url)),
        Format::Html => html(&DetailPage::new(&property, site_url)),
    }
}

fn render_list(
    list: &ListingPage,
    query: &ListingQuery,
    format: Format,
    site_url: &str,
) -> Result<Rendered, AppError> {
    if list.properties.is_empty() && matches!(query.position, Position::Page(2..)) {
        return Err(AppError::NotFound);
    }
    match format {
        Format::Json => json(&ListJson::new(list, query, site_url)),
        Format::Html => html(&ListPage::new(list, query, site_url)),
    }
}

fn html(template: &impl Template) -> Result<Rendered, AppError> {
    Ok(Rendered {
        content_type: HeaderValue::from_static("text/html; charset=utf-8"),
        body: Bytes::from(template.render()?),
        policy: None,
    })
}

pub(super) fn json(value: &impl Serialize) -> Result<Rendered, AppError> {
    let body = serde_json::to_vec(value).map_err(|err| AppError::Encode(err.to_string()))?;
    Ok(Rendered {
        content_type: HeaderValue::from_static("application/json"),
        body: Bytes::from(body),
        policy: None,
    })
}
