//! The columns of the matrix, and the meaning of its cells.

use std::time::Duration;

use crate::harness::{App, Browser, Page, Plan, eventually_within};
use crate::machines::truth::is_for_machines;

/// The listing that most writes change: “Home 3”, in Leith, for 3,000.
pub(super) const ROW: i64 = 3;
/// A listing in a location that no write changes.
pub(super) const FAR: i64 = 7;

/// The kinds of pages. Newest first, the listings are 6, 5, 4 | 3, 2, 1 | 7, and number 6,000, in the sitemap's second
/// part.
const COLUMNS: [(&str, &str); 24] = [
    ("html", "/properties/"),
    ("json", "/properties/?format=json"),
    ("page 2", "/properties/?page=2&page_size=3"),
    ("leith", "/properties/?location=Leith"),
    ("joppa", "/properties/?location=joppa"),
    ("far", "/properties/?location=Portobello"),
    ("range", "/properties/?min_price=2500&max_price=3500"),
    ("search", "/properties/?q=home+3"),
    ("sorted", "/properties/?sort=price"),
    ("detail", "/properties/3/"),
    ("far detail", "/properties/7/"),
    ("count", "/properties/?format=json&page_size=1"),
    ("feed", "/properties/feed.atom"),
    ("leith feed", "/properties/feed.atom?location=Leith"),
    ("joppa feed", "/properties/feed.atom?location=Joppa"),
    ("sitemap", "/sitemap.xml"),
    ("part", "/sitemap-1.xml"),
    ("far part", "/sitemap-2.xml"),
    ("robots", "/robots.txt"),
    // A listing in the same location and another price band.
    ("near detail", "/properties/5/"),
    ("places", "/properties/places/"),
    ("closed", "/properties/?status=closed"),
    ("facets", "/properties/facets/"),
    ("far facets", "/properties/facets/?location=Portobello"),
];

/// How soon another program's write must be visible: the goal is 100 ms on a healthy site, but the tests' machine is
/// busy.
const SOON: Duration = Duration::from_secs(5);

/// The expected state of a page after a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    /// It is computed again and shows something else.
    Changed,
    /// It is still a hit, with the same content.
    Hit,
    /// Its content is right; it may have been computed again.
    Right,
    /// The page no longer exists: the status.
    Gone(u16),
}

/// A site with every page of the matrix in its cache.
pub(super) struct Matrix {
    pub(super) app: App,
    before: Vec<Page>,
}

impl Matrix {
    pub(super) async fn warm() -> Self {
        Self::warm_of("active").await
    }

    /// A site in which [`ROW`] has a status.
    pub(super) async fn warm_of(status: &str) -> Self {
        let far = "BEGIN; INSERT INTO property (title, description, price, location, created_at)
            VALUES ('Far home', 'A long way off', 70000, 'Portobello', '2025-01-01 00:00Z');
            INSERT INTO property (id, title, description, price, location, created_at)
            VALUES (6000, 'Villa', 'Far from all others', 70000, 'Trinity', '2024-01-01 00:00Z');
            INSERT INTO property (id, title, description, price, location, created_at, status)
            VALUES (6001, 'Sold villa', 'No list shows it unless it is asked', 70000, 'Trinity', '2023-01-01 00:00Z', 'closed');
            DELETE FROM event_log; COMMIT";
        let status = format!("UPDATE property SET status = '{status}' WHERE id = {ROW}");
        let app = Plan::with_homes(6).await.sql(far).await.sql(&status).await.start().await;
        let mut before = Vec::new();
        for (_, path) in COLUMNS {
            let first = app.get(path).await.assert_status(200);
            first.assert_stored();
            let again = app.get(path).await.assert_status(200);
            again.assert_hit();
            assert_eq!(first.body, again.body, "{path}");
            before.push(again);
        }
        Self { app, before }
    }

    /// A site with a superuser.
    pub(super) async fn with_staff() -> (Self, Browser) {
        let matrix = Self::warm().await;
        let staff = matrix.app.staff().await;
        (matrix, staff)
    }

    /// Checks every page right after a write: `cells` has a letter per column, in order.
    pub(super) async fn check(&self, cells: &str) {
        self.check_each(cells, None).await;
    }

    /// Checks every page soon after a write that the site must hear of.
    pub(super) async fn check_soon(&self, cells: &str) {
        self.check_each(cells, Some(SOON)).await;
    }

    async fn check_each(&self, cells: &str, limit: Option<Duration>) {
        let cells: Vec<Cell> = cells.split_whitespace().map(Cell::parse).collect();
        assert_eq!(cells.len(), COLUMNS.len());
        // Changed pages first: once they have changed, the others will not change any more.
        let (hits, rest): (Vec<_>, Vec<_>) =
            (0..cells.len()).partition(|at| cells[*at] == Cell::Hit);
        for at in rest.into_iter().chain(hits) {
            let (name, path) = COLUMNS[at];
            let outcome = match limit {
                None => self.cell(cells[at], at, true).await,
                Some(limit) => {
                    let right = async || self.cell(cells[at], at, false).await.ok();
                    eventually_within(limit, name, right).await;
                    Ok(())
                }
            };
            outcome.unwrap_or_else(|err| panic!("{name} ({path}) is not {:?}: {err}", cells[at]));
        }
    }

    async fn cell(&self, cell: Cell, at: usize, at_once: bool) -> Result<(), String> {
        let (_, path) = COLUMNS[at];
        let before = &self.before[at];
        let page = self.app.get(path).await;
        let fail = |reason: &str| Err(format!("{reason}: {} {}", page.cache_status(), page.text()));
        if let Cell::Gone(status) = cell {
            return if page.status == status { Ok(()) } else { fail("there") };
        }
        if page.status != 200 {
            return fail("no page");
        }
        match cell {
            Cell::Changed if page.body == before.body => return fail("the same"),
            Cell::Changed if at_once && !page.is_stored() => return fail("not computed anew"),
            Cell::Hit if !page.is_hit() => return fail("not a hit"),
            Cell::Hit if page.body != before.body => return fail("changed"),
            _ => {}
        }
        match self.truth(path).await {
            Some(truth) if truth != page.body => fail("stale"),
            Some(_) => Ok(()),
            None if path.starts_with("/properties/facets/") => {
                self.facets_are_right(path, &page).await
            }
            None if is_for_machines(&self.app, path, &page).await? => Ok(()),
            None => self.detail_is_right(path, &page).await,
        }
    }

    /// The list according to the database.
    async fn truth(&self, path: &str) -> Option<Vec<u8>> {
        let query = path.strip_prefix("/properties/")?;
        if !query.is_empty() && !query.starts_with('?') {
            return None;
        }
        let page = self.app.get(&format!("/properties/no-cache/{query}")).await;
        Some(page.assert_status(200).body)
    }

    /// Whether facets have the numbers of listings of each status.
    async fn facets_are_right(&self, path: &str, page: &Page) -> Result<(), String> {
        let far = if path.ends_with("Portobello") { "location = 'Portobello'" } else { "true" };
        for status in ["active", "pending", "closed"] {
            let sql = format!("SELECT count(*) FROM property WHERE status = '{status}' AND {far}");
            let count = format!("{{\"value\":\"{status}\",\"count\":{},", self.app.sql(&sql).await);
            if !page.has(&count) {
                return Err(format!("{count} is not in {}", page.text()));
            }
        }
        Ok(())
    }

    async fn detail_is_right(&self, path: &str, page: &Page) -> Result<(), String> {
        let id = path.trim_start_matches("/properties/").trim_end_matches('/');
        let Ok(id) = id.parse::<i64>() else {
            return Ok(());
        };
        let sql = format!("SELECT title || '|' || location FROM property WHERE id = {id}");
        let row = self.app.sql(&sql).await;
        match row.split('|').all(|text| page.has(text)) {
            true => Ok(()),
            false => Err(format!("{row} is not shown: {}", page.text())),
        }
    }
}

impl Cell {
    fn parse(letter: &str) -> Self {
        match letter {
            "C" => Self::Changed,
            "h" => Self::Hit,
            "r" => Self::Right,
            "404" => Self::Gone(404),
            "410" => Self::Gone(410),
            _ => panic!("{letter} is no cell"),
        }
    }
}
