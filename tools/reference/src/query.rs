//! The list with its three queries, sent together over a pooled connection with prepared statements, and a rendering;
//! nothing else.

use anyhow::Result;
use deadpool_postgres::{Manager, Pool};
use property_listings::db::places::list_all_sql;
use property_listings::db::properties::{first_page_sql, property};
use property_listings::domain::{Count, ListingQuery, Location, Place, Presentation};
use property_listings::http::list_html;
use property_listings::services::{ListView, ListingPage, ResolvedQuery};
use tokio_postgres::{NoTls, Row};

const COUNT: &str = "SELECT coalesce(sum(rows), 0)::bigint FROM property_tally WHERE status IN ('active', 'pending')";

/// The number of places that the site offers with a list.
const OFFERED: i64 = 8;

/// The first page of the list.
pub(crate) struct List {
    pool: Pool,
    rows: String,
    site: String,
}

impl List {
    /// Prepares a pool of `size` connections.
    pub(crate) fn new(url: &str, size: usize, site: String) -> Result<Self> {
        let manager = Manager::new(url.parse()?, NoTls);
        let pool = Pool::builder(manager).max_size(size).build()?;
        // A site without EMAIL_URL writes mails to its log in development, so its lists lead to alerts.
        Presentation { has_alerts: true, ..Presentation::default() }.install();
        Ok(Self { pool, rows: first_page_sql(), site })
    }

    /// Queries and renders.
    pub(crate) async fn render(&self) -> Result<String> {
        let client = self.pool.get().await?;
        let rows = client.prepare_cached(&self.rows).await?;
        let count = client.prepare_cached(COUNT).await?;
        let places = client.prepare_cached(&list_all_sql(OFFERED)).await?;
        let (rows, total, places) = tokio::try_join!(
            client.query(&rows, &[]),
            client.query_one(&count, &[]),
            client.query(&places, &[]),
        )?;
        let total = Count::exact(total.get(0));
        let properties = rows.iter().take(24).map(property);
        let list = ListingPage {
            properties: properties.collect::<Result<_, _>>()?,
            more: rows.len() > 24,
            total,
        };
        let place = |row: &Row| Place {
            location: Location::from_database(row.get(0)),
            listings: row.get(1),
        };
        let view = ListView {
            resolved: ResolvedQuery::itself(&ListingQuery::default()),
            page: list,
            places: places.iter().map(place).collect(),
            looser: Vec::new(),
        };
        Ok(list_html(&view, &self.site)?)
    }
}
