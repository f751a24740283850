//! The pages that readers request, and the rows that belong on each.

use std::sync::Arc;

use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

use crate::ledger::{BAND, BULK_GROUP, DEAR, FIRST_ID, GROUPS, Ledger, Row, State, place, word};
use crate::page::Format;

/// The rows of a page.
#[derive(Clone)]
pub(crate) enum Scope {
    /// Every row.
    All,
    /// Every row from a price on.
    Dear,
    /// The rows of a neighbourhood, found by the word in their titles.
    Words(usize),
    /// The rows of a place.
    Place(usize, u8),
    /// The rows of a place from a price on.
    DearPlace(usize, u8),
    /// One row.
    Row(Arc<Row>),
    /// The rows whose ids are in [`PART`].
    Part,
}

/// The part of the sitemap that contains all ids that the checker assigns, except the first.
const PART: i64 = FIRST_ID / PART_SIZE + 1;
/// The number of ids in a part of the sitemap.
const PART_SIZE: i64 = 5_000;

/// A page to request.
#[derive(Clone)]
pub(crate) struct Query {
    pub(crate) scope: Scope,
    pub(crate) format: Format,
    pub(crate) path: String,
    /// The kind of page, for the report.
    pub(crate) kind: &'static str,
    /// The number of rows that fit on the page, if it is the first of a list.
    pub(crate) room: Option<usize>,
    /// Whether it comes directly from the database.
    pub(crate) uncached: bool,
}

impl Scope {
    /// Whether a row in a state belongs on the page.
    pub(crate) fn admits(&self, row: &Row, state: Option<State>) -> bool {
        let Some(state) = state else {
            return false;
        };
        match self {
            Self::All => true,
            Self::Dear => state.band >= DEAR,
            Self::Words(group) => row.group == *group,
            Self::Place(group, side) => row.group == *group && state.side == *side,
            Self::DearPlace(group, side) => {
                row.group == *group && state.side == *side && state.band >= DEAR
            }
            Self::Row(only) => only.number == row.number,
            Self::Part => row.id().is_some_and(|id| (id - 1) / PART_SIZE + 1 == PART),
        }
    }

    /// The neighbourhoods whose rows may belong on the page.
    pub(crate) fn groups(&self) -> std::ops::RangeInclusive<usize> {
        match self {
            Self::All | Self::Part => 0..=BULK_GROUP,
            Self::Dear => 0..=GROUPS - 1,
            Self::Words(group) | Self::Place(group, _) | Self::DearPlace(group, _) => {
                *group..=*group
            }
            Self::Row(row) => row.group..=row.group,
        }
    }

    fn filter(&self) -> String {
        let dear = DEAR * BAND;
        let located = |group: &usize, side: &u8| place(*group, *side).replace(' ', "+");
        match self {
            Self::All | Self::Row(_) | Self::Part => String::new(),
            Self::Dear => format!("&min_price={dear}"),
            Self::Words(group) => format!("&q={}", word(*group)),
            Self::Place(group, side) => format!("&location={}", located(group, side)),
            Self::DearPlace(group, side) => {
                format!("&location={}&min_price={dear}", located(group, side))
            }
        }
    }
}

impl Query {
    /// The page of a row; `None` while its id is unknown.
    pub(crate) fn detail(row: &Arc<Row>, format: Format) -> Option<Self> {
        let id = row.id()?;
        let (kind, end) = match format {
            Format::Json => ("detail json", "?format=json"),
            _ => ("detail html", ""),
        };
        Some(Self {
            scope: Scope::Row(row.clone()),
            format,
            path: format!("/properties/{id}/{end}"),
            kind,
            room: None,
            uncached: false,
        })
    }

    fn list(scope: Scope, format: Format, kind: &'static str, room: usize, more: &str) -> Self {
        let filter = scope.filter();
        let json = if format == Format::Json { "&format=json" } else { "" };
        let query = format!("page_size={room}{filter}{more}{json}");
        Self {
            scope,
            format,
            path: format!("/properties/?{query}"),
            kind,
            room: Some(room),
            uncached: false,
        }
    }

    /// The newest rows as a feed.
    fn feed(scope: Scope) -> Self {
        let filter = scope.filter();
        Self {
            scope,
            format: Format::Feed,
            path: format!("/properties/feed.atom?{}", filter.trim_start_matches('&')),
            kind: "feed",
            room: Some(50),
            uncached: false,
        }
    }

    /// The places of the rows.
    fn places(scope: Scope) -> Self {
        let filter = scope.filter();
        Self {
            scope,
            format: Format::Places,
            path: format!("/properties/places/?format=json{filter}"),
            kind: "places",
            room: None,
            uncached: false,
        }
    }

    /// The numbers of the rows by facet.
    fn facets(scope: Scope) -> Self {
        let filter = scope.filter();
        Self {
            scope,
            format: Format::Facets,
            path: format!("/properties/facets/?{}", filter.trim_start_matches('&')),
            kind: "facets",
            room: None,
            uncached: false,
        }
    }

    fn site_map() -> Self {
        Self {
            scope: Scope::Part,
            format: Format::SiteMap,
            path: format!("/sitemap-{PART}.xml"),
            kind: "sitemap's part",
            room: None,
            uncached: false,
        }
    }

    /// The next page in JSON, by its cursor.
    pub(crate) fn next(path: String) -> Self {
        Self {
            scope: Scope::All,
            format: Format::Json,
            path,
            kind: "cursor json",
            room: None,
            uncached: false,
        }
    }

    /// Chooses a page: most often pages of rows and places, which have the most hits.
    pub(crate) fn choose(ledger: &Ledger, rng: &mut StdRng) -> Option<Self> {
        let format = if rng.random_bool(0.5) { Format::Html } else { Format::Json };
        let (group, side) = (rng.random_range(0..GROUPS), rng.random_range(0..2));
        let html = format == Format::Html;
        let name = |in_html, in_json| if html { in_html } else { in_json };
        Some(match rng.random_range(0..100) {
            0..40 => {
                let group = if rng.random_bool(0.9) { group } else { BULK_GROUP };
                let row = ledger.members(group).choose(rng)?.clone();
                // The pages of deleted rows are requested too, but less often.
                if row.known() == Some(None) && rng.random_bool(0.8) {
                    return None;
                }
                return Self::detail(&row, format);
            }
            40..61 => {
                let kind = name("place html", "place json");
                Self::list(Scope::Place(group, side), format, kind, 50, "")
            }
            61..68 => {
                let kind = name("place, dear html", "place, dear json");
                let sort = if rng.random_bool(0.5) { "&sort=price" } else { "" };
                Self::list(Scope::DearPlace(group, side), format, kind, 50, sort)
            }
            68..72 => Self::feed(match rng.random_range(0..4) {
                0 => Scope::All,
                1 => Scope::Words(group),
                _ => Scope::Place(group, side),
            }),
            at @ 72..74 => {
                let scope = match rng.random_range(0..3) {
                    0 => Scope::All,
                    1 => Scope::Dear,
                    _ => Scope::Words(group),
                };
                if at == 72 { Self::places(scope) } else { Self::facets(scope) }
            }
            74 => Self::site_map(),
            75..81 => {
                Self::list(Scope::Words(group), format, name("search html", "search json"), 50, "")
            }
            81..84 => {
                Self::list(Scope::Dear, format, name("dear html", "dear json"), 100, "&sort=-price")
            }
            84..92 => Self::list(Scope::All, format, name("list html", "list json"), 10, ""),
            92..96 => {
                let more = ["&page=2", "&sort=price", "&sort=-price", "&sort=oldest&page=3"];
                let more = more.choose(rng)?;
                let mut query = Self::list(Scope::All, format, "list, sorted or later", 24, more);
                query.room = None;
                query
            }
            96..98 => {
                Self::list(Scope::Place(BULK_GROUP, 0), format, "bulk place", 10, "&sort=oldest")
            }
            _ => {
                let mut query = Self::list(Scope::Place(group, side), format, "no-cache", 50, "");
                query.path = query.path.replacen("/properties/", "/properties/no-cache/", 1);
                query.uncached = true;
                query
            }
        })
    }
}
