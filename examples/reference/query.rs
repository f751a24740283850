//! The list by a query and a rendering, and nothing else: one connection per worker thread, statements prepared.

use anyhow::{Context as _, Result};
use property_listings::domain::{
    Description, ListingQuery, Location, Price, Property, PropertyId, Title,
};
use property_listings::http::list_html;
use property_listings::services::ListingPage;
use rust_decimal::Decimal;
use tokio_postgres::{Client, NoTls, Row, Statement};

const ROWS: &str =
    "SELECT id, title, description, price, location, created_at, updated_at FROM property
    ORDER BY created_at DESC, id DESC LIMIT 25";
const COUNT: &str = "SELECT coalesce(sum(rows), 0)::bigint FROM property_tally";

/// The first page of the list.
pub struct List {
    client: Client,
    rows: Statement,
    count: Statement,
    site: String,
}

impl List {
    /// Connects and prepares.
    pub async fn connect(url: &str, site: String) -> Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        actix_web::rt::spawn(connection);
        let (rows, count) = (client.prepare(ROWS).await?, client.prepare(COUNT).await?);
        Ok(Self {
            client,
            rows,
            count,
            site,
        })
    }

    /// Queries and renders.
    pub async fn render(&self) -> Result<String> {
        let rows = self.client.query(&self.rows, &[]).await?;
        let total = self.client.query_one(&self.count, &[]).await?.get(0);
        let properties = rows.iter().take(24).map(property);
        let list = ListingPage {
            properties: properties.collect::<Result<_>>()?,
            more: rows.len() > 24,
            total,
        };
        Ok(list_html(&list, &ListingQuery::default(), &self.site)?)
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
        created_at: row.get(5),
        updated_at: row.get(6),
    })
}
