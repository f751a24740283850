//! The data of a list's page: its rows, and suggestions for other searches.

use std::cmp::Reverse;

use futures_util::future::{join_all, try_join_all};

use super::places::OFFERED;
use super::relaxed_filter::{FilterPart, RelaxedFilter};
use super::resolved_query::resolve;
use super::spelling::respelled;
use super::{ListingPage, Listings, ResolvedQuery, ServiceError};
use crate::cache::Cached;
use crate::db::{Class, places, properties};
use crate::domain::{Count, ListingFilter, ListingQuery, Place, Radius, SearchText};

/// The maximum number of search words that are left out one by one.
const MAX_WORDS: usize = 4;
/// The most spellings that are offered.
const SPELLINGS: usize = 3;

/// A page of a list with its places and suggestions.
#[derive(Debug, Clone)]
pub struct ListView {
    /// The query that was answered.
    pub resolved: ResolvedQuery,
    /// The page.
    pub page: ListingPage,
    /// The places that it can be narrowed to; those that it is limited to, where there are several.
    pub places: Vec<Place>,
    /// Suggestions with fewer filters, if nothing was found.
    pub looser: Vec<RelaxedFilter>,
}

impl Listings {
    /// The page that a query asks for, as a reader sees it.
    pub async fn view(&self, query: &ListingQuery) -> Result<Cached<ListView>, ServiceError> {
        let resolved = self.resolved(query).await?;
        let query = &resolved.as_ref().map_or(query, |resolved| &resolved.value.query).clone();
        let filter = &query.filter;
        let (page, mut tagged) = if filter.is_empty() {
            let list = Box::pin(self.list(query));
            let (page, places) = tokio::try_join!(list, self.places_of(filter, 0, OFFERED))?;
            (page.outcome, page.tagged.and(places.tagged))
        } else {
            let page = Box::pin(self.list(query)).await?;
            let total = page.tagged.value.total.number;
            let tagged = match has_places(filter) {
                true => {
                    let places = self.places_of(filter, total, OFFERED).await?;
                    page.tagged.and(places.tagged)
                }
                false => page.tagged.map(|page| (page, Vec::new())),
            };
            (page.outcome, tagged)
        };
        let mut looser = Vec::new();
        if tagged.value.0.total.number == 0 {
            looser = respelled(&self.database.of(Class::Expensive), filter, None).await;
            looser.extend(loosened(filter));
            let counted = looser.iter_mut().filter(|less| is_counted(less));
            let counting = counted.map(async |less| {
                let count = Box::pin(self.count(&less.filter)).await.ok()?.tagged;
                less.listings = Some(count.value);
                Some(count)
            });
            // A count that fails leaves an offer without its number, and the page as it is.
            for count in join_all(counting).await.into_iter().flatten() {
                tagged = tagged.and(count).map(|(view, _)| view);
            }
        }
        let view = |((page, places), resolved)| ListView {
            resolved,
            page,
            places,
            looser: promising(looser),
        };
        let tagged = match resolved {
            Some(resolved) => tagged.and(resolved),
            None => tagged.map(|found| (found, ResolvedQuery::itself(query))),
        };
        Ok(Cached { tagged: tagged.map(view), outcome: page })
    }

    /// The same straight from the database: no cache is read or written.
    pub async fn view_uncached(&self, query: &ListingQuery) -> Result<ListView, ServiceError> {
        let client = self.database_for(query.is_costly()).client().await?;
        let resolved = resolve(&client, query).await?;
        let query = &resolved.query.clone();
        let filter = &query.filter;
        let list = properties::list_and_count(&client, query);
        let ((rows, total), places) = if filter.is_empty() {
            // All in one round trip.
            tokio::try_join!(list, places::list(&client, filter, 0, OFFERED))?
        } else {
            let (rows, total) = list.await?;
            let places = match has_places(filter) {
                true => places::list(&client, filter, total.number, OFFERED).await?,
                false => Vec::new(),
            };
            ((rows, total), places)
        };
        let page = ListingPage { properties: rows.properties, more: rows.more, total };
        let mut looser = Vec::new();
        if total.number == 0 {
            looser = respelled(&self.database, filter, Some(&client)).await;
            looser.extend(loosened(filter));
        }
        let counted = looser.into_iter().map(async |less| {
            let listings = match is_counted(&less) {
                true => Some(properties::count(&client, &less.filter).await?),
                false => None,
            };
            Ok::<_, ServiceError>(RelaxedFilter { listings, ..less })
        });
        let looser = promising(try_join_all(counted).await?);
        Ok(ListView { resolved, page, places, looser })
    }
}

/// Whether places go beside a list. Where it is limited to one, there is nothing to say of others: a list of one place
/// depends on that place alone.
fn has_places(filter: &ListingFilter) -> bool {
    filter.locations.len() != 1
}

/// A filter without each of its parts, where it has several.
fn loosened(filter: &ListingFilter) -> Vec<RelaxedFilter> {
    let mut looser = Vec::new();
    let mut without = |part: FilterPart, filter: ListingFilter| {
        if !filter.is_empty() {
            looser.push(RelaxedFilter { without: part, filter, listings: None });
        }
    };
    if let Some(search) = &filter.search {
        let words: Vec<&str> = search.as_str().split(' ').collect();
        if (2..=MAX_WORDS).contains(&words.len()) {
            for left_out in 0..words.len() {
                let mut rest = words.clone();
                let word = rest.remove(left_out).to_owned();
                let search = SearchText::parse(&rest.join(" ")).ok();
                without(FilterPart::Word(word), ListingFilter { search, ..filter.clone() });
            }
        }
        let search = None;
        without(FilterPart::Search, ListingFilter { search, ..filter.clone() });
    }
    for fact in filter.facts.facts() {
        let facts = filter.facts.without_fact(fact);
        without(FilterPart::Fact(fact), ListingFilter { facts, ..filter.clone() });
    }
    if filter.near.is_some() {
        let radius = Radius::default();
        without(FilterPart::Near, ListingFilter { near: None, radius, ..filter.clone() });
    }
    if filter.since.is_some() {
        without(FilterPart::Since, ListingFilter { since: None, ..filter.clone() });
    }
    if !filter.locations.is_empty() {
        let locations = Vec::new();
        let rest = ListingFilter { locations, ..filter.clone() };
        let others = [filter.search.is_some(), filter.near.is_some(), filter.since.is_some()];
        let others = others.into_iter().filter(|is_asked| *is_asked).count();
        if others + filter.facts.facts().count() > 1 {
            let here =
                ListingFilter { locations: filter.locations.clone(), ..ListingFilter::default() };
            without(FilterPart::AllButLocations, here);
        }
        without(FilterPart::Locations, rest);
    }
    looser
}

/// Whether the listings of a looser filter are counted. Without its locations they are not: the page would depend on
/// every listing, where it depends on those of its locations.
fn is_counted(less: &RelaxedFilter) -> bool {
    less.without != FilterPart::Locations
}

/// The suggestions that find something, as far as this is known.
pub(super) fn promising(mut looser: Vec<RelaxedFilter>) -> Vec<RelaxedFilter> {
    looser.retain(|less| less.listings != Some(Count::exact(0)));
    best_first(looser)
}

/// The best of the spellings that find something, before what else is offered.
fn best_first(mut offers: Vec<RelaxedFilter>) -> Vec<RelaxedFilter> {
    // Suggestions that are not spellings keep their order.
    offers.sort_by_key(|offer| match offer.without {
        FilterPart::Spelling { edits, .. } => (edits, Reverse(offer.listings)),
        _ => (usize::MAX, Reverse(None)),
    });
    let mut spellings = 0;
    offers.retain(|offer| {
        spellings += usize::from(matches!(offer.without, FilterPart::Spelling { .. }));
        spellings <= SPELLINGS || !matches!(offer.without, FilterPart::Spelling { .. })
    });
    offers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Cursors, Fact};

    fn parts(query: &str) -> Vec<(FilterPart, String)> {
        let query = ListingQuery::parse(query, Cursors::Ignored).expect("valid");
        let looser = loosened(&query.filter).into_iter();
        let part = |less: RelaxedFilter| (less.without, less.filter.row_key());
        looser.map(part).collect()
    }

    #[test]
    fn each_part_of_a_filter_can_be_left_out() {
        let word = |word: &str| FilterPart::Word(word.to_owned());
        let price = Fact::named("price").expect("a fact");
        assert_eq!(
            parts("q=sea+view&min_price=5&location=Leith"),
            [
                (word("sea"), "q=view&location=leith&min_price=5.00".into()),
                (word("view"), "q=sea&location=leith&min_price=5.00".into()),
                (FilterPart::Search, "location=leith&min_price=5.00".to_owned()),
                (FilterPart::Fact(price), "q=sea+view&location=leith".into()),
                (FilterPart::AllButLocations, "location=leith".into()),
                (FilterPart::Locations, "q=sea+view&min_price=5.00".into()),
            ]
        );
    }

    #[test]
    fn a_place_on_the_map_and_a_time_can_be_left_out() {
        let found = parts("near=55.95,-3.19&radius=2&since=7");
        assert_eq!(
            found,
            [
                (FilterPart::Near, "since=7".to_owned()),
                (FilterPart::Since, "near=55.95%2C-3.19&radius=2".to_owned()),
            ]
        );
    }

    #[test]
    fn a_filter_of_one_part_is_not_loosened_to_nothing() {
        assert_eq!(parts("q=sea"), []);
        assert_eq!(parts("location=Leith"), []);
    }
}
