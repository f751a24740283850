//! The list.

use askama::Template;

use super::card::Card;
use super::chips::{Chip, chips};
use super::filter_form::FilterForm;
use super::filters;
use super::headline::Headline;
use super::links::{address, share_picture, with_query};
use super::pager::Pager;
use super::relaxed_filter::{Offer, Unknown, offers, unknown};
use super::structured::{self, Json};
use crate::domain::{
    Comparison, Count, Fact, FieldErrors, ListingFilter, ListingQuery, Location, Position, Sort,
};
use crate::http::views::alerts;
use crate::services::{FilterPart, ListView, ListingPage, RelaxedFilter};

/// A page of the list.
#[derive(Template)]
#[template(path = "listings/list.html")]
pub(in crate::http) struct ListPage<'a> {
    filter: FilterForm,
    errors: FieldErrors,
    cards: Vec<Card<'a>>,
    total: Count,
    headline: Headline,
    /// How many listings come before this page, and how many there are in all, where both are known.
    stretch: Option<(i64, i64)>,
    filtered: bool,
    /// The facts whose bounds were asked for the wrong way round.
    swapped: Vec<&'static Fact>,
    chips: Vec<Chip>,
    /// The search with other spellings.
    spellings: Vec<Offer>,
    offers: Vec<Offer>,
    unknown: Vec<Unknown<'a>>,
    /// The only place that the list is limited to.
    place: Option<&'a Location>,
    pager: Pager,
    canonical: String,
    share_picture: String,
    /// Whether the page is one of many that show much the same, which search engines need not list.
    thin: bool,
    feed: String,
    /// Where visitors ask for alerts; `None` where there are none.
    alerts: Option<String>,
    json: Json,
}

/// The list as HTML.
///
/// # Errors
/// When the template can't be rendered.
pub fn list_html(view: &ListView, site_url: &str) -> askama::Result<String> {
    ListPage::new(view, site_url).render()
}

impl<'a> ListPage<'a> {
    pub(in crate::http) fn new(view: &'a ListView, site_url: &str) -> Self {
        let ListView { resolved, page: list, places, looser } = view;
        let query = &resolved.query;
        let spelled = |less: &&RelaxedFilter| matches!(less.without, FilterPart::Spelling { .. });
        let (spellings, looser): (Vec<_>, Vec<_>) = looser.iter().partition(spelled);
        let result = query.result().canonical();
        let cards = list.properties.iter();
        let place = match query.filter.locations.as_slice() {
            [place] => Some(list.properties.first().map_or(place, |first| &first.location)),
            _ => None,
        };
        let canonical = format!("{site_url}{}", address(&canonical(query, place)));
        Self {
            filter: FilterForm::of(query, places, list.total),
            errors: FieldErrors::new(),
            cards: Card::first(cards.map(|property| Card::new(property, &result)).collect()),
            total: list.total,
            headline: Headline::of(query, list.total, place),
            stretch: stretch(list, query),
            filtered: !query.filter.is_empty(),
            swapped: query.filter.facts.swapped().collect(),
            chips: chips(query),
            spellings: offers(query, &spellings),
            offers: offers(query, &looser),
            unknown: unknown(resolved),
            place,
            pager: pager(list, query),
            thin: list.total.number == 0 || is_noindex(&query.filter),
            feed: feed(&query.filter),
            alerts: alerts::offer(query),
            json: structured::list(&list.properties, &canonical, site_url),
            canonical,
            share_picture: share_picture(site_url),
        }
    }

    /// The filters in use, in a row of words.
    fn wanted(&self) -> String {
        let labels: Vec<_> = self.chips.iter().map(|chip| chip.label.as_str()).collect();
        labels.join(", ")
    }
}

/// How many listings come before a page, and how many there are in all, where both are known.
fn stretch(list: &ListingPage, query: &ListingQuery) -> Option<(i64, i64)> {
    let Position::Page(page) = query.position else {
        return None;
    };
    let before = i64::from(page - 1) * i64::from(query.page_size);
    list.total.is_exact.then_some((before, list.total.number))
}

/// The pager of a list: by page number as far as these go, then by cursor.
fn pager(list: &ListingPage, query: &ListingQuery) -> Pager {
    let own = query.clone();
    let link = move |page| address(&own.at(Position::Page(page)));
    let count = list.page_count(query.page_size);
    let (page, is_numbered) = match &query.position {
        Position::Page(page) => (*page, *page < count),
        Position::Cursor(_) => (0, false),
    };
    let mut pager = Pager::new(page, count, list.more, link);
    if !is_numbered {
        let [next, previous] = list
            .neighbours(query)
            .map(|position| position.map(|position| address(&query.at(position))));
        (pager.next, pager.previous) = (next, previous);
    }
    pager
}

/// The canonical list of all lists with the same rows: with any order, page size, spelling of
/// their only place, and which of two bounds was asked for first.
fn canonical(query: &ListingQuery, place: Option<&Location>) -> ListingQuery {
    let mut first = ListingQuery { sort: Sort::default(), ..query.result() };
    first.filter.facts = query.filter.facts.straightened();
    if let Some(place) = place {
        first.filter.locations = vec![place.clone()];
    }
    match query.sort == Sort::default() && query.page_size == first.page_size {
        true => first.at(query.position.clone()),
        false => first,
    }
}

/// Whether a list has search words or bounds, also of space or time, so that there are many similar ones.
fn is_noindex(filter: &ListingFilter) -> bool {
    let is_bounded = filter.near.is_some() || filter.since.is_some();
    is_bounded || filter.search.is_some() || !filter.facts.is_empty() || filter.locations.len() > 1
}

/// The feed of a list.
fn feed(filter: &ListingFilter) -> String {
    let query = ListingQuery::of(filter.clone());
    with_query("/properties/feed.atom", &query.canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Description, Facts, Place, Price, Property, PropertyId, Title};
    use crate::services::ResolvedQuery;

    /// The facts and the photo of a usual listing.
    fn facts(id: i64) -> Facts {
        let hash =
            format!("{:032x}", u128::from(id.unsigned_abs()).wrapping_mul(u128::MAX / 4_769));
        let values = [
            ("status", "active".to_owned()),
            ("listing_type", "sale".to_owned()),
            ("price_qualifier", "offers_over".to_owned()),
            ("bedrooms", "3".to_owned()),
            ("bathrooms", "2".to_owned()),
            ("floor_area", "112.5".to_owned()),
            (
                "photos",
                format!(
                    "[{{\"hash\":\"{hash}\",\"alt\":\"The front\",\"width\":1920,\"height\":1280}}]"
                ),
            ),
        ];
        let text = |name: &str| values.iter().find(|(other, _)| *other == name);
        let mut errors = FieldErrors::new();
        let facts = Facts::parse(|name| text(name).map_or("", |(_, text)| text), &mut errors);
        assert!(errors.is_empty(), "{errors:?}");
        facts
    }

    #[test]
    fn a_page_of_24_usual_listings_takes_at_most_40_kilobytes_and_10_compressed() {
        let place = Location::parse("Meadows and Southside").expect("valid");
        let texts = [
            "Bright and quiet, with a garden and close to all the sights of the old town.",
            "Newly decorated throughout; the kitchen opens to a terrace that has the evening sun.",
            "On the top floor of a listed building, with views of the hills and original floors.",
        ];
        let listing = |id: i64| Property {
            id: PropertyId(4_768 - id),
            title: Title::parse(&format!("Sunny flat {id} near the Meadows")).expect("valid"),
            description: Description::parse(
                &format!("{id} rooms. {}", texts[usize::try_from(id).expect("small") % 3])
                    .repeat(4),
            )
            .expect("valid"),
            price: Price::from_hundredths(100 * (250_000 + 1_234 * id)).expect("valid"),
            location: place.clone(),
            facts: facts(id + 1),
            created_at: chrono::DateTime::UNIX_EPOCH,
            updated_at: chrono::DateTime::UNIX_EPOCH,
        };
        let places = std::iter::repeat_n(place.clone(), 8)
            .map(|location| Place { location, listings: Some(160) });
        let view = ListView {
            resolved: ResolvedQuery::itself(&ListingQuery::default()),
            page: ListingPage {
                properties: (0..24).map(listing).collect(),
                more: true,
                total: Count::exact(4_768),
            },
            places: places.collect(),
            looser: Vec::new(),
        };
        let html = list_html(&view, "https://listings.example.com").expect("a page");
        assert_eq!(html.matches("<picture>").count(), 24);
        assert!(html.len() <= 40_000, "{} bytes", html.len());
        let mut compressed = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams::default();
        brotli::BrotliCompress(&mut html.as_bytes(), &mut compressed, &parameters)
            .expect("compressed");
        assert!(compressed.len() <= 10_000, "{} bytes as br", compressed.len());
    }
}
