//! The families of keys in Redis: what the site writes, and what a clear removes.

use super::urls::URLS;
use crate::cache::{BODIES, Level};

/// Rendered pages.
pub(super) const PAGES: &str = "page";
/// Query results.
pub(super) const QUERYSETS: &str = "all_properties";
/// Row counts.
pub(super) const COUNTS: &str = "property_count";

/// The families with their levels.
pub(super) const FAMILIES: [(Level, &str); 3] =
    [(Level::PageRedis, PAGES), (Level::Queryset, QUERYSETS), (Level::Count, COUNTS)];

/// Every family that a clear removes: those of the levels, in that order, and the bodies of pages.
pub(super) const REMOVED: [&str; 4] = [PAGES, QUERYSETS, COUNTS, BODIES];

/// The family of a key of the site, without its prefix, if it is an entry or a part of one.
pub(super) fn family_of(key: &str) -> Option<&'static str> {
    let (family, _) = key.split_once(':')?;
    REMOVED.into_iter().find(|known| *known == family)
}

/// The other kinds of keys, in the order in which operators see them after those of [`URLS`]: the start of the name after
/// the family, and what it is called. An empty start stands for the rest of a family.
const KINDS: [(&str, &str, &str); 16] = [
    (PAGES, "~", "Pages: long addresses"),
    (PAGES, "", "Pages: others"),
    (BODIES, "", "Pages: bodies"),
    (QUERYSETS, "list?", "Queries: lists"),
    (QUERYSETS, "detail/", "Queries: listings"),
    (QUERYSETS, "similar/", "Queries: similar listings"),
    (QUERYSETS, "reduction/", "Queries: reduced prices"),
    (QUERYSETS, "shortlist/", "Queries: shortlists"),
    (QUERYSETS, "places", "Queries: places"),
    (QUERYSETS, "facets?", "Queries: facets"),
    (QUERYSETS, "newest?", "Queries: feeds"),
    (QUERYSETS, "sitemap", "Queries: sitemap"),
    (QUERYSETS, "", "Queries: others"),
    (COUNTS, "", "Counts"),
    ("session", "", "Sessions"),
    ("gen", "", "Generations of tags"),
];
/// The label of positions, marks of events and leases.
const BOOKKEEPING: &str = "Bookkeeping";

/// Every kind of keys.
fn kinds() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let pages = URLS.iter().filter_map(|url| url.pages);
    let pages = pages.map(|(start, called)| (PAGES, start, called));
    pages.chain(KINDS)
}

/// The label of a key without the prefix; keys of the cache test, for example, count as bookkeeping.
pub(super) fn kind_of(key: &str) -> &'static str {
    let Some((family, name)) = key.split_once(':') else {
        return BOOKKEEPING;
    };
    // A page's name begins with the site's origin.
    let path = name.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    let name = match (family == PAGES, path) {
        (true, Some((_, path))) => path,
        _ => name,
    };
    let found = kinds().find(|(of, start, _)| *of == family && name.starts_with(start));
    found.map_or(BOOKKEEPING, |(_, _, called)| called)
}

/// The labels of keys, in order.
pub(super) fn kind_names() -> impl Iterator<Item = &'static str> {
    kinds().map(|(_, _, called)| called).chain([BOOKKEEPING])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_apart_by_what_they_hold() {
        for (key, want) in [
            ("page:http://homes.example/list.html?q=/detail.x", "Pages: lists"),
            ("page:http://homes.example/detail.json/7?", "Pages: listings"),
            ("page:http://homes.example/robots.txt", "Pages: others"),
            ("page:~0a1b", "Pages: long addresses"),
            ("body:br:page:http://homes.example/list.html?", "Pages: bodies"),
            ("all_properties:similar/7/1/leith", "Queries: similar listings"),
            ("all_properties:newest?q=sea", "Queries: feeds"),
            ("property_count:list?", "Counts"),
            ("session:abc", "Sessions"),
            ("gen:location:leith", "Generations of tags"),
            ("probe:x", BOOKKEEPING),
            ("log_position:2", BOOKKEEPING),
        ] {
            assert_eq!(kind_of(key), want, "{key}");
        }
    }
}
