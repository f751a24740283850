//! The data of the templates in `templates/machines/`.

use askama::Template;
use chrono::{DateTime, Utc};

use super::xml as filters;
use crate::domain::{ListedPart, ListedProperty, ListingFilter, Property, presentation};
use crate::services::Newest;

/// The maximum length of a description in a feed's entry, in characters. Even if escaping makes 50 entries five times
/// as long, they are far below the limit of the page cache.
const EXCERPT: usize = 1_000;

/// The rules for crawlers.
#[derive(Template)]
#[template(path = "machines/robots.txt")]
pub(in crate::http) struct Robots<'a> {
    pub(in crate::http) site_url: &'a str,
    /// The paths that crawlers may not visit.
    pub(in crate::http) closed: Vec<String>,
}

/// The list of the sitemap's parts.
#[derive(Template)]
#[template(path = "machines/sitemap_index.xml")]
pub(in crate::http) struct SitemapIndex<'a> {
    pub(in crate::http) site_url: &'a str,
    pub(in crate::http) parts: &'a [ListedPart],
}

/// The part with the pages that are not listings.
#[derive(Template)]
#[template(path = "machines/sitemap_pages.xml")]
pub(in crate::http) struct SitemapPages<'a> {
    pub(in crate::http) site_url: &'a str,
}

/// A part with listings.
#[derive(Template)]
#[template(path = "machines/sitemap_part.xml")]
pub(in crate::http) struct SitemapPart<'a> {
    pub(in crate::http) site_url: &'a str,
    pub(in crate::http) properties: &'a [ListedProperty],
}

/// A feed (RFC 4287).
#[derive(Template)]
#[template(path = "machines/feed.xml")]
pub(in crate::http) struct Feed<'a> {
    site_url: &'a str,
    own: String,
    list: String,
    title: String,
    updated: DateTime<Utc>,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    property: &'a Property,
    url: String,
    summary: String,
}

impl<'a> Feed<'a> {
    /// The feed of a filter with the query string `canonical`.
    pub(in crate::http) fn new(
        newest: &'a Newest,
        filter: &ListingFilter,
        canonical: &str,
        site_url: &'a str,
    ) -> Self {
        let address = |page: &str| match canonical.is_empty() {
            true => format!("{site_url}/properties/{page}"),
            false => format!("{site_url}/properties/{page}?{canonical}"),
        };
        let properties = newest.properties.iter();
        let latest = properties.map(|property| property.updated_at).max();
        let entry = |property: &'a Property| Entry {
            property,
            url: format!("{site_url}/properties/{}/", property.id),
            summary: summary(property),
        };
        Self {
            site_url,
            own: address("feed.atom"),
            list: address(""),
            title: title(filter),
            // Listings that left the feed have no entry with a time, so `departed_at` counts as well. An empty feed
            // must also have a time, and always the same one.
            updated: latest.max(newest.departed_at).unwrap_or_default(),
            entries: newest.properties.iter().map(entry).collect(),
        }
    }
}

/// The title of the feed of a filter.
fn title(filter: &ListingFilter) -> String {
    let wanted = filter.words();
    let name = &presentation().site_name;
    match wanted.is_empty() {
        true => name.clone(),
        false => format!("{name}: {}", wanted.join(", ")),
    }
}

/// The text of a listing's entry, without its title.
fn summary(property: &Property) -> String {
    let text = property.description.as_str();
    let mut excerpt: String = text.chars().take(EXCERPT).collect();
    if excerpt.len() < text.len() {
        excerpt.push('…');
    }
    let mut lines = vec![format!("Price: {}", property.price_words())];
    lines.extend(property.badge().map(str::to_owned));
    lines.extend(Some(property.key_facts()).filter(|facts| !facts.is_empty()));
    lines.push(format!("Location: {}", property.location));
    format!("{}\n\n{excerpt}", lines.join("\n"))
}
