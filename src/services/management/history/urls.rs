//! The URLs whose pages were requested most, took longest, and were invalidated most often.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::cache::Tally;
use crate::services::families::PAGES;
use crate::services::urls::URLS;

/// The number of URLs in each of the three lists.
pub(super) const LISTED: usize = 10;

/// The counts of a URL's page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct UrlFigures {
    /// Requests that the page answered.
    pub requests: u64,
    /// How often it was computed.
    pub loads: u64,
    /// The time of all computations together, in microseconds.
    pub load_us: u64,
    /// The time of the slowest computation, in microseconds.
    pub slowest_us: u64,
    /// How often it was computed because it had been invalidated.
    pub invalidated: u64,
}

/// A URL with its figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UrlRow {
    /// The URL.
    pub url: String,
    /// Its figures.
    pub figures: UrlFigures,
}

/// The URLs of a range; each list has at most ten, in descending order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TopUrls {
    /// By requests.
    pub requested: Vec<UrlRow>,
    /// By the average time to compute them.
    pub slowest: Vec<UrlRow>,
    /// By the number of computations that an invalidation caused.
    pub invalidated: Vec<UrlRow>,
}

impl UrlFigures {
    pub(super) fn of(tally: &Tally) -> Self {
        let micros =
            |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        Self {
            requests: tally.requests,
            loads: tally.loads,
            load_us: micros(tally.load_time),
            slowest_us: micros(tally.slowest),
            invalidated: tally.invalidated,
        }
    }

    pub(super) fn add(&mut self, more: &Self) {
        self.requests += more.requests;
        self.loads += more.loads;
        self.load_us = self.load_us.saturating_add(more.load_us);
        self.slowest_us = self.slowest_us.max(more.slowest_us);
        self.invalidated += more.invalidated;
    }

    /// The average time to compute the page, in microseconds; 0 if it was not computed.
    pub fn average_us(&self) -> u64 {
        self.load_us.checked_div(self.loads).unwrap_or(0)
    }
}

/// The value that orders a list; URLs with 0 are not listed.
type By = fn(&UrlFigures) -> u64;
const ORDERS: [By; 3] =
    [|figures| figures.requests, UrlFigures::average_us, |figures| figures.invalidated];

fn top(urls: &BTreeMap<String, UrlFigures>, by: By) -> Vec<(&String, &UrlFigures)> {
    let mut found: Vec<_> = urls.iter().filter(|(_, figures)| by(figures) > 0).collect();
    found.sort_by_key(|(_, figures)| Reverse(by(figures)));
    found.truncate(LISTED);
    found
}

/// Removes the URLs that are on none of the lists.
pub(super) fn trimmed(urls: BTreeMap<String, UrlFigures>) -> BTreeMap<String, UrlFigures> {
    let listed = ORDERS.into_iter().flat_map(|by| top(&urls, by));
    listed.map(|(url, figures)| (url.clone(), *figures)).collect()
}

impl TopUrls {
    pub(super) fn of(urls: &BTreeMap<String, UrlFigures>) -> Self {
        let row =
            |(url, figures): (&String, &UrlFigures)| UrlRow { url: url.clone(), figures: *figures };
        let [requested, slowest, invalidated] =
            ORDERS.map(|by| top(urls, by).into_iter().map(row).collect());
        Self { requested, slowest, invalidated }
    }
}

/// The URL of a page's key, with `format=json` for JSON; `None` if the key does not contain the URL.
pub(super) fn url_of(key: &str) -> Option<String> {
    let name = key.strip_prefix(PAGES)?.strip_prefix(':')?;
    let (_, name) = name.split_once("://")?.1.split_once('/')?;
    let pages = URLS.iter().filter_map(|url| Some((url, url.pages?.0)));
    let mut known = pages.filter_map(|(url, start)| Some((url, name.strip_prefix(start)?)));
    let Some((url, rest)) = known.next() else {
        return Some(format!("/{name}"));
    };
    // The names of the sitemap's pages are their paths.
    let Some((format, query)) = rest.split_once('?') else {
        return Some(format!("/{name}"));
    };
    let (format, id) = format.split_once('/').unwrap_or((format, ""));
    let path = url.pattern.replace("{id}", id);
    let format = if format == "json" { "format=json" } else { "" };
    let (mark, and) = match (query.is_empty(), format.is_empty()) {
        (true, true) => ("", ""),
        (false, false) => ("?", "&"),
        _ => ("?", ""),
    };
    Some(format!("{path}{mark}{query}{and}{format}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_page_leads_to_its_url() {
        for (key, want) in [
            ("page:http://h/list.html?", Some("/properties/")),
            (
                "page:http://h:80/list.html?location=leith&page=2",
                Some("/properties/?location=leith&page=2"),
            ),
            ("page:http://h/list.json?", Some("/properties/?format=json")),
            (
                "page:http://h/detail.json/7?sort=price",
                Some("/properties/7/?sort=price&format=json"),
            ),
            ("page:http://h/feed.atom?", Some("/properties/feed.atom")),
            ("page:http://h/sitemap.xml", Some("/sitemap.xml")),
            ("page:http://h/robots.txt", Some("/robots.txt")),
            ("page:~0a1b", None),
        ] {
            assert_eq!(url_of(key).as_deref(), want, "{key}");
        }
    }

    #[test]
    fn urls_are_kept_for_being_first_in_any_of_three_lists() {
        let plain = UrlFigures { requests: 5, loads: 1, load_us: 100, ..UrlFigures::default() };
        let mut urls: BTreeMap<_, _> = (0..100).map(|n| (format!("/{n}"), plain)).collect();
        let special = [
            UrlFigures { requests: 900, ..plain },
            UrlFigures { load_us: 900, ..plain },
            UrlFigures { invalidated: 1, ..plain },
        ];
        for (name, figures) in ["/often", "/slow", "/void"].into_iter().zip(special) {
            urls.insert(name.to_owned(), figures);
        }
        let top = TopUrls::of(&trimmed(urls));
        assert_eq!(top.requested[0].url, "/often");
        assert_eq!(top.slowest[0].url, "/slow");
        assert_eq!(top.invalidated.iter().map(|row| &*row.url).collect::<Vec<_>>(), ["/void"]);
        assert_eq!((top.requested.len(), top.slowest.len()), (LISTED, LISTED));
    }
}
