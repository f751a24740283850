//! One listing.

use askama::Template;

use super::card::{Card, SUMMARY, excerpt};
use super::facade::Facade;
use super::filters;
use super::links::{address, address_of_place, share_picture, with_query};
use super::picture::{Picture, largest};
use super::structured::{self, Json};
use crate::domain::{
    ListingQuery, Photo, PriceBand, Property, PropertyId, Reduction, presentation,
};
use crate::services::DetailView;

/// How wide the photos are, and the widest file that is of use there.
const SIZES: &str = "(max-width: 60rem) 92vw, (max-width: 80rem) 62vw, 55rem";
const WIDEST: u32 = 1920;

/// A listing's own page.
#[derive(Template)]
#[template(path = "listings/detail.html")]
pub(in crate::http) struct DetailPage<'a> {
    property: &'a Property,
    /// The photos.
    pictures: Vec<Picture<'a>>,
    /// The drawing, where there are none.
    facade: Facade,
    reduction: Option<Reduction>,
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
        let photos = property.facts.photos();
        let picture = |(at, photo): (usize, &'a Photo)| Picture::new(photo, SIZES, WIDEST, at == 0);
        Self {
            property,
            pictures: photos.iter().enumerate().map(picture).collect(),
            facade: Facade::of(property),
            reduction: view.reduction,
            similar: similar.map(|other| Card::new(other, "")).collect(),
            canonical: format!("{site_url}/properties/{}/", property.id),
            share_picture: match photos.first() {
                Some(photo) => format!("{site_url}{}", largest(photo)),
                None => share_picture(site_url),
            },
            location_list: address_of_place(&property.location),
            result: address(result),
            previous: beside("previous"),
            next: beside("next"),
            within: !query.is_empty(),
            summary: excerpt(property, SUMMARY),
            updated: presentation().local(property.updated_at).date_naive()
                > presentation().local(property.created_at).date_naive(),
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

    /// The name of a photo without a description.
    fn name_of(&self, picture: &Picture<'_>, number: &usize) -> String {
        match picture.alt {
            "" => format!("Photo {number} of {}", self.pictures.len()),
            alt => alt.to_owned(),
        }
    }

    /// The price range of similar listings, in words.
    fn band(&self) -> String {
        let band = PriceBand::of(self.property.price);
        let words = |price: rust_decimal::Decimal| {
            let price = crate::domain::Price::from_decimal(price);
            price.map_or_else(|| "100,000,000".to_owned(), |price| presentation().price(price))
        };
        format!("from {} to under {}", words(band.floor()), words(band.end()))
    }
}
