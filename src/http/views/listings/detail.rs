//! One listing.

use askama::Template;

use super::card::{Card, excerpt};
use super::facade::Facade;
use super::filters;
use super::links::{address, address_of_place, share_picture, with_query};
use super::structured::{self, Json};
use crate::domain::{ListingQuery, PriceBand, Property, PropertyId, presentation};
use crate::services::DetailView;

/// A listing's own page.
#[derive(Template)]
#[template(path = "listings/detail.html")]
pub(in crate::http) struct DetailPage<'a> {
    property: &'a Property,
    facade: Facade,
    similar: Vec<Card<'a>>,
    canonical: String,
    share_picture: String,
    location_list: String,
    /// The list that it was found in.
    result: String,
    previous: String,
    next: String,
    /// Whether that is a list with filters or an order of its own.
    within: bool,
    summary: String,
    updated: bool,
    json: Json,
    preview: Option<Preview>,
}

/// What the page needs to show a listing that is not saved.
pub(in crate::http) struct Preview {
    pub(in crate::http) csrf_token: String,
    /// The form that it is made of.
    pub(in crate::http) fields: Vec<(&'static str, String)>,
    /// The listing that is being changed; `None` for one that is to be added.
    pub(in crate::http) id: Option<PropertyId>,
}

impl<'a> DetailPage<'a> {
    pub(in crate::http) fn new(
        view: &'a DetailView,
        result: &ListingQuery,
        site_url: &str,
    ) -> Self {
        let property = &view.property;
        let query = result.canonical();
        let beside = |step| with_query(&format!("/properties/{}/{step}/", property.id), &query);
        let similar = view.similar.iter();
        Self {
            property,
            facade: Facade::wide(property),
            similar: similar.map(|other| Card::new(other, "")).collect(),
            canonical: format!("{site_url}/properties/{}/", property.id),
            share_picture: share_picture(site_url),
            location_list: address_of_place(&property.location),
            result: address(result),
            previous: beside("previous"),
            next: beside("next"),
            within: !query.is_empty(),
            summary: excerpt(property),
            updated: property.updated_at.date_naive() > property.created_at.date_naive(),
            json: structured::listing(property, site_url),
            preview: None,
        }
    }

    /// The page that a form would become.
    pub(in crate::http) fn preview(view: &'a DetailView, site_url: &str, preview: Preview) -> Self {
        Self { preview: Some(preview), ..Self::new(view, &ListingQuery::default(), site_url) }
    }

    /// A telephone number as a link has it.
    fn dialled(&self, phone: &str) -> String {
        phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }

    fn paragraphs(&self) -> impl Iterator<Item = Vec<&str>> {
        let text = self.property.description.as_str();
        let parts = text.split("\n\n").map(|part| part.trim_matches('\n'));
        parts.filter(|part| !part.trim().is_empty()).map(|part| part.lines().collect())
    }

    /// The prices of what is similar, in words.
    fn band(&self) -> String {
        let band = PriceBand::of(self.property.price);
        let words = |price: rust_decimal::Decimal| {
            let price = crate::domain::Price::from_decimal(price);
            price.map_or_else(|| "100,000,000".to_owned(), |price| presentation().price(price))
        };
        format!("from {} to under {}", words(band.floor()), words(band.end()))
    }
}
