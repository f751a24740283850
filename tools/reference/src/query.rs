//! The list with its three queries, sent together over a pooled connection with prepared statements, and a rendering;
//! nothing else.

use anyhow::{Context as _, Result};
use deadpool_postgres::{Manager, Pool};
use property_listings::db::places::list_all_sql;
use property_listings::domain::{
    Count, Description, Facts, ListingQuery, Location, Place, Price, Property, PropertyId, Title,
};
use property_listings::http::list_html;
use property_listings::services::{ListView, ListingPage, ResolvedQuery};
use rust_decimal::Decimal;
use tokio_postgres::{NoTls, Row};

const ROWS: &str =
    "SELECT id, title, description, price, location, created_at, updated_at FROM property
    ORDER BY created_at DESC, id DESC LIMIT 25";
const COUNT: &str = "SELECT coalesce(sum(rows), 0)::bigint FROM property_tally";

/// The number of places that the site offers with a list.
const OFFERED: i64 = 8;

/// The first page of the list.
pub(crate) struct List {
    pool: Pool,
    site: String,
}

impl List {
    /// Prepares a pool of `size` connections.
    pub(crate) fn new(url: &str, size: usize, site: String) -> Result<Self> {
        let manager = Manager::new(url.parse()?, NoTls);
        let pool = Pool::builder(manager).max_size(size).build()?;
        Ok(Self { pool, site })
    }

    /// Queries and renders.
    pub(crate) async fn render(&self) -> Result<String> {
        let client = self.pool.get().await?;
        let rows = client.prepare_cached(ROWS).await?;
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
            properties: properties.collect::<Result<_>>()?,
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

fn property(row: &Row) -> Result<Property> {
    let price: Decimal = row.get(3);
    Ok(Property {
        id: PropertyId(row.get(0)),
        title: Title::from_database(row.get(1)),
        description: Description::from_database(row.get(2)),
        price: Price::from_decimal(price).context("a price out of bounds")?,
        location: Location::from_database(row.get(4)),
        facts: Facts::default(),
        created_at: row.get(5),
        updated_at: row.get(6),
    })
}
